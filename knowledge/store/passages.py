"""Passages as answering needs them: what changed, what the indexes hold, what may be quoted at this moment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, bindparam, func, select, update

from knowledge.domain import EditionStatus, Passage, PassageKind, Script
from knowledge.errors import ModelChanged
from knowledge.searchable import passage_tokens
from knowledge.store.database import Database
from knowledge.store.library_tables import editions, library_state, passages
from knowledge.store.passage_rows import PASSAGES, passage_of
from knowledge.store.prepared import PreparedQuery
from knowledge.store.vectors import HalfVectors, Vectors, half, slices, unpack_all, vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An edition whose passages came to answer, or ceased to, after some generation."""

    edition_id: int
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRows:
    """Passages of one script for the vector index: parallel sequences, those of an edition together."""

    ids: NDArray[np.int64]
    #: The edition that each belongs to.
    editions: NDArray[np.int64]
    #: float32 (n, dim), unit length.
    vectors: Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class WithWindows:
    """A passage that answers, and what it is found by beside its words and its vector."""

    passage: Passage
    #: When its edition changed last: what is told of it here holds until that changes again.
    generation: int
    #: float16 (k, dim), unit length; k is 0 where it has none.
    windows: HalfVectors


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A passage for the keyword index."""

    id: int
    script: Script
    tokens: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unencoded:
    """A passage that has no vector of the model asked for."""

    passage_id: int
    title: str
    section: tuple[str, ...]
    text: str
    kind: PassageKind


class PassageStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def changes_since(self, generation: int) -> tuple[int, list[Change]]:
        """The generation now, and every edition whose standing changed after the given one."""
        with self._database.read() as connection:
            current: int = connection.execute(select(library_state.c.generation)).scalar_one()
            if current == generation:
                return current, []
            rows = connection.execute(
                select(editions.c.id, editions.c.status)
                .where(editions.c.generation > generation)
                .order_by(editions.c.id)
            ).all()
        changes = [Change(edition_id=r.id, is_current=r.status == EditionStatus.CURRENT) for r in rows]
        return current, changes

    def vectors_of(self, edition_ids: Sequence[int], model: str) -> dict[Script, VectorRows]:
        """The vectors of some editions by script. Raises ModelChanged where one of this model is missing."""
        found: dict[str, list[Any]] = {}
        with self._database.read() as connection:
            for some in slices(edition_ids):
                query = (
                    select(passages.c.id, passages.c.edition_id, passages.c.script, vectors.c.vector)
                    .select_from(passages.outerjoin(vectors, _vector_of(model)))
                    .where(passages.c.edition_id.in_(some))
                    .order_by(passages.c.edition_id, passages.c.ordinal)
                )
                # Not by name: a library of 100,000 passages is read at every start.
                for id_, edition_id, script, vector in connection.execute(query):
                    if vector is None:
                        raise ModelChanged
                    found.setdefault(script, []).append((id_, edition_id, vector))
        return {Script(script): _vector_rows(rows) for script, rows in found.items()}

    def tokens_of(self, edition_ids: Sequence[int]) -> dict[int, list[TokenRow]]:
        """The passages of some editions for the keyword index, by edition; none of one that has no passages."""
        found: dict[int, list[TokenRow]] = {}
        with self._database.read() as connection:
            for some in slices(edition_ids):
                query = (
                    select(passages.c.edition_id, passages.c.id, passages.c.script, passages.c.tokens)
                    .where(passages.c.edition_id.in_(some))
                    .order_by(passages.c.edition_id, passages.c.ordinal)
                )
                for edition_id, id_, script, tokens in connection.execute(query):
                    row = TokenRow(id=id_, script=Script(script), tokens=tokens)
                    found.setdefault(edition_id, []).append(row)
        return found

    def answering(self, edition_ids: Sequence[int]) -> dict[int, int]:
        """Those of the editions that answer at this moment, each with the generation that changed it last."""
        with self._database.read() as connection:
            return {
                edition_id: generation
                for some in slices(edition_ids)
                for edition_id, generation in _ANSWERING.rows(connection, some)
            }

    def current_with_windows(self, ids: Sequence[int], model: str) -> dict[int, WithWindows]:
        """Those of the passages that answer at this moment, by id, with their windows of this model."""
        rows: list[Any] = []
        with self._database.read() as connection:
            for some in slices(ids):
                rows += _CURRENT_WITH_WINDOWS.rows(connection, some, model=model)
        return {
            passage_row[0]: WithWindows(
                passage=passage_of(passage_row),
                generation=generation,
                windows=half(windows or b"", bytes_a_row),
            )
            for *passage_row, generation, windows, bytes_a_row in rows
        }

    def of_edition(self, edition_id: int) -> list[Passage]:
        """All passages of an edition, whatever its standing, in order."""
        with self._database.read() as connection:
            query = PASSAGES.where(passages.c.edition_id == edition_id).order_by(passages.c.ordinal)
            return [passage_of(row) for row in connection.execute(query)]

    def at(self, edition_id: int, ordinal: int) -> Passage | None:
        """The passage at this place of an edition; None behind its end."""
        with self._database.read() as connection:
            place = {"edition": edition_id, "ordinal": ordinal}
            row = connection.execute(_AT, place).one_or_none()
            return passage_of(row) if row else None

    def unencoded(self, model: str) -> list[Unencoded]:
        """Passages without vectors of this model, replaced and withdrawn editions included."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(passages.c.id, passages.c.kind, editions.c.title, passages.c.section, passages.c.text)
                .select_from(passages.join(editions).outerjoin(vectors, _vector_of(model)))
                .where(vectors.c.windows.is_(None))
                .order_by(passages.c.id)
            ).all()
        return [
            Unencoded(
                passage_id=r.id,
                title=r.title,
                section=tuple(json.loads(r.section)),
                text=r.text,
                kind=PassageKind(r.kind),
            )
            for r in rows
        ]

    def cut_again(self) -> None:
        """Cuts every passage's tokens anew, as this version does; every process loads them anew."""
        with self._database.write() as connection:
            query = select(
                passages.c.id, passages.c.kind, passages.c.section, passages.c.text, editions.c.title
            )
            rows = connection.execute(query.select_from(passages.join(editions))).all()
            values = [{"key": row.id, "cut": _tokens(row)} for row in rows]
            if values:
                cut = (
                    update(passages).where(passages.c.id == bindparam("key")).values(tokens=bindparam("cut"))
                )
                connection.execute(cut, values)
            _touch(connection)

    def change_model(self, model: str) -> None:
        """After everything was encoded with it: the library's model from now on; every process loads it anew."""
        with self._database.write() as connection:
            connection.execute(update(library_state).values(model=model))
            _touch(connection)


