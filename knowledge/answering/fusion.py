"""How well a passage fits a question: its cosine on the question's own scale, and what it covers of its words."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

#: What full coverage is worth, in z units of the cosine, for passages in the question's own script. Higher favours short
#: topics, lower whole questions: of the development sets one is best at 8 and the others at 2.
COVERAGE_WEIGHT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Why a passage is where it is."""

    passage_id: int
    #: The cosine, in standard deviations above what is usual for this question among passages of the same script.
    z: float
    #: Share of the question's information that the passage's words cover: 0 to 1.
    coverage: float
    #: Whether the passage is in the question's own script.
    own_script: bool

    @property
    def score(self) -> float:
        # Across scripts the shared words are a figure or an abbreviation: no measure of what the passage covers.
        return self.z + (COVERAGE_WEIGHT * self.coverage if self.own_script else 0.0)


def inverse_frequency(passages: int, holding: int) -> float:
    """BM25's weight of a term that `holding` of the passages hold."""
    return math.log(1 + (passages - holding + 0.5) / (holding + 0.5))


def coverage(weights: Mapping[str, float], tokens: Collection[str]) -> float:
    """Share of the terms' weight that stands in the tokens, 0 to 1; 0 where there are no terms."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in tokens) / total if total else 0.0
