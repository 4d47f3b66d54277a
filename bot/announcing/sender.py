"""Carries out what administrators confirmed: sends, corrects and recalls, whatever is killed in between.

Three loops share one pace. The first claims a recipient and has them written to; the second looks after what is to
begin, to be shown, or over; the third mends messages that were delivered. All that they know is in the database.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.announcing import card_view, view
from bot.announcing.delivery import deliver
from bot.announcing.mending import Mending
from bot.announcing.noting import confirmed
from bot.announcing.pace import Pace
from bot.background import keep_running, signalled
from bot.conversation import Message, Messenger, Sent, Unreached
from bot.texts import Texts, texts
from knowledge.domain import Language
from knowledge.store import Stores
from knowledge.store.announcement_tables import AnnouncementStatus
from knowledge.store.announcements import Announcement
from knowledge.store.database import now
from knowledge.store.deliveries import Claimed, DeliveryReport, PassedOver

log = logging.getLogger(__name__)

#: Telegram allows about 30 a second in all; the rest is for answers.
PER_SECOND = 25.0
#: Calls under way at once. A call takes about 0.1 s, so fewer would be slower; each is in doubt after a kill.
AT_ONCE = 4
#: One that should have begun so long ago, while nothing ran, is not begun without asking: its hour may have mattered.
MISSED_AFTER = timedelta(hours=3)
#: The maker hears after so long who opened it; of what is older than the second, no more.
FOLLOW_UP_AFTER = timedelta(days=1)
_FORGET_AFTER = timedelta(days=3)
_REPORT_EVERY_S = 3.0
_LOOK_EVERY_S = 1.0
#: Where nothing is known to come.
_IDLE_S = 30.0


class AnnouncementSender:
    """A restart goes on where the last process stopped. Whoever changes an announcement calls `wake` afterwards."""

    def __init__(
        self,
        *,
        stores: Stores,
        messenger: Messenger,
        audience: Callable[[Announcement], Sequence[int]] | None = None,
        at_least_once: bool = False,
        pace: Pace | None = None,
        report_every: float = _REPORT_EVERY_S,
    ) -> None:
        """audience: the recipients' ids; by default everyone who started the bot and has not blocked it."""
        self._stores = stores
        self._messenger = messenger
        self._audience = audience or (lambda _: stores.people.reachable())
        self._at_least_once = at_least_once
        self._pace = pace or Pace(PER_SECOND)
        self._report_every = report_every
        self._mending = Mending(stores=stores, messenger=messenger, pace=self._pace)
        #: Being sent, the oldest first; as the second loop saw it last.
        self._sending: dict[int, Announcement] = {}
        self._progress: dict[int, _Progress] = {}
        self._is_idle = False
        self._to_send = asyncio.Event()
        self._to_look = asyncio.Event()
        self._settled = asyncio.Event()

    def wake(self) -> None:
        """An announcement was confirmed, or changed since."""
        self._settled.clear()
        self._to_look.set()
        self._to_send.set()
        self._mending.wake()

    async def start(
        self, announcement: Announcement, *, message_id: int | None = None, who: str | None = None
    ) -> bool:
        """Begins to send it now; False where that was done before, or it was changed or discarded since.

        message_id: the bot's message in the maker's chat that is to show the progress; else a new one does.
        who: confirmed it, for the audit log: "telegram:1001".
        """
        started = await asyncio.to_thread(self._start, announcement, message_id, who)
        self.wake()
        return started

    async def settled(self) -> None:
        """Returns when everything confirmed has been sent and reported."""
        await self._settled.wait()

    async def run(self) -> None:
        """For as long as the bot runs. When it is cancelled, calls under way are completed first."""
        await keep_running("announcements", self._work)

    async def _work(self) -> None:
        await self._take_up()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_sending())
            tasks.create_task(self._keep_looking())
            tasks.create_task(self._mending.keep_mending(self._conclude, self._tell_corrected))

    async def _take_up(self) -> None:
        """What an earlier process left in the middle of a call. Another's, such as a terminal's, is left alone."""
        store = self._stores
        cut_off = await asyncio.to_thread(store.deliveries.with_interrupted)
        known = [await asyncio.to_thread(store.announcements.get, id_) for id_ in cut_off]
        own = [each.id for each in known if each and self._messenger.reaches(each.chat_id)]
        if own:
            taken_up = await asyncio.to_thread(store.deliveries.take_up_interrupted, own)
            log.info("action=announcement.resumed interrupted=%d", taken_up)

    # ------------------------------------------------------------------------------------- sending
    async def _keep_sending(self) -> None:
        """The turn comes before the claim: whoever waits for one is still queued, not in doubt."""
        slots = asyncio.Semaphore(AT_ONCE)
        under_way: set[asyncio.Task[None]] = set()
        was_busy = True
        try:
            while True:
                await slots.acquire()
                _raise_what_failed(under_way)
                await self._pace.turn()
                claimed = await self._claim()
                if claimed is None:
                    slots.release()
                    if was_busy:
                        # Perhaps everybody was written to. Said once: the two loops must not wake each other for ever.
                        self._to_look.set()
                    was_busy = False
                    await self._something_due()
                    continue
                was_busy = True
                delivering = asyncio.create_task(self._deliver(claimed))
                under_way.add(delivering)
                delivering.add_done_callback(lambda _: self._delivered(slots))
        finally:
            # A call half-made would be in doubt, so each is completed whatever ends this.
            if under_way:
                await asyncio.wait(under_way)

    async def _claim(self) -> Claimed | None:
        while True:
            claim = asyncio.to_thread(self._stores.deliveries.claim, tuple(self._sending), now())
            claiming = asyncio.ensure_future(claim)
            try:
                claimed = await asyncio.shield(claiming)
            except asyncio.CancelledError:
                if isinstance(claimed := await claiming, Claimed):
                    put_back = self._stores.deliveries.put_back
                    await asyncio.to_thread(put_back, claimed, now(), counts=False, reason=None)
                raise
            if not isinstance(claimed, PassedOver):
                return claimed

    async def _something_due(self) -> None:
        """Returns when there is somebody to write to, perhaps."""
        self._is_idle = True
        due_at = await asyncio.to_thread(self._stores.deliveries.next_due, tuple(self._sending))
        seconds = (due_at - now()).total_seconds() if due_at else _IDLE_S
        await signalled(self._to_send, within=min(max(seconds, 0.0), _IDLE_S))
        self._is_idle = False

    async def _deliver(self, claimed: Claimed) -> None:
        announcement = await self._announcement(claimed)
        await deliver(
            self._stores,
            self._messenger,
            self._pace,
            claimed,
            view.posting(announcement, claimed.language),
            at_least_once=announcement.at_least_once,
        )

    async def _announcement(self, claimed: Claimed) -> Announcement:
        """With the text that its row names; with a newer one only where it was corrected at this moment."""
        known = self._sending.get(claimed.announcement_id)
        if known is not None and known.revision == claimed.revision:
            return known
        found = await asyncio.to_thread(self._stores.announcements.get, claimed.announcement_id)
        if found is None:
            raise LookupError(f"announcement {claimed.announcement_id} has recipients and is not there")
        return found

    def _delivered(self, slots: asyncio.Semaphore) -> None:
        slots.release()
        if self._is_idle:
            # Perhaps the last one, or one that is to be tried again.
            self._to_look.set()
            self._to_send.set()

    # ----------------------------------------------------------------------------- looking after them
    async def _keep_looking(self) -> None:
        while True:
            left = await self._look()
            if not left and not self._to_look.is_set():
                self._settled.set()
            await signalled(self._to_look, within=_LOOK_EVERY_S if left else await self._until_next())

    async def _look(self) -> bool:
        """Whether anything goes on that is to be looked after soon."""
        unfinished = [each for each in await self._unfinished() if not await self._begun_or_missed(each)]
        before = self._sending
        self._sending = {each.id: each for each in unfinished if each.status is AnnouncementStatus.SENDING}
        if self._sending != before:
            self._to_send.set()
        known = {each.id for each in unfinished}
        paused = [each for each in await self._paused() if each.id not in known]
        for announcement in (*unfinished, *paused):
            await self._look_at(announcement)
        await self._follow_up()
        return any(each.status is not AnnouncementStatus.SCHEDULED for each in unfinished)

    async def _look_at(self, announcement: Announcement) -> None:
        match announcement.status:
            case AnnouncementStatus.SENDING:
                if await asyncio.to_thread(self._stores.deliveries.is_settled, announcement.id):
                    await self._conclude(announcement)
                else:
                    await self._show_progress(announcement)
            case AnnouncementStatus.STOPPED if announcement.done_at is None:
                if await asyncio.to_thread(self._stores.deliveries.is_settled, announcement.id):
                    await self._conclude(announcement)
            case AnnouncementStatus.RECALLING | AnnouncementStatus.PAUSED:
                await self._show_progress(announcement)

    async def _begun_or_missed(self, announcement: Announcement) -> bool:
        if announcement.status is not AnnouncementStatus.SCHEDULED or announcement.send_at is None:
            return False
        late = now() - announcement.send_at
        if late < timedelta(0):
            return False
        if late < MISSED_AFTER:
            if await asyncio.to_thread(self._start, announcement):
                late_s = late.total_seconds()
                log.info("action=announcement.begun announcement=%d late_s=%.0f", announcement.id, late_s)
        else:
            # The question is asked before it is noted: after a kill it comes twice rather than never.
            words = await self._words_for(announcement)
            if await self._told(announcement, view.missed(announcement, words)):
                await asyncio.to_thread(self._stores.announcements.miss, announcement)
                log.info("action=announcement.missed announcement=%d", announcement.id)
        self._to_look.set()
        return True

    def _start(
        self, announcement: Announcement, message_id: int | None = None, who: str | None = None
    ) -> bool:
        recipients = set(self._audience(announcement))
        with self._stores.database.together():
            started = self._stores.announcements.start(
                announcement, recipients, message_id=message_id, at_least_once=self._at_least_once
            )
            if started and who is not None:
                details = {**confirmed(announcement), "audience": len(recipients)}
                self._stores.audit.note(who, "announcement.send", f"announcement:{announcement.id}", details)
            return started

    async def _conclude(self, announcement: Announcement) -> None:
        """The report is sent before it is noted as sent: after a kill it comes twice rather than never."""
        words = await self._words_for(announcement)
        report = await self._report(announcement)
        if not await self._told(announcement, view.final(announcement, report, words)):
            return
        finish = self._stores.announcements.finish
        if not await asyncio.to_thread(finish, announcement.id, concluded=announcement.status):
            # Recalled, or sent to those in doubt, while the report was on its way.
            self.wake()
            return
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

    async def _tell_corrected(self, announcement: Announcement) -> bool:
        """The report of one that was over before; its state stays what it is. Whether the maker was told."""
        words = await self._words_for(announcement)
        report = await self._report(announcement)
        if not await self._told(announcement, view.final(announcement, report, words)):
            return False
        await self._close_progress(announcement, words)
        return True

    async def _told(self, announcement: Announcement, message: Message) -> bool:
        """False where Telegram cannot be reached: the maker is told at a later look, and nothing noted until then."""
        outcome = await self._messenger.send(announcement.chat_id, message)
        return not isinstance(outcome, Unreached)

    async def _close_progress(self, announcement: Announcement, words: Texts) -> None:
        progress = self._progress.pop(announcement.id, None) or self._progress_of(announcement)
        await progress.close(view.closed(announcement, words))

    async def _show_progress(self, announcement: Announcement) -> None:
        progress = self._progress.get(announcement.id) or self._progress_of(announcement)
        self._progress[announcement.id] = progress
        if progress.is_due(announcement.status):
            words = await self._words_for(announcement)
            shown = card_view.under_way(announcement, await self._report(announcement), words)
            made = await progress.show(shown, announcement.status)
            if made is not None:
                await asyncio.to_thread(self._stores.announcements.show_progress_in, announcement.id, made)

    def _progress_of(self, announcement: Announcement) -> _Progress:
        return _Progress(self._messenger, announcement, self._report_every)

    async def _follow_up(self) -> None:
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

    async def _unfinished(self) -> list[Announcement]:
        unfinished = await asyncio.to_thread(self._stores.announcements.unfinished)
        return [each for each in unfinished if self._messenger.reaches(each.chat_id)]

    async def _paused(self) -> list[Announcement]:
        """There is nothing to do for them but to show it: somebody else than the maker may have paused them."""
        paused = await asyncio.to_thread(self._stores.announcements.listed, (AnnouncementStatus.PAUSED,))
        return [each for each in paused if self._messenger.reaches(each.chat_id)]

    async def _until_next(self) -> float:
        """Seconds until something scheduled begins, as far as that is soon."""
        times = [each.send_at for each in await self._unfinished() if each.send_at]
        seconds = [(at - now()).total_seconds() for at in times]
        return min(max(min(seconds, default=_IDLE_S), 0.0), _IDLE_S)

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


def _raise_what_failed(tasks: set[asyncio.Task[None]]) -> None:
    """Takes out those that are done."""
    for task in [task for task in tasks if task.done()]:
        tasks.discard(task)
        task.result()
