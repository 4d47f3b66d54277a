"""Questions are answered in a thread: of the answerer's process, or of the terminal's own."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from bot.batch_thread import BatchThread, fail, fulfil, settle
from knowledge.answering.question import PreparedQuestion
from knowledge.domain import Refused, Reply
from knowledge.engines.ports import Vectors

log = logging.getLogger(__name__)

#: The most that are taken at once, and encoded at once, those of like length together. Eight take as long as four and a
#: half that come one by one; more would be no cheaper each, and the first of them would wait longer.
TAKEN = 32
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
class Asked:
    """A question as it came; `Answerer.answer` explains what goes with it."""

    question: str
    earlier: str | None = None
    replies: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    asked: Asked
    #: To be fulfilled; cancelled by whoever waits for it no longer.
    reply: Future[Reply] = field(default_factory=Future)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    question: PreparedQuestion
    reply: Future[Reply]


class AnswerThread:
    """Takes whatever waits, encodes some in one go, searches with each of these, then encodes the next ones.

    Encoding leaves Python's lock to the others in each of its many steps and has to wait for it after each: beside a
    thread that searches, both would be over later. What is not urgent, such as gathering, has a thread beside this one.
    """

    def __init__(self, answerer: Answerer, gather: Callable[[], int]) -> None:
        """gather: what `knowledge.gaps.Gatherer` does; called from one thread."""
        self._answerer = answerer
        self._gather = gather
        #: What `close` must not leave unfulfilled, or whoever waits for it would wait for ever.
        self._open: set[Future[Any]] = set()
        self._is_closed = False
        self._answering: BatchThread[_Open] = BatchThread("answering", self._answer, at_once=TAKEN)
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside")

    def ask(self, asked: Asked) -> Future[Reply]:
        """From any thread; returns at once. Questions that come while the model is loading wait behind it."""
        question = _Open(asked=asked)
        self._keep(question.reply)
        self._answering.add(question)
        return question.reply

    def gather(self) -> Future[int]:
        """From any thread; returns at once."""
        gathered: Future[int] = Future()
        self._keep(gathered)
        self._beside.submit(settle, gathered, self._gather)
        return gathered

    def warm(self) -> Future[None]:
        """Begins to load what answering needs; done when that has ended, well or not."""
        encoding = self._answering.first(partial(self._warmed_by, self._answerer.warm_encoding))
        return self._beside.submit(self._warm_beside, encoding)

    def close(self) -> None:
        """What is not answered yet is cancelled."""
        self._is_closed = True
        self._answering.close(finish=False)
        self._beside.shutdown(wait=False, cancel_futures=True)
        for future in tuple(self._open):
            future.cancel()

    def _keep(self, future: Future[Any]) -> None:
        self._open.add(future)
        future.add_done_callback(self._open.discard)

    def _warm_beside(self, encoding: Future[None]) -> None:
        self._warmed_by(self._answerer.warm_search)
        with suppress(CancelledError):
            encoding.result()

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

    def _answer(self, batch: Sequence[_Open]) -> None:
        prepared = [found for question in batch if (found := self._prepared(question))]
        prepared.sort(key=lambda each: len(each.question.encoded))
        for start in range(0, len(prepared), _AT_ONCE):
            self._answer_prepared(prepared[start : start + _AT_ONCE])

    def _prepared(self, question: _Open) -> _Prepared | None:
        """None where there is nothing to look up: a refusal, or nobody who waits for it any more."""
        asked, reply = question.asked, question.reply
        if reply.cancelled():
            return None
        try:
            prepared = self._answerer.prepare(asked.question, asked.earlier, replies=asked.replies)
        except Exception as error:  # noqa: BLE001 - it is raised where the question was asked
            fail(reply, error)
            return None
        if isinstance(prepared, Refused):
            fulfil(reply, prepared)
            return None
        return _Prepared(question=prepared, reply=reply)

    def _answer_prepared(self, batch: Sequence[_Prepared]) -> None:
        try:
            vectors = self._answerer.encode([each.question for each in batch])
        except Exception as error:  # noqa: BLE001 - it is raised where the question was asked
            if len(batch) == 1:
                fail(batch[0].reply, error)
                return
            # One of them is to blame, and the others shall not hear of it.
            for each in batch:
                self._answer_prepared([each])
            return
        for each, vector in zip(batch, vectors, strict=True):
            settle(each.reply, partial(self._answerer.reply, each.question, vector))
