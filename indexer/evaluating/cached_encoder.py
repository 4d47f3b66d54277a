"""An encoder that never encodes the same text twice, whichever library it is for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from knowledge.engines.ports import Encoder, Vectors
from knowledge.store import open_stores
from knowledge.store.vectors import VectorStore


class CachedEncoder:
    """Fulfils Encoder with another one and a store of what that one gave, by content and model.

    What it gives is as exact as a library's own vectors (float16), the first time as every other, so that two runs
    print the same figures.
    """

    def __init__(self, encoder: Encoder, vectors: VectorStore) -> None:
        self._encoder = encoder
        self._vectors = vectors

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
        keys = [_key(kind, text) for text in texts]
        by_key = dict(zip(keys, texts, strict=True))
        known = self._vectors.known(list(by_key), self.fingerprint)
        missing = {key: text for key, text in by_key.items() if key not in known}
        if missing:
            self._vectors.keep(list(missing), encode(list(missing.values())), self.fingerprint)
        found = self._vectors.get(list(by_key), self.fingerprint)
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, 0), np.float32)


def cached(encoder: Encoder, cache_dir: Path) -> CachedEncoder:
    """The encoder with a cache in a file of its own below this folder."""
    stores = open_stores(f"sqlite:///{cache_dir.resolve() / 'evaluate' / 'vectors.sqlite3'}")
    stores.database.migrate()
    return CachedEncoder(encoder, stores.vectors)


def _key(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}\0{text}".encode("utf-8", "replace")).hexdigest()
