"""Fits what counts as evidence (knowledge/answering/evidence.py) to the project's own questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.evaluating.own import Question, ask_all, plain, read_questions
from indexer.evaluating.trial import Asked, Trial
from knowledge.answering.evidence import Calibration, Signs, Weights
from knowledge.answering.judging import Judged, judge
from knowledge.answering.retrieval import retrieve

#: Files of questions: those that the samples answer, and with each those that they do not.
ANSWERABLE = ("samples", "held_out_answerable")
OFF_TOPIC = ("off_topic", "held_out_off_topic")
NEAR_MISS = ("near_miss", "held_out_near_miss")

#: The signs that each model looks at; a model of which nobody looked at the cosines goes by what is relative.
_ABOUT = (
    "coverage",
    "subjects",
    "drugs",
    "names_no_subject",
    "other_subject",
    "untreated",
    "unheard",
    "unheard_subjects",
)
_RELATED = (*_ABOUT, "titled", "titled_broadly")
_ANSWERS = (
    "z",
    "coverage",
    "together",
    "drugs",
    "other_subject",
    "unheard_subjects",
    "lacks_dose",
    "lacks_time",
)
#: One of the two: they tell nearly the same, and weights of both would only cancel each other.
_COSINES = ("window_cosine",)
SIGNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "multilingual-e5-small/": {
        "related": (*_COSINES, *_RELATED),
        "about": (*_COSINES, *_ABOUT),
        "answers": (*_COSINES, *_ANSWERS),
    },
    # How far a passage is above the others tells little about whether its disease is treated.
    "": {"related": _RELATED, "about": ("z", *_ABOUT), "answers": _ANSWERS},
}

#: Of the questions that are answered, so many at most may have no passage that is about them, or that is related ...
NOTHING_ABOUT_AT_MOST = 0.03
NOTHING_RELATED_AT_MOST = 0.035
#: ... and of those whose answer is not there, so many are at least not answered.
NOT_ANSWERED_AT_LEAST = 0.77
#: Passages a question and script that stand for what is no answer.
_NEGATIVES = 3
#: Passages a near miss that stand for what is related.
_RELATED_AT_MOST = 2
#: Little regularisation: there are a handful of signs and hundreds of passages. More of it where several signs say much
#: the same.
_C: Mapping[str, float] = {"related": 1.0, "about": 30.0, "answers": 30.0}

#: What is no answer at all, whatever its signs: far below any logit.
_NO_ANSWER = -1e3

_NEUTRAL = Weights(intercept=0.0, weights={})
_ANY = Calibration(**{kind: {True: _NEUTRAL, False: _NEUTRAL} for kind in ("related", "about", "answers")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A question with what was found for it."""

    question: Question
    judged: tuple[Judged, ...]

    def right(self) -> list[Judged]:
        phrase = plain(self.question.phrase or "")
        return [j for j in self.judged if phrase and phrase in plain(j.found.passage.text)]

    def treating(self) -> list[Judged]:
        """Those of the document that treats the disease asked about, in either language."""
        topic = _topic(self.question.document or "")
        return [j for j in self.judged if topic and _topic(j.found.passage.citation.source) == topic]


def _topic(file: str) -> str:
    """asthma, of asthma.zh.md and asthma.en.md."""
    return file.partition(".")[0]


Sets = Mapping[str, Sequence[Seen]]


def see(folder: Path, trial: Trial) -> Sets:
    """Every set of the folder with what answering finds for its questions."""
    return {name: _see(folder / f"{name}.jsonl", trial) for name in (*ANSWERABLE, *OFF_TOPIC, *NEAR_MISS)}


def calibrate(sets: Sets) -> dict[str, Any]:
    """The content of calibration.json but for where it comes from."""
    return {name: _both(sets, signs, ANSWERABLE, OFF_TOPIC, NEAR_MISS) for name, signs in SIGNS.items()}


def crossed(sets: Sets, model: str) -> dict[str, float]:
    """How well each half is told apart by what was fitted to the other: areas under the curve, by unanswerable set."""
    areas: dict[str, float] = {}
    for fitted, tried in ((0, 1), (1, 0)):
        half = ([names[fitted]] for names in (ANSWERABLE, OFF_TOPIC, NEAR_MISS))
        made = _both(sets, SIGNS[model], *half)
        for kind, negatives in (("about", OFF_TOPIC), ("answers", NEAR_MISS)):
            score = _scorer(made[kind], kind)
            good, bad = _best(sets[ANSWERABLE[tried]], score), _best(sets[negatives[tried]], score)
            areas[negatives[tried]] = _area(good, bad)
    return areas


