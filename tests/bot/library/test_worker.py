from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable

import pytest

from bot.library.worker import WorkerSupervisor, run_worker


class Workshop:
    """Work that so many lives of a worker take; each ends with the code that comes next."""

    def __init__(self, *codes: int) -> None:
        self.codes = list(codes)
        self.pauses: list[float] = []
        self.idle = asyncio.Event()
        self.time = 0.0

    def has_work(self) -> bool:
        if not self.codes:
            self.idle.set()
        return bool(self.codes)

    async def run(self) -> int:
        return self.codes.pop(0)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def clock(self) -> float:
        return self.time


async def supervised(
    workshop: Workshop, run: Callable[[], asyncio.Future[int]] | None = None
) -> WorkerSupervisor:
    """Runs a supervisor until there is no work left."""
    supervisor = WorkerSupervisor(
        has_work=workshop.has_work, run=run or workshop.run, pause=workshop.pause, clock=workshop.clock
    )
    task = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(5):
        await workshop.idle.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return supervisor


async def test_no_work_starts_no_process():
    workshop = Workshop()
    await supervised(workshop)
    assert workshop.pauses == []


async def test_a_worker_that_dies_is_started_again_after_growing_pauses():
    workshop = Workshop(1, -9, 1, 0)
    await supervised(workshop)
    assert workshop.codes == []
    assert workshop.pauses == [2.0, 4.0, 8.0]


async def test_pauses_do_not_grow_for_ever():
    workshop = Workshop(*[1] * 10)
    await supervised(workshop)
    assert max(workshop.pauses) == 60.0


async def test_failures_are_counted_until_one_life_goes_well():
    workshop = Workshop(1, 1, 0, 0)
    counted = []

    async def run() -> int:
        counted.append(supervisor.failures)
        return await workshop.run()

    supervisor = WorkerSupervisor(
        has_work=workshop.has_work, run=run, pause=workshop.pause, clock=workshop.clock
    )
    task = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(5):
        await workshop.idle.wait()
    task.cancel()
    assert counted == [0, 1, 2, 0]


async def test_what_the_worker_says_reaches_the_log(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    code = await run_worker(
        (sys.executable, "-c", "import sys; sys.stderr.write('out of ink\\n'); sys.exit(3)")
    )
    assert code == 3
    assert "out of ink" in caplog.text
    assert "action=worker.ended" in caplog.text


async def test_the_worker_and_all_that_it_starts_make_way_for_answers(caplog: pytest.LogCaptureFixture):
    """Its children too: reading pages and recognising them take as much as encoding."""
    caplog.set_level(logging.INFO)
    tells = "import os; print('niceness', os.getpriority(os.PRIO_PROCESS, 0))"
    # It starts as every process does, and is made to wait a moment later.
    both = (
        "import os, subprocess, sys, time\n"
        "end = time.monotonic() + 20\n"
        "while os.getpriority(os.PRIO_PROCESS, 0) < 19 and time.monotonic() < end: time.sleep(0.01)\n"
        f"subprocess.run([sys.executable, '-c', {tells!r}], stdout=sys.stderr)\n"
    )
    await run_worker((sys.executable, "-c", both))
    assert "line=niceness 19" in caplog.text


async def test_a_line_without_an_end_does_not_stop_the_reading():
    code = await run_worker((sys.executable, "-c", "import sys; sys.stderr.write('x' * 300_000)"))
    assert code == 0


class Listener(logging.Handler):
    """Hears when the log says something, and keeps the process id that it names."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words
        self.heard = asyncio.Event()
        self.pid = 0

    def emit(self, record: logging.LogRecord) -> None:
        if self.words in record.getMessage() and isinstance(record.args, tuple):
            self.pid = int(str(record.args[0]))
            self.heard.set()


async def test_the_worker_ends_with_the_bot(caplog: pytest.LogCaptureFixture):
    """Started, then its task is cancelled: no process is left behind."""
    caplog.set_level(logging.INFO)
    listener = Listener("line=at work")
    logging.getLogger("bot.library.worker").addHandler(listener)
    busy = "import sys, time; print('at work', file=sys.stderr, flush=True); time.sleep(60)"
    task = asyncio.create_task(run_worker((sys.executable, "-c", busy)))
    async with asyncio.timeout(20):
        await listener.heard.wait()
    logging.getLogger("bot.library.worker").removeHandler(listener)
    task.cancel()
    async with asyncio.timeout(20):
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    with pytest.raises(ProcessLookupError):
        os.kill(listener.pid, 0)
