"""Answers without blocking the conversation: from a thread of this process, or from another process."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Protocol

from bot.asking.answer_thread import AnswerThread, Asked
from knowledge.domain import Reply


class Answering(Protocol):
    """Where questions are answered; called on the event loop, which it never blocks."""

    def warm(self) -> None:
        """Begins to load what answering needs; returns at once."""
        ...

    async def warmed(self) -> None:
        """Returns when what `warm` began has ended, well or not."""
        ...

    async def reply(self, asked: Asked) -> Reply: ...

    async def gather(self) -> int:
        """As knowledge.gaps.Gatherer: it needs the encoder too."""
        ...

    async def close(self) -> None:
        """What is not answered yet is cancelled."""
        ...


class AnsweringHere:
    """Fulfils Answering in a thread of this process."""

    def __init__(self, thread: AnswerThread) -> None:
        self._thread = thread
        self._warm: Future[None] | None = None

    def warm(self) -> None:
        self._warm = self._thread.warm()

    async def warmed(self) -> None:
        if self._warm is not None:
            await asyncio.wrap_future(self._warm)

    async def reply(self, asked: Asked) -> Reply:
        return await asyncio.wrap_future(self._thread.ask(asked))

    async def gather(self) -> int:
        return await asyncio.wrap_future(self._thread.gather())

    async def close(self) -> None:
        self._thread.close()


class AnswerQueue:
    """Fulfils Answers, and knows whether anybody waits for one."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply:
        self._open += 1
        self._idle.clear()
        try:
            return await self._answering.reply(Asked(question=question, earlier=earlier, replies=replies))
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()

    async def answer_when_idle(self, question: str) -> Reply:
        """As `answer`, but not while anybody else waits for an answer: for what nobody sits in front of."""
        while self._open:
            await self._idle.wait()
        return await self.answer(question)
