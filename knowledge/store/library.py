"""Documents and their editions: what is current, and since which generation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from knowledge.domain import EditionStatus, PassageKind, QualityMark, Script, Sharing
from knowledge.errors import EditionConflict, NotFound
from knowledge.store.database import Database, inserted_id, now
from knowledge.store.library_tables import documents, editions, library_state, passages


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
    file_name: str
    content_hash: str
    pages: int | None
    passages: int
    warnings: tuple[tuple[str, int], ...]
    is_sample: bool
    loaded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    edition: EditionRecord
    #: Editions that this one replaces from now on.
    replaced: tuple[EditionRecord, ...] = ()
    #: How many sample documents were withdrawn, because this was the first real one.
    samples_withdrawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStatus:
    generation: int
    model: str | None
    documents: int
    drafts: int
    passages: int
    samples: int
    by_language: Mapping[str, int] = field(default_factory=dict)


class LibraryStore:
    """The guideline library. Every change of what answers is one transaction with a new generation number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---------------------------------------------------------------------------------------- what is there
    def status(self) -> LibraryStatus:
        with self._database.read() as connection:
            state = connection.execute(select(library_state)).one()
            current = editions.c.status == EditionStatus.CURRENT
            joined = editions.join(documents)
            by_language = connection.execute(
                select(editions.c.language, func.count())
                .select_from(joined)
                .where(current)
                .group_by(editions.c.language)
            ).all()
            return LibraryStatus(
                generation=state.generation,
                model=state.model,
                documents=sum(count for _, count in by_language),
                drafts=_count(
                    connection, select(func.count()).where(editions.c.status == EditionStatus.DRAFT)
                ),
                passages=_count(
                    connection, select(func.count()).select_from(passages.join(editions)).where(current)
                ),
                samples=_count(
                    connection, select(func.count()).select_from(joined).where(current, documents.c.is_sample)
                ),
                by_language=dict(by_language),
            )

    def generation(self) -> int:
        with self._database.read() as connection:
            return _count(connection, select(library_state.c.generation))

    def identity(self) -> str:
        with self._database.read() as connection:
            return str(connection.execute(select(library_state.c.identity)).scalar_one())

    def edition(self, edition_id: int) -> EditionRecord:
        """Raises NotFound."""
        with self._database.read() as connection:
            return _edition(connection, edition_id)

    def find(self, *, file_hash: str | None = None, content_hash: str | None = None) -> EditionRecord | None:
        """The newest edition with this file or content."""
        wanted = editions.c.file_hash == file_hash if file_hash else editions.c.content_hash == content_hash
        with self._database.read() as connection:
            found = connection.execute(
                select(editions.c.id).where(wanted).order_by(editions.c.id.desc()).limit(1)
            ).scalar_one_or_none()
            return _edition(connection, found) if found is not None else None

    def list_editions(
        self, statuses: Iterable[EditionStatus] = (EditionStatus.CURRENT,)
    ) -> list[EditionRecord]:
        with self._database.read() as connection:
            rows = connection.execute(
                _edition_query().where(editions.c.status.in_(list(statuses))).order_by(editions.c.id)
            )
            return [_edition_record(row) for row in rows]

    # ------------------------------------------------------------------------------------------- changes
    def add_draft(self, new: NewEdition) -> EditionRecord:
        """Stores an edition that does not answer yet. Its vectors must have been kept before."""
        with self._database.write() as connection:
            edition_id = _insert(connection, _document_for(connection, new), new)
            return _edition(connection, edition_id)

    def add_apart(self, news: Iterable[NewEdition]) -> list[int]:
        """Stores editions that answer at once, each a document of its own whatever its title: their ids, in order.

        For libraries that are made to be measured, where many pieces share a title. One transaction, one generation;
        the vectors must have been kept before.
        """
        with self._database.write() as connection:
            generation = _next_generation(connection)
            return [
                _insert(connection, _new_document(connection, new), new, EditionStatus.CURRENT, generation)
                for new in news
            ]

    def approve(self, edition_id: int) -> Approved:
        """Makes an edition the current one of its document; older ones are replaced in the same transaction.

        Raises:
            NotFound: there is no such edition.
            EditionConflict: it is current already.
        """
        with self._database.write() as connection:
            edition = _edition(connection, edition_id)
            if edition.status is EditionStatus.CURRENT:
                raise EditionConflict
            generation = _next_generation(connection)
            others = _current_of(connection, edition.document_id)
            if is_older(edition, others):
                # An older edition loaded after its successor is kept, but does not answer.
                _set_status(connection, [edition_id], EditionStatus.REPLACED, generation, others[0].id)
                return Approved(edition=_edition(connection, edition_id))
            _set_status(
                connection, [other.id for other in others], EditionStatus.REPLACED, generation, edition_id
            )
            _set_status(connection, [edition_id], EditionStatus.CURRENT, generation)
            samples = 0 if edition.is_sample else _withdraw_samples(connection, generation)
            return Approved(
                edition=_edition(connection, edition_id), replaced=tuple(others), samples_withdrawn=samples
            )

    def withdraw(self, edition_id: int) -> EditionRecord:
        """From now on this edition answers nothing. Raises NotFound; EditionConflict when it is not current."""
        with self._database.write() as connection:
            if _edition(connection, edition_id).status is not EditionStatus.CURRENT:
                raise EditionConflict("only a current edition can be withdrawn")
            _set_status(connection, [edition_id], EditionStatus.WITHDRAWN, _next_generation(connection))
            return _edition(connection, edition_id)

    def discard(self, edition_id: int) -> None:
        """Forgets a draft. Raises NotFound; EditionConflict when it is no draft any more."""
        with self._database.write() as connection:
            edition = _edition(connection, edition_id)
            if edition.status is not EditionStatus.DRAFT:
                raise EditionConflict
            connection.execute(passages.delete().where(passages.c.edition_id == edition_id))
            connection.execute(editions.delete().where(editions.c.id == edition_id))
            left = _count(
                connection, select(func.count()).where(editions.c.document_id == edition.document_id)
            )
            if not left:
                connection.execute(documents.delete().where(documents.c.id == edition.document_id))


