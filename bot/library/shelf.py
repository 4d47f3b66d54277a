"""The library as a list: one entry a document, filtered, searched and cut into pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from knowledge.domain import EditionStatus
from knowledge.specialties import specialty_of
from knowledge.store.jobs import Job
from knowledge.store.library import EditionRecord
from knowledge.text import search_text

#: As many as a phone shows without scrolling, with the buttons below.
PAGE_SIZE = 8


class Shown(StrEnum):
    """Which documents a list holds."""

    CURRENT = "current"
    #: With a draft that waits for a decision.
    WAITING = "waiting"
    #: None of whose editions answers, and that are no drafts.
    WITHDRAWN = "withdrawn"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    shown: Shown = Shown.CURRENT
    #: "zh", "zh-TW" or "en"; empty for all.
    language: str = ""
    #: By its id; empty for all.
    specialty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document, by the edition that stands for it."""

    edition: EditionRecord
    #: Its editions that were decided.
    editions: int
    drafts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    entries: tuple[Entry, ...]
    #: From 0.
    number: int
    pages: int
    #: Documents on all pages.
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What there is to decide in the whole library."""

    drafts: int = 0
    #: Course lists, the oldest first.
    lists: tuple[Job, ...] = ()

    @property
    def count(self) -> int:
        return self.drafts + len(self.lists)


def entries_of(editions: Iterable[EditionRecord]) -> list[Entry]:
    """One entry a document: by what answers, else by its newest edition, drafts last; in the order of their titles."""
    ordered = sorted(editions, key=lambda edition: edition.document_id)
    entries = [_entry(list(some)) for _, some in groupby(ordered, key=lambda edition: edition.document_id)]
    return sorted(entries, key=lambda entry: (search_text(entry.edition.title), entry.edition.id))


def _entry(editions: Sequence[EditionRecord]) -> Entry:
    drafts = [each for each in editions if each.status is EditionStatus.DRAFT]
    return Entry(edition=max(editions, key=_weight), editions=len(editions) - len(drafts), drafts=len(drafts))


def _weight(edition: EditionRecord) -> tuple[int, int, int]:
    rank = {EditionStatus.CURRENT: 2, EditionStatus.DRAFT: 0}.get(edition.status, 1)
    return rank, edition.year or 0, edition.id


def filtered(entries: Iterable[Entry], wanted: Filter) -> list[Entry]:
    return [entry for entry in entries if _fits(entry, wanted)]


def _fits(entry: Entry, wanted: Filter) -> bool:
    edition = entry.edition
    fits = {
        Shown.CURRENT: edition.status is EditionStatus.CURRENT,
        Shown.WAITING: entry.drafts > 0,
        Shown.WITHDRAWN: edition.status in (EditionStatus.WITHDRAWN, EditionStatus.REPLACED),
        Shown.ALL: True,
    }
    if not fits[wanted.shown] or wanted.language not in ("", edition.language):
        return False
    return wanted.specialty in ("", *map(specialty_id, edition.specialties))


def specialty_id(name: str) -> str:
    """Of what a document's loader wrote; itself where no specialty of ours is meant."""
    found = specialty_of(name)
    return found.id if found else name


def found(entries: Iterable[Entry], query: str) -> list[Entry]:
    """Those whose title, publisher, year or file name hold every word of the query; what answers comes first."""
    words = search_text(query).split()
    hits = [entry for entry in entries if words and all(word in _searched(entry.edition) for word in words)]
    return sorted(hits, key=lambda entry: entry.edition.status is not EditionStatus.CURRENT)


def _searched(edition: EditionRecord) -> str:
    named = (edition.title, edition.publisher or "", str(edition.year or ""), edition.file_name)
    return search_text(" ".join(named))


def page_of(entries: Sequence[Entry], number: int) -> Page:
    """The page with this number, or the last one."""
    pages = max(1, -(-len(entries) // PAGE_SIZE))
    number = min(max(number, 0), pages - 1)
    some = entries[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
    return Page(entries=tuple(some), number=number, pages=pages, total=len(entries))
