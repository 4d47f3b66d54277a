"""Editions as they are stored and read: their facts, their passages, and what one is known by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from knowledge.domain import EditionStatus, PassageKind, QualityMark, Script, Sharing
from knowledge.errors import NotFound
from knowledge.store.database import inserted_id, now
from knowledge.store.library_tables import documents, editions, passages


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassage:
    text: str
    tokens: str
    section: tuple[str, ...]
    kind: PassageKind
    script: Script
    page_first: int | None
    page_last: int | None
    page_label: str | None
    start: int
    end: int
    marks: frozenset[QualityMark]
    vector_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEdition:
    """A document as it was read, encoded and ready to be stored."""

    title: str
    year: int | None
    publisher: str | None
    language: str
    specialties: tuple[str, ...]
    source: str | None
    sharing: Sharing
    is_sample: bool
    file_name: str
    file_hash: str
    #: Hash of the passages' text: the same content under another name or format has the same.
    content_hash: str
    pages: int | None
    warnings: tuple[tuple[str, int], ...]
    loaded_by: str
    passages: tuple[NewPassage, ...]
    #: Which version of the reader made the passages.
    reader: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRecord:
    """An edition as it stands in the library, without its passages."""

    id: int
    document_id: int
    title: str
    year: int | None
    publisher: str | None
    language: str
    source: str | None
    specialties: tuple[str, ...]
    sharing: Sharing
    status: EditionStatus
    #: What answers in its place, where something was put there.
    replaced_by: int | None
    file_name: str
    file_hash: str
    content_hash: str
    pages: int | None
    passages: int
    warnings: tuple[tuple[str, int], ...]
    is_sample: bool
    loaded_by: str
    loaded_at: datetime
    #: Who approved, replaced, withdrew or restored it last, and when; None while it is a draft.
    decided_by: str | None
    decided_at: datetime | None
    reader: str | None


class Fact(StrEnum):
    """What can be corrected about an edition, by the name of its column."""

    TITLE = "title"
    YEAR = "year"
    PUBLISHER = "publisher"
    LANGUAGE = "language"
    SPECIALTIES = "specialties"
    SHARING = "sharing"


FactValue = str | int | tuple[str, ...] | None


_YEAR = re.compile(r"[(（\[【]?\s*(?:19|20)\d{2}\s*(?:年)?\s*(?:修订版|修订|版)?\s*[)）\]】]?")
_NOT_WORD = re.compile(r"[\W_]+")


def title_key(title: str) -> str:
    """A title without its year and punctuation: editions of one document share it."""
    return _NOT_WORD.sub("", _YEAR.sub("", title)).casefold()


def is_older(edition: EditionRecord, current: Iterable[EditionRecord]) -> bool:
    """Whether a newer edition of the document answers already. The same content with another year is a correction."""
    others = [other.year or 0 for other in current if other.content_hash != edition.content_hash]
    return edition.year is not None and edition.year < max(others, default=0)


def columns_of(fact: Fact, value: FactValue) -> dict[str, Any]:
    if fact is Fact.TITLE:
        return {"title": value, "title_key": title_key(str(value))}
    return {fact.value: json.dumps(value) if fact is Fact.SPECIALTIES else value}


def insert_edition(
    connection: Connection,
    document_id: int,
    new: NewEdition,
    status: EditionStatus = EditionStatus.DRAFT,
    generation: int = 0,
) -> int:
    """Stores an edition with its passages: its id."""
    made = connection.execute(
        insert(editions).values(
            document_id=document_id,
            title=new.title,
            title_key=title_key(new.title),
            year=new.year,
            language=new.language,
            publisher=new.publisher,
            specialties=json.dumps(new.specialties),
            source=new.source,
            sharing=new.sharing,
            status=status,
            file_name=new.file_name,
            file_hash=new.file_hash,
            content_hash=new.content_hash,
            pages=new.pages,
            warnings=json.dumps(new.warnings),
            loaded_by=new.loaded_by,
            loaded_at=now(),
            decided_by=None if status is EditionStatus.DRAFT else new.loaded_by,
            decided_at=None if status is EditionStatus.DRAFT else now(),
            reader=new.reader,
            generation=generation,
        )
    )
    edition_id = inserted_id(made)
    if new.passages:
        connection.execute(
            insert(passages), [_passage_values(edition_id, n, p) for n, p in enumerate(new.passages)]
        )
    return edition_id


def _passage_values(edition_id: int, ordinal: int, passage: NewPassage) -> dict[str, Any]:
    return {
        "edition_id": edition_id,
        "ordinal": ordinal,
        "kind": passage.kind,
        "script": passage.script,
        "section": json.dumps(passage.section, ensure_ascii=False),
        "text": passage.text,
        "tokens": passage.tokens,
        "page_first": passage.page_first,
        "page_last": passage.page_last,
        "page_label": passage.page_label,
        "start": passage.start,
        "end": passage.end,
        "marks": json.dumps(sorted(passage.marks)),
        "vector_key": passage.vector_key,
    }


def edition_query() -> Select[Any]:
    passage_count = (
        select(func.count())
        .where(passages.c.edition_id == editions.c.id)
        .correlate(editions)
        .scalar_subquery()
    )
    return select(
        editions,
        documents.c.is_sample,
        passage_count.label("passage_count"),
    ).select_from(editions.join(documents))


def read_edition(connection: Connection, edition_id: int) -> EditionRecord:
    row = connection.execute(edition_query().where(editions.c.id == edition_id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no edition {edition_id}")
    return edition_record(row)


def current_of(connection: Connection, document_id: int) -> list[EditionRecord]:
    query = edition_query().where(
        editions.c.document_id == document_id, editions.c.status == EditionStatus.CURRENT
    )
    return [edition_record(row) for row in connection.execute(query)]


def edition_record(row: Row[Any]) -> EditionRecord:
    return EditionRecord(
        id=row.id,
        document_id=row.document_id,
        title=row.title,
        year=row.year,
        publisher=row.publisher,
        language=row.language,
        source=row.source,
        specialties=tuple(json.loads(row.specialties)),
        sharing=Sharing(row.sharing),
        status=EditionStatus(row.status),
        replaced_by=row.replaced_by,
        file_name=row.file_name,
        file_hash=row.file_hash,
        content_hash=row.content_hash,
        pages=row.pages,
        passages=row.passage_count,
        warnings=tuple((code, count) for code, count in json.loads(row.warnings)),
        is_sample=row.is_sample,
        loaded_by=row.loaded_by,
        loaded_at=row.loaded_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reader=row.reader,
    )
