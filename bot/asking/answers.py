"""The answerer in a thread of its own, so that the conversation goes on while it encodes and searches."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

from knowledge.domain import Reply

log = logging.getLogger(__name__)


class Answerer(Protocol):
    """knowledge.answering.answer.Answerer, as far as the bot needs it."""

    def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply: ...

    def warm(self) -> None: ...


class AnswerThread:
    """Fulfils Answers. One thread: encoding is what takes the time, and it takes a core by itself.

    Questions that come while the model is loading wait their turn behind it.
    """

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answers")

    async def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply:
        ask = partial(self._answerer.answer, question, earlier, replies=replies)
        return await asyncio.get_running_loop().run_in_executor(self._thread, ask)

    def warm(self) -> None:
        """Begins to load what answering needs; returns at once."""
        self._thread.submit(self._warm)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _warm(self) -> None:
        try:
            self._answerer.warm()
        except Exception:
            # The first question meets the same fault and tells its asker; the reason belongs in the log now.
            log.exception("action=answers.warm_failed")
