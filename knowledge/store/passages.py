"""Passages as answering needs them: what changed, what the indexes hold, what may be quoted at this moment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, Select, and_, bindparam, select, update

from knowledge.domain import Citation, EditionStatus, Passage, PassageKind, QualityMark, Script
from knowledge.errors import ModelChanged
from knowledge.searchable import passage_tokens
from knowledge.store.database import Database
from knowledge.store.library_tables import documents, editions, library_state, passages
from knowledge.store.vectors import KEYS_A_QUERY, Vectors, unpack, vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An edition whose passages came to answer, or ceased to, after some generation."""

    edition_id: int
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRows:
    """An edition's passages of one script for the vector index: parallel sequences."""

    ids: NDArray[np.int64]
    #: float32 (n, dim), unit length.
    vectors: Vectors


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

    def vectors_of(self, edition_id: int, model: str) -> dict[Script, VectorRows]:
        """An edition's vectors by script. Raises ModelChanged where one of this model is missing."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(passages.c.id, passages.c.script, vectors.c.vector)
                .select_from(passages.outerjoin(vectors, _vector_of(model)))
                .where(passages.c.edition_id == edition_id)
                .order_by(passages.c.ordinal)
            ).all()
        if any(row.vector is None for row in rows):
            raise ModelChanged
        by_script = {script: [row for row in rows if row.script == script] for script in Script}
        return {script: _vector_rows(some) for script, some in by_script.items() if some}

    def tokens_of(self, edition_id: int) -> list[TokenRow]:
        """An edition's passages for the keyword index."""
        with self._database.read() as connection:
            query = select(passages.c.id, passages.c.script, passages.c.tokens)
            rows = connection.execute(
                query.where(passages.c.edition_id == edition_id).order_by(passages.c.ordinal)
            )
            return [TokenRow(id=row.id, script=Script(row.script), tokens=row.tokens) for row in rows]

    def get_current(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Those of the passages that answer at this moment, by id."""
        found: dict[int, Passage] = {}
        with self._database.read() as connection:
            for start in range(0, len(ids), KEYS_A_QUERY):
                some = ids[start : start + KEYS_A_QUERY]
                query = _passage_query().where(
                    passages.c.id.in_(some), editions.c.status == EditionStatus.CURRENT
                )
                found.update({row.id: _passage(row) for row in connection.execute(query)})
        return found

    def of_edition(self, edition_id: int) -> list[Passage]:
        """All passages of an edition, whatever its standing, in order."""
        with self._database.read() as connection:
            query = _passage_query().where(passages.c.edition_id == edition_id).order_by(passages.c.ordinal)
            return [_passage(row) for row in connection.execute(query)]

    def at(self, edition_id: int, ordinal: int) -> Passage | None:
        """The passage at this place of an edition; None behind its end."""
        with self._database.read() as connection:
            query = _passage_query().where(passages.c.edition_id == edition_id, passages.c.ordinal == ordinal)
            row = connection.execute(query).one_or_none()
            return _passage(row) if row else None

    def unencoded(self, model: str) -> list[Unencoded]:
        """Passages without a vector of this model, replaced and withdrawn editions included."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(passages.c.id, editions.c.title, passages.c.section, passages.c.text)
                .select_from(passages.join(editions).outerjoin(vectors, _vector_of(model)))
                .where(vectors.c.key.is_(None))
                .order_by(passages.c.id)
            ).all()
        return [
            Unencoded(passage_id=r.id, title=r.title, section=tuple(json.loads(r.section)), text=r.text)
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


def _vector_rows(rows: Sequence[Any]) -> VectorRows:
    return VectorRows(
        ids=np.array([row.id for row in rows], np.int64),
        vectors=np.stack([unpack(row.vector) for row in rows]),
    )


def _vector_of(model: str) -> Any:
    return and_(vectors.c.key == passages.c.vector_key, vectors.c.model == model)


def _passage_query() -> Select[Any]:
    return select(
        passages,
        editions.c.document_id,
        editions.c.title,
        editions.c.year,
        editions.c.file_name,
        editions.c.publisher,
        editions.c.language,
        editions.c.source,
        documents.c.is_sample,
    ).select_from(passages.join(editions).join(documents))


def _passage(row: Row[Any]) -> Passage:
    return Passage(
        id=row.id,
        document_id=row.document_id,
        edition_id=row.edition_id,
        ordinal=row.ordinal,
        kind=PassageKind(row.kind),
        script=Script(row.script),
        text=row.text,
        tokens=row.tokens,
        citation=Citation(
            title=row.title,
            year=row.year,
            publisher=row.publisher,
            language=row.language,
            section=tuple(json.loads(row.section)),
            page_first=row.page_first,
            page_last=row.page_last,
            page_label=row.page_label,
            source=row.source or row.file_name,
            is_sample=row.is_sample,
        ),
        marks=frozenset(QualityMark(mark) for mark in json.loads(row.marks)),
    )
