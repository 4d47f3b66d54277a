"""Is the question answered? A wrong answer is worse than none, so what fits badly is not shown at all.

Three logistic models judge each passage: whether it is about what was asked, and whether it answers it, which both
must hold for an answer; and whether it is related, being on the same disease at least. Their coefficients stand in
`calibration.json` with where they come from; `yidao-index calibrate` fits them anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

CALIBRATION = Path(__file__).with_name("calibration.json")

#: From these probabilities on, a passage is worth showing as what is closest, is about the question, or answers it.
RELATED_FROM = 0.5
ABOUT_FROM = 0.5
ANSWERS_FROM = 0.5


class Tone(StrEnum):
    """What a passage is to a question."""

    ANSWERS = "answers"
    RELATED = "related"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What tells whether a passage answers a question; all but the cosines and z are shares or 0 or 1."""

    cosine: float
    window_cosine: float
    z: float
    coverage: float
    together: float
    #: Share of the diseases and tests that the question names, by how rare they are, which the passage names; 0.5 where
    #: it names none. The same of drugs.
    subjects: float
    drugs: float
    names_no_subject: float
    #: Whether the question names some and the passage none of them.
    other_subject: float
    #: Whether the title of the document names some of them; or what some of them are kinds of.
    titled: float
    titled_broadly: float
    #: Whether the question names a disease, and neither title nor heading of any passage that was found names it.
    untreated: float
    #: Share of the question's information that no passage of the library holds; and of the diseases and tests that it
    #: names.
    unheard: float
    unheard_subjects: float
    #: Whether a dose, or a time, is asked for and not there.
    lacks_dose: float
    lacks_time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A logistic model on some of the signs."""

    intercept: float
    weights: Mapping[str, float]

    def probability(self, signs: Signs) -> float:
        logit = self.intercept + sum(weight * getattr(signs, name) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, logit))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The evidence that a model's figures are, for passages in the question's script and in the other."""

    related: Mapping[bool, Weights]
    about: Mapping[bool, Weights]
    answers: Mapping[bool, Weights]

    def judge(self, signs: Signs, *, own_script: bool, is_complete: bool, is_on_it: bool = True) -> Verdict:
        """Only what is complete answers, and only what is on it is related.

        is_complete: whether the passage speaks of every drug, person and figure that the question names, and of one of
        its diseases and tests. is_on_it: whether it speaks of any disease, test or drug of the question at all.
        """
        has_something = is_on_it and _has_something(signs)
        related = self.related[own_script].probability(signs) if has_something else 0.0
        about = self.about[own_script].probability(signs)
        answers = self.answers[own_script].probability(signs)
        if is_complete and about >= ABOUT_FROM and answers >= ANSWERS_FROM:
            tone = Tone.ANSWERS
        else:
            # A passage that is no answer is worth showing for its disease, not for its words.
            tone = Tone.RELATED if related >= RELATED_FROM else Tone.NEITHER
        # For measuring: one figure that orders passages as the two rules above do.
        answered = min(about, answers) * (1.0 if is_complete else 0.1)
        return Verdict(tone=tone, related=related, about=about, answers=answered)


def _has_something(signs: Signs) -> bool:
    """Whether the passage has any word or concept of the question: else nearness alone would make it related."""
    return signs.coverage > 0 or signs.titled > 0 or signs.titled_broadly > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    tone: Tone
    #: How likely it is that the passage is on the same disease at least, that it is about what was asked, and that it
    #: answers it: 0 to 1.
    related: float
    about: float
    answers: float


def calibration_for(model: str) -> Calibration:
    """The calibration of the model with this fingerprint, or that for a model whose cosines nobody looked at."""
    models: dict[str, Any] = _calibrations()["models"]
    name = next((name for name in models if name and model.startswith(name)), "")
    return Calibration(**{kind: _by_script(part) for kind, part in models[name].items()})


def _by_script(stored: Mapping[str, Any]) -> dict[bool, Weights]:
    return {
        own: Weights(intercept=part["intercept"], weights=part["weights"])
        for own, part in ((True, stored["own_script"]), (False, stored["other_script"]))
    }


@cache
def _calibrations() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(CALIBRATION.read_text("utf-8"))
    return loaded
