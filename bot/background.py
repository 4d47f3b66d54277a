"""Work that goes on beside the conversation for as long as the bot runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


async def keep_running(
    name: str, work: Callable[[], Awaitable[None]], pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Runs `work` until it returns or is cancelled; when it fails it is logged and begun again after a growing pause.

    Work beside the conversation must never silence the bot, whether the disk is full or the program is wrong.
    """
    seconds = _FIRST_PAUSE
    while True:
        try:
            return await work()
        except* Exception:
            log.exception("action=background.failed work=%s again_in_s=%g", name, seconds)
        await pause(seconds)
        seconds = min(2 * seconds, _LONGEST_PAUSE)


async def signalled(event: asyncio.Event, within: float | None = None) -> None:
    """Returns when the event is set, or after so many seconds; takes the signal back."""
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
