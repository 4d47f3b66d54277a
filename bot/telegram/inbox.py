"""Where updates arrive: each is masked and written down before Telegram is told that it was taken.

python-telegram-bot's updater awaits `put` for every update of a batch before it asks for the next ones, and asking for
the next ones is what tells Telegram. So what a kill interrupts is either still Telegram's or already in the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from telegram import Bot, Update

from bot.telegram.identity import identity_of
from bot.telegram.masking import masked
from knowledge.errors import KnowledgeError
from knowledge.store.updates import UpdateStore

log = logging.getLogger(__name__)

_LONGEST_PAUSE = 30.0


class Inbox(asyncio.Queue[object]):
    """The application's update queue; what comes out of it is masked, stored, and comes out once."""

    def __init__(self, updates: UpdateStore) -> None:
        super().__init__()
        self._updates = updates

    async def put(self, item: object) -> None:
        """Takes an update, or a signal of the library's own, which passes unchanged."""
        if not isinstance(item, Update):
            await super().put(item)
            return
        payload = masked(item.to_dict())
        if await self._written_down(item, payload):
            await super().put(Update.de_json(payload, item.get_bot()))
        else:
            log.info("action=inbox.duplicate update=%d", item.update_id)

    async def take_up_left_over(self, bot: Bot) -> int:
        """Queues what an earlier run took and did not finish; gives how many."""
        payloads = await asyncio.to_thread(self._updates.left_over)
        for payload in sorted(payloads, key=lambda payload: payload["update_id"]):
            await super().put(Update.de_json(payload, bot))
        if payloads:
            log.info("action=inbox.left_over updates=%d", len(payloads))
        return len(payloads)

    async def _written_down(self, update: Update, payload: Mapping[str, Any]) -> bool:
        """False for one that was taken before. While the database fails, Telegram keeps the update for us."""
        pause = 0.5
        while True:
            try:
                return await asyncio.to_thread(self._updates.claim, identity_of(update), payload)
            except KnowledgeError as error:
                log.warning(
                    "action=inbox.not_written update=%d reason=%s again_in_s=%g",
                    update.update_id,
                    error,
                    pause,
                )
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
