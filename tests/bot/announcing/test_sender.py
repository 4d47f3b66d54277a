"""Announcements go out at most once to each, at their time and pace, and go on wherever a process stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.announcing.pace import Pace
from bot.announcing.sender import AnnouncementSender
from bot.conversation import Blocked, Failed, InDoubt, Message, Postponed, Sent, Unreached
from bot.testing import FakeMessenger, Outcome
from knowledge.domain import AnnouncementKind, Language
from knowledge.store import Stores
from knowledge.store.announcement_tables import AnnouncementStatus, Reason
from knowledge.store.announcements import Announcement
from knowledge.store.database import now
from knowledge.store.delivery_report import DeliveryReport

MAKER = 1
S = AnnouncementStatus


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def drafted(stores: Stores, recipients: Sequence[int], **edits) -> Announcement:
    for id_ in (MAKER, *recipients):
        stores.people.meet(id_, "医生", Language.ZH)
    for id_ in recipients:
        stores.people.start(id_, "1")
    return stores.announcements.begin(MAKER, MAKER, **{"text_zh": "今晚八点讲座", **edits})


def started(stores: Stores, recipients: Sequence[int], **how) -> int:
    """An announcement that is to be sent; its progress stands in message 7."""
    announcement = drafted(stores, recipients)
    assert stores.announcements.start(announcement, recipients, message_id=7, **how)
    return announcement.id


def sender(stores: Stores, messenger: FakeMessenger, clock: Clock, **options) -> AnnouncementSender:
    pace = Pace(25, sleep=clock.sleep, clock=clock)
    at_once = {"look_after": timedelta(0), **options}
    return AnnouncementSender(stores=stores, messenger=messenger, pace=pace, **at_once)


@asynccontextmanager
async def running(one: AnnouncementSender) -> AsyncIterator[None]:
    task = asyncio.create_task(one.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def sent_by(one: AnnouncementSender) -> None:
    async with running(one), asyncio.timeout(20):
        await one.settled()


def status(stores: Stores, id_: int) -> AnnouncementStatus:
    found = stores.announcements.get(id_)
    assert found is not None
    return found.status


def put_off_for_nothing(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is put back is due at once: the clock of the database does not stand still for tests."""
    put_back = stores.deliveries.put_back
    monkeypatch.setattr(
        stores.deliveries, "put_back", lambda claimed, _due_at, **how: put_back(claimed, now(), **how)
    )


# ---------------------------------------------------------------------------------------------- the send


async def test_everyone_gets_it_once_and_the_report_adds_up(stores, clock):
    outcomes: list[Outcome] = [
        Sent(message_id=1001),
        Blocked(),
        Blocked(is_deleted=True),
        Failed(reason="message is too long"),
        InDoubt(reason="ReadTimeout"),
    ]
    messenger = FakeMessenger(outcomes)
    id_ = started(stores, range(101, 111))
    await sent_by(sender(stores, messenger, clock))
    assert sorted(chat for chat, _ in messenger.bulk) == list(range(101, 111))
    report = stores.deliveries.report(id_)
    assert (report.sent, report.blocked, report.deleted, report.failed, report.in_doubt) == (6, 1, 1, 1, 1)
    assert report.audience == 10
    (told,) = messenger.sent
    assert told[0] == MAKER
    assert status(stores, id_) is S.DONE


async def test_who_blocked_the_bot_is_not_in_the_next_audience(stores, clock):
    started(stores, [101, 102])
    await sent_by(sender(stores, FakeMessenger([Blocked(), Sent(message_id=1)]), clock))
    assert len(stores.people.reachable()) == 1


async def test_it_keeps_the_pace(stores, clock):
    """25 a second and no more: the hundredth leaves 3.96 s after the first, but for what is caught up with."""
    started(stores, range(101, 201))
    await sent_by(sender(stores, FakeMessenger(), clock))
    assert clock.now >= 99 / 25 - 0.2


