"""Documents and their editions: what is current, and since which generation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from knowledge.domain import EditionStatus, PassageKind
from knowledge.errors import EditionConflict, NotFound
from knowledge.searchable import passage_tokens
from knowledge.store.database import Database, inserted_id, now
from knowledge.store.editions import (
    EditionRecord,
    Fact,
    FactValue,
    NewEdition,
    NewPassage,
    columns_of,
    current_of,
    edition_query,
    edition_record,
    insert_edition,
    is_older,
    read_edition,
    title_key,
)
from knowledge.store.library_tables import documents, editions, library_state, passages
from knowledge.store.prepared import PreparedQuery
from knowledge.store.questions import citations

__all__ = [
    "Approved",
    "Edited",
    "EditionRecord",
    "Exchanged",
    "Fact",
    "FactValue",
    "LibraryStatus",
    "LibraryStore",
    "NewEdition",
    "NewPassage",
    "is_older",
    "title_key",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    edition: EditionRecord
    #: Editions that this one replaces from now on.
    replaced: tuple[EditionRecord, ...] = ()
    #: How many sample documents were withdrawn, because this was the first real one.
    samples_withdrawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    before: EditionRecord
    after: EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Recut:
    """The tokens of an edition's passages under a title; they hold for good, for a passage's text never changes."""

    title: str
    rows: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """One edition answers in the place of another, or of none."""

    edition: EditionRecord
    #: What answered until now; None where nothing of this document did.
    instead_of: EditionRecord | None = None


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
            return int(_GENERATION.rows(connection)[0][0])

    def identity(self) -> str:
        with self._database.read() as connection:
            return str(connection.execute(select(library_state.c.identity)).scalar_one())

    def edition(self, edition_id: int) -> EditionRecord:
        """Raises NotFound."""
        with self._database.read() as connection:
            return read_edition(connection, edition_id)

    def find(self, *, file_hash: str | None = None, content_hash: str | None = None) -> EditionRecord | None:
        """The edition with this file or content: the one that answers, or else the newest."""
        wanted = editions.c.file_hash == file_hash if file_hash else editions.c.content_hash == content_hash
        answers = editions.c.status == EditionStatus.CURRENT
        with self._database.read() as connection:
            found = connection.execute(
                select(editions.c.id).where(wanted).order_by(answers.desc(), editions.c.id.desc()).limit(1)
            ).scalar_one_or_none()
            return read_edition(connection, found) if found is not None else None

    def list_editions(
        self, statuses: Iterable[EditionStatus] = (EditionStatus.CURRENT,)
    ) -> list[EditionRecord]:
        with self._database.read() as connection:
            rows = connection.execute(
                edition_query().where(editions.c.status.in_(list(statuses))).order_by(editions.c.id)
            )
            return [edition_record(row) for row in rows]

    def editions_of(self, document_id: int) -> list[EditionRecord]:
        """All editions of a document, the newest first; none where there is no such document."""
        with self._database.read() as connection:
            rows = connection.execute(edition_query().where(editions.c.document_id == document_id))
            found = [edition_record(row) for row in rows]
        return sorted(found, key=lambda edition: (edition.year or 0, edition.id), reverse=True)

    def times_cited(self, edition_ids: Sequence[int]) -> dict[int, int]:
        """In how many answers each edition was quoted; nothing of those that never were."""
        query = select(citations.c.edition_id, func.count(citations.c.question_id.distinct()))
        mine = citations.c.edition_id.in_(list(edition_ids))
        with self._database.read() as connection:
            counted = connection.execute(query.where(mine).group_by(citations.c.edition_id)).all()
            return {row.edition_id: row[1] for row in counted}

    # ------------------------------------------------------------------------------------------- changes
    def add_draft(self, new: NewEdition, document_id: int | None = None) -> EditionRecord:
        """Stores an edition that does not answer yet. Its vectors must have been kept before.

        document_id: what it is an edition of, where that is known; else found by content and title.

        Raises:
            NotFound: the document that was named is gone.
        """
        with self._database.write() as connection:
            if document_id is None:
                document_id = _document_for(connection, new)
            else:
                _require_document(connection, document_id)
            return read_edition(connection, insert_edition(connection, document_id, new))

    def add_apart(self, news: Iterable[NewEdition]) -> list[int]:
        """Stores editions that answer at once, each a document of its own whatever its title: their ids, in order.

        For libraries that are made to be measured, where many pieces share a title. One transaction, one generation;
        the vectors must have been kept before.
        """
        with self._database.write() as connection:
            generation = _next_generation(connection)
            return [
                insert_edition(
                    connection, _new_document(connection, new), new, EditionStatus.CURRENT, generation
                )
                for new in news
            ]

    def approve(self, edition_id: int, *, decided_by: str | None = None) -> Approved:
        """Makes an edition the current one of its document; older ones are replaced in the same transaction.

        decided_by: "telegram:1001" or "shell:root"; whoever loaded it where nobody else is named.

        Raises:
            NotFound: there is no such edition.
            EditionConflict: it is current already.
        """
        with self._database.write() as connection:
            edition = read_edition(connection, edition_id)
            if edition.status is EditionStatus.CURRENT:
                raise EditionConflict
            change = _Change(connection, decided_by or edition.loaded_by)
            others = current_of(connection, edition.document_id)
            if is_older(edition, others):
                # An older edition loaded after its successor is kept, but does not answer.
                change.set(EditionStatus.REPLACED, [edition_id], others[0].id)
                return Approved(edition=read_edition(connection, edition_id))
            change.set(EditionStatus.REPLACED, [other.id for other in others], edition_id)
            change.set(EditionStatus.CURRENT, [edition_id])
            samples = 0 if edition.is_sample else _withdraw_samples(connection, change)
            return Approved(
                edition=read_edition(connection, edition_id),
                replaced=tuple(others),
                samples_withdrawn=samples,
            )

    def withdraw(self, edition_id: int, *, decided_by: str | None = None) -> EditionRecord:
        """From now on this edition answers nothing. Raises NotFound; EditionConflict when it is not current."""
        with self._database.write() as connection:
            edition = read_edition(connection, edition_id)
            if edition.status is not EditionStatus.CURRENT:
                raise EditionConflict("only a current edition can be withdrawn")
            _Change(connection, decided_by or edition.decided_by).set(EditionStatus.WITHDRAWN, [edition_id])
            return read_edition(connection, edition_id)

    def restore(self, edition_id: int, *, instead_of: int | None, decided_by: str) -> Exchanged:
        """Lets an edition answer again, which was withdrawn or replaced.

        instead_of: the edition of the same document that answers now, as whoever decides knows it; None where none
        does. It is replaced; where it is the newer one, it is withdrawn, and names what answers in its place.

        Raises:
            NotFound: there is no such edition.
            EditionConflict: it answers already, was never approved, or something else answers by now.
        """
        with self._database.write() as connection:
            edition = read_edition(connection, edition_id)
            if edition.status not in (EditionStatus.WITHDRAWN, EditionStatus.REPLACED):
                raise EditionConflict("only what was withdrawn or replaced can be restored")
            current = current_of(connection, edition.document_id)
            if [other.id for other in current] != ([instead_of] if instead_of is not None else []):
                raise EditionConflict("another edition of this document answers by now")
            change = _Change(connection, decided_by)
            for other in current:
                is_taken_back = (other.year or 0, other.id) > (edition.year or 0, edition.id)
                status = EditionStatus.WITHDRAWN if is_taken_back else EditionStatus.REPLACED
                change.set(status, [other.id], edition_id)
            change.set(EditionStatus.CURRENT, [edition_id])
            return Exchanged(
                edition=read_edition(connection, edition_id), instead_of=current[0] if current else None
            )

    def cut_anew(self, edition_id: int, title: str) -> Recut | None:
        """What passages would be found by under another title: the slow part of `edit`, which keeps nobody waiting.

        None where it is so called already. Raises NotFound.
        """
        with self._database.read() as connection:
            is_called_so = read_edition(connection, edition_id).title == title
        return None if is_called_so else Recut(title=title, rows=self._cut_anew(edition_id, title))

    def edit(self, edition_id: int, fact: Fact, value: FactValue, *, recut: Recut | None = None) -> Edited:
        """Corrects one fact; what citations and searches say of a current edition is a new generation.

        A draft whose title or language is corrected, and that is a document of its own, joins the document that is
        so called. value: of the kind that EditionRecord has. recut: what `cut_anew` gave for a title; without it the
        passages are cut here, while nobody else can write.

        Raises:
            NotFound: there is no such edition.
        """
        with self._database.write() as connection:
            before = read_edition(connection, edition_id)
            if getattr(before, fact.value) == value:
                return Edited(before=before, after=before)
            values = columns_of(fact, value)
            if before.status is EditionStatus.CURRENT:
                values["generation"] = _next_generation(connection)
            connection.execute(update(editions).where(editions.c.id == edition_id).values(**values))
            if fact is Fact.TITLE:
                fits = recut is not None and recut.title == value
                rows = recut.rows if recut and fits else self._cut_anew(edition_id, str(value))
                if rows:
                    cut = update(passages).where(passages.c.id == bindparam("key"))
                    connection.execute(cut.values(tokens=bindparam("cut")), rows)
            if before.status is EditionStatus.DRAFT and fact in (Fact.TITLE, Fact.LANGUAGE):
                _join_namesake(connection, read_edition(connection, edition_id))
            return Edited(before=before, after=read_edition(connection, edition_id))

    def note_reader(self, edition_id: int, reader: str) -> None:
        """That this version of the reader makes the very passages that the edition has."""
        with self._database.write() as connection:
            connection.execute(update(editions).where(editions.c.id == edition_id).values(reader=reader))

    def encoded_as(self, edition_id: int, title: str, keys: Mapping[int, str]) -> bool:
        """Gives passages the vectors of their edition's corrected title; False where that is another one by now.

        keys: of vectors that were kept before, by passage. Raises NotFound.
        """
        with self._database.write() as connection:
            edition = read_edition(connection, edition_id)
            if edition.title != title:
                return False
            if keys:
                mine = (passages.c.id == bindparam("passage")) & (passages.c.edition_id == edition_id)
                values = [{"passage": passage, "vector": key} for passage, key in keys.items()]
                connection.execute(
                    update(passages).where(mine).values(vector_key=bindparam("vector")), values
                )
            if edition.status is EditionStatus.CURRENT:
                changed = update(editions).where(editions.c.id == edition_id)
                connection.execute(changed.values(generation=_next_generation(connection)))
            return True

    def assign(self, edition_id: int, document_id: int | None) -> EditionRecord:
        """Makes a draft an edition of another document; of a new one of its own where none is named.

        Raises:
            NotFound: there is no such edition or document.
            EditionConflict: it is no draft any more.
        """
        with self._database.write() as connection:
            draft = read_edition(connection, edition_id)
            if draft.status is not EditionStatus.DRAFT:
                raise EditionConflict("only a draft can become an edition of another document")
            if document_id is not None:
                _require_document(connection, document_id)
            elif _is_alone(connection, draft):
                return draft
            _move(connection, draft, document_id)
            return read_edition(connection, edition_id)

    def discard(self, edition_id: int) -> None:
        """Forgets a draft. Raises NotFound; EditionConflict when it is no draft any more."""
        with self._database.write() as connection:
            edition = read_edition(connection, edition_id)
            if edition.status is not EditionStatus.DRAFT:
                raise EditionConflict
            connection.execute(passages.delete().where(passages.c.edition_id == edition_id))
            connection.execute(editions.delete().where(editions.c.id == edition_id))
            _forget_if_empty(connection, edition.document_id)

    def _cut_anew(self, edition_id: int, title: str) -> list[dict[str, Any]]:
        """The tokens of an edition's passages under another title."""
        query = select(passages.c.id, passages.c.kind, passages.c.section, passages.c.text)
        with self._database.read() as connection:
            rows = connection.execute(query.where(passages.c.edition_id == edition_id)).all()
        return [
            {
                "key": row.id,
                "cut": passage_tokens(title, json.loads(row.section), row.text, PassageKind(row.kind)),
            }
            for row in rows
        ]


