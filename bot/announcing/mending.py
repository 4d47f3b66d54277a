"""Corrects what was delivered, or deletes it again. Both may be done twice, so a kill costs nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.announcing import view
from bot.announcing.pace import Pace
from bot.background import signalled
from bot.conversation import Messenger
from knowledge.store import Stores
from knowledge.store.announcement_tables import AnnouncementStatus
from knowledge.store.announcements import Announcement
from knowledge.store.deliveries import TOO_OLD, Delivered

log = logging.getLogger(__name__)

Concluding = Callable[[Announcement], Awaitable[None]]
#: Whether the maker was told.
Telling = Callable[[Announcement], Awaitable[bool]]

#: Telegram would not change or delete it: its reader deleted it, or is gone.
REFUSED = "refused"
_AT_ONCE = 4
_PAGE = 100
_LOOK_EVERY_S = 1.0
_IDLE_S = 30.0


class Mending:
    """Goes on beside the sending, at the same pace."""

    def __init__(self, *, stores: Stores, messenger: Messenger, pace: Pace) -> None:
        self._stores = stores
        self._messenger = messenger
        self._pace = pace
        self._news = asyncio.Event()

    def wake(self) -> None:
        self._news.set()

    async def keep_mending(self, conclude: Concluding, tell_corrected: Telling) -> None:
        """Once everything is done that can be, a recall is concluded, and a correction of what was over is told."""
        while True:
            to_mend = await self._to_mend()
            for announcement in to_mend:
                await self._mend(announcement, conclude, tell_corrected)
            await signalled(self._news, within=_LOOK_EVERY_S if to_mend else _IDLE_S)

    async def _to_mend(self) -> list[Announcement]:
        unfinished = await asyncio.to_thread(self._stores.announcements.unfinished)
        own = [each for each in unfinished if self._messenger.reaches(each.chat_id)]
        return [each for each in own if each.correcting or each.status is AnnouncementStatus.RECALLING]

    async def _mend(self, announcement: Announcement, conclude: Concluding, tell_corrected: Telling) -> None:
        """One round; whoever was being written to meanwhile is mended in the next."""
        store = self._stores
        wanted = None if announcement.status is AnnouncementStatus.RECALLING else announcement.revision
        # Asked first: what comes to stand after this round has another one.
        is_under_way = await asyncio.to_thread(store.deliveries.is_under_way, announcement.id, wanted)
        last = 0
        while page := await asyncio.to_thread(
            store.deliveries.to_mend, announcement.id, wanted, after=last, most=_PAGE
        ):
            if not await self._is_still_wanted(announcement):
                return
            await self._mend_all(announcement, page, wanted)
            last = page[-1].telegram_id
        if last or is_under_way:
            return
        if wanted is None:
            await conclude(announcement)
        elif await self._is_still_wanted(announcement):
            # The maker is told before it is noted: after a kill it comes twice rather than never.
            is_over = announcement.status in {AnnouncementStatus.DONE, AnnouncementStatus.STOPPED}
            if is_over and not await tell_corrected(announcement):
                return
            if await asyncio.to_thread(store.announcements.corrected, announcement.id, wanted):
                log.info("action=announcement.corrected announcement=%d", announcement.id)

    async def _is_still_wanted(self, announcement: Announcement) -> bool:
        """A newer correction, or a recall, has another round."""
        found = await asyncio.to_thread(self._stores.announcements.get, announcement.id)
        if found is None or found.revision != announcement.revision:
            return False
        is_recall = found.status is AnnouncementStatus.RECALLING
        return is_recall is (announcement.status is AnnouncementStatus.RECALLING)

    async def _mend_all(
        self, announcement: Announcement, page: list[Delivered], revision: int | None
    ) -> None:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(delivered: Delivered) -> None:
            async with slots:
                await self._pace.turn()
                if revision is None:
                    reason = await self._delete(delivered)
                else:
                    reason = await self._correct(announcement, delivered)
                await asyncio.to_thread(
                    self._stores.deliveries.mended,
                    announcement.id,
                    delivered.telegram_id,
                    revision=revision,
                    language=delivered.language,
                    reason=reason,
                )

        async with asyncio.TaskGroup() as tasks:
            for delivered in page:
                tasks.create_task(one(delivered))

    async def _delete(self, delivered: Delivered) -> str | None:
        """Why it was not possible; None where the message is gone."""
        if not delivered.is_deletable:
            return TOO_OLD
        is_gone = await self._messenger.delete(delivered.telegram_id, delivered.message_id)
        return None if is_gone else REFUSED

    async def _correct(self, announcement: Announcement, delivered: Delivered) -> str | None:
        message = view.posting(announcement, delivered.language)
        shown = await self._messenger.edit(delivered.telegram_id, delivered.message_id, message)
        return None if shown else REFUSED
