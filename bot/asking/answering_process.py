"""Answering in a process of its own, so that it and the conversation do not wait for each other.

Python runs one thread of a process at a time: in a burst, encoding and searching for some would hold up the sending of
answers to others, and be held up by it. And a model that is loaded there need not be here. At the other end of the
pipes is bot.answerer.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, NoReturn

from bot.asking.answer_thread import TAKEN, Asked
from bot.background import keep_running
from knowledge.domain import Reply
from knowledge.settings import Settings

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "bot.answerer")
#: Before each message of the process stands its length in so many bytes.
LENGTH = 4
#: So many are with the process at once: as many as it takes at once, so that it is never idle. What is not handed over
#: yet is not looked up if nobody waits for it any more, and is above suspicion when the process ends.
_HANDED_OVER = TAKEN
#: What the process had with it so often when it ended is given up.
_MOST_ENDS = 2
#: While something is with the process, a reply comes back at least so often; of a process that hangs, none ever would.
_LONGEST_S = 120.0
#: After one that was never ready.
_PAUSE_BEFORE_RESTART_S = 1.0
#: Read ahead at most, in bytes: some replies.
_READ_AHEAD = 1 << 18


class AnsweringFailed(Exception):
    """Answering failed; the lines answering.failed and answering.ended in the log tell more."""

    def __init__(self) -> None:
        super().__init__(" ".join((type(self).__doc__ or "").split()))


class AnsweringUnavailable(AnsweringFailed):
    """No answering process could be had, and nobody looked; the lines answering.not_started and answering.ended in the
    log tell more.
    """


@dataclass(slots=True, kw_only=True, eq=False)
class _Request:
    #: None: to gather.
    asked: Asked | None
    #: Cancelled by whoever waits for it no longer.
    outcome: asyncio.Future[Any]
    #: How often the process ended while it had this.
    ends: int = 0


class AnsweringProcess:
    """Fulfils Answering. A process that ends is started again, and asked again what it had not answered.

    What it had with it when it ended is asked alone then, one after the other: if it ends again, it is known for what.
    """

    def __init__(
        self,
        settings: Settings,
        command: Sequence[str] = COMMAND,
        pause_s: float = _PAUSE_BEFORE_RESTART_S,
        longest_s: float = _LONGEST_S,
    ) -> None:
        # The process shall not know what it has no use for; its environment holds no token either.
        self._settings = settings.model_copy(update={"bot_token": None})
        self._command = tuple(command)
        self._pause_s = pause_s
        self._longest_s = longest_s
        self._numbers = count()
        self._waiting: deque[_Request] = deque()
        #: By the number that the process knows each by, in the order in which it got them.
        self._handed_over: dict[int, _Request] = {}
        self._wanted = asyncio.Event()
        #: It was loaded, well or not.
        self._warm = asyncio.Event()
        #: The process, when it has loaded what it needs.
        self._ready: Process | None = None
        #: When that is taken to hang, if nothing comes back before.
        self._patience = asyncio.Timeout(None)
        self._life: asyncio.Task[None] | None = None

    def warm(self) -> None:
        self._wanted.set()
        if self._life is None:
            self._life = asyncio.create_task(keep_running("answering", self._live))

    async def warmed(self) -> None:
        await self._warm.wait()

    async def reply(self, asked: Asked) -> Reply:
        reply: Reply = await self._outcome(asked)
        return reply

    async def gather(self) -> int:
        gathered: int = await self._outcome(None)
        return gathered

    async def close(self) -> None:
        if self._life is not None:
            self._life.cancel()
            await asyncio.wait([self._life])
        for request in (*self._handed_over.values(), *self._waiting):
            request.outcome.cancel()

    async def _outcome(self, asked: Asked | None) -> Any:
        request = _Request(asked=asked, outcome=asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self.warm()
        self._hand_over()
        return await request.outcome

    async def _live(self) -> None:
        """One process after the other."""
        in_vain = 0
        while True:
            await self._wanted.wait()
            if await self._one_process():
                # People wait, and the next one loads for seconds anyway.
                in_vain = 0
                continue
            in_vain += 1
            if in_vain == _MOST_ENDS:
                # It is not for a question that it cannot begin. Whoever asks next has it tried again.
                in_vain = 0
                self._wanted.clear()
                self._warm.set()
                self._give_up()
            await asyncio.sleep(self._pause_s)

    async def _one_process(self) -> bool:
        """From its start to its end; whether it was ready in between."""
        try:
            child = await self._started()
        except OSError as error:
            log.error("action=answering.not_started reason=%s", error.strerror)
            return False
        try:
            await self._serve(child)
        except TimeoutError:
            log.error("action=answering.hung pid=%d", child.pid)
        except (EOFError, OSError, pickle.UnpicklingError):
            # Whatever it was, what is logged below is all that is known of it.
            pass
        finally:
            was_ready, self._ready = self._ready is not None, None
            # First: a pipe that broke raises again at the end.
            self._take_back()
            code = await _end(child)
        log.error("action=answering.ended pid=%d code=%d", child.pid, code)
        return was_ready

    async def _serve(self, child: Process) -> NoReturn:
        """Until the process ends or hangs, or says something else than it should."""
        await _received(child)
        async with asyncio.timeout(None) as self._patience:
            self._ready = child
            self._warm.set()
            while True:
                self._hand_over()
                number, outcome = await _received(child)
                _settle(self._handed_over.pop(number), outcome)
                self._wait_anew()

    async def _started(self) -> Process:
        child = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            limit=_READ_AHEAD,
            env=_environment(),
            # Not in our group: an interrupt from the terminal is for the bot, and when the bot ends, so does its pipe.
            start_new_session=True,
        )
        log.info("action=answering.started pid=%d", child.pid)
        _send(child, self._settings)
        return child

    def _hand_over(self) -> None:
        while self._ready is not None and self._waiting and len(self._handed_over) < self._room():
            request = self._waiting.popleft()
            if not request.outcome.done():
                number = next(self._numbers)
                self._handed_over[number] = request
                _send(self._ready, (number, request.asked))
                if len(self._handed_over) == 1:
                    self._wait_anew()

    def _wait_anew(self) -> None:
        """From now on, for the next that comes back; without end where nothing is to."""
        until = asyncio.get_running_loop().time() + self._longest_s
        self._patience.reschedule(until if self._handed_over else None)

    def _room(self) -> int:
        """How many may be with the process at once as things stand."""
        one_is_suspected = self._waiting[0].ends or any(each.ends for each in self._handed_over.values())
        return 1 if one_is_suspected else _HANDED_OVER

    def _take_back(self) -> None:
        """What the process had with it, in order, but for what it ended with too often."""
        for request in reversed(self._handed_over.values()):
            request.ends += 1
            if request.ends == _MOST_ENDS:
                # It may be what ends the process each time; the others shall not wait for ever.
                _settle(request, AnsweringFailed())
            else:
                self._waiting.appendleft(request)
        self._handed_over.clear()

    def _give_up(self) -> None:
        while self._waiting:
            _settle(self._waiting.popleft(), AnsweringUnavailable())


def _environment() -> dict[str, str]:
    """Without our settings, the bot's token above all: those that the process needs go through the pipe.

    The rest it needs as we do, unlike one that draws: where models are kept, proxies, what the database's driver reads.
    """
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("YIDAO_")}


def _settle(request: _Request, outcome: object) -> None:
    if request.outcome.done():
        return
    if isinstance(outcome, Exception):
        request.outcome.set_exception(outcome)
    else:
        request.outcome.set_result(outcome)


def _send(child: Process, what: object) -> None:
    """What cannot be sent any more is asked again of the next process: the end of this one is heard of when reading."""
    assert child.stdin is not None  # noqa: S101 - PIPE was asked for
    child.stdin.write(pickle.dumps(what))


async def _received(child: Process) -> Any:
    """Raises EOFError or OSError where the process has ended."""
    assert child.stdout is not None  # noqa: S101 - PIPE was asked for
    length = int.from_bytes(await child.stdout.readexactly(LENGTH))
    return pickle.loads(await child.stdout.readexactly(length))  # noqa: S301 - of our own making, at both ends


async def _end(child: Process) -> int:
    with suppress(ProcessLookupError):
        child.kill()
    # Reads what is left of the pipes too, without which their ends would stay open.
    await child.communicate()
    return await child.wait()