_YEAR = re.compile(r"[(（\[【]?\s*(?:19|20)\d{2}\s*(?:年)?\s*(?:修订版|修订|版)?\s*[)）\]】]?")
_NOT_WORD = re.compile(r"[\W_]+")


def title_key(title: str) -> str:
    """A title without its year and punctuation: editions of one document share it."""
    return _NOT_WORD.sub("", _YEAR.sub("", title)).casefold()


def is_older(edition: EditionRecord, current: Iterable[EditionRecord]) -> bool:
    """Whether a newer edition of the document answers already. The same content with another year is a correction."""
    others = [other.year or 0 for other in current if other.content_hash != edition.content_hash]
    return edition.year is not None and edition.year < max(others, default=0)


def _count(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar_one())


def _next_generation(connection: Connection) -> int:
    connection.execute(update(library_state).values(generation=library_state.c.generation + 1))
    return _count(connection, select(library_state.c.generation))


def _set_status(
    connection: Connection,
    ids: Sequence[int],
    status: EditionStatus,
    generation: int,
    replaced_by: int | None = None,
) -> None:
    if ids:
        connection.execute(
            update(editions)
            .where(editions.c.id.in_(ids))
            .values(status=status, generation=generation, replaced_by=replaced_by)
        )


def _document_for(connection: Connection, new: NewEdition) -> int:
    """The document that this is an edition of, by content or any edition's title without its year; else a new one."""
    key = title_key(new.title)
    same_content = (editions.c.content_hash == new.content_hash) & (documents.c.is_sample == new.is_sample)
    same_title = (editions.c.title_key == key) & (editions.c.title_key != "")
    like = (editions.c.language == new.language) & (documents.c.is_sample == new.is_sample)
    query = select(documents.c.id).select_from(documents.outerjoin(editions))
    for same in (same_content, same_title & like):
        found = connection.execute(query.where(same).order_by(documents.c.id).limit(1)).scalar_one_or_none()
        if found is not None:
            return int(found)
    return _new_document(connection, new)


def _new_document(connection: Connection, new: NewEdition) -> int:
    return inserted_id(
        connection.execute(insert(documents).values(is_sample=new.is_sample, created_at=now()))
    )


def _insert(
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


def _withdraw_samples(connection: Connection, generation: int) -> int:
    query = select(editions.c.id).select_from(editions.join(documents))
    samples = connection.execute(
        query.where(documents.c.is_sample, editions.c.status == EditionStatus.CURRENT)
    )
    ids = list(samples.scalars())
    _set_status(connection, ids, EditionStatus.WITHDRAWN, generation)
    return len(ids)


def _edition_query() -> Select[Any]:
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


def _edition(connection: Connection, edition_id: int) -> EditionRecord:
    row = connection.execute(_edition_query().where(editions.c.id == edition_id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no edition {edition_id}")
    return _edition_record(row)


def _current_of(connection: Connection, document_id: int) -> list[EditionRecord]:
    query = _edition_query().where(
        editions.c.document_id == document_id, editions.c.status == EditionStatus.CURRENT
    )
    return [_edition_record(row) for row in connection.execute(query)]


def _edition_record(row: Row[Any]) -> EditionRecord:
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
        file_name=row.file_name,
        content_hash=row.content_hash,
        pages=row.pages,
        passages=row.passage_count,
        warnings=tuple((code, count) for code, count in json.loads(row.warnings)),
        is_sample=row.is_sample,
        loaded_by=row.loaded_by,
    )
