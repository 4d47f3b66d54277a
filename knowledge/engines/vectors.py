"""Exact vector search with FAISS: flat, in memory, looked through in bytes and decided in two bytes a number."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.engines.ports import NearRows, Vectors

# One question takes milliseconds at most: handing it to a second thread costs more than it saves.
faiss.omp_set_num_threads(1)

#: The bytes name this many times the passages asked for, and the whole numbers decide among them. Twice as many hold
#: every one of the true best hundred, also among a million passages.
_LOOKED_AT_AGAIN = 3
#: Bytes reach this far beyond the largest component of the first vectors; what is larger still counts as that.
_HEADROOM = 1.5
#: A component of a unit vector as a whole number of two bytes: off by 0.000015 at most, as half a float at 0.05.
_ONE = 32767
#: Rows that are moved together where others are removed before them.
_MOVED_AT_ONCE = 20_000


Scale = tuple[float, float]
"""Mean and standard deviation of cosines."""


class FlatVectorIndex:
    """Cosine search over passage vectors; holds the moments of its vectors, so that a cosine has a scale.

    e5's cosines crowd between 0.75 and 0.92 and sit higher within a language than across: only the distance from what
    is usual for this question among these passages tells something. Mean and spread over all passages are exact and
    cost one product with the sum of the vectors and one with the sum of their squares.

    Each vector is kept twice, in the same order: as bytes in FAISS, which are looked through in half the time that half
    floats take, and in two bytes a number, which give the cosines and the order. Thread-safe.
    """

    def __init__(self, dimension: int) -> None:
        self._bytes = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
        self._rows: NDArray[np.int16] = np.zeros((0, dimension), np.int16)
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)
        #: The rows in the order of their ids.
        self._by_id: NDArray[np.int64] = np.zeros(0, np.int64)
        self._scale = 0.0
        self._sum = np.zeros(dimension, np.float64)
        self._squares = np.zeros((dimension, dimension), np.float64)
        #: The mean vector and the covariance, worked out when first asked for after a change.
        self._moments: tuple[Vectors, Vectors] | None = None
        #: What `usual` was last asked, with how many rows, and its answer: a question asks it three times.
        self._usual = (0, b""), (0.0, _USUAL_SPREAD)
        # Both kinds of row move in memory when some are added, while a search reads them without Python's own lock.
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: NDArray[np.int64], vectors: Vectors) -> None:
        """Adds rows of unit length. Raises ValueError for an id that is there already, or twice among these."""
        if not len(ids):
            return
        rows = np.ascontiguousarray(vectors, np.float32)
        with self._lock:
            self._number(ids)
            self._scale = self._scale or 127 / (_HEADROOM * float(np.abs(rows).max()) or 1.0)
            self._bytes.add(_of_a_byte(rows * self._scale))
            held = len(self._rows)
            # In place, where the system can: a million rows are most of a gigabyte.
            self._rows.resize((held + len(rows), rows.shape[1]), refcheck=False)
            self._rows[held:] = np.rint(rows * _ONE)
            self._count(rows, 1)

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Removes rows; ids that are not there are passed over."""
        with self._lock:
            _, gone = self._places_of(ids)
            if not len(gone):
                return
            self._count(self._vectors_at(gone), -1)
            self._bytes.remove_ids(faiss.IDSelectorBatch(gone))
            kept = np.delete(np.arange(len(self)), gone)
            for start in range(int(gone.min()), len(kept), _MOVED_AT_ONCE):
                some = kept[start : start + _MOVED_AT_ONCE]
                self._rows[start : start + len(some)] = self._rows[some]
            self._rows.resize((len(kept), self._rows.shape[1]), refcheck=False)
            self._ids = self._ids[kept]
            self._by_id = np.argsort(self._ids)

    @property
    def dimension(self) -> int:
        return int(self._rows.shape[1])

    def rows(self, at_once: int) -> Iterator[tuple[NDArray[np.int64], Vectors]]:
        """Everything that is here, some rows at a time: their ids, and their vectors as float32 (n, dim)."""
        for start in range(0, len(self), at_once):
            with self._lock:
                places = np.arange(start, min(start + at_once, len(self)))
                yield self._ids[places], self._vectors_at(places)

    def search(self, vector: Vectors, count: int, expected: Scale | None = None) -> NearRows:
        """The nearest passages to a float32 (dim,) vector, best first; expected as for `usual`."""
        with self._lock:
            if not len(self):
                return _NOTHING
            places = self._looked_through(vector, min(count * _LOOKED_AT_AGAIN, len(self)))
            cosines = self._vectors_at(places) @ vector
            best = np.argsort(-cosines, kind="stable")[:count]
            return self._near(vector, self._ids[places[best]], cosines[best], expected)

    def nearness(self, vector: Vectors, ids: Sequence[int], expected: Scale | None = None) -> NearRows:
        """The same of passages that another engine found; unknown ids are left out."""
        with self._lock:
            known, places = self._places_of(np.array(ids, np.int64))
            if not len(known):
                return _NOTHING
            return self._near(vector, known, self._vectors_at(places) @ vector, expected)

    def usual(self, vector: Vectors, expected: Scale | None = None) -> Scale:
        """Mean and standard deviation of this vector's cosines with every row; finite also where there is none.

        expected: what they would be in a large library; it counts as far as there are too few rows to tell.
        """
        told = self._told(vector)
        share = min(1.0, len(self) / _FEWEST_FOR_A_SCALE)
        if expected is None or share == 1:
            return told
        return share * told[0] + (1 - share) * expected[0], expected[1]

    def _told(self, vector: Vectors) -> Scale:
        asked = (len(self), vector.tobytes())
        # Taken and put as one: another thread may ask of another question meanwhile.
        known, told = self._usual
        if known != asked:
            told = self._mean_and_spread(vector)
            self._usual = asked, told
        return told

    def _mean_and_spread(self, vector: Vectors) -> tuple[float, float]:
        with self._lock:
            if not len(self):
                return 0.0, _USUAL_SPREAD
            if self._moments is None:
                mean = self._sum / len(self)
                covariance = self._squares / len(self) - np.outer(mean, mean)
                self._moments = mean.astype(np.float32), covariance.astype(np.float32)
            mean_vector, spreads = self._moments
        variance = float(vector @ spreads @ vector)
        # A handful of passages has no spread to speak of; e5's own is about 0.03.
        tells = len(self) >= _FEWEST_FOR_A_SCALE and variance > 1e-6
        return float(vector @ mean_vector), variance**0.5 if tells else _USUAL_SPREAD

    def _looked_through(self, vector: Vectors, count: int) -> NDArray[np.int64]:
        # FAISS takes whole numbers of the question too, where it multiplies bytes.
        question = _of_a_byte(vector * (127 / (float(np.abs(vector).max()) or 1.0)))
        _, places = self._bytes.search(question.reshape(1, -1), count)
        return np.asarray(places[0], np.int64)

    def _near(
        self, vector: Vectors, ids: NDArray[np.int64], cosines: Vectors, expected: Scale | None
    ) -> NearRows:
        mean, spread = self.usual(vector, expected)
        return NearRows(ids, cosines, (cosines - np.float32(mean)) / np.float32(spread))

    def _vectors_at(self, places: NDArray[np.int64]) -> Vectors:
        rows = self._rows.take(places, axis=0).astype(np.float32)
        rows /= np.float32(_ONE)
        return rows

    def _places_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Those of the ids that are here, and the places of their rows."""
        if not len(self):
            return ids[:0], ids[:0]
        order = np.searchsorted(self._ids, ids, sorter=self._by_id)
        places = self._by_id[np.minimum(order, len(self) - 1)]
        here = self._ids[places] == ids
        return ids[here], places[here]

    def _number(self, ids: NDArray[np.int64]) -> None:
        """Notes the ids of rows that are about to be added."""
        if len(np.unique(ids)) < len(ids) or len(self._places_of(ids)[0]):
            raise ValueError("a passage is in the vector index already")
        highest = self._ids[self._by_id[-1]] if len(self) else -1
        # They nearly always come in order, as they were loaded; sorting a million again each time takes a while.
        in_order = bool(ids[0] > highest and np.all(np.diff(ids) > 0))
        added = np.arange(len(self), len(self) + len(ids))
        self._ids = np.concatenate([self._ids, ids])
        self._by_id = np.concatenate([self._by_id, added]) if in_order else np.argsort(self._ids)

    def _count(self, rows: Vectors, sign: int) -> None:
        self._usual = (0, b""), (0.0, _USUAL_SPREAD)
        self._moments = None
        self._sum += sign * rows.sum(axis=0, dtype=np.float64)
        self._squares += sign * (rows.T @ rows)


_NOTHING = NearRows(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.float32))
_FEWEST_FOR_A_SCALE = 50
_USUAL_SPREAD = 0.03


def _of_a_byte(vectors: Vectors) -> Vectors:
    """As the byte index wants them: whole numbers of one byte, still written as float32."""
    return np.asarray(np.clip(np.rint(vectors), -127, 127), np.float32)