class _Change:
    """One change of what answers: one new generation, one moment, one who decided it."""

    def __init__(self, connection: Connection, decided_by: str | None) -> None:
        self._connection = connection
        self._values = {
            "generation": _next_generation(connection),
            "decided_by": decided_by,
            "decided_at": now(),
        }

    def set(self, status: EditionStatus, ids: Sequence[int], replaced_by: int | None = None) -> None:
        if ids:
            changed = update(editions).where(editions.c.id.in_(ids))
            self._connection.execute(changed.values(status=status, replaced_by=replaced_by, **self._values))


_GENERATION = PreparedQuery(select(library_state.c.generation))


def _count(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar_one())


def _next_generation(connection: Connection) -> int:
    connection.execute(update(library_state).values(generation=library_state.c.generation + 1))
    return _count(connection, select(library_state.c.generation))


def _document_for(connection: Connection, new: NewEdition) -> int:
    """The document that this is an edition of, by content or any edition's title without its year; else a new one."""
    same_content = (editions.c.content_hash == new.content_hash) & (documents.c.is_sample == new.is_sample)
    for same in (same_content, _is_called(new)):
        if (found := _first_document(connection, same)) is not None:
            return found
    return _new_document(connection, new)


def _is_called(named: NewEdition | EditionRecord) -> Any:
    """The condition of editions that share its title, language and kind."""
    same_title = (editions.c.title_key == title_key(named.title)) & (editions.c.title_key != "")
    return same_title & (editions.c.language == named.language) & (documents.c.is_sample == named.is_sample)


