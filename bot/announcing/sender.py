"""Sends confirmed announcements: at most once to each recipient, whatever is killed in between."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.announcing import view
from bot.announcing.delivery import deliver_next
from bot.announcing.pace import Pace
from bot.background import keep_running, signalled
from bot.conversation import Message, Messenger, Postponed
from bot.texts import Texts, texts
from knowledge.domain import Language
from knowledge.store import Stores
from knowledge.store.announcements import Announcement, DeliveryReport

log = logging.getLogger(__name__)
T = TypeVar("T")

#: Telegram allows about 30 a second in all; the rest is for answers.
PER_SECOND = 25.0
#: Calls under way at once. A call takes about 0.1 s, so fewer would be slower; each is in doubt after a kill.
_AT_ONCE = 4
_REPORT_EVERY_S = 3.0


class AnnouncementSender:
    """Works through the deliveries in the database; a restart goes on where the last process stopped."""

    def __init__(
        self,
        *,
        stores: Stores,
        messenger: Messenger,
        pace: Pace | None = None,
        report_every: float = _REPORT_EVERY_S,
    ) -> None:
        self._stores = stores
        self._messenger = messenger
        self._pace = pace or Pace(PER_SECOND)
        self._report_every = report_every
        self._news = asyncio.Event()
        self._settled = asyncio.Event()

    def wake(self) -> None:
        """An announcement was confirmed."""
        self._settled.clear()
        self._news.set()

    async def settled(self) -> None:
        """Returns when everything confirmed has been sent and reported."""
        await self._settled.wait()

    async def run(self) -> None:
        """For as long as the bot runs. When it is cancelled, calls under way are completed first."""
        await keep_running("announcements", self._work)

    async def _work(self) -> None:
        if await self._confirmed():
            doubtful = await asyncio.to_thread(self._stores.announcements.doubt_interrupted)
            log.info("action=announcement.resumed in_doubt=%d", doubtful)
        while True:
            await self.send_confirmed()
            if not self._news.is_set():
                self._settled.set()
            await signalled(self._news)

    async def send_confirmed(self) -> None:
        """Sends what is confirmed and not finished, oldest first."""
        for announcement in await self._confirmed():
            await self._send(announcement)

    async def _confirmed(self) -> list[Announcement]:
        running = await asyncio.to_thread(self._stores.announcements.running)
        return [each for each in running if self._messenger.reaches(each.chat_id)]

    async def _send(self, announcement: Announcement) -> None:
        words = await self._words_for(announcement)
        message = view.announcement(announcement.text)
        progress = _Progress(self._messenger, announcement, words, self._report_every)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(_AT_ONCE):
                tasks.create_task(self._drain(announcement, message, progress))
        await self._conclude(announcement, words, progress)

    async def _drain(self, announcement: Announcement, message: Message, progress: _Progress) -> None:
        """Delivers until nobody is left. The turn comes first: who waits for one is still queued, not in doubt."""
        while True:
            await self._pace.turn()
            one = deliver_next(self._stores, self._messenger, announcement.id, message)
            outcome = await _uninterrupted(one)
            if outcome is None:
                return
            paused_s = outcome.seconds if isinstance(outcome, Postponed) else None
            if paused_s is not None:
                self._pace.pause(paused_s)
            if progress.is_due() or paused_s is not None:
                await progress.show(await self._report(announcement), paused_s)

    async def _conclude(self, announcement: Announcement, words: Texts, progress: _Progress) -> None:
        """The report is sent before it is noted as sent: after a kill it comes twice rather than never."""
        report = await self._report(announcement)
        await self._messenger.send(announcement.chat_id, view.final(report, words))
        await asyncio.to_thread(self._stores.announcements.finish, announcement.id)
        await progress.close()
        log.info(
            "action=announcement.done announcement=%d sent=%d blocked=%d failed=%d in_doubt=%d",
            announcement.id,
            report.sent,
            report.blocked,
            report.failed,
            report.in_doubt,
        )

    async def _report(self, announcement: Announcement) -> DeliveryReport:
        return await asyncio.to_thread(self._stores.announcements.report, announcement.id)

    async def _words_for(self, announcement: Announcement) -> Texts:
        person = await asyncio.to_thread(self._stores.people.get, announcement.made_by)
        return texts(person.language if person else Language.ZH)


class _Progress:
    """The message with the buttons, which shows from then on how far sending has come."""

    def __init__(self, messenger: Messenger, announcement: Announcement, words: Texts, every: float) -> None:
        self._messenger = messenger
        self._announcement = announcement
        self._words = words
        self._every = every
        self._due_at = time.monotonic() + every
        self._shown: Message | None = None

    def is_due(self) -> bool:
        return time.monotonic() >= self._due_at

    async def show(self, report: DeliveryReport, paused_s: float | None) -> None:
        self._due_at = time.monotonic() + self._every
        await self._edit(view.progress(report, self._words, paused_s=paused_s))

    async def close(self) -> None:
        await self._edit(view.plain("announce.finished", self._words))

    async def _edit(self, message: Message) -> None:
        if self._announcement.message_id is None or message == self._shown:
            return
        self._shown = message
        await self._messenger.edit(self._announcement.chat_id, self._announcement.message_id, message)


async def _uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Completes the work even when the caller is cancelled meanwhile: a call half-made would be in doubt."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
