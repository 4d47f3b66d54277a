"""The indexer's process: started when files wait to be read, gone when none is left."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable, Sequence

from bot.background import signalled

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "indexer", "worker", "--until-idle")
#: Answers go before reading: the lowest priority that there is. Not Linux's SCHED_IDLE: on a busy machine the worker
#: would stand still with the library's write lock in its hands, and documents would run out of their time.
_NICENESS = 19
_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 60.0
#: A process that lived this long was at work: what ended it is not what ended the one before.
_AT_WORK_S = 30.0
_TIME_TO_END_S = 15.0


async def run_worker(command: Sequence[str] = COMMAND) -> int:
    """One life of the worker; gives its exit code. It ends with the task that waits for it."""
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE)
    log.info("action=worker.started pid=%d", process.pid)
    _lower_priority(process.pid)
    try:
        await _log_lines(process)
        code = await process.wait()
    finally:
        await _end(process)
    log.log(
        logging.WARNING if code else logging.INFO, "action=worker.ended pid=%d code=%d", process.pid, code
    )
    return code


def _lower_priority(pid: int) -> None:
    """Best effort: a system without priorities, or a process that is gone already, needs none.

    Threads and children that it starts take it over; it has none yet.
    """
    if not hasattr(os, "setpriority"):
        return
    try:
        os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)
    except OSError as error:
        log.info("action=worker.not_niced pid=%d error=%s", pid, error.strerror)


async def _log_lines(process: Process) -> None:
    """Until the worker closes its standard error."""
    assert process.stderr is not None  # noqa: S101  # PIPE was asked for
    # read(), not readline(): a line longer than the stream's buffer would raise.
    rest = b""
    while chunk := await process.stderr.read(8192):
        *lines, rest = (rest + chunk).split(b"\n")
        for text in lines:
            log.info("action=worker.says pid=%d line=%s", process.pid, text.decode(errors="replace")[:500])


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_TIME_TO_END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


class WorkerSupervisor:
    """Keeps a worker alive while there is work, and waits longer and longer when that changes nothing."""

    def __init__(
        self,
        *,
        has_work: Callable[[], bool],
        run: Callable[[], Awaitable[int]] = run_worker,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._has_work = has_work
        self._run = run
        self._pause = pause
        self._clock = clock
        self._wanted = asyncio.Event()
        #: Called when a worker has ended, so that what it read is told at once.
        self.on_end: Callable[[], None] = lambda: None
        #: How often in a row the worker broke down at once.
        self.failures = 0

    def wake(self) -> None:
        """There may be work."""
        self._wanted.set()

    async def run(self) -> None:
        while True:
            await self._until_idle()
            await signalled(self._wanted)

    async def _until_idle(self) -> None:
        seconds = _FIRST_PAUSE
        while await asyncio.to_thread(self._has_work):
            began = self._clock()
            code = await self._run()
            self.on_end()
            was_at_work = self._clock() - began >= _AT_WORK_S
            self.failures = 0 if code == 0 or was_at_work else self.failures + 1
            if not await asyncio.to_thread(self._has_work):
                break
            seconds = _FIRST_PAUSE if was_at_work else seconds
            await self._pause(seconds)
            seconds = min(2 * seconds, _LONGEST_PAUSE)
        self.failures = 0
