"""Answers without blocking the conversation: encoded in a thread, searched for in another one or in another process."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from bot.batch_thread import BatchThread, fail, fulfil, settle
from knowledge.answering.question import PreparedQuestion
from knowledge.domain import Refused, Reply
from knowledge.engines.ports import Vectors

log = logging.getLogger(__name__)

#: The most that are taken at once, and encoded at once, those of like length together. Eight take as long as four and a
#: half that come one by one; more would be no cheaper each, and the first of them would wait longer.
_TAKEN = 32
_AT_ONCE = 8


class Answerer(Protocol):
    """knowledge.answering.answer.Answerer, as far as the bot needs it."""

    def prepare(
        self, question: str, earlier: str | None = None, *, replies: bool = False
    ) -> PreparedQuestion | Refused: ...

    def encode(self, questions: Sequence[PreparedQuestion]) -> Vectors: ...

    def reply(self, question: PreparedQuestion, vector: Vectors) -> Reply: ...

    def warm_encoding(self) -> None: ...

    def warm_search(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A question that is to be searched for."""

    question: PreparedQuestion
    vector: Vectors
    #: To be fulfilled; cancelled by whoever waits for it no longer.
    reply: Future[Reply]


class Searching(Protocol):
    """Where the search takes place; called from one thread."""

    def warm(self) -> None:
        """Loads what searching needs."""
        ...

    def search(self, batch: Sequence[Encoded]) -> None:
        """Returns when each one's reply is fulfilled. Never raises for what one of them brings."""
        ...

    def close(self) -> None:
        """From another thread; what is being searched for need not be fulfilled any more."""
        ...


class SearchHere:
    """Fulfils Searching in the thread that calls it."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    def warm(self) -> None:
        self._answerer.warm_search()

    def search(self, batch: Sequence[Encoded]) -> None:
        for each in batch:
            settle(each.reply, partial(self._answerer.reply, each.question, each.vector))

    def close(self) -> None:
        """Nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    question: str
    earlier: str | None
    replies: bool
    #: Fulfilled from the threads, or cancelled by whoever waits for it.
    reply: Future[Reply] = field(default_factory=Future)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    question: PreparedQuestion
    reply: Future[Reply]


class AnswerThreads:
    """Fulfils Answers. One thread encodes whatever waits, in one go; another searches with what was encoded.

    Encoding leaves Python's lock to the others for most of its time, so the search for some questions goes on while the
    next ones are encoded. Questions that come while the model is loading wait their turn behind it.
    """

    def __init__(self, answerer: Answerer, searching: Searching | None = None) -> None:
        """searching: by default in a thread of this process."""
        self._answerer = answerer
        self._search = searching or SearchHere(answerer)
        #: What `close` must not leave unfulfilled, or whoever waits for it would wait for ever.
        self._open: set[Future[Reply]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._warm: tuple[Future[None], ...] = ()
        self._is_closed = False
        self._encoding: BatchThread[_Asked] = BatchThread("encoding", self._encode, at_once=_TAKEN)
        self._searching: BatchThread[Encoded] = BatchThread(
            "searching", self._search.search, at_once=_AT_ONCE
        )

    async def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply:
        asked = _Asked(question=question, earlier=earlier, replies=replies)
        self._open.add(asked.reply)
        self._idle.clear()
        try:
            self._encoding.add(asked)
            return await asyncio.wrap_future(asked.reply)
        finally:
            self._open.discard(asked.reply)
            if not self._open:
                self._idle.set()

    async def answer_when_idle(self, question: str) -> Reply:
        """As `answer`, but not while anybody else waits for an answer: for what nobody sits in front of."""
        while self._open:
            await self._idle.wait()
        return await self.answer(question)

    def warm(self) -> None:
        """Begins to load what answering needs; returns at once."""
        self._warm = (
            self._encoding.first(partial(self._warmed_by, self._answerer.warm_encoding)),
            self._searching.first(partial(self._warmed_by, self._search.warm)),
        )

    async def warmed(self) -> None:
        """Returns when what `warm` began has ended, well or not."""
        await asyncio.gather(*map(asyncio.wrap_future, self._warm))

    def close(self) -> None:
        """What is not answered yet is cancelled."""
        self._is_closed = True
        self._encoding.close(finish=False)
        self._searching.close(finish=False)
        for reply in tuple(self._open):
            reply.cancel()
        self._search.close()

    def _warmed_by(self, load: Callable[[], None]) -> None:
        try:
            load()
        except Exception:
            # Whoever leaves while a model is being loaded need not hear that Python cannot go on with it.
            if self._is_closed:
                return
            # The first question meets the same fault and tells its asker; the reason belongs in the log now.
            log.exception("action=answers.warm_failed")
        # What is loaded by now stays for good. Python would look through all of it from time to time; with torch that
        # takes 0.4 s, in which nobody is answered.
        gc.freeze()

    def _encode(self, batch: Sequence[_Asked]) -> None:
        prepared = [found for asked in batch if (found := self._prepared(asked))]
        prepared.sort(key=lambda each: len(each.question.encoded))
        for start in range(0, len(prepared), _AT_ONCE):
            self._encode_prepared(prepared[start : start + _AT_ONCE])

    def _prepared(self, asked: _Asked) -> _Prepared | None:
        """None where there is nothing to look up: a refusal, or nobody who waits for it any more."""
        if asked.reply.cancelled():
            return None
        try:
            question = self._answerer.prepare(asked.question, asked.earlier, replies=asked.replies)
        except Exception as error:  # noqa: BLE001 - it is raised where the question was asked
            fail(asked.reply, error)
            return None
        if isinstance(question, Refused):
            fulfil(asked.reply, question)
            return None
        return _Prepared(question=question, reply=asked.reply)

    def _encode_prepared(self, batch: Sequence[_Prepared]) -> None:
        try:
            vectors = self._answerer.encode([each.question for each in batch])
        except Exception as error:  # noqa: BLE001 - it is raised where the question was asked
            if len(batch) == 1:
                fail(batch[0].reply, error)
                return
            # One of them is to blame, and the others shall not hear of it.
            for each in batch:
                self._encode_prepared([each])
            return
        for each, vector in zip(batch, vectors, strict=True):
            self._searching.add(Encoded(question=each.question, vector=vector, reply=each.reply))
