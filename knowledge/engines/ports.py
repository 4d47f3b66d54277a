"""What the rest of the product asks of its engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, overload

import numpy as np
from numpy.typing import NDArray

# ---------------------------------------------------------------------------------------------- encoder

Vectors = NDArray[np.float32]
"""float32, shape (n, dim), every row of unit length."""


class Encoder(Protocol):
    """Turns texts into vectors whose dot product says how alike they are.

    Questions and passages are encoded differently by many models, hence the two methods. Any text is accepted:
    empty, very long, with NUL or lone surrogates. Both methods may be called from any thread.
    """

    @property
    def fingerprint(self) -> str:
        """Which model and which weights; vectors of different fingerprints are never compared.

        It is cheap: nothing is loaded to know it.
        """
        ...

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """The questions' vectors, in order; the fast path for one short text."""
        ...

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """The passages' vectors, in order; `on_progress` hears after each batch how many are done in all."""
        ...


# ---------------------------------------------------------------------------------------------- reranker

Scores = NDArray[np.float32]
"""float32, shape (n,)."""


class Reranker(Protocol):
    """Reads a question and a passage together, which tells more than comparing their vectors and takes longer.

    Any text is accepted: empty, very long, with NUL or lone surrogates. Both methods may be called from any thread.
    """

    def warm(self) -> None:
        """Loads the model, once; returns at once when that is done. Raises RerankerUnavailable if it cannot."""
        ...

    def score(self, question: str, passages: Sequence[str]) -> Scores:
        """How well each passage answers, in order: a higher score is better, and comparable for this question only.

        The passages are one batch, which nothing interrupts.
        """
        ...


# ------------------------------------------------------------------------------------------------ search


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that the keyword index found."""

    id: int
    #: BM25, above 0.
    score: float


@dataclass(frozen=True, slots=True)
class Near:
    """A passage whose meaning is near a question's."""

    id: int
    #: Of the two vectors; what is high depends on the model.
    cosine: float
    #: The cosine in standard deviations above what is usual for this question among all passages of the index.
    z: float


@dataclass(frozen=True, slots=True)
class NearRows(Sequence[Near]):
    """Passages whose meaning is near a question's, as columns: a hundred are looked at for each that is shown."""

    #: int64, float32 and float32, each of shape (n,).
    ids: NDArray[np.int64]
    cosines: NDArray[np.float32]
    z: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, at: int) -> Near: ...
    @overload
    def __getitem__(self, at: slice) -> NearRows: ...
    def __getitem__(self, at: int | slice) -> Near | NearRows:
        if isinstance(at, slice):
            return NearRows(self.ids[at], self.cosines[at], self.z[at])
        return Near(int(self.ids[at]), float(self.cosines[at]), float(self.z[at]))
