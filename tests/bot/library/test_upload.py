from __future__ import annotations

import pytest

from bot.conversation import FileSent
from bot.library.upload import COURSE_SUFFIXES, GUIDELINE_SUFFIXES, UploadRefusal, kind_of, refusal_of
from indexer.catalogue import SUPPORTED_CATALOGUES
from indexer.parsers.kinds import SUPPORTED_GUIDELINES
from knowledge.store.jobs import JobKind

LIMIT = 20 * 1024 * 1024


@pytest.mark.parametrize(
    "name, size, reason",
    [
        ("指南.pdf", 1, None),
        ("GUIDELINE.PDF", LIMIT, None),
        ("a.b.markdown", 1, None),
        ("指南.pdf", LIMIT + 1, UploadRefusal.TOO_LARGE),
        ("指南.pdf", 0, UploadRefusal.EMPTY_FILE),
        ("courses.JSONL", 1, None),
        ("课程表.xlsx", 0, UploadRefusal.EMPTY_FILE),
        ("课程表.xls", 1, UploadRefusal.UNSUPPORTED_KIND),
        ("旧版.doc", 1, None),
        ("movie.mp4", 1, UploadRefusal.UNSUPPORTED_KIND),
        ("", 1, UploadRefusal.UNSUPPORTED_KIND),
        (".pdf", 1, UploadRefusal.UNSUPPORTED_KIND),
    ],
)
def test_a_file_is_judged_by_its_name_and_size(name: str, size: int, reason: UploadRefusal | None):
    """A clear reason before anything is fetched."""
    assert refusal_of(FileSent(name=name, size=size), limit=LIMIT) is reason


def test_files_are_taken_in_private_chats_only():
    """In a group everyone would see the card and its buttons."""
    assert refusal_of(FileSent(name="a.pdf", size=1), limit=LIMIT, is_group=True) is UploadRefusal.IN_GROUP


def test_the_bot_takes_what_the_indexer_reads():
    """Neither may import the other, so this test holds their two lists together."""
    assert frozenset(SUPPORTED_GUIDELINES) == GUIDELINE_SUFFIXES
    assert SUPPORTED_CATALOGUES == COURSE_SUFFIXES


@pytest.mark.parametrize("name", ["课程表.XLSX", "courses.csv", "courses.tsv", "courses.jsonl"])
def test_a_course_list_is_known_by_its_name(name: str):
    assert kind_of(name) is JobKind.COURSES
    assert kind_of(f"{name}.pdf") is JobKind.UPLOAD
