"""The indexes of the current passages, kept in step with the database."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.answering.contents import KEPT, Contents
from knowledge.answering.coverage import inverse_frequency
from knowledge.answering.keyword_cache import KeywordCache
from knowledge.domain import Course, Script
from knowledge.engines.keywords import KeywordIndex
from knowledge.engines.ports import Vectors
from knowledge.engines.vectors import FlatVectorIndex
from knowledge.store import Stores
from knowledge.store.passages import VectorRows
from knowledge.text import script_of, tokens

#: Editions whose vectors are read together: few enough that what is read at once stays small.
_EDITIONS_AT_ONCE = 50

#: Questions use the same few thousand words again and again.
_WEIGHTS_KEPT = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The courses on offer, with their vectors in rows of the same order: float32 (n, dim)."""

    courses: tuple[Course, ...]
    vectors: Vectors
    scripts: tuple[Script, ...]
    #: What title and summary are found by.
    tokens: tuple[frozenset[str], ...]


#: As many passages as the samples have in a language.
_FEWEST_FOR_RARITY = 60


class PassageIndex:
    """Vectors by language script in memory, keywords in a cache folder; both follow the library's generation.

    Thread-safe. A process that answers asks `catch_up` before each question: it costs one query where nothing changed.
    """

    def __init__(self, stores: Stores, model: str, cache_dir: Path) -> None:
        self._stores = stores
        self.model = model
        self._cache = KeywordCache(stores, cache_dir / "keywords")
        self._lock = threading.RLock()
        self._generation = -1
        self._identity = ""
        self._members: dict[int, dict[Script, NDArray[np.int64]]] = {}
        self.vectors: dict[Script, FlatVectorIndex] = {}
        self.keywords = KeywordIndex(None)
        self.contents = Contents(stores.passages, model)
        #: Of terms that were asked for since the last change.
        self._weights: dict[tuple[str, Script], float] = {}
        self.catalogue = _catalogue([])

    def is_current(self) -> bool:
        """Whether nothing changed since the last catching up."""
        return self._stores.library.generation() == self._generation

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
            identity = self._stores.library.identity()
            if generation < self._generation or identity != self._identity:
                # The database was restored from a backup: what is in memory is of a library that no longer is.
                self._forget()
                self._identity = identity
                generation, changes = self._stores.passages.changes_since(self._generation)
            self._stores.vectors.check_model(self.model)
            self._drop([change.edition_id for change in changes])
            self._take_in([change.edition_id for change in changes if change.is_current])
            self._load_catalogue()
            self.keywords = self._cache.at_generation(
                generation, passages=sum(map(len, self.vectors.values()))
            )
            self._weights = {}
            self._remember([change.edition_id for change in changes if change.is_current])
            self._generation = generation

    def weigh(self, term: str, script: Script) -> float:
        """How much a term tells: BM25's inverse frequency among the passages of a script."""
        weight = self._weights.get((term, script))
        if weight is None:
            # Among a handful of passages every word would be common, and tell nothing.
            count = max(self.passages(script), _FEWEST_FOR_RARITY)
            weight = inverse_frequency(count, min(count, self.keywords.document_frequency(term, script)))
            if len(self._weights) < _WEIGHTS_KEPT:
                self._weights[term, script] = weight
        return weight

    def passages(self, script: Script) -> int:
        """How many passages of the script are searched."""
        return len(self.vectors[script]) if script in self.vectors else 0

    @property
    def documents(self) -> int:
        """How many documents are searched."""
        return len(self._members)

    def _forget(self) -> None:
        self._generation = -1
        self._members.clear()
        self.vectors.clear()
        self.contents.forget()

    def _drop(self, editions: Sequence[int]) -> None:
        held = [self._members.pop(edition) for edition in editions if edition in self._members]
        for script in {script for by_script in held for script in by_script}:
            self.vectors[script].remove(np.concatenate([ids[script] for ids in held if script in ids]))

    def _take_in(self, editions: Sequence[int]) -> None:
        for start in range(0, len(editions), _EDITIONS_AT_ONCE):
            some = editions[start : start + _EDITIONS_AT_ONCE]
            for script, rows in self._stores.passages.vectors_of(some, self.model).items():
                index = self.vectors.setdefault(script, FlatVectorIndex(rows.vectors.shape[1]))
                index.add(rows.ids, rows.vectors)
                self._note(script, rows)

    def _remember(self, editions: Sequence[int]) -> None:
        """Reads ahead of the first question what these editions hold, where there is room for the whole library."""
        if sum(map(len, self.vectors.values())) <= KEPT:
            held = [ids for edition in editions for ids in self._members.get(edition, {}).values()]
            self.contents.current(np.concatenate(held).tolist() if held else [])

    def _note(self, script: Script, rows: VectorRows) -> None:
        """Which passages are whose, for the day when their edition ceases to answer."""
        borders = np.flatnonzero(np.diff(rows.editions)) + 1
        firsts = rows.editions[np.concatenate(([0], borders))].tolist()
        for edition, ids in zip(firsts, np.split(rows.ids, borders), strict=True):
            self._members.setdefault(edition, {})[script] = ids

    def _load_catalogue(self) -> None:
        self.catalogue = _catalogue(self._stores.courses.with_vectors(self.model))


def _catalogue(rows: Sequence[tuple[Course, Vectors]]) -> Catalogue:
    return Catalogue(
        courses=tuple(course for course, _ in rows),
        vectors=np.stack([vector for _, vector in rows]) if rows else np.zeros((0, 0), np.float32),
        scripts=tuple(script_of(course.title) for course, _ in rows),
        tokens=tuple(frozenset(tokens(course.encoded_text)) for course, _ in rows),
    )