async def test_never_more_than_four_calls_are_under_way(stores, clock):
    """Each is in doubt after a kill."""
    id_ = started(stores, range(101, 111))
    messenger = Blockade(after=0)
    async with running(sender(stores, messenger, clock)):
        await messenger.reached.wait()
        await until(lambda: messenger.waiting == 4)
        assert stores.deliveries.report(id_).sending <= 4
        messenger.opened.set()


async def test_what_telegram_asks_to_wait_for_is_sent_later(stores, clock, monkeypatch):
    put_off_for_nothing(stores, monkeypatch)
    messenger = FakeMessenger([Postponed(seconds=2282)])
    id_ = started(stores, [101, 102])
    await sent_by(sender(stores, messenger, clock))
    assert stores.deliveries.report(id_).sent == 2
    assert clock.now >= 2282


async def test_what_never_reached_telegram_is_tried_again_up_to_sixteen_times(stores, clock, monkeypatch):
    put_off_for_nothing(stores, monkeypatch)
    messenger = Unreachable(101)
    id_ = started(stores, range(101, 141))
    await sent_by(sender(stores, messenger, clock))
    report = stores.deliveries.report(id_)
    assert (report.sent, report.failed, report.failed_by) == (39, 1, {Reason.UNREACHABLE: 1})
    assert messenger.refused == 16


async def test_a_network_that_is_down_costs_nobody_an_attempt(stores, clock, monkeypatch):
    put_off_for_nothing(stores, monkeypatch)
    messenger = FakeMessenger([Postponed(seconds=2, fault="ConnectError") for _ in range(80)])
    id_ = started(stores, [101, 102, 103, 104])
    await sent_by(sender(stores, messenger, clock))
    assert stores.deliveries.report(id_).sent == 4
    assert clock.now > 600


async def test_a_lost_reply_is_repeated_only_where_that_was_chosen(stores, clock, monkeypatch):
    put_off_for_nothing(stores, monkeypatch)
    for at_least_once, calls in ((False, 2), (True, 3)):
        messenger = FakeMessenger([InDoubt(reason="ReadError")])
        id_ = started(stores, [101, 102], at_least_once=at_least_once)
        await sent_by(sender(stores, messenger, clock))
        assert len(messenger.bulk) == calls
        assert stores.deliveries.report(id_).in_doubt == (not at_least_once)


async def test_an_audience_of_none_is_reported_too(stores, clock):
    messenger = FakeMessenger()
    id_ = started(stores, [])
    await sent_by(sender(stores, messenger, clock))
    assert len(messenger.sent) == 1
    assert status(stores, id_) is S.DONE


async def test_progress_is_shown_in_the_confirmed_message(stores, clock):
    messenger = FakeMessenger()
    id_ = started(stores, [101, 102])
    await sent_by(sender(stores, messenger, clock, report_every=0))
    assert {message_id for _, message_id, _ in messenger.edits} == {7}
    assert status(stores, id_) is S.DONE


# -------------------------------------------------------------------------------------- kills and restarts


async def test_a_killed_send_is_in_doubt_and_never_repeated(stores, clock):
    """The row said that the call was under way when the process died."""
    id_ = started(stores, [101, 102, 103])
    cut_off = stores.deliveries.claim([id_], now())
    messenger = FakeMessenger()
    await sent_by(sender(stores, messenger, clock))
    assert cut_off.telegram_id not in [chat for chat, _ in messenger.bulk]
    report = stores.deliveries.report(id_)
    assert (report.sent, report.in_doubt) == (2, 1)


async def test_a_restart_goes_on_where_the_last_process_stopped(stores, clock):
    """What was under way is completed before the process ends, so that nothing is in doubt."""
    id_ = started(stores, range(101, 121))
    blocking = Blockade(after=5)
    task = asyncio.create_task(sender(stores, blocking, clock).run())
    await blocking.reached.wait()
    task.cancel()
    blocking.opened.set()
    await asyncio.gather(task, return_exceptions=True)
    before = [chat for chat, _ in blocking.bulk]
    messenger = FakeMessenger()
    await sent_by(sender(stores, messenger, clock))
    after = [chat for chat, _ in messenger.bulk]
    assert sorted([*before, *after]) == list(range(101, 121))
    assert stores.deliveries.report(id_) == DeliveryReport(sent=20)


