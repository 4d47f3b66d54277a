from __future__ import annotations

import asyncio
import logging

import pytest

from bot.background import keep_running, signalled
from bot.progress import bar


async def test_work_that_fails_is_begun_again_after_growing_pauses(caplog: pytest.LogCaptureFixture):
    """It is logged each time, and the conversation goes on meanwhile."""
    pauses: list[float] = []
    outcomes = iter([OSError("disk full"), ExceptionGroup("both", [OSError(), ValueError()]), None])

    async def work() -> None:
        if (error := next(outcomes)) is not None:
            raise error

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    with caplog.at_level(logging.ERROR):
        await keep_running("library", work, pause)
    assert pauses == [1.0, 2.0]
    assert caplog.text.count("action=background.failed work=library") == 2


async def test_cancelled_work_ends():
    task = asyncio.create_task(keep_running("library", asyncio.Event().wait))  # type: ignore[arg-type]  # returns True
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_signal_is_taken_back_and_time_runs_out_quietly():
    event = asyncio.Event()
    event.set()
    await signalled(event)
    assert not event.is_set()
    await signalled(event, within=0)


@pytest.mark.parametrize(
    "done, total, shown",
    [(0, 0, "░░░░░░░░"), (21, 28, "▓▓▓▓▓▓░░"), (27, 28, "▓▓▓▓▓▓▓░"), (28, 28, "▓▓▓▓▓▓▓▓")],
)
def test_a_bar_is_full_only_at_the_end(done: int, total: int, shown: str):
    assert bar(done, total) == shown
