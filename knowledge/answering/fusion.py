"""How well a passage fits a question: its cosine on the question's own scale, and what it covers of its words.

The weights were chosen on `benchmarks/samples.jsonl` (questions within a language and across) and looked at on the
development sets of short topics and of frequent questions, which ask for more and for less coverage.
"""

from __future__ import annotations

from dataclasses import dataclass

#: What full coverage is worth, in z units of the cosine.
_COVERAGE = 5.0
#: ... and what it is worth more where it stands close together.
_TOGETHER = 2.0
#: Across scripts the cosine tells little about which passage answers, so its z counts half.
_Z_OTHER_SCRIPT = 0.5
#: ... and what it takes from a passage that answers is given back, so that both scripts meet in one order.
_LEVEL_OTHER_SCRIPT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Why a passage is where it is."""

    #: The cosine, in standard deviations above what is usual for this question among passages of the same script.
    z: float
    #: The cosine itself: what it tells depends on the model.
    cosine: float
    #: Share of the question's information that the passage's words cover: 0 to 1.
    coverage: float
    #: The most of that share that stands in two sentences, or rows, that follow each other.
    together: float
    #: Whether it names everyone the question asks for: a dose for adults is no answer for a child.
    right_people: bool
    #: Whether the passage is in the question's own script.
    own_script: bool

    @property
    def score(self) -> float:
        z = self.z if self.own_script else _Z_OTHER_SCRIPT * self.z + _LEVEL_OTHER_SCRIPT
        return z + _COVERAGE * self.coverage + _TOGETHER * self.together