async def test_a_terminal_leaves_telegrams_announcements_alone(stores, clock):
    """An administrator who opens a terminal must not take over, or doubt, what the bot is sending."""
    id_ = started(stores, [101, 102])
    stores.deliveries.claim([id_], now())
    terminal = FakeMessenger(terminal=True)
    await sent_by(sender(stores, terminal, clock))
    assert terminal.bulk == []
    assert stores.deliveries.report(id_) == DeliveryReport(queued=1, sending=1)


# ---------------------------------------------------------------------------- pausing, stopping, scheduling


async def test_a_pause_holds_and_a_stop_ends_it_with_a_report(stores, clock):
    id_ = started(stores, range(101, 121))
    messenger = Blockade(after=5)
    one = sender(stores, messenger, clock)
    async with running(one), asyncio.timeout(20):
        await messenger.reached.wait()
        stores.announcements.pause(id_)
        one.wake()
        messenger.opened.set()
        await until(lambda: not stores.deliveries.report(id_).sending)
        assert 0 < len(messenger.bulk) < 20
        stores.announcements.resume(id_)
        one.wake()
        await until(lambda: len(messenger.bulk) > 9)
        stores.announcements.stop(id_)
        one.wake()
        await until(lambda: messenger.sent)
    report = stores.deliveries.report(id_)
    assert report.sent + report.stopped == 20
    assert report.sent == len(messenger.bulk)
    assert status(stores, id_) is S.STOPPED


def shown_in_progress(messenger: FakeMessenger) -> Message:
    """What stands in the maker's message 7."""
    return [message for chat, message_id, message in messenger.edits if (chat, message_id) == (MAKER, 7)][-1]


def has_button(message: Message, data: str) -> bool:
    return any(each.data == data for row in message.buttons for each in row)


async def test_a_pause_from_another_message_is_shown_to_the_maker_with_a_way_to_resume(stores, clock):
    id_ = started(stores, range(101, 121))
    messenger = Blockade(after=5)
    one = sender(stores, messenger, clock)
    async with running(one), asyncio.timeout(20):
        await messenger.reached.wait()
        stores.announcements.pause(id_)
        one.wake()
        await until(lambda: messenger.edits and "已暂停" in shown_in_progress(messenger).html)
        assert has_button(shown_in_progress(messenger), f"announce:resume:{id_}")
        stores.announcements.resume(id_)
        one.wake()
        await until(lambda: "发送中" in shown_in_progress(messenger).html)
        messenger.opened.set()


async def test_a_restart_shows_that_it_is_paused(stores, clock):
    """The process may have been killed before it was shown."""
    id_ = started(stores, [101])
    stores.announcements.pause(id_)
    messenger = FakeMessenger()
    await sent_by(sender(stores, messenger, clock))
    assert has_button(shown_in_progress(messenger), f"announce:resume:{id_}")


async def test_the_progress_ends_with_what_became_of_it(stores, clock):
    id_ = started(stores, [101])
    messenger = FakeMessenger()
    one = sender(stores, messenger, clock)
    await sent_by(one)
    assert shown_in_progress(messenger).html == "通知已发完。"
    stores.announcements.correct(id_, text_zh="改为九点", text_en="")
    one.wake()
    await sent_by(one)
    assert shown_in_progress(messenger).html == "通知已更正。"
    stores.announcements.recall(id_)
    one.wake()
    await sent_by(one)
    assert shown_in_progress(messenger).html == "通知已撤回。"


async def test_the_progress_of_a_stopped_one_says_so(stores, clock):
    id_ = started(stores, [101])
    stores.announcements.stop(id_)
    messenger = FakeMessenger()
    await sent_by(sender(stores, messenger, clock))
    assert shown_in_progress(messenger).html == "通知已停止发送。"


