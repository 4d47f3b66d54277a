"""An encoder that never encodes the same text twice, whichever library it is for."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from knowledge.engines.ports import Encoder, Vectors

#: SQLite takes at least 999 parameters a statement.
_KEYS_A_QUERY = 900


class CachedEncoder:
    """Fulfils Encoder with another one and a file of what that one gave, by content, model and purpose.

    The file is a cache of its own and no library: it outlives the throw-away ones, and their schema.
    """

    def __init__(self, encoder: Encoder, cache_dir: Path) -> None:
        self._encoder = encoder
        self._file = cache_dir / "evaluate" / "vectors.sqlite3"

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """float32 (n, dim)."""
        return self._encode("question", texts, self._encoder.encode_questions)

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """float32 (n, dim)."""
        return self._encode("passage", texts, lambda some: self._encoder.encode_passages(some, on_progress))

    def _encode(self, kind: str, texts: Sequence[str], encode: Callable[[list[str]], Vectors]) -> Vectors:
        keys = [self._key(kind, text) for text in texts]
        with closing(self._open()) as connection:
            found = dict(_stored(connection, list(dict.fromkeys(keys))))
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
            if missing:
                new = dict(zip(missing, encode(list(missing.values())), strict=True))
                with connection:
                    connection.executemany(
                        "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
                        ((key, row.astype("<f4").tobytes()) for key, row in new.items()),
                    )
                found |= new
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, 0), np.float32)

    def _open(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # Another evaluation may be writing.
        connection = sqlite3.connect(self._file, timeout=30)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
        )
        return connection

    def _key(self, kind: str, text: str) -> str:
        return hashlib.sha256(f"{self.fingerprint}\0{kind}\0{text}".encode("utf-8", "replace")).hexdigest()


def _stored(connection: sqlite3.Connection, keys: Sequence[str]) -> Iterator[tuple[str, Vectors]]:
    for start in range(0, len(keys), _KEYS_A_QUERY):
        some = keys[start : start + _KEYS_A_QUERY]
        wanted = ",".join("?" * len(some))
        query = f"SELECT key, vector FROM vectors WHERE key IN ({wanted})"  # noqa: S608  # question marks only
        for key, blob in connection.execute(query, some):
            yield key, np.frombuffer(blob, "<f4")
