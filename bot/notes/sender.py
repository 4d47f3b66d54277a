"""Finds what doctors are to be told of replaced editions, and sends notes slowly, so that answers go first."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.background import keep_running
from bot.conversation import Messenger, Sent, Unreached
from bot.notes import view
from bot.texts import texts
from knowledge.store import Stores
from knowledge.store.database import now

log = logging.getLogger(__name__)

#: How often the library's generation and the queue are looked at.
_INTERVAL_S = 3.0
#: How often it is looked for notes though the library has not changed: whoever was being answered while an edition was
#: replaced is known only when that answer is stored.
_LOOK_ANYWAY_S = 60.0
#: Between two notes; Telegram allows a bot about 30 messages a second.
_APART_S = 0.5


class NoteSender:
    """At least once: a note is marked when it was sent, so that a kill between the two sends it again.

    One that could not reach Telegram stays as it is, for later.
    """

    def __init__(
        self,
        *,
        stores: Stores,
        messenger: Messenger,
        within: timedelta,
        most_a_day: int,
        interval: float = _INTERVAL_S,
        apart: float = _APART_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """within: older questions are no longer noted; most_a_day: messages to one person within 24 hours."""
        self._stores = stores
        self._messenger = messenger
        self._within = within
        self._most_a_day = most_a_day
        self._interval = interval
        self._apart = apart
        self._sleep = sleep
        self._clock = clock
        self._looked_at = 0.0
        #: Up to which generation of the library it has looked; what was before the start is looked at once.
        self._seen: int | None = None

    async def run(self) -> None:
        """For as long as the bot runs."""
        await keep_running("notes", self._watch)

    async def _watch(self) -> None:
        while True:
            await self.look()
            await self.send_due()
            await self._sleep(self._interval)

    async def look(self) -> None:
        """Queues what a change of the library gives cause for, whoever made it and whatever was killed meanwhile."""
        generation = await asyncio.to_thread(self._stores.library.generation)
        moment = self._clock()
        if generation == self._seen and moment - self._looked_at < _LOOK_ANYWAY_S:
            return
        queued = await asyncio.to_thread(self._stores.notes.queue_for_editions, now() - self._within)
        self._seen, self._looked_at = generation, moment
        if queued:
            log.info("action=notes.queued generation=%d notes=%d", generation, queued)

    async def send_due(self) -> None:
        while await asyncio.to_thread(self._stores.notes.has_queued):
            if not await self._send_next():
                return
            await self._sleep(self._apart)

    async def _send_next(self) -> bool:
        """False where nothing is due now, or Telegram cannot be reached."""
        due = await asyncio.to_thread(
            self._stores.notes.next_due, self._messenger.reaches, most_a_day=self._most_a_day
        )
        if due is None:
            return False
        outcome = await self._messenger.send(due.chat_id, view.note(due, texts(due.language)))
        if isinstance(outcome, Sent):
            await asyncio.to_thread(self._stores.notes.sent, due, outcome.message_id)
        elif isinstance(outcome, Unreached):
            return False
        else:
            log.info("action=note.not_sent chat=%d outcome=%s", due.chat_id, type(outcome).__name__)
            await asyncio.to_thread(self._stores.notes.failed, due)
        return True
