"""How well a passage fits a question: its meaning on the question's own scale, and the information it shares with it.

Each script is ranked on its own scale; then the two meet. The few weights were chosen so that they hold on sets of many
kinds (short topics, frequent questions, clinical questions over one library in two languages): see
docs/decisions and docs/measurements.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge.domain import Script

#: What a nat of the question's information (the inverse frequency of its words) is worth where a passage covers it, in
#: z units of the cosine. Counting nats and not shares lets words tell as much as they know: to cover all of a question
#: of common words says little, to cover half of a rare disease, a drug and its dose says nearly all.
_A_NAT = 0.15
#: The cosine tells less about which passage of the other language answers, so the concepts that it covers tell more,
#: and more again where they stand close together.
_A_NAT_OTHER_SCRIPT = 0.25
_A_NAT_TOGETHER_OTHER_SCRIPT = 0.2

#: What BM25 adds to that, in nats: how often a passage has the words, and in how little text. Of Chinese it would count
#: words, their pairs and the pairs between them as so many words.
_A_POINT_OF_BM25: Mapping[Script, float] = {Script.CHINESE: 0.0, Script.OTHER: 0.13}

#: How much the whole passage's cosine says beside that of its best window, by the script of question and passage. A
#: Chinese window is a sentence or two that answer; an English one of that length leaves more out.
_WHOLE: Mapping[Script, float] = {Script.CHINESE: 0.4, Script.OTHER: 0.6}
_WHOLE_OTHER_SCRIPT = 0.5

#: Where the scripts meet, shares count: the nats of one language are not those of the other.
_COVERAGE = 4.0
_TOGETHER = 1.0
_Z_OTHER_SCRIPT = 0.5
_LEVEL_OTHER_SCRIPT = 0.8
#: How fast those of the other script fall behind their best: by its words more than by its cosine.
_DISTANCE_OTHER_SCRIPT = 0.8


#: One passage's, or many passages' at once: float64 (n,).
Many = TypeVar("Many", float, NDArray[np.floating[Any]])


def score(z: Many, *, told: Many, together: float = 0.0, own_script: bool) -> Many:
    """What a passage is worth among those of its script, in z units. told, together: in nats."""
    if own_script:
        return z + _A_NAT * told
    return z + _A_NAT_OTHER_SCRIPT * told + _A_NAT_TOGETHER_OTHER_SCRIPT * together


def joined(whole: float, window: float, script: Script, *, own_script: bool) -> float:
    """The z of a passage in this script, from those of the whole of it and of its best window."""
    share = _WHOLE[script] if own_script else _WHOLE_OTHER_SCRIPT
    return share * whole + (1 - share) * window


def told_by_words(nats: float, bm25: float, script: Script) -> float:
    """What the words of a passage in the question's own script tell, in nats. nats: those of the words that it has."""
    return nats + _A_POINT_OF_BM25[script] * bm25


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Why a passage is where it is."""

    #: The cosine, in standard deviations above what is usual for this question among passages of the same script: the
    #: whole passage's and its best window's together.
    z: float
    #: The cosines themselves, of the whole and of the best window: what they tell depends on the model.
    cosine: float
    window_cosine: float
    #: How much information the question holds, as words that passages of this script may share, in nats.
    information: float
    #: Share of it that the passage's words cover: 0 to 1.
    coverage: float
    #: What these words tell, in nats.
    told: float
    #: The most of that share that stands in two sentences, or rows, that follow each other.
    together: float
    #: Whether the passage is in the question's own script.
    own_script: bool

    @property
    def score(self) -> float:
        """Comparable among passages of one script."""
        return score(
            self.z,
            told=self.told,
            together=self.information * self.together,
            own_script=self.own_script,
        )

    @property
    def meeting(self) -> float:
        """Comparable across scripts."""
        z = self.z if self.own_script else _Z_OTHER_SCRIPT * self.z + _LEVEL_OTHER_SCRIPT
        return z + _COVERAGE * self.coverage + _TOGETHER * self.together


def ranks(fits: Sequence[Fit]) -> list[float]:
    """What each fit is worth beside the others of both scripts.

    The best of each script stand where they meet; the others follow, by the distances of their own script.
    """
    best: dict[bool, Fit] = {}
    for fit in fits:
        if fit.own_script not in best or fit.score > best[fit.own_script].score:
            best[fit.own_script] = fit
    return [_rank(fit, best[fit.own_script]) for fit in fits]


def _rank(fit: Fit, best: Fit) -> float:
    distance = best.score - fit.score
    return best.meeting - (distance if fit.own_script else _DISTANCE_OTHER_SCRIPT * distance)
