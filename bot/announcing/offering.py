"""Courses that a coordinator has just loaded are offered to the administrators, in one message a load."""

from __future__ import annotations

import asyncio
import logging

from bot.announcing.draft_view import offer
from bot.background import keep_running
from bot.conversation import Messenger
from bot.texts import texts
from knowledge.audience import Audience
from knowledge.domain import Course, Role
from knowledge.store import Stores
from knowledge.store.offers import OfferStore

log = logging.getLogger(__name__)

_EVERY_S = 60.0
#: So many have a button; a load may bring seventy.
_MOST = 5


class CourseOffers:
    """Looks for courses that are new since it last said so; the audit log remembers up to which."""

    def __init__(self, *, stores: Stores, messenger: Messenger, every_s: float = _EVERY_S) -> None:
        self._stores = stores
        self._offers = OfferStore(stores.database)
        self._messenger = messenger
        self._every_s = every_s

    async def run(self) -> None:
        """For as long as the bot runs."""
        await keep_running("offers", self._work)

    async def _work(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._every_s)

    async def look(self) -> None:
        """At most once: it is noted before it is said, for nobody needs to be told twice of a course."""
        new = await asyncio.to_thread(self._offers.take_new)
        if not new:
            return
        log.info("action=course.offered courses=%d", len(new))
        newest: list[Course] = sorted(new, key=lambda course: -course.id)[:_MOST]
        administrators = Audience(roles=frozenset({Role.ADMINISTRATOR}))
        for each in await asyncio.to_thread(self._stores.people.audience, administrators):
            if self._messenger.reaches(each.telegram_id):
                await self._messenger.send(each.telegram_id, offer(newest, len(new), texts(each.language)))