def _first_document(connection: Connection, condition: Any) -> int | None:
    query = select(documents.c.id).select_from(documents.join(editions)).where(condition)
    return connection.execute(query.order_by(documents.c.id).limit(1)).scalar_one_or_none()


def _join_namesake(connection: Connection, draft: EditionRecord) -> None:
    """A draft that stands alone joins the document that is called like it; where it stands was else decided."""
    if not _is_alone(connection, draft):
        return
    others = documents.c.id != draft.document_id
    if (found := _first_document(connection, _is_called(draft) & others)) is not None:
        _move(connection, draft, found)


def _is_alone(connection: Connection, edition: EditionRecord) -> bool:
    query = select(func.count()).where(editions.c.document_id == edition.document_id)
    return _count(connection, query) == 1


def _move(connection: Connection, draft: EditionRecord, document_id: int | None) -> None:
    target = _new_document(connection, draft) if document_id is None else document_id
    connection.execute(update(editions).where(editions.c.id == draft.id).values(document_id=target))
    _forget_if_empty(connection, draft.document_id)


def _forget_if_empty(connection: Connection, document_id: int) -> None:
    if not _count(connection, select(func.count()).where(editions.c.document_id == document_id)):
        connection.execute(documents.delete().where(documents.c.id == document_id))


def _require_document(connection: Connection, document_id: int) -> None:
    if not _count(connection, select(func.count()).where(documents.c.id == document_id)):
        raise NotFound(f"there is no document {document_id}")


def _new_document(connection: Connection, new: NewEdition | EditionRecord) -> int:
    return inserted_id(
        connection.execute(insert(documents).values(is_sample=new.is_sample, created_at=now()))
    )


def _withdraw_samples(connection: Connection, change: _Change) -> int:
    query = select(editions.c.id).select_from(editions.join(documents))
    samples = connection.execute(
        query.where(documents.c.is_sample, editions.c.status == EditionStatus.CURRENT)
    )
    ids = list(samples.scalars())
    change.set(EditionStatus.WITHDRAWN, ids)
    return len(ids)