def _touch(connection: Connection) -> None:
    """A new generation for everything: whoever holds an index of it makes it anew."""
    connection.execute(update(library_state).values(generation=library_state.c.generation + 1))
    generation = connection.execute(select(library_state.c.generation)).scalar_one()
    answered = editions.c.status != EditionStatus.DRAFT
    connection.execute(update(editions).where(answered).values(generation=generation))


def _tokens(row: Any) -> str:
    return passage_tokens(row.title, json.loads(row.section), row.text, PassageKind(row.kind))


def _vector_rows(rows: Sequence[tuple[int, int, bytes]]) -> VectorRows:
    ids, of_editions, blobs = zip(*rows, strict=True)
    return VectorRows(
        ids=np.array(ids, np.int64),
        editions=np.array(of_editions, np.int64),
        vectors=unpack_all(blobs),
    )


def _vector_of(model: str) -> Any:
    return and_(vectors.c.key == passages.c.vector_key, vectors.c.model == model)


_ANSWERING = PreparedQuery(
    select(editions.c.id, editions.c.generation).where(
        editions.c.id.in_(bindparam("ids", expanding=True)), editions.c.status == EditionStatus.CURRENT
    )
)
_CURRENT_WITH_WINDOWS = PreparedQuery(
    PASSAGES.outerjoin(
        vectors, and_(vectors.c.key == passages.c.vector_key, vectors.c.model == bindparam("model"))
    )
    .where(passages.c.id.in_(bindparam("ids", expanding=True)), editions.c.status == EditionStatus.CURRENT)
    .add_columns(editions.c.generation, vectors.c.windows, func.length(vectors.c.vector))
)
_AT = PASSAGES.where(
    passages.c.edition_id == bindparam("edition"), passages.c.ordinal == bindparam("ordinal")
)
