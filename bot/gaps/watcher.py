"""Gathers what was asked in vain, and asks it again when documents came in."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from bot.asking.answering_process import AnsweringUnavailable
from bot.background import keep_running, signalled
from knowledge.domain import Answer, Reply
from knowledge.errors import KnowledgeError
from knowledge.gaps import AT_ONCE
from knowledge.store import Stores
from knowledge.store.database import now
from knowledge.store.gaps import GapToTry

log = logging.getLogger(__name__)

#: The library's generation is looked at so often. While a folder is being loaded it moves all the time: only what has
#: stood still in between is asked again.
_INTERVAL_S = 3.0
#: After each step it rests for so many times as long as that took, so that ten thousand gaps take hours and not the
#: machine: doctors who ask meanwhile are answered as fast as ever.
_REST = 4.0


class PatientAnswers(Protocol):
    """bot.asking.answers.AnswerQueue, as far as it is needed here."""

    async def answer_when_idle(self, question: str) -> Reply: ...


class GapWatcher:
    """The database says what is to be gathered and what is to be tried; a kill costs one try at most."""

    def __init__(
        self,
        *,
        stores: Stores,
        gather: Callable[[], Awaitable[int]],
        answers: PatientAnswers,
        within: timedelta,
        interval: float = _INTERVAL_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """gather: what knowledge.gaps.Gatherer does, without blocking.

        within: whoever asked longer ago does not wait for an answer any more.
        """
        self._stores = stores
        self._gather_some = gather
        self._answers = answers
        self._within = within
        self._interval = interval
        self._sleep = sleep
        self._news = asyncio.Event()
        self._gathered = asyncio.Event()
        #: The generation that was there when it was looked at last.
        self._seen: int | None = None

    def gather_soon(self) -> None:
        """A question was left unanswered, or its answer disliked."""
        self._gathered.clear()
        self._news.set()

    async def gathered(self) -> None:
        """Returns when no question is left that belongs to no gap."""
        await self._gathered.wait()

    async def run(self) -> None:
        """For as long as the bot runs."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_running("gathering", self._gather_all))
            tasks.create_task(keep_running("gaps", self._watch))

    async def _gather_all(self) -> None:
        while True:
            await self.gather()
            if not self._news.is_set():
                self._gathered.set()
            await signalled(self._news)

    async def _watch(self) -> None:
        while True:
            await self.look()
            await self._sleep(self._interval)

    async def gather(self) -> None:
        """Until no question is left that belongs to no gap."""
        began = time.perf_counter()
        while await self._gather_some() == AT_ONCE:
            await self._rest(began)
            began = time.perf_counter()

    async def look(self) -> None:
        """Asks again what is due, once the library has stood still between two looks."""
        generation = await asyncio.to_thread(self._stores.library.generation)
        if generation == self._seen:
            await self.try_all()
        self._seen = generation

    async def try_all(self) -> None:
        """One after the other, most asked first; each once a generation."""
        for gap_id in await asyncio.to_thread(self._stores.gaps.to_try, now() - self._within):
            began = time.perf_counter()
            await self._try(gap_id)
            await self._rest(began)

    async def _rest(self, began: float) -> None:
        await self._sleep(_REST * (time.perf_counter() - began))

    async def _try(self, gap_id: int) -> None:
        generation = await asyncio.to_thread(self._stores.library.generation)
        gap = await asyncio.to_thread(self._stores.gaps.due, gap_id, generation)
        if gap is None:
            return
        try:
            reply = await self._answers.answer_when_idle(gap.text)
        except (KnowledgeError, AnsweringUnavailable):
            # Nobody looked: it is tried again later.
            raise
        except Exception as error:  # noqa: BLE001 - one question must not keep the others from being asked
            log.error("action=gap.failed gap=%d error=%s", gap_id, type(error).__name__)
            reply = None
        edition_id = _answering(gap, reply)
        if edition_id is None:
            await asyncio.to_thread(self._stores.gaps.tried, gap_id, generation)
            return
        since = now() - self._within
        told = await asyncio.to_thread(
            self._stores.gaps.close, gap_id, generation=generation, edition_id=edition_id, since=since
        )
        log.info("action=gap.closed gap=%d edition=%d askers=%d", gap_id, edition_id, told)


def _answering(gap: GapToTry, reply: Reply | None) -> int | None:
    """The edition that answers; None where nothing does, or only what an asker said was no answer."""
    if not isinstance(reply, Answer):
        return None
    edition_id = reply.quotations[0].passage.edition_id
    return None if edition_id in gap.disliked else edition_id
