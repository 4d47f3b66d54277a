from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.announcing.pace import Pace
from bot.announcing.sender import AnnouncementSender
from bot.conversation import Blocked, Failed, InDoubt, Message, Postponed, Sent
from bot.testing import FakeMessenger, Outcome
from knowledge.domain import Language
from knowledge.store import Stores
from knowledge.store.announcements import AnnouncementStatus, DeliveryReport

MAKER = 1


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


def confirmed(stores: Stores, recipients: Sequence[int]) -> int:
    """An announcement that waits to be sent; its progress stands in message 7."""
    for id_ in recipients:
        stores.people.meet(id_, "医生", Language.ZH)
        stores.people.start(id_, "1")
    announcement = stores.announcements.begin(MAKER, MAKER)
    stores.announcements.write_text(announcement.id, "今晚八点讲座")
    assert stores.announcements.confirm(announcement.id, recipients, 7)
    return announcement.id


def sender(stores: Stores, messenger: FakeMessenger, clock: Clock, **options) -> AnnouncementSender:
    pace = Pace(25, sleep=clock.sleep, clock=clock)
    return AnnouncementSender(stores=stores, messenger=messenger, pace=pace, **options)


async def test_everyone_gets_it_once_and_the_report_adds_up(stores, clock):
    outcomes: list[Outcome] = [
        Sent(message_id=1),
        Blocked(),
        Failed(reason="chat not found"),
        InDoubt(reason="ReadTimeout"),
    ]
    messenger = FakeMessenger(outcomes)
    id_ = confirmed(stores, range(101, 111))
    await sender(stores, messenger, clock).send_confirmed()
    assert sorted(chat for chat, _ in messenger.bulk) == list(range(101, 111))
    report = stores.announcements.report(id_)
    assert report == DeliveryReport(sent=7, blocked=1, failed=1, in_doubt=1)
    (told,) = messenger.sent
    assert told[0] == MAKER
    assert "送达 7 · 屏蔽 1 · 失败 1 · 存疑 1 · 共 10" in told[1].html
    assert stores.announcements.get(id_).status is AnnouncementStatus.DONE


async def test_who_blocked_the_bot_is_not_in_the_next_audience(stores, clock):
    confirmed(stores, [101, 102])
    await sender(stores, FakeMessenger([Blocked(), Sent(message_id=1)]), clock).send_confirmed()
    assert len(stores.people.reachable()) == 1


async def test_it_keeps_the_pace(stores, clock):
    """25 a second and no more: the hundredth leaves 3.96 s after the first."""
    confirmed(stores, range(101, 201))
    await sender(stores, FakeMessenger(), clock).send_confirmed()
    assert clock.now >= 99 / 25


async def test_what_telegram_asks_to_wait_for_is_sent_later(stores, clock):
    messenger = FakeMessenger([Postponed(seconds=2282)])
    id_ = confirmed(stores, [101, 102])
    await sender(stores, messenger, clock).send_confirmed()
    assert stores.announcements.report(id_) == DeliveryReport(sent=2)
    assert clock.now >= 2282
    assert any("2282 秒" in message.html for *_, message in messenger.edits)


async def test_a_killed_send_is_in_doubt_and_never_repeated(stores, clock):
    """The row said that the call was under way when the process died."""
    id_ = confirmed(stores, [101, 102, 103])
    cut_off = stores.announcements.next_recipient(id_)
    messenger = FakeMessenger()
    task = asyncio.create_task(sender(stores, messenger, clock).run())
    await done(stores, id_)
    await stopped(task)
    assert cut_off not in [chat for chat, _ in messenger.bulk]
    assert stores.announcements.report(id_) == DeliveryReport(sent=2, in_doubt=1)


async def test_a_restart_goes_on_where_the_last_process_stopped(stores, clock):
    id_ = confirmed(stores, range(101, 121))
    blocking = Blockade(after=5)
    task = asyncio.create_task(sender(stores, blocking, clock).run())
    await blocking.reached.wait()
    task.cancel()
    blocking.opened.set()
    await stopped(task)
    before = [chat for chat, _ in blocking.bulk]
    messenger = FakeMessenger()
    task = asyncio.create_task(sender(stores, messenger, clock).run())
    await done(stores, id_)
    await stopped(task)
    after = [chat for chat, _ in messenger.bulk]
    assert sorted([*before, *after]) == list(range(101, 121))
    assert stores.announcements.report(id_) == DeliveryReport(sent=20)


async def test_progress_is_shown_in_the_confirmed_message(stores, clock):
    messenger = FakeMessenger()
    confirmed(stores, [101, 102])
    await sender(stores, messenger, clock, report_every=0).send_confirmed()
    shown = [message.html.splitlines()[0] for _, id_, message in messenger.edits if id_ == 7]
    assert shown[-1] == "通知已发完。"
    assert "2/2" in shown[-2]


async def test_an_audience_of_none_is_reported_too(stores, clock):
    messenger = FakeMessenger()
    confirmed(stores, [])
    await sender(stores, messenger, clock).send_confirmed()
    assert "共 0" in messenger.sent[0][1].html


class Blockade(FakeMessenger):
    """Lets so many bulk sends through; the others wait until it is opened."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def send_once(self, chat_id: int, message: Message) -> Outcome:
        if len(self.bulk) >= self.after:
            self.reached.set()
            await self.opened.wait()
        return await super().send_once(chat_id, message)


async def done(stores: Stores, id_: int) -> None:
    """Returns when the announcement is done; the store has no signal, so every turn of the loop looks."""
    async with asyncio.timeout(10):
        while stores.announcements.running():  # noqa: ASYNC110  # nothing to wait for but the database
            await asyncio.sleep(0.005)


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_terminal_leaves_telegrams_announcements_alone(stores, clock):
    """An administrator who opens a terminal must not take over, or doubt, what the bot is sending."""
    id_ = confirmed(stores, [101, 102])
    stores.announcements.next_recipient(id_)
    terminal = FakeMessenger(terminal=True)
    task = asyncio.create_task(sender(stores, terminal, clock).run())
    await asyncio.to_thread(stores.announcements.running)
    await sender(stores, terminal, clock).send_confirmed()
    await stopped(task)
    assert terminal.bulk == []
    assert stores.announcements.report(id_) == DeliveryReport(queued=1, sending=1)
