"""Carries out what administrators confirmed: sends, corrects and recalls, whatever is killed in between.

Four loops share one pace. The first claims a recipient and has them written to; the second watches over what is to
begin, to be shown, or over; the third mends messages that were delivered; the fourth looks for those of which nobody
knows whether they were. All that they know is in the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.announcing import view
from bot.announcing.delivery import deliver
from bot.announcing.looking import LOOK_AFTER, Looking
from bot.announcing.mending import Mending
from bot.announcing.noting import confirmed
from bot.announcing.pace import Pace
from bot.announcing.reporting import Reporting
from bot.background import keep_running, signalled
from bot.conversation import InDoubt, Messenger
from knowledge.store import Stores
from knowledge.store.announcement_tables import AnnouncementStatus
from knowledge.store.announcements import Announcement
from knowledge.store.database import now
from knowledge.store.deliveries import Claimed, PassedOver

log = logging.getLogger(__name__)

#: Telegram allows about 30 a second in all; the rest is for answers.
PER_SECOND = 25.0
#: Calls under way at once. A call takes about 0.1 s, so fewer would be slower; each is in doubt after a kill.
AT_ONCE = 4
#: One that should have begun so long ago, while nothing ran, is not begun without asking: its hour may have mattered.
MISSED_AFTER = timedelta(hours=3)
#: So many messages of the latest announcement tell how they were numbered.
_REMEMBERED = 100
_REPORT_EVERY_S = 3.0
_WATCH_EVERY_S = 1.0
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
        look_after: timedelta = LOOK_AFTER,
    ) -> None:
        """audience: the recipients' ids; by default everyone who started the bot and has not blocked it.

        look_after: so long after its connection broke a message is looked for.
        """
        self._stores = stores
        self._messenger = messenger
        self._audience = audience or (lambda _: stores.people.reachable())
        self._at_least_once = at_least_once
        self._pace = pace or Pace(PER_SECOND)
        self._reporting = Reporting(stores=stores, messenger=messenger, every=report_every)
        self._mending = Mending(stores=stores, messenger=messenger, pace=self._pace)
        self._looking = Looking(
            stores=stores,
            messenger=messenger,
            pace=self._pace,
            on_settled=self._doubt_settled,
            after=look_after,
        )
        #: Being sent, the oldest first; as the second loop saw it last.
        self._sending: dict[int, Announcement] = {}
        self._is_idle = False
        self._to_send = asyncio.Event()
        self._to_watch = asyncio.Event()
        self._settled = asyncio.Event()

    def wake(self) -> None:
        """An announcement was confirmed, or changed since."""
        self._settled.clear()
        self._to_watch.set()
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
            tasks.create_task(self._keep_watching())
            tasks.create_task(self._mending.keep_mending(self._conclude, self._reporting.tell_corrected))
            tasks.create_task(self._looking.keep_looking())

    async def _take_up(self) -> None:
        """What an earlier process left in the middle of a call. Another's, such as a terminal's, is left alone."""
        store = self._stores
        await asyncio.to_thread(self._learn_numbers)
        cut_off = await asyncio.to_thread(store.doubts.with_interrupted)
        known = [await asyncio.to_thread(store.announcements.get, id_) for id_ in cut_off]
        own = [each.id for each in known if each and self._messenger.reaches(each.chat_id)]
        if own:
            due_at = self._looking.due_at()
            taken_up = await asyncio.to_thread(store.doubts.take_up_interrupted, own, due_at)
            log.info("action=announcement.resumed interrupted=%d", taken_up)

    def _learn_numbers(self) -> None:
        """The ids that earlier processes were given convince this one too, and are below all that are given now."""
        numbering, unfinished = self._messenger.numbering, self._stores.announcements.unfinished()
        history = self._stores.doubts.history(_REMEMBERED)
        numbering.learn(history)
        shown = [(each.chat_id, each.message_id) for each in unfinished if each.message_id is not None]
        # Of those alone: the bot may be another one since the last was over.
        for chat_id, message_id in (*shown, *(history if unfinished else ())):
            numbering.saw(chat_id, message_id)

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
                        self._to_watch.set()
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
            # As it is at this moment, and so before the call.
            highest = self._messenger.numbering.highest
            claim = asyncio.to_thread(
                self._stores.deliveries.claim, tuple(self._sending), now(), seen_before=highest
            )
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
        outcome = await deliver(
            self._stores,
            self._messenger,
            self._pace,
            claimed,
            view.posting(announcement, claimed.language),
            at_least_once=announcement.at_least_once,
            look_at=self._looking.due_at,
        )
        if isinstance(outcome, InDoubt):
            self._looking.wake()

    def _doubt_settled(self) -> None:
        self._to_send.set()
        self._to_watch.set()

    async def _conclude(self, announcement: Announcement) -> None:
        if not await self._reporting.conclude(announcement):
            self.wake()

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
            self._to_watch.set()
            self._to_send.set()

    # ----------------------------------------------------------------------------- looking after them
    async def _keep_watching(self) -> None:
        while True:
            left = await self._watch()
            if not left and not self._to_watch.is_set():
                self._settled.set()
            await signalled(self._to_watch, within=_WATCH_EVERY_S if left else await self._until_next())

    async def _watch(self) -> bool:
        """Whether anything goes on that is to be looked after soon."""
        unfinished = [each for each in await self._unfinished() if not await self._begun_or_missed(each)]
        before = self._sending
        self._sending = {each.id: each for each in unfinished if each.status is AnnouncementStatus.SENDING}
        if self._sending != before:
            self._to_send.set()
        known = {each.id for each in unfinished}
        paused = [each for each in await self._paused() if each.id not in known]
        for announcement in (*unfinished, *paused):
            await self._watch_over(announcement)
        await self._reporting.follow_up()
        return any(each.status is not AnnouncementStatus.SCHEDULED for each in unfinished)

    async def _watch_over(self, announcement: Announcement) -> None:
        match announcement.status:
            case AnnouncementStatus.SENDING:
                if await asyncio.to_thread(self._stores.deliveries.is_settled, announcement.id):
                    await self._conclude(announcement)
                else:
                    await self._reporting.show_progress(announcement)
            case AnnouncementStatus.STOPPED if announcement.done_at is None:
                if await asyncio.to_thread(self._stores.deliveries.is_settled, announcement.id):
                    await self._conclude(announcement)
            case AnnouncementStatus.RECALLING | AnnouncementStatus.PAUSED:
                await self._reporting.show_progress(announcement)

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
        # The question is asked before it is noted: after a kill it comes twice rather than never.
        elif await self._reporting.ask_about_missed(announcement):
            await asyncio.to_thread(self._stores.announcements.miss, announcement)
            log.info("action=announcement.missed announcement=%d", announcement.id)
        self._to_watch.set()
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


def _raise_what_failed(tasks: set[asyncio.Task[None]]) -> None:
    """Takes out those that are done."""
    for task in [task for task in tasks if task.done()]:
        tasks.discard(task)
        task.result()
