"""Questions that wait are encoded together; each still gets its own reply, or its own error."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future

import numpy as np
import pytest

from bot.asking.answer_thread import AnswerThread, Asked
from knowledge.answering.question import PreparedQuestion, prepare
from knowledge.domain import NoEvidence, Refused, Reply
from knowledge.engines.ports import Vectors
from knowledge.terms.termlist import shipped


class Answerer:
    """Fulfils Answerer: repeats the question. The first encoding lasts until `go` is set."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.steps: list[str] = []
        self.contexts: list[tuple[str | None, bool]] = []
        self.begun = threading.Event()
        self.go = threading.Event()

    def warm_encoding(self) -> None:
        raise RuntimeError("no model")

    def warm_search(self) -> None:
        raise RuntimeError("no index")

    def prepare(
        self, question: str, earlier: str | None = None, *, replies: bool = False
    ) -> PreparedQuestion | Refused:
        if "unpreparable" in question:
            raise ValueError(question)
        self.contexts.append((earlier, replies))
        return prepare(question, shipped())

    def encode(self, questions: Sequence[PreparedQuestion]) -> Vectors:
        self.batches.append([question.text for question in questions])
        self.steps.append("encode")
        self.begun.set()
        assert self.go.wait(30)
        if any("unencodable" in question.text for question in questions):
            raise ValueError("unencodable")
        return np.array([[float(len(question.text))] for question in questions], np.float32)

    def reply(self, question: PreparedQuestion, vector: Vectors) -> Reply:
        self.steps.append(question.text)
        if "unsearchable" in question.text:
            raise ValueError(question.text)
        assert vector[0] == len(question.text)
        return NoEvidence(question=question.text, documents_searched=1)

    @property
    def searched(self) -> list[str]:
        return [step for step in self.steps if step != "encode"]


@pytest.fixture
def answerer() -> Answerer:
    return Answerer()


@pytest.fixture
def thread(answerer: Answerer) -> Iterator[AnswerThread]:
    made = AnswerThread(answerer, gather=lambda: 3)
    yield made
    answerer.go.set()
    made.close()


def asked_together(thread: AnswerThread, answerer: Answerer, questions: Sequence[str]) -> list[Future[Reply]]:
    """The first question is encoded alone; the others come meanwhile."""
    first = thread.ask(Asked(question=questions[0]))
    assert answerer.begun.wait(30)
    others = [thread.ask(Asked(question=question)) for question in questions[1:]]
    answerer.go.set()
    return [first, *others]


def texts(outcomes: Sequence[Future[Reply]]) -> list[str]:
    """Each one's reply, or the name of its error."""
    return [
        type(error).__name__ if (error := outcome.exception(30)) else outcome.result().question
        for outcome in outcomes
    ]


def test_what_waits_is_encoded_together_and_each_gets_its_own_reply(
    thread: AnswerThread, answerer: Answerer
) -> None:
    questions = [f"question {'x' * n}" for n in range(1, 21)]
    assert texts(asked_together(thread, answerer, questions)) == questions
    assert [len(batch) for batch in answerer.batches] == [1, 8, 8, 3]
    assert answerer.searched == questions


def test_nobody_waits_for_what_others_are_encoded_for(thread: AnswerThread, answerer: Answerer) -> None:
    """The first eight have their replies before the next eight are encoded."""
    questions = ["first", *(f"question {'x' * n}" for n in range(1, 10))]
    texts(asked_together(thread, answerer, questions))
    assert answerer.steps == ["encode", "first", "encode", *questions[1:9], "encode", questions[9]]


def test_those_of_like_length_are_encoded_together(thread: AnswerThread, answerer: Answerer) -> None:
    """What is shorter than the longest of its batch takes as long."""
    questions = ["first", *(f"question {'x' * n}" for n in (30, 1) * 8)]
    assert texts(asked_together(thread, answerer, questions)) == questions
    assert [len(set(batch)) for batch in answerer.batches] == [1, 1, 1]


def test_a_question_that_cannot_be_encoded_does_not_spoil_the_others(
    thread: AnswerThread, answerer: Answerer
) -> None:
    outcomes = asked_together(thread, answerer, ["one", "two", "unencodable", "three"])
    assert texts(outcomes) == ["one", "two", "ValueError", "three"]


@pytest.mark.parametrize("bad", ["unpreparable", "unsearchable"])
def test_nor_does_one_that_fails_before_or_after(thread: AnswerThread, answerer: Answerer, bad: str) -> None:
    outcomes = asked_together(thread, answerer, ["one", "two", bad, "three"])
    assert texts(outcomes) == ["one", "two", "ValueError", "three"]


def test_what_is_refused_is_not_encoded(thread: AnswerThread, answerer: Answerer) -> None:
    assert isinstance(thread.ask(Asked(question="7")).result(30), Refused)
    assert answerer.batches == []


def test_the_earlier_question_is_passed_on(thread: AnswerThread, answerer: Answerer) -> None:
    answerer.go.set()
    asked = Asked(question="and in diabetes?", earlier="target in hypertension", replies=True)
    thread.ask(asked).result(30)
    assert answerer.contexts == [("target in hypertension", True)]


def test_whoever_has_gone_is_not_looked_up_for(thread: AnswerThread, answerer: Answerer) -> None:
    first = thread.ask(Asked(question="one"))
    assert answerer.begun.wait(30)
    thread.ask(Asked(question="going")).cancel()
    last = thread.ask(Asked(question="last"))
    answerer.go.set()
    assert texts([first, last]) == ["one", "last"]
    assert answerer.batches == [["one"], ["last"]]
    assert answerer.searched == ["one", "last"]


def test_gathering_does_not_wait_for_answers(thread: AnswerThread, answerer: Answerer) -> None:
    answering = thread.ask(Asked(question="one"))
    assert answerer.begun.wait(30)
    assert thread.gather().result(30) == 3
    assert not answering.done()


def test_a_gathering_that_fails_is_told(answerer: Answerer) -> None:
    thread = AnswerThread(answerer, gather=lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        thread.gather().result(30)
    thread.close()


def test_closing_leaves_nobody_waiting(thread: AnswerThread, answerer: Answerer) -> None:
    outcomes = [thread.ask(Asked(question=f"question {n}")) for n in range(3)]
    assert answerer.begun.wait(30)
    thread.close()
    for outcome in outcomes:
        with pytest.raises(CancelledError):
            outcome.result(0)


def test_a_failed_warm_up_is_survived_and_told_in_the_log(
    thread: AnswerThread, answerer: Answerer, caplog: pytest.LogCaptureFixture
) -> None:
    thread.warm().result(30)
    answerer.go.set()
    assert texts([thread.ask(Asked(question="one"))]) == ["one"]
    assert caplog.text.count("action=answers.warm_failed") == 2


def test_it_is_warm_when_both_the_model_and_the_indexes_are(thread: AnswerThread, answerer: Answerer) -> None:
    busy = thread.ask(Asked(question="one"))
    assert answerer.begun.wait(30)
    warm = thread.warm()
    # The model's turn comes after the question that is being encoded.
    with pytest.raises(TimeoutError):
        warm.result(0.05)
    answerer.go.set()
    warm.result(30)
    assert busy.done()


def test_whoever_leaves_while_a_model_is_loaded_hears_of_no_fault(
    thread: AnswerThread, caplog: pytest.LogCaptureFixture
) -> None:
    """The answerer of these tests cannot be warmed: that is a fault worth a line, but not once all is over."""
    thread.close()
    thread._warmed_by(Answerer().warm_encoding)
    assert caplog.records == []
