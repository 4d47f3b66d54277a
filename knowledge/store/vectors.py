"""Vectors, cached by the content they were made from and the model that made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, LargeBinary, String, Table, delete, insert, select, update

from knowledge.errors import ModelChanged
from knowledge.store.database import Database, metadata
from knowledge.store.library_tables import library_state

vectors = Table(
    "vectors",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("model", String(200), primary_key=True),
    # float16, little-endian, unit length.
    Column("vector", LargeBinary, nullable=False),
    # The same of a passage's windows, one after the other; empty where it has none, NULL where they were not encoded.
    Column("windows", LargeBinary),
)

Vectors = NDArray[np.float32]
HalfVectors = NDArray[np.float16]

#: SQLite takes at most 32,766 parameters a statement; this many keys stay far below that on every database.
KEYS_A_QUERY = 500


T = TypeVar("T")


def slices(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), KEYS_A_QUERY):
        yield items[start : start + KEYS_A_QUERY]


def unpack(blob: bytes) -> Vectors:
    """float32 (dim,) as it was stored."""
    return np.frombuffer(blob, dtype="<f2").astype(np.float32)


def half(blob: bytes, bytes_a_row: int | None) -> HalfVectors:
    """float16 (k, dim) as they were stored one after the other; k is 0 where nothing was."""
    return np.frombuffer(blob, dtype="<f2").reshape(-1, bytes_a_row // 2 if bytes_a_row else 1)


def unpack_all(blobs: Sequence[bytes]) -> Vectors:
    """float32 (n, dim) of as many vectors, all of one model."""
    return np.frombuffer(b"".join(blobs), dtype="<f2").reshape(len(blobs), -1).astype(np.float32)


class VectorStore:
    """What was encoded is never encoded again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def use_model(self, model: str) -> None:
        """Notes the model of an empty library; raises ModelChanged when the library has vectors of another."""
        with self._database.write() as connection:
            known = connection.execute(select(library_state.c.model)).scalar_one()
            if known is None:
                connection.execute(update(library_state).values(model=model))
            elif known != model:
                raise ModelChanged

    def check_model(self, model: str) -> None:
        """Raises ModelChanged when the library has vectors of another model."""
        with self._database.read() as connection:
            known = connection.execute(select(library_state.c.model)).scalar_one()
        if known not in (None, model):
            raise ModelChanged

    def known(self, keys: Sequence[str], model: str) -> set[str]:
        """Which of these keys have a vector of this model, and those of their windows."""
        known: set[str] = set()
        with self._database.read() as connection:
            for some in slices(keys):
                query = select(vectors.c.key).where(
                    vectors.c.model == model, vectors.c.key.in_(some), vectors.c.windows.is_not(None)
                )
                known.update(connection.execute(query).scalars())
        return known

    def get(self, keys: Sequence[str], model: str) -> dict[str, Vectors]:
        """float32 (dim,) of those keys that have a vector of this model."""
        found: dict[str, Vectors] = {}
        with self._database.read() as connection:
            for some in slices(keys):
                query = select(vectors.c.key, vectors.c.vector).where(
                    vectors.c.model == model, vectors.c.key.in_(some)
                )
                found.update({row.key: unpack(row.vector) for row in connection.execute(query)})
        return found

    def keep(
        self, keys: Sequence[str], rows: Vectors, model: str, windows: Sequence[Vectors] | None = None
    ) -> None:
        """Caches rows, float32 (n, dim), under their keys; what is there already is written again.

        windows: float32 (k, dim) of the windows of each, k from 0; nothing has any where they are left out.
        """
        blobs = [_packed(some) for some in windows] if windows is not None else [b""] * len(keys)
        values = {
            key: {"key": key, "model": model, "vector": _packed(row), "windows": blob}
            for key, row, blob in zip(keys, rows, blobs, strict=True)
        }
        with self._database.write() as connection:
            for some in slices(list(values)):
                connection.execute(delete(vectors).where(vectors.c.model == model, vectors.c.key.in_(some)))
            if values:
                connection.execute(insert(vectors), list(values.values()))


def _packed(rows: Vectors) -> bytes:
    return rows.astype("<f2").tobytes()
