"""Questions that wait are encoded together; each still gets its own reply, or its own error."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from bot.asking.answers import AnswerThreads
from knowledge.answering.question import PreparedQuestion, prepare
from knowledge.domain import NoEvidence, Refused, Reply
from knowledge.engines.ports import Vectors
from knowledge.terms.termlist import shipped


class Answerer:
    """Fulfils Answerer: repeats the question. The first encoding lasts until `go` is set."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.searched: list[str] = []
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
        self.begun.set()
        assert self.go.wait(30)
        if any("unencodable" in question.text for question in questions):
            raise ValueError("unencodable")
        return np.array([[float(len(question.text))] for question in questions], np.float32)

    def reply(self, question: PreparedQuestion, vector: Vectors) -> Reply:
        self.searched.append(question.text)
        if "unsearchable" in question.text:
            raise ValueError(question.text)
        assert vector[0] == len(question.text)
        return NoEvidence(question=question.text, documents_searched=1)


@pytest.fixture
def answerer() -> Answerer:
    return Answerer()


@pytest.fixture
def threads(answerer: Answerer) -> Iterator[AnswerThreads]:
    made = AnswerThreads(answerer)
    yield made
    answerer.go.set()
    made.close()


async def asked_together(
    threads: AnswerThreads, answerer: Answerer, questions: Sequence[str]
) -> list[Reply | BaseException]:
    """The outcomes of the first question, which is encoded alone, and of the others, which come meanwhile."""
    tasks = [asyncio.ensure_future(threads.answer(questions[0]))]
    await asyncio.to_thread(answerer.begun.wait, 30)
    tasks += [asyncio.ensure_future(threads.answer(question)) for question in questions[1:]]
    await asyncio.sleep(0)
    answerer.go.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


def texts(outcomes: Sequence[Reply | BaseException]) -> list[str]:
    return [type(each).__name__ if isinstance(each, BaseException) else each.question for each in outcomes]


async def test_what_waits_is_encoded_together_and_each_gets_its_own_reply(
    threads: AnswerThreads, answerer: Answerer
) -> None:
    questions = [f"question {'x' * n}" for n in range(1, 21)]
    outcomes = await asked_together(threads, answerer, questions)
    assert texts(outcomes) == questions
    assert [len(batch) for batch in answerer.batches] == [1, 8, 8, 3]
    assert answerer.searched == questions


async def test_those_of_like_length_are_encoded_together(threads: AnswerThreads, answerer: Answerer) -> None:
    """What is shorter than the longest of its batch takes as long."""
    questions = ["first", *(f"question {'x' * n}" for n in (30, 1) * 8)]
    outcomes = await asked_together(threads, answerer, questions)
    assert texts(outcomes) == questions
    assert [len(set(batch)) for batch in answerer.batches] == [1, 1, 1]


async def test_a_question_that_cannot_be_encoded_does_not_spoil_the_others(
    threads: AnswerThreads, answerer: Answerer
) -> None:
    outcomes = await asked_together(threads, answerer, ["one", "two", "unencodable", "three"])
    assert texts(outcomes) == ["one", "two", "ValueError", "three"]


@pytest.mark.parametrize("bad", ["unpreparable", "unsearchable"])
async def test_nor_does_one_that_fails_before_or_after(
    threads: AnswerThreads, answerer: Answerer, bad: str
) -> None:
    outcomes = await asked_together(threads, answerer, ["one", "two", bad, "three"])
    assert texts(outcomes) == ["one", "two", "ValueError", "three"]


async def test_what_is_refused_is_not_encoded(threads: AnswerThreads, answerer: Answerer) -> None:
    assert isinstance(await threads.answer("7"), Refused)
    assert answerer.batches == []


async def test_the_earlier_question_is_passed_on(threads: AnswerThreads, answerer: Answerer) -> None:
    answerer.go.set()
    await threads.answer("and in diabetes?", "target in hypertension", replies=True)
    assert answerer.contexts == [("target in hypertension", True)]


async def test_whoever_has_gone_is_not_searched_for(threads: AnswerThreads, answerer: Answerer) -> None:
    first = asyncio.ensure_future(threads.answer("one"))
    await asyncio.to_thread(answerer.begun.wait, 30)
    going = asyncio.ensure_future(threads.answer("going"))
    last = asyncio.ensure_future(threads.answer("last"))
    await asyncio.sleep(0)
    going.cancel()
    await asyncio.sleep(0)
    answerer.go.set()
    await asyncio.gather(first, last)
    assert answerer.batches == [["one"], ["last"]]
    assert answerer.searched == ["one", "last"]


async def test_closing_leaves_nobody_waiting(threads: AnswerThreads, answerer: Answerer) -> None:
    tasks = [asyncio.ensure_future(threads.answer(f"question {n}")) for n in range(3)]
    await asyncio.to_thread(answerer.begun.wait, 30)
    threads.close()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert texts(outcomes) == ["CancelledError"] * 3


async def test_a_failed_warm_up_is_survived_and_told_in_the_log(
    threads: AnswerThreads, answerer: Answerer, caplog: pytest.LogCaptureFixture
) -> None:
    threads.warm()
    await threads.warmed()
    answerer.go.set()
    assert (await threads.answer("one")).question == "one"
    assert caplog.text.count("action=answers.warm_failed") == 2


async def test_whoever_leaves_while_a_model_is_loaded_hears_of_no_fault(
    threads: AnswerThreads, caplog: pytest.LogCaptureFixture
) -> None:
    """The answerer of these tests cannot be warmed: that is a fault worth a line, but not once all is over."""
    threads.close()
    threads._warmed_by(Answerer().warm_encoding)
    assert caplog.records == []