async def test_what_is_scheduled_begins_at_its_time_by_itself(stores, clock):
    announcement = drafted(stores, [101, 102])
    stores.announcements.schedule(announcement, now() + timedelta(milliseconds=300), "Asia/Shanghai")
    messenger = FakeMessenger()
    async with running(sender(stores, messenger, clock)), asyncio.timeout(20):
        await until(lambda: status(stores, announcement.id) is S.DONE)
    assert sorted(chat for chat, _ in messenger.bulk) == [101, 102]


@pytest.mark.parametrize("late, expected", [(timedelta(hours=2), S.DONE), (timedelta(hours=4), S.MISSED)])
async def test_what_fell_into_a_break_is_sent_late_or_asked_about(stores, clock, late, expected):
    announcement = drafted(stores, [101, 102])
    stores.announcements.schedule(announcement, now() - late, "Asia/Shanghai")
    messenger = FakeMessenger()
    async with running(sender(stores, messenger, clock)), asyncio.timeout(20):
        await until(lambda: status(stores, announcement.id) is expected)
    assert len(messenger.bulk) == (2 if expected is S.DONE else 0)
    assert messenger.sent[-1][0] == MAKER


async def test_its_audience_is_asked_for_when_it_begins(stores, clock):
    announcement = drafted(stores, [101, 102], kind=AnnouncementKind.COURSE)
    one = sender(stores, FakeMessenger(), clock, audience=lambda each: [101] if each.kind == "course" else [])
    assert await one.start(announcement)
    assert not await one.start(announcement)
    await sent_by(one)
    assert stores.deliveries.report(announcement.id) == DeliveryReport(sent=1)


async def test_an_edit_at_the_moment_of_the_confirmation_is_not_sent_unseen(stores, clock):
    announcement = drafted(stores, [101])

    def changed_meanwhile(each: Announcement) -> list[int]:
        stores.announcements.edit(each.id, text_zh="没有人看过")
        return [101]

    messenger = FakeMessenger()
    one = sender(stores, messenger, clock, audience=changed_meanwhile)
    assert not await one.start(announcement)
    await sent_by(one)
    assert messenger.bulk == []
    assert status(stores, announcement.id) is S.DRAFT


async def test_what_is_put_back_to_a_draft_when_it_is_due_does_not_begin(stores, clock):
    announcement = drafted(stores, [101])
    stores.announcements.schedule(announcement, now() - timedelta(minutes=1), "Asia/Shanghai")

    def put_back_meanwhile(each: Announcement) -> list[int]:
        stores.announcements.unschedule(each.id)
        return [101]

    messenger = FakeMessenger()
    await sent_by(sender(stores, messenger, clock, audience=put_back_meanwhile))
    assert messenger.bulk == []
    assert status(stores, announcement.id) is S.DRAFT


async def test_quiet_hours_do_not_hold_up_the_others_nor_the_end(stores, clock):
    """It goes on until the last of them has it; until then another announcement is sent as usual."""
    first, second = started(stores, [101, 102]), started(stores, [102])
    minute = (now() + timedelta(hours=8)).hour * 60 + (now() + timedelta(hours=8)).minute
    stores.people.set_quiet_hours(101, (minute - 60) % 1440, (minute + 60) % 1440)
    messenger = FakeMessenger()
    async with running(sender(stores, messenger, clock)), asyncio.timeout(20):
        await until(lambda: status(stores, second) is S.DONE)
    report = stores.deliveries.report(first)
    assert (report.postponed, report.sent) == (1, 1)
    assert status(stores, first) is S.SENDING


# ----------------------------------------------------------------------------------------------- mending


async def test_a_correction_edits_what_was_delivered(stores, clock):
    id_ = started(stores, [101, 102, 103])
    messenger = FakeMessenger([Sent(message_id=11), Blocked(), Sent(message_id=13)])
    one = sender(stores, messenger, clock)
    await sent_by(one)
    stores.announcements.correct(id_, text_zh="改为九点", text_en="")
    one.wake()
    await sent_by(one)
    shown = {chat: message.html for chat, _, message in messenger.edits if chat > 100}
    assert len(shown) == 2
    assert all("改为九点" in html for html in shown.values())
    assert stores.deliveries.report(id_).mended == 2
    assert len(messenger.sent) == 2


