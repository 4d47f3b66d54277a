"""What the maker of an announcement is told: how far it has come, what became of it, and who asked about it."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from bot.announcing import card_view, view
from bot.conversation import Message, Messenger, Sent, Unreached
from bot.texts import Texts, texts
from knowledge.domain import Language
from knowledge.store import Stores
from knowledge.store.announcement_tables import AnnouncementStatus
from knowledge.store.announcements import Announcement
from knowledge.store.database import now
from knowledge.store.delivery_report import DeliveryReport

log = logging.getLogger(__name__)

#: The maker hears after so long who opened it; of what is older than the second, no more.
FOLLOW_UP_AFTER = timedelta(days=1)
_FORGET_AFTER = timedelta(days=3)


class Reporting:
    def __init__(self, *, stores: Stores, messenger: Messenger, every: float) -> None:
        """every: so many seconds apart at least is the progress shown."""
        self._stores = stores
        self._messenger = messenger
        self._every = every
        self._progress: dict[int, _Progress] = {}

    async def conclude(self, announcement: Announcement) -> bool:
        """The report is sent before it is noted as sent: after a kill it comes twice rather than never.

        False where there is something to do again: it was recalled, or sent to those in doubt, meanwhile.
        """
        words = await self._words_for(announcement)
        report = await self._report(announcement)
        if not await self._told(announcement, view.final(announcement, report, words)):
            return True
        finish = self._stores.announcements.finish
        if not await asyncio.to_thread(finish, announcement.id, concluded=announcement.status):
            return False
        await self._close_progress(announcement, words)
        log.info(
            "action=announcement.done announcement=%d status=%s sent=%d blocked=%d deleted=%d failed=%d in_doubt=%d",
            announcement.id,
            announcement.status,
            report.sent,
            report.blocked,
            report.deleted,
            report.failed,
            report.in_doubt,
        )
        return True

    async def tell_corrected(self, announcement: Announcement) -> bool:
        """The report of one that was over before; its state stays what it is. Whether the maker was told."""
        words = await self._words_for(announcement)
        report = await self._report(announcement)
        if not await self._told(announcement, view.final(announcement, report, words)):
            return False
        await self._close_progress(announcement, words)
        return True

    async def ask_about_missed(self, announcement: Announcement) -> bool:
        """Whether the maker was asked."""
        words = await self._words_for(announcement)
        return await self._told(announcement, view.missed(announcement, words))

    async def _told(self, announcement: Announcement, message: Message) -> bool:
        """False where Telegram cannot be reached: the maker is told at a later look, and nothing noted until then."""
        outcome = await self._messenger.send(announcement.chat_id, message)
        return not isinstance(outcome, Unreached)

    async def show_progress(self, announcement: Announcement) -> None:
        progress = self._progress.get(announcement.id) or self._progress_of(announcement)
        self._progress[announcement.id] = progress
        if progress.is_due(announcement.status):
            words = await self._words_for(announcement)
            shown = card_view.under_way(announcement, await self._report(announcement), words)
            made = await progress.show(shown, announcement.status)
            if made is not None:
                await asyncio.to_thread(self._stores.announcements.show_progress_in, announcement.id, made)

    async def _close_progress(self, announcement: Announcement, words: Texts) -> None:
        progress = self._progress.pop(announcement.id, None) or self._progress_of(announcement)
        await progress.close(view.closed(announcement, words))

    def _progress_of(self, announcement: Announcement) -> _Progress:
        return _Progress(self._messenger, announcement, self._every)

    async def follow_up(self) -> None:
        moment = now()
        for announcement in await asyncio.to_thread(
            self._stores.announcements.to_follow_up, moment - FOLLOW_UP_AFTER
        ):
            if not self._messenger.reaches(announcement.chat_id):
                continue
            report = await self._report(announcement)
            is_news = announcement.done_at is not None and moment - announcement.done_at < _FORGET_AFTER
            if report.sent and is_news and announcement.course_id is not None:
                words = await self._words_for(announcement)
                if not await self._told(announcement, view.followed_up(announcement, report, words)):
                    continue
            await asyncio.to_thread(self._stores.announcements.followed_up, announcement.id)

    async def _report(self, announcement: Announcement) -> DeliveryReport:
        return await asyncio.to_thread(self._stores.deliveries.report, announcement.id)

    async def _words_for(self, announcement: Announcement) -> Texts:
        person = await asyncio.to_thread(self._stores.people.get, announcement.made_by)
        return texts(person.language if person else Language.ZH)


class _Progress:
    """The message in the maker's chat that shows how far sending has come."""

    def __init__(self, messenger: Messenger, announcement: Announcement, every: float) -> None:
        self._messenger = messenger
        self._chat_id = announcement.chat_id
        self._message_id = announcement.message_id
        self._every = every
        # Where there is none yet, it is made at once.
        self._due_at = time.monotonic() + (every if self._message_id is not None else 0)
        self._shown: Message | None = None
        # Which it says since it was confirmed.
        self._status = AnnouncementStatus.SENDING

    def is_due(self, status: AnnouncementStatus) -> bool:
        return status is not self._status or time.monotonic() >= self._due_at

    async def show(self, message: Message, status: AnnouncementStatus) -> int | None:
        """The message's id where it was made anew."""
        self._due_at, self._status = time.monotonic() + self._every, status
        if message == self._shown:
            return None
        self._shown = message
        if self._message_id is not None:
            await self._messenger.edit(self._chat_id, self._message_id, message)
            return None
        outcome = await self._messenger.send(self._chat_id, message)
        self._message_id = outcome.message_id if isinstance(outcome, Sent) else None
        return self._message_id

    async def close(self, message: Message) -> None:
        if self._message_id is not None:
            await self._messenger.edit(self._chat_id, self._message_id, message)
