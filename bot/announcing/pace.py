"""How fast announcements leave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


class Pace:
    """Hands out turns evenly; a pause that Telegram asks for moves every later turn."""

    def __init__(
        self,
        per_second: float,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._apart = 1 / per_second
        self._sleep = sleep
        self._clock = clock
        self._next = clock()

    async def turn(self) -> None:
        """Returns when one more message may leave."""
        now = self._clock()
        at = max(self._next, now)
        self._next = at + self._apart
        if at > now:
            await self._sleep(at - now)

    def pause(self, seconds: float) -> None:
        """No new turn for so long."""
        self._next = max(self._next, self._clock() + seconds)
