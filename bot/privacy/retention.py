"""Questions that are old enough are erased, each hour, for as long as the bot runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from knowledge.store.privacy import Erased, PrivacyStore

log = logging.getLogger(__name__)

_EVERY_S = 3600.0


class Retention:
    def __init__(
        self,
        store: PrivacyStore,
        days: int,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """days: 0 keeps questions until somebody erases them."""
        self._store = store
        self._days = days
        self._pause = pause

    async def run(self) -> None:
        while True:
            await self.once()
            await self._pause(_EVERY_S)

    async def once(self) -> Erased:
        erased = await asyncio.to_thread(self._store.expire, self._days)
        if erased != Erased():
            log.info(
                "action=privacy.expired questions=%d notes=%d people=%d",
                erased.questions,
                erased.notes,
                erased.people,
            )
        # Also what was dealt with stands in the write-ahead log until it is emptied.
        await asyncio.to_thread(self._store.sweep)
        return erased
