"""How fast announcements leave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

#: So much of what was missed may be caught up with at once, so that a turn taken late costs nothing in the long run.
_CATCH_UP_S = 0.2
#: When calls for so many people came to nothing on the way, and none got through meanwhile, it is the network.
_MANY = 4
_LONGEST_PAUSE_S = 60.0


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
        self._paused_until = self._next
        self._astray: set[int] = set()
        self._next_pause = 1.0

    async def turn(self) -> None:
        """Returns when one more message may leave."""
        now = self._clock()
        at = max(self._next, now - _CATCH_UP_S, self._paused_until)
        self._next = at + self._apart
        if at > now:
            await self._sleep(at - now)

    def give_back(self) -> None:
        """What the turn was taken for came to no message; another one may leave for it."""
        self._next -= self._apart

    def pause(self, seconds: float) -> None:
        """No new turn for so long."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def astray(self, telegram_id: int) -> bool:
        """A call came to nothing on the way. Whether that is the network's fault; then there is a growing pause."""
        if len(self._astray) < _MANY:
            self._astray.add(telegram_id)
        if len(self._astray) < _MANY:
            return False
        if self._clock() >= self._paused_until:
            self.pause(self._next_pause)
            self._next_pause = min(2 * self._next_pause, _LONGEST_PAUSE_S)
        return True

    def arrived(self) -> None:
        """Telegram answered, whatever it said."""
        self._astray.clear()
        self._next_pause = 1.0
