"""Answers wait in a queue that knows whether anybody waits; by default a thread of this process gives them."""

from __future__ import annotations

import asyncio

import pytest

from bot.asking.answer_thread import AnswerThread, Asked
from bot.asking.answers import AnsweringHere, AnswerQueue
from knowledge.domain import NoEvidence, Reply
from tests.bot.asking.test_answer_thread import Answerer


class HeldAnswering:
    """Fulfils Answering: repeats the question once its turn is let go."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.go = asyncio.Semaphore(0)

    async def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        await self.go.acquire()
        return NoEvidence(question=asked.question, documents_searched=1)

    async def gather(self) -> int:
        raise AssertionError("nobody gathers here")

    def warm(self) -> None:
        """Nothing to do."""

    async def warmed(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""


def texts(answering: HeldAnswering) -> list[str]:
    return [asked.question for asked in answering.asked]


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_goes_with_a_question_is_passed_on() -> None:
    answering = HeldAnswering()
    answering.go.release()
    reply = await AnswerQueue(answering).answer("and in diabetes?", "target", replies=True)
    assert reply == NoEvidence(question="and in diabetes?", documents_searched=1)
    assert answering.asked == [Asked(question="and in diabetes?", earlier="target", replies=True)]


async def test_what_nobody_sits_in_front_of_waits_until_nobody_else_does() -> None:
    answering = HeldAnswering()
    queue = AnswerQueue(answering)
    first = asyncio.create_task(queue.answer("first"))
    await settled()
    patient = asyncio.create_task(queue.answer_when_idle("patient"))
    second = asyncio.create_task(queue.answer("second"))
    await settled()
    answering.go.release()
    await first
    await settled()
    assert texts(answering) == ["first", "second"]
    answering.go.release()
    await second
    await settled()
    assert texts(answering) == ["first", "second", "patient"]
    answering.go.release()
    assert (await patient).question == "patient"


async def test_a_question_that_was_given_up_keeps_nobody_waiting() -> None:
    answering = HeldAnswering()
    queue = AnswerQueue(answering)
    going = asyncio.create_task(queue.answer("going"))
    await settled()
    patient = asyncio.create_task(queue.answer_when_idle("patient"))
    await settled()
    going.cancel()
    answering.go.release()
    assert (await patient).question == "patient"


# ------------------------------------------------------------------------------------- in this process


async def test_a_thread_answers_and_gathers_without_holding_up_the_loop() -> None:
    answerer = Answerer()
    here = AnsweringHere(AnswerThread(answerer, gather=lambda: 3))
    replying = asyncio.create_task(here.reply(Asked(question="one")))
    assert await here.gather() == 3
    assert not replying.done()
    answerer.go.set()
    assert (await replying).question == "one"
    await here.close()


async def test_a_warm_up_is_awaited() -> None:
    answerer = Answerer()
    here = AnsweringHere(AnswerThread(answerer, gather=lambda: 3))
    replying = asyncio.create_task(here.reply(Asked(question="one")))
    await asyncio.to_thread(answerer.begun.wait, 30)
    here.warm()
    warmed = asyncio.create_task(here.warmed())
    await settled()
    assert not warmed.done()
    answerer.go.set()
    await warmed
    await replying
    await here.close()


async def test_closing_cancels_what_is_not_answered() -> None:
    answerer = Answerer()
    here = AnsweringHere(AnswerThread(answerer, gather=lambda: 3))
    replying = asyncio.create_task(here.reply(Asked(question="one")))
    await asyncio.to_thread(answerer.begun.wait, 30)
    await here.close()
    with pytest.raises(asyncio.CancelledError):
        await replying
    answerer.go.set()
