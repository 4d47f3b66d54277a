"""Exact vector search with FAISS: flat, in half precision, in memory."""

from __future__ import annotations

from collections.abc import Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.engines.ports import Near, Vectors

# One question takes well under a millisecond: handing it to a second thread costs more than it saves.
faiss.omp_set_num_threads(1)


class FlatVectorIndex:
    """Cosine search over passage vectors; holds the moments of its vectors, so that a cosine has a scale.

    e5's cosines crowd between 0.75 and 0.92 and sit higher within a language than across: only the distance from what
    is usual for this question among these passages tells something. Mean and spread over all passages are exact and
    cost one product with the sum of the vectors and one with the sum of their squares.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        flat = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._index = faiss.IndexIDMap2(flat)
        self._known: set[int] = set()
        self._sum = np.zeros(dimension, np.float64)
        self._squares = np.zeros((dimension, dimension), np.float64)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: NDArray[np.int64], vectors: Vectors) -> None:
        """Adds rows. Raises ValueError for an id that is there already: FAISS itself would keep both."""
        if not len(ids):
            return
        if self._known.intersection(ids.tolist()):
            raise ValueError("a passage is in the vector index already")
        self._known.update(ids.tolist())
        self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)
        self._move(vectors, 1)

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Removes rows; ids that are not there are passed over."""
        present = np.array(sorted(self._known.intersection(ids.tolist())), np.int64)
        if not len(present):
            return
        self._move(np.stack([self._index.reconstruct(int(i)) for i in present]), -1)
        self._index.remove_ids(faiss.IDSelectorBatch(present))
        self._known.difference_update(present.tolist())

    def search(self, vector: Vectors, count: int) -> list[Near]:
        """The nearest passages to a float32 (dim,) vector, best first."""
        if not len(self):
            return []
        cosines, ids = self._index.search(vector.reshape(1, -1), min(count, len(self)))
        mean, spread = self._scale(vector)
        pairs = zip(ids[0].tolist(), cosines[0].tolist(), strict=True)
        return [Near(i, cosine, (cosine - mean) / spread) for i, cosine in pairs]

    def nearness(self, vector: Vectors, ids: Sequence[int]) -> list[Near]:
        """The same of passages that another engine found; unknown ids are left out."""
        known = [id_ for id_ in ids if id_ in self._known]
        if not known:
            return []
        mean, spread = self._scale(vector)
        cosines = np.stack([self._index.reconstruct(id_) for id_ in known]) @ vector
        return [Near(i, float(c), (float(c) - mean) / spread) for i, c in zip(known, cosines, strict=True)]

    def _move(self, vectors: Vectors, sign: int) -> None:
        rows = vectors.astype(np.float64)
        self._sum += sign * rows.sum(axis=0)
        self._squares += sign * (rows.T @ rows)

    def _scale(self, vector: Vectors) -> tuple[float, float]:
        """Mean and standard deviation of this vector's cosines with every row."""
        count = len(self)
        question = vector.astype(np.float64)
        mean = float(question @ self._sum) / count
        variance = float(question @ self._squares @ question) / count - mean * mean
        # A handful of passages has no spread to speak of; e5's own is about 0.03.
        return mean, max(
            variance, 0.0
        ) ** 0.5 if count >= _FEWEST_FOR_A_SCALE and variance > 1e-6 else _USUAL_SPREAD


_FEWEST_FOR_A_SCALE = 50
_USUAL_SPREAD = 0.03