def _see(path: Path, trial: Trial) -> list[Seen]:
    questions = read_questions(path)
    return [
        Seen(question=question, judged=_judged(asked, trial))
        for question, asked in zip(questions, ask_all(questions, trial), strict=True)
    ]


def _judged(asked: Asked, trial: Trial) -> tuple[Judged, ...]:
    if asked.prepared is None:
        return ()
    found = retrieve(asked.prepared, asked.vector, trial.index).found
    return tuple(judge(asked.prepared, found, trial.index, _ANY))


def _both(
    sets: Sets,
    signs: Mapping[str, tuple[str, ...]],
    answerable: Sequence[str],
    off_topic: Sequence[str],
    near_miss: Sequence[str],
) -> dict[str, Any]:
    good = [seen for name in answerable for seen in sets[name]]
    far = [seen for name in off_topic for seen in sets[name]]
    near = [seen for name in near_miss for seen in sets[name]]
    right = [j for seen in good for j in seen.right()]
    # A near miss is what should be shown as related: its disease is treated, though not what is asked about it.
    treating = [j for seen in near for j in seen.treating()[:_RELATED_AT_MOST]]
    made = {
        "related": _fitted([*right, *treating], far, signs["related"], _C["related"]),
        "about": _fitted(right, far, signs["about"], _C["about"]),
    }
    for kind, at_most in (("related", NOTHING_RELATED_AT_MOST), ("about", NOTHING_ABOUT_AT_MOST)):
        _shift(made[kind], float(np.quantile(_best(good, _scorer(made[kind], kind)), at_most)))
    answers = _fitted(right, near, signs["answers"], _C["answers"])
    zero = float(np.quantile(_best(near, _scorer(answers, "answers")), NOT_ANSWERED_AT_LEAST))
    # Where naming alone stops as many as that, nothing needs to be shifted.
    _shift(answers, zero if zero > _NO_ANSWER else 0.0)
    return {**made, "answers": answers}


def _fitted(good: Sequence[Judged], bad: Sequence[Seen], names: Sequence[str], c: float) -> dict[str, Any]:
    return {
        key: _logistic(
            [j.signs for j in good if j.found.fit.own_script is own], _negatives(bad, own=own), names, c
        )
        for key, own in (("own_script", True), ("other_script", False))
    }


def _negatives(bad: Iterable[Seen], *, own: bool) -> list[Signs]:
    first = [[j for j in seen.judged if j.found.fit.own_script is own][:_NEGATIVES] for seen in bad]
    return [j.signs for some in first for j in some]


def _logistic(good: Sequence[Signs], bad: Sequence[Signs], names: Sequence[str], c: float) -> dict[str, Any]:
    # Imported here: it takes a second, and no other command needs it.
    from sklearn.linear_model import LogisticRegression

    rows = np.array([[asdict(signs)[name] for name in names] for signs in (*good, *bad)])
    labels = np.array([1] * len(good) + [0] * len(bad))
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=c, class_weight="balanced", max_iter=5_000).fit(
        (rows - mean) / spread, labels
    )
    weights = model.coef_[0] / spread
    return {
        "intercept": float(model.intercept_[0] - weights @ mean),
        "weights": dict(zip(names, map(float, weights), strict=True)),
    }


def _scorer(made: Mapping[str, Any], kind: str) -> Callable[[Judged], float]:
    """kind: of model; what may not answer, or not be related, whatever the weights say, counts as no answer at all."""

    def score(judged: Judged) -> float:
        may_be = {"answers": judged.is_complete, "related": judged.is_on_it}
        if not may_be.get(kind, True):
            return _NO_ANSWER
        part = made["own_script" if judged.found.fit.own_script else "other_script"]
        values = asdict(judged.signs)
        return float(part["intercept"] + sum(w * values[name] for name, w in part["weights"].items()))

    return score


def _best(some: Sequence[Seen], score: Callable[[Judged], float]) -> NDArray[np.float64]:
    return np.array([max(map(score, seen.judged), default=_NO_ANSWER) for seen in some])


def _shift(made: dict[str, Any], zero: float) -> None:
    for part in made.values():
        part["intercept"] = round(part["intercept"] - zero, 3)
        part["weights"] = {name: round(weight, 3) for name, weight in part["weights"].items()}


def _area(good: NDArray[np.float64], bad: NDArray[np.float64]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score([1] * len(good) + [0] * len(bad), np.r_[good, bad]))
