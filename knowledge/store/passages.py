"""Passages as answering needs them: what changed, what the indexes hold, what may be quoted at this moment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, and_, bindparam, func, select, update

from knowledge.domain import Citation, EditionStatus, Passage, PassageKind, QualityMark, Script, Sharing
from knowledge.errors import ModelChanged
from knowledge.searchable import passage_tokens
from knowledge.store.database import Database
from knowledge.store.library_tables import documents, editions, library_state, passages
from knowledge.store.vectors import Vectors, slices, unpack, unpack_all, vectors


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
class WindowRows:
    """The windows of some passages, those of a passage together."""

    ids: Sequence[int]
    #: How many each passage has, at least one.
    counts: Sequence[int]
    #: float32 (sum of counts, dim), unit length.
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
    kind: PassageKind


#: Vectors are stored in half precision.
_BYTES_A_NUMBER = 2


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

    def current_with_windows(self, ids: Sequence[int], model: str) -> tuple[dict[int, Passage], WindowRows]:
        """Those of the passages that answer at this moment, by id, and the windows of those that have any."""
        rows: list[Any] = []
        with self._database.read() as connection:
            for some in slices(ids):
                rows += connection.execute(_CURRENT_WITH_WINDOWS, {"ids": some, "model": model}).all()
        found = [(row[0], row[-2], row[-1]) for row in rows if row[-2]]
        dimension = found[0][2] // _BYTES_A_NUMBER if found else 1
        windows = WindowRows(
            ids=[id_ for id_, _, _ in found],
            counts=[len(kept) // (dimension * _BYTES_A_NUMBER) for _, kept, _ in found],
            vectors=unpack(b"".join(kept for _, kept, _ in found)).reshape(-1, dimension),
        )
        return {row[0]: _passage(row[:-2]) for row in rows}, windows

    def of_edition(self, edition_id: int) -> list[Passage]:
        """All passages of an edition, whatever its standing, in order."""
        with self._database.read() as connection:
            query = _PASSAGES.where(passages.c.edition_id == edition_id).order_by(passages.c.ordinal)
            return [_passage(row) for row in connection.execute(query)]

    def at(self, edition_id: int, ordinal: int) -> Passage | None:
        """The passage at this place of an edition; None behind its end."""
        with self._database.read() as connection:
            place = {"edition": edition_id, "ordinal": ordinal}
            row = connection.execute(_AT, place).one_or_none()
            return _passage(row) if row else None

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


#: Made once: putting such a query together takes longer than answering it.
_PASSAGES: Select[Any] = select(
    passages.c.id,
    passages.c.edition_id,
    passages.c.ordinal,
    passages.c.kind,
    passages.c.script,
    passages.c.section,
    passages.c.text,
    passages.c.tokens,
    passages.c.page_first,
    passages.c.page_last,
    passages.c.page_label,
    passages.c.marks,
    editions.c.document_id,
    editions.c.title,
    editions.c.year,
    editions.c.file_name,
    editions.c.publisher,
    editions.c.language,
    editions.c.source,
    editions.c.sharing,
    documents.c.is_sample,
).select_from(passages.join(editions).join(documents))
_CURRENT = _PASSAGES.where(
    passages.c.id.in_(bindparam("ids", expanding=True)), editions.c.status == EditionStatus.CURRENT
)
_CURRENT_WITH_WINDOWS = _CURRENT.outerjoin(
    vectors, and_(vectors.c.key == passages.c.vector_key, vectors.c.model == bindparam("model"))
).add_columns(vectors.c.windows, func.length(vectors.c.vector))
_AT = _PASSAGES.where(
    passages.c.edition_id == bindparam("edition"), passages.c.ordinal == bindparam("ordinal")
)


def _passage(row: Sequence[Any]) -> Passage:
    # By position: an answer looks at dozens of passages, and looking names up would take most of the time.
    (
        id_, edition_id, ordinal, kind, script, section, text, tokens, page_first, page_last, page_label, marks,
        document_id, title, year, file_name, publisher, language, source, sharing, is_sample,
    ) = row  # fmt: skip
    return Passage(
        id=id_,
        document_id=document_id,
        edition_id=edition_id,
        ordinal=ordinal,
        kind=PassageKind(kind),
        script=Script(script),
        text=text,
        tokens=tokens,
        citation=Citation(
            title=title,
            year=year,
            publisher=publisher,
            language=language,
            section=_section(section),
            page_first=page_first,
            page_last=page_last,
            page_label=page_label,
            source=source or file_name,
            is_sample=is_sample,
        ),
        marks=_marks(marks),
        sharing=Sharing(sharing),
    )


@lru_cache(maxsize=4096)
def _section(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=64)
def _marks(text: str) -> frozenset[QualityMark]:
    return frozenset(QualityMark(mark) for mark in json.loads(text))
