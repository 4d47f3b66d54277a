"""The project's own questions on the shipped samples: files of `benchmarks/`, asked as a doctor would ask them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import InvalidSet
from indexer.evaluating.beir import SetQuestion
from indexer.evaluating.figures import measure
from indexer.evaluating.rankings import Engine, rank
from indexer.evaluating.trial import Asked, Trial
from knowledge.answering.evidence import calibration_for
from knowledge.answering.judging import judge
from knowledge.answering.retrieval import retrieve
from knowledge.domain import Answer, Outcome, Related, Reply, outcome_of

#: Questions that the samples answer, each with those that they do not: what is held out is compared with its like.
_SETS = (
    ("samples", ("off_topic", "near_miss")),
    ("held_out_answerable", ("held_out_off_topic", "held_out_near_miss")),
    # In no fit: what evidence makes of questions that it has not seen.
    ("fresh_answerable", ("fresh_off_topic", "fresh_near_miss")),
)
#: As many passages as are shown at once.
_SHOWN = 3

#: What a figure of a ranking, or of how well two sets are told apart, may lose to another processor's arithmetic.
_NOISE = 0.005
#: ... and of a share: one question in so many that stood at a threshold, and at least one.
_FLIPPED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFigure:
    """Something that should be high."""

    #: "samples.zh.first": the file, the group of its questions where there are several, and what is measured.
    name: str
    value: float
    #: Over so many questions.
    questions: int
    #: What is no difference.
    noise: float
    #: Told, but not held to a floor: it may well fall where another figure rises.
    told_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: str
    text: str
    #: The language of the question; "cross" where only a document in the other one answers.
    group: str
    #: Exact words of the samples that answer; None where nothing does.
    phrase: str | None
    #: The sample that answers, or that treats the disease that is asked about; None where none does.
    document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    question: Question
    reply: Reply
    #: The best probabilities that any passage is about the question, and that it answers it.
    evidence: tuple[float, float]

    @property
    def shown(self) -> list[str]:
        reply = self.reply
        return [q.passage.text for q in reply.quotations] if isinstance(reply, Answer | Related) else []

    def shows(self, among: int) -> bool:
        """Whether the words that answer are in the first passages."""
        phrase = plain(self.question.phrase or "")
        return any(phrase in plain(text) for text in self.shown[:among])


def evaluate_own(folder: Path, trial: Trial) -> list[OwnFigure]:
    """Every figure of the files that are in the folder. trial: the samples. Raises InvalidSet."""
    figures: list[OwnFigure] = []
    for name, unanswerable in _SETS:
        path = folder / f"{name}.jsonl"
        if not path.is_file():
            continue
        questions = read_questions(path)
        answered = _outcomes(questions, trial)
        figures += _answerable(name, answered) + _ranked(name, questions, trial)
        for other in (folder / f"{stem}.jsonl" for stem in unanswerable):
            if other.is_file():
                figures += _unanswerable(other.stem, _outcomes(read_questions(other), trial), answered)
    if not figures:
        raise InvalidSet(f"{folder}: there are no questions on the samples")
    return figures


def plain(text: str) -> str:
    """Without white space, which reading may put right between the words of a phrase."""
    return re.sub(r"\s+", "", text).casefold()


def read_questions(path: Path) -> list[Question]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Question(
            id=row["id"],
            text=row["question"],
            group="cross" if row.get("kind") == "cross" else row["language"],
            phrase=row.get("phrase"),
            document=row.get("document"),
        )
        for row in rows
    ]


def ask_all(questions: Sequence[Question], trial: Trial) -> list[Asked]:
    return trial.ask([SetQuestion(id=question.id, text=question.text) for question in questions])


def _outcomes(questions: Sequence[Question], trial: Trial) -> list[_Outcome]:
    return [
        _Outcome(question=question, reply=_reply(asked, trial), evidence=_evidence(asked, trial))
        for question, asked in zip(questions, ask_all(questions, trial), strict=True)
    ]


def _reply(asked: Asked, trial: Trial) -> Reply:
    if asked.prepared is None:
        return trial.answerer.answer(asked.question.text)
    return trial.answerer.reply(asked.prepared, asked.vector)


def _evidence(asked: Asked, trial: Trial) -> tuple[float, float]:
    """The best probabilities that any passage is about the question, and that it answers it."""
    if asked.prepared is None:
        return 0.0, 0.0
    calibration = calibration_for(trial.encoder.fingerprint)
    found = retrieve(asked.prepared, asked.vector, trial.index).found
    verdicts = [judged.verdict for judged in judge(asked.prepared, found, trial.index, calibration)]
    about = max((verdict.about for verdict in verdicts), default=0.0)
    return about, max((verdict.answers for verdict in verdicts), default=0.0)


def _answerable(name: str, outcomes: Sequence[_Outcome]) -> list[OwnFigure]:
    figures = []
    for group in dict.fromkeys(outcome.question.group for outcome in outcomes):
        some = [outcome for outcome in outcomes if outcome.question.group == group]
        figures += [
            _share(f"{name}.{group}.first", some, lambda o: o.shows(1)),
            _share(f"{name}.{group}.three", some, lambda o: o.shows(_SHOWN)),
        ]
    figures.append(_share(f"{name}.answered", outcomes, lambda o: outcome_of(o.reply) is Outcome.ANSWERED))
    figures.append(_share(f"{name}.not_refused", outcomes, lambda o: isinstance(o.reply, Answer | Related)))
    return figures


def _ranked(name: str, questions: Sequence[Question], trial: Trial) -> list[OwnFigure]:
    """The three rankings of passages, those that hold the phrase being relevant."""
    texts = {trial.judged_as[passage.id]: plain(passage.text) for passage in trial.passages}
    relevant: dict[str, Mapping[str, int]] = {}
    for question in questions:
        phrase = plain(question.phrase or "")
        holding = {id_: 1 for id_, text in texts.items() if phrase and phrase in text}
        if not holding:
            raise InvalidSet(f'{name}.jsonl, {question.id}: no sample holds the words "{question.phrase}"')
        relevant[question.id] = holding
    return [
        OwnFigure(
            name=f"{name}.{engine}.{measure_name}",
            value=figure.mean,
            questions=len(questions),
            noise=_NOISE,
            # The parts are there to compare with: what people get is both together.
            told_only=engine is not Engine.FUSED,
        )
        for engine, ranking in rank(trial, ask_all(questions, trial)).items()
        for measure_name, figure in measure(relevant, ranking).items()
    ]


def _unanswerable(name: str, outcomes: Sequence[_Outcome], answerable: Sequence[_Outcome]) -> list[OwnFigure]:
    # Imported here: it takes a second, and no other command needs it.
    from sklearn.metrics import roc_auc_score

    labels = [1] * len(answerable) + [0] * len(outcomes)
    near_miss = "near_miss" in name
    evidence = [outcome.evidence[near_miss] for outcome in (*answerable, *outcomes)]
    return [
        _share(f"{name}.not_answered", outcomes, lambda o: outcome_of(o.reply) is not Outcome.ANSWERED),
        _share(f"{name}.related", outcomes, lambda o: outcome_of(o.reply) is Outcome.RELATED, told_only=True),
        _share(
            f"{name}.refused",
            outcomes,
            lambda o: not isinstance(o.reply, Answer | Related),
            told_only=near_miss,
        ),
        OwnFigure(
            name=f"{name}.auroc",
            value=float(roc_auc_score(labels, evidence)),
            questions=len(labels),
            noise=_NOISE,
        ),
    ]


def _share(
    name: str, outcomes: Sequence[_Outcome], holds: Callable[[_Outcome], bool], *, told_only: bool = False
) -> OwnFigure:
    count = len(outcomes)
    return OwnFigure(
        name=name,
        value=sum(map(holds, outcomes)) / count,
        questions=count,
        noise=math.ceil(count / _FLIPPED) / count,
        told_only=told_only,
    )
