"""How well a passage fits a question: its cosine on the question's own scale, and what it covers of its words."""

from __future__ import annotations

from dataclasses import dataclass

#: What full coverage is worth, in z units of the cosine. Higher favours short topics, lower whole questions: of the
#: development sets one is best at 8 and the others at 2.
COVERAGE_WEIGHT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Why a passage is where it is."""

    #: The cosine, in standard deviations above what is usual for this question among passages of the same script.
    z: float
    #: The cosine itself: what it tells depends on the model.
    cosine: float
    #: Share of the question's information that the passage's words cover: 0 to 1.
    coverage: float
    #: Whether the passage is in the question's own script.
    own_script: bool

    @property
    def score(self) -> float:
        return self.z + COVERAGE_WEIGHT * self.coverage
