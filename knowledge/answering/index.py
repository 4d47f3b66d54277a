"""The indexes of the current passages, kept in step with the database."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.answering.keyword_cache import KeywordCache
from knowledge.domain import Course
from knowledge.engines.keywords import KeywordIndex
from knowledge.engines.ports import Group, Vectors
from knowledge.engines.vectors import FlatVectorIndex
from knowledge.store import Stores
from knowledge.store.passages import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The courses on offer, with their vectors in rows of the same order: float32 (n, dim)."""

    courses: tuple[Course, ...]
    vectors: Vectors


class PassageIndex:
    """Vectors by language group in memory, keywords in a cache folder; both follow the library's generation.

    Thread-safe. A process that answers asks `catch_up` before each question: it costs one query where nothing changed.
    """

    def __init__(self, stores: Stores, model: str, cache_dir: Path) -> None:
        self._stores = stores
        self._model = model
        self._cache = KeywordCache(stores, cache_dir / "keywords")
        self._lock = threading.RLock()
        self._generation = -1
        self._members: dict[int, tuple[Group, NDArray[np.int64]]] = {}
        self.vectors: dict[Group, FlatVectorIndex] = {}
        self.keywords = KeywordIndex(None)
        self.catalogue = Catalogue(courses=(), vectors=np.zeros((0, 0), np.float32))

    def catch_up(self) -> None:
        """Takes in what became current, and drops what ceased to be, since the last time.

        Raises:
            ModelChanged: the library was encoded with another model.
            KnowledgeError: the database cannot be read.
        """
        with self._lock:
            generation, changes = self._stores.passages.changes_since(self._generation)
            if generation == self._generation:
                return
            self._stores.vectors.check_model(self._model)
            for change in changes:
                self._apply(change)
            self._load_catalogue()
            self.keywords = self._cache.at_generation(
                generation, passages=sum(map(len, self.vectors.values()))
            )
            self._generation = generation

    def passages(self, group: Group) -> int:
        """How many passages of the group are searched."""
        return len(self.vectors[group]) if group in self.vectors else 0

    def _apply(self, change: Change) -> None:
        known = self._members.pop(change.edition_id, None)
        if known:
            self.vectors[known[0]].remove(known[1])
        if change.is_current:
            rows = self._stores.passages.vectors_of(change.edition_id, self._model)
            group = Group.of(change.language)
            if len(rows.ids):
                index = self.vectors.setdefault(group, FlatVectorIndex(rows.vectors.shape[1]))
                index.add(rows.ids, rows.vectors)
            self._members[change.edition_id] = (group, rows.ids)

    def _load_catalogue(self) -> None:
        rows = self._stores.courses.with_vectors(self._model)
        self.catalogue = Catalogue(
            courses=tuple(course for course, _ in rows),
            vectors=np.stack([vector for _, vector in rows]) if rows else np.zeros((0, 0), np.float32),
        )