async def test_a_kill_before_a_corrections_report_brings_it_again(stores, clock):
    id_ = started(stores, [101])
    await sent_by(sender(stores, FakeMessenger(), clock))
    stores.announcements.correct(id_, text_zh="改为九点", text_en="")
    killed = Stuck()
    async with running(sender(stores, killed, clock)), asyncio.timeout(20):
        await killed.reached.wait()
    messenger = FakeMessenger()
    await sent_by(sender(stores, messenger, clock))
    assert len(messenger.sent) == 1
    assert not stores.announcements.unfinished()


async def test_a_report_that_cannot_be_sent_is_sent_later(stores, clock):
    id_ = started(stores, [101])
    messenger = CutOff()
    await sent_by(sender(stores, messenger, clock))
    assert [chat for chat, _ in messenger.sent] == [MAKER]
    assert status(stores, id_) is S.DONE
    stores.announcements.correct(id_, text_zh="改为九点", text_en="")
    messenger = CutOff()
    await sent_by(sender(stores, messenger, clock))
    assert [chat for chat, _ in messenger.sent] == [MAKER]
    assert not stores.announcements.unfinished()


async def test_a_correction_in_the_middle_reaches_everybody(stores, clock):
    """Who was being written to gets an edit, who comes later the new text."""
    id_ = started(stores, range(101, 121))
    messenger = Blockade(after=5)
    one = sender(stores, messenger, clock)
    async with running(one), asyncio.timeout(20):
        await messenger.reached.wait()
        stores.announcements.correct(id_, text_zh="改为九点", text_en="")
        one.wake()
        messenger.opened.set()
        await one.settled()
    newest = {chat: message.html for chat, message in messenger.bulk}
    newest |= {chat: message.html for chat, _, message in messenger.edits if chat > 100}
    assert len(newest) == 20
    assert all("改为九点" in html for html in newest.values())
    assert stores.deliveries.report(id_).mended == 20


async def test_a_recall_deletes_what_was_delivered_and_counts_what_is_too_old(stores, clock, monkeypatch):
    id_ = started(stores, [101, 102])
    messenger = FakeMessenger()
    one = sender(stores, messenger, clock)
    await sent_by(one)
    old = now() - timedelta(hours=48)
    with stores.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE deliveries SET sent_at = ? WHERE telegram_id = 101", (str(old)[:26],)
        )
    stores.announcements.recall(id_)
    one.wake()
    await sent_by(one)
    assert [chat for chat, _ in messenger.deleted] == [102]
    report = stores.deliveries.report(id_)
    assert (report.recalled, report.sent, report.not_mended) == (1, 1, 1)
    assert status(stores, id_) is S.RECALLED


async def test_a_recall_pressed_while_the_report_is_on_its_way_is_carried_out(stores, clock):
    """It used to be noted as recalled with nothing deleted."""
    id_ = started(stores, [101, 102])
    messenger = Interrupted(lambda: stores.announcements.recall(id_))
    await sent_by(sender(stores, messenger, clock))
    assert sorted(chat for chat, _ in messenger.deleted) == [101, 102]
    assert status(stores, id_) is S.RECALLED
    assert stores.deliveries.report(id_).recalled == 2


async def test_those_in_doubt_get_it_though_it_was_decided_while_a_report_was_on_its_way(stores, clock):
    """A correction's report used to end the send that had just begun anew."""
    id_ = started(stores, [101, 102])
    messenger = FakeMessenger([InDoubt(reason="ReadError")])
    one = sender(stores, messenger, clock)
    await sent_by(one)
    stores.announcements.correct(id_, text_zh="改为九点", text_en="")
    messenger = Interrupted(lambda: stores.announcements.send_to_doubtful(id_))
    await sent_by(sender(stores, messenger, clock))
    assert len(messenger.bulk) == 1
    assert stores.deliveries.report(id_) == DeliveryReport(sent=2, mended=2)
    assert status(stores, id_) is S.DONE


