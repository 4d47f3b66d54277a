"""Is this file worth reading? Decided from its name and size, before a byte of it is fetched."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from bot.conversation import FileSent
from knowledge.store.jobs import JobKind

#: What Telegram lets a bot download; a Bot API server of one's own in local mode takes more.
TELEGRAM_DOWNLOAD_BYTES = 20 * 1024 * 1024
MEGABYTE = 1024 * 1024

#: The reader itself decides by content; these names are worth fetching.
GUIDELINE_SUFFIXES = frozenset(
    {".pdf", ".docx", ".html", ".htm", ".md", ".markdown", ".txt", ".pptx", ".epub", ".doc", ".ppt"}
)
COURSE_SUFFIXES = frozenset({".csv", ".tsv", ".jsonl", ".xlsx"})


class UploadRefusal(StrEnum):
    """Why a file is not taken; each has its text "library.upload.<value>"."""

    IN_GROUP = "in_group"
    UNSUPPORTED_KIND = "unsupported_kind"
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"


def refusal_of(file: FileSent, *, limit: int, is_group: bool = False) -> UploadRefusal | None:
    """The first reason against taking the file; None when it is worth reading."""
    suffix = suffix_of(file.name)
    checks = {
        UploadRefusal.IN_GROUP: is_group,
        UploadRefusal.UNSUPPORTED_KIND: suffix not in GUIDELINE_SUFFIXES | COURSE_SUFFIXES,
        UploadRefusal.EMPTY_FILE: file.size == 0,
        UploadRefusal.TOO_LARGE: file.size > limit,
    }
    return next((reason for reason, applies in checks.items() if applies), None)


def kind_of(name: str) -> JobKind:
    """What a file is taken for, by its name."""
    return JobKind.COURSES if suffix_of(name) in COURSE_SUFFIXES else JobKind.UPLOAD


def suffix_of(name: str) -> str:
    return PurePath(name).suffix.lower()