async def test_the_report_of_a_correction_leaves_its_end_as_it_was(stores, clock):
    id_ = started(stores, [101])
    one = sender(stores, FakeMessenger(), clock)
    await sent_by(one)
    before = stores.announcements.get(id_)
    stores.announcements.correct(id_, text_zh="改为九点", text_en="")
    one.wake()
    await sent_by(one)
    after = stores.announcements.get(id_)
    assert (after.status, after.done_at, after.correcting) == (S.DONE, before.done_at, False)


@pytest.mark.parametrize("course, told", [(7, 2), (None, 1)], ids=["course", "notice"])
async def test_a_day_later_the_maker_hears_who_asked_about_the_course(stores, clock, course, told):
    """A notice has nothing to ask about."""
    announcement = drafted(stores, [101], course_id=course)
    stores.announcements.start(announcement, [101], message_id=7)
    messenger = FakeMessenger()
    await sent_by(sender(stores, messenger, clock))
    assert len(messenger.sent) == 1
    a_day_ago = now() - timedelta(hours=25)
    with stores.database.write() as connection:
        connection.exec_driver_sql("UPDATE announcements SET done_at = ?", (str(a_day_ago)[:26],))
    for _ in range(2):
        await sent_by(sender(stores, messenger, clock))
    assert len(messenger.sent) == told
    assert stores.announcements.to_follow_up(now()) == []


# ------------------------------------------------------------------------------------------------- parts


class Blockade(FakeMessenger):
    """Lets so many bulk sends through; the others wait until it is opened."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after
        self.waiting = 0
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def send_once(self, chat_id: int, message: Message) -> Outcome:
        if len(self.bulk) >= self.after:
            self.waiting += 1
            self.reached.set()
            await self.opened.wait()
        return await super().send_once(chat_id, message)


class Interrupted(FakeMessenger):
    """While its first message is on the way, an administrator does something."""

    def __init__(self, deed: Callable[[], object]) -> None:
        super().__init__()
        self._deeds = [deed]

    async def send(self, chat_id, message):
        outcome = await super().send(chat_id, message)
        if self._deeds:
            assert self._deeds.pop()()
        return outcome


class Stuck(FakeMessenger):
    """No message to the maker ever arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()

    async def send(self, chat_id, message):
        self.reached.set()
        await asyncio.Event().wait()


class CutOff(FakeMessenger):
    """Telegram cannot be reached for the first message to the maker."""

    def __init__(self) -> None:
        super().__init__()
        self._is_cut_off = True

    async def send(self, chat_id, message):
        if self._is_cut_off:
            self._is_cut_off = False
            return Unreached(reason="ConnectError")
        return await super().send(chat_id, message)


class Unreachable(FakeMessenger):
    """Calls for one chat never arrive."""

    def __init__(self, chat_id: int) -> None:
        super().__init__()
        self._chat_id = chat_id
        self.refused = 0

    async def send_once(self, chat_id: int, message: Message) -> Outcome:
        if chat_id == self._chat_id:
            self.refused += 1
            return Postponed(seconds=2, fault="BadGateway")
        return await super().send_once(chat_id, message)


async def until(found) -> None:
    """The store has no signal, so it is looked at again and again."""
    while not found():  # noqa: ASYNC110  # nothing to wait for but the database
        await asyncio.sleep(0.005)


async def test_a_sender_that_has_nothing_to_do_leaves_the_database_alone(stores: Stores, clock: Clock):
    """Neither of its loops may wake the other for ever."""
    asked: list[object] = []
    event.listen(stores.database._engine, "begin", asked.append)
    one = sender(stores, FakeMessenger(), clock)
    async with running(one), asyncio.timeout(20):
        await one.settled()
        begun = len(asked)
        for _ in range(200):
            await asyncio.to_thread(int)
    assert len(asked) - begun < 10
