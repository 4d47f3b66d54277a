"""What was lost sight of is looked for: nobody gets it twice, and whoever is not sure to have it is told so."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import background
from bot.announcing import looking, view
from bot.conversation import Blocked, Found, InDoubt, Message, Postponed, Sent
from bot.testing import FakeMessenger, Outcome
from knowledge.domain import Language
from knowledge.errors import LibraryUnusable
from knowledge.store import Stores, doubts
from knowledge.store.announcement_tables import AnnouncementStatus, DeliveryStatus, Reason
from knowledge.store.database import now
from knowledge.store.deliveries import Claimed
from knowledge.store.delivery_report import DeliveryReport
from tests.bot.announcing.test_sender import MAKER, Clock, running, sender, sent_by, started, status, until

LOST = InDoubt(reason="ReadError")
#: So many that the numbering is believed before anybody is looked for.
MANY = range(101, 111)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing else gives an id, the maker is written to soon."""
    monkeypatch.setattr(looking, "_PATIENCE", timedelta(milliseconds=100))
    monkeypatch.setattr(looking, "_AGAIN_S", 0.01)


@pytest.fixture(autouse=True)
def _silent_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recipients are met only just before, and no answer to them is under way."""
    monkeypatch.setattr(doubts, "_ANSWERED_WITHIN", timedelta(0))


class Losing(FakeMessenger):
    """The first calls for these chats are lost: where it says so, they were carried out."""

    def __init__(self, lost: Iterable[int], *, arrives: Iterable[int] = ()) -> None:
        super().__init__(arrives=arrives)
        self.to_lose = Counter(lost)

    async def send_once(self, chat_id: int, message: Message) -> Outcome:
        if self.to_lose[chat_id]:
            self.to_lose[chat_id] -= 1
            self.outcomes.append(LOST)
        return await super().send_once(chat_id, message)

    def stands(self, chat_id: int) -> int:
        """How many messages of ours stand in the chat."""
        return sum(chat == chat_id and there is not None for (chat, _), there in self.standing.items())


def known(stores: Stores, messenger: FakeMessenger) -> None:
    """Somebody wrote, so that an id is known before the first call."""
    messenger.numbering.saw(999, messenger.arrived(999, None))


async def looked_for(
    stores: Stores, messenger: Losing, clock: Clock, recipients: Iterable[int] = MANY
) -> int:
    id_ = started(stores, list(recipients))
    known(stores, messenger)
    await sent_by(sender(stores, messenger, clock))
    return id_


# ------------------------------------------------------------------------------------------ lost replies


async def test_a_message_that_arrived_is_found_and_not_sent_again(stores, clock):
    messenger = Losing([103], arrives=[103])
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)
    assert all(messenger.stands(chat) == 1 for chat in MANY)
    assert len(messenger.bulk) == 10


async def test_what_was_found_can_be_recalled(stores, clock):
    messenger = Losing([103], arrives=[103])
    id_ = await looked_for(stores, messenger, clock)
    stores.announcements.recall(id_)
    await sent_by(sender(stores, messenger, clock))
    assert {chat for chat, _ in messenger.deleted} >= set(MANY)
    assert all(place in messenger.standing for place in messenger.deleted)
    assert stores.deliveries.report(id_) == DeliveryReport(recalled=10)


async def test_what_is_found_at_whatever_moment_of_a_recall_is_recalled(stores, clock, monkeypatch):
    """Just when all others were listed, too: the recall is over only once nobody was looked for before that."""
    id_ = started(stores, [101])
    messenger = FakeMessenger()
    call = stores.deliveries.claim([id_], now(), seen_before=1000)
    assert isinstance(call, Claimed)
    stores.doubts.lost(call, now() + timedelta(hours=1))
    (doubt,) = stores.doubts.due(now() + timedelta(hours=2))
    stores.announcements.recall(id_)
    to_mend = stores.deliveries.to_mend

    def found_afterwards(*which, **how):
        page = to_mend(*which, **how)
        stores.doubts.found(doubt, 1001)
        return page

    monkeypatch.setattr(stores.deliveries, "to_mend", found_afterwards)
    await sent_by(sender(stores, messenger, clock))
    assert messenger.deleted == [(101, 1001)]
    assert stores.deliveries.report(id_) == DeliveryReport(recalled=1)


async def test_a_message_that_never_arrived_is_sent(stores, clock):
    messenger = Losing([103])
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)
    assert all(messenger.stands(chat) == 1 for chat in MANY)
    attempts = {row.telegram_id: row.attempts for row in stores.deliveries.of(id_)}
    assert (attempts[103], attempts[104]) == (2, 1)


async def test_only_ids_of_which_nothing_is_known_are_asked_for(stores, clock):
    """Another one's lost message takes a number; so does what somebody writes while nobody reads it."""
    messenger = Losing([103, 104], arrives=[104])
    id_ = started(stores, MANY)
    known(stores, messenger)
    await sent_by(sender(stores, messenger, clock, look_after=timedelta(milliseconds=300)))
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)
    lost_of_104 = next(message_id for chat, message_id in messenger.standing if chat == 104)
    assert {message_id for chat, message_id in messenger.looked_at if chat == 103} == {lost_of_104}


async def test_what_the_recipient_wrote_meanwhile_is_not_taken_for_it(stores, clock, monkeypatch):
    messenger = Losing([103])
    send_once = messenger.send_once

    async def written(chat_id: int, message: Message) -> Outcome:
        outcome = await send_once(chat_id, message)
        if outcome is LOST:
            messenger.arrived(103, None)
        return outcome

    monkeypatch.setattr(messenger, "send_once", written)
    id_ = await looked_for(stores, messenger, clock)
    assert messenger.recognized
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)
    assert messenger.stands(103) == 1


async def test_in_a_chat_that_is_not_silent_nothing_is_touched(stores, clock, monkeypatch):
    """What stands there may be an answer, whose buttons the question would change."""
    messenger = Losing([103], arrives=[103])
    send_once = messenger.send_once

    async def talked(chat_id: int, message: Message) -> Outcome:
        outcome = await send_once(chat_id, message)
        if chat_id == 103:
            stores.people.meet(103, "医生", Language.ZH)
        return outcome

    monkeypatch.setattr(messenger, "send_once", talked)
    id_ = await looked_for(stores, messenger, clock)
    assert messenger.recognized == []
    assert stores.deliveries.report(id_) == DeliveryReport(sent=9, in_doubt=1, in_doubt_by={Reason.UNTOLD: 1})
    assert messenger.stands(103) == 1


async def test_what_was_sent_and_could_not_be_noted_is_found(stores, clock, monkeypatch):
    """The same process goes on: that it was given the id does not tell what the message is."""
    messenger = Losing([])
    settle, full = stores.deliveries.settle, [103]

    def settled(claimed: Claimed, *how, **more) -> None:
        if claimed.telegram_id in full:
            full.clear()
            raise LibraryUnusable("the disk is full")
        settle(claimed, *how, **more)

    monkeypatch.setattr(stores.deliveries, "settle", settled)
    monkeypatch.setattr(background, "_FIRST_PAUSE", 0.01)
    id_ = await looked_for(stores, messenger, clock)
    assert not full
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)
    assert all(messenger.stands(chat) == 1 for chat in MANY)


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_who_is_away_by_then_is_counted_so(stores, clock, is_deleted):
    messenger = Losing([103, 104], arrives=[104])
    messenger.looks.append(Blocked(is_deleted=is_deleted))
    id_ = await looked_for(stores, messenger, clock)
    report = stores.deliveries.report(id_)
    assert (report.blocked, report.deleted) == (not is_deleted, is_deleted)
    assert report.in_doubt == 0


async def test_a_question_that_is_lost_is_asked_again(stores, clock):
    messenger = Losing([103], arrives=[103])
    messenger.looks.extend([Postponed(seconds=2, fault="ReadError")] * 3)
    messenger.looks.append(Postponed(seconds=1200))
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)
    assert clock.now > 1200, "what Telegram asks to wait for holds for all"


async def test_questions_that_never_come_through_are_asked_at_a_later_round(stores, clock):
    messenger = Losing([103], arrives=[103])
    messenger.looks.extend([Postponed(seconds=2, fault="ReadError")] * 30)
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)
    assert messenger.stands(103) == 1


async def test_each_question_takes_a_turn(stores, clock):
    messenger = Losing([103, 104], arrives=[104])
    before = clock.now
    await looked_for(stores, messenger, clock)
    turns = len(messenger.bulk) + len(messenger.looked_at) + len(messenger.recognized)
    assert messenger.looked_at
    assert clock.now - before >= (turns - 1) / 25 - 0.2


class Changing(Losing):
    """The message that stands there is not the one, and the reply to the question what it is gets lost."""

    async def recognize(self, chat_id: int, message_id: int, message: Message) -> Found | Blocked | Postponed:
        said = await super().recognize(chat_id, message_id, message)
        return said if said is Found.THIS else Postponed(seconds=2, fault="ReadError")


async def test_what_a_lost_question_may_have_changed_is_not_asked_again(stores, clock, monkeypatch):
    """The second time, it would say of any message that it is the one."""
    messenger = Changing([103])
    send_once = messenger.send_once

    async def other(chat_id: int, message: Message) -> Outcome:
        outcome = await send_once(chat_id, message)
        if outcome is LOST:
            messenger.arrived(103, Message(html="another"))
        return outcome

    monkeypatch.setattr(messenger, "send_once", other)
    id_ = await looked_for(stores, messenger, clock)
    assert len(messenger.recognized) == 1
    assert stores.deliveries.report(id_).in_doubt_by == {Reason.UNTOLD: 1}


async def test_what_is_put_off_by_telegram_is_asked_again(stores, clock, monkeypatch):
    """Nothing was carried out."""
    messenger, said = Losing([103], arrives=[103]), [Postponed(seconds=5)]
    recognize = messenger.recognize

    async def later(chat_id: int, message_id: int, message: Message) -> Found | Blocked | Postponed:
        return said.pop() if said else await recognize(chat_id, message_id, message)

    monkeypatch.setattr(messenger, "recognize", later)
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)


async def test_what_telegram_never_said_before_leaves_it_in_doubt(stores, clock):
    messenger = Losing([103], arrives=[103])
    messenger.looks.append(Found.UNCLEAR)
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_).in_doubt_by == {Reason.UNTOLD: 1}
    assert messenger.stands(103) == 1


async def test_calls_that_are_lost_again_and_again_come_to_an_end(stores, clock):
    messenger = Losing([103] * 99)
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_).failed_by == {Reason.UNREACHABLE: 1}
    assert len(messenger.bulk) == 9 + 16


# ------------------------------------------------------------------------------- where it cannot be told


class NumberedByChat(Losing):
    """Each chat has a counter of its own."""

    def __init__(self, lost: Iterable[int], **how: Iterable[int]) -> None:
        super().__init__(lost, **how)
        self.counters = Counter[int]()

    def next_id(self, chat_id: int) -> int:
        self.counters[chat_id] += 1
        return self.counters[chat_id]


@pytest.mark.parametrize("arrives", [[], [103]])
async def test_where_chats_are_numbered_by_themselves_nothing_is_concluded(stores, clock, arrives):
    messenger = NumberedByChat([103], arrives=arrives)
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_) == DeliveryReport(
        sent=9, in_doubt=1, in_doubt_by={Reason.NUMBERING: 1}
    )
    assert messenger.looked_at == []
    assert messenger.stands(103) == len(arrives)


async def test_a_contradiction_while_it_is_looked_for_leaves_it_in_doubt(stores, clock, monkeypatch):
    messenger = Losing([103, 104, 105, 106], arrives=[104, 105, 106])
    look = messenger.look

    async def contradicted(chat_id: int, message_id: int) -> Found | Blocked | Postponed:
        messenger.numbering.given(105, 1, messenger.numbering.before())
        return await look(chat_id, message_id)

    monkeypatch.setattr(messenger, "look", contradicted)
    id_ = await looked_for(stores, messenger, clock)
    report = stores.deliveries.report(id_)
    assert report.in_doubt_by == {Reason.NUMBERING: report.in_doubt}
    assert report.in_doubt
    assert messenger.stands(103) == 0


async def test_where_another_counter_goes_on_nothing_is_concluded(stores, clock):
    """Another bot's, or that of a library that was restored: its numbers are below those of before."""
    id_ = started(stores, MANY)
    call = stores.deliveries.claim([id_], now(), seen_before=90_000)
    assert isinstance(call, Claimed)
    stores.doubts.lost(call, now())
    messenger = Losing([])
    await sent_by(sender(stores, messenger, clock))
    assert stores.deliveries.report(id_).in_doubt_by == {Reason.NUMBERING: 1}
    assert messenger.stands(call.telegram_id) == 0


async def test_a_few_messages_do_not_convince(stores, clock):
    messenger = Losing([103])
    id_ = await looked_for(stores, messenger, clock, [101, 102, 103])
    assert stores.deliveries.report(id_).in_doubt_by == {Reason.NUMBERING: 1}


async def test_an_earlier_announcement_convinces(stores, clock):
    await looked_for(stores, Losing([]), clock, range(101, 121))
    messenger = Losing([103])
    messenger.last_id = 5000
    id_ = await looked_for(stores, messenger, clock, [101, 102, 103])
    report = stores.deliveries.report(id_)
    assert (report.sent, report.in_doubt_by) == (3, {})


async def test_too_many_messages_in_between_leave_it_in_doubt(stores, clock, monkeypatch):
    monkeypatch.setattr(looking, "_MOST_ASKED", 3)
    messenger = Losing([103], arrives=[103])
    send_once = messenger.send_once

    async def crowded(chat_id: int, message: Message) -> Outcome:
        for _ in range(5):
            messenger.arrived(998, None)
        return await send_once(chat_id, message)

    monkeypatch.setattr(messenger, "send_once", crowded)
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_).in_doubt_by == {Reason.TOO_MANY: 1}
    assert messenger.looked_at == []


async def test_a_break_of_days_leaves_it_in_doubt(stores, clock):
    id_ = started(stores, MANY)
    assert isinstance(stores.deliveries.claim([id_], now(), seen_before=3), Claimed)
    messenger = Losing([])
    messenger.last_id = 50_000
    await sent_by(sender(stores, messenger, clock))
    assert stores.deliveries.report(id_).in_doubt_by == {Reason.TOO_MANY: 1}


# ------------------------------------------------------------------------------------------------ kills


async def killed(stores: Stores, *, arrived: bool) -> tuple[int, Losing]:
    """A process ended in the middle of a call for 101; another one sends on."""
    messenger = Losing([])
    id_ = started(stores, MANY)
    known(stores, messenger)
    cut_off = stores.deliveries.claim([id_], now(), seen_before=messenger.numbering.highest)
    assert isinstance(cut_off, Claimed)
    announcement = stores.announcements.get(id_)
    assert announcement is not None
    if arrived:
        messenger.arrived(101, view.posting(announcement, Language.ZH))
    return id_, messenger


@pytest.mark.parametrize("arrived", [True, False])
async def test_what_a_kill_cut_off_is_looked_for(stores, clock, arrived):
    id_, messenger = await killed(stores, arrived=arrived)
    await sent_by(sender(stores, messenger, clock))
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)
    assert all(messenger.stands(chat) == 1 for chat in MANY)
    assert len(messenger.bulk) == 10 - arrived


async def test_ids_that_an_earlier_process_was_given_are_known_from_the_database(stores, clock):
    id_, _ = await killed(stores, arrived=False)
    for message_id in (1002, 1003, 1004):
        claimed = stores.deliveries.claim([id_], now(), seen_before=1001)
        stores.deliveries.settle(claimed, DeliveryStatus.SENT, message_id=message_id)
    messenger = Losing([])
    messenger.last_id = 1004
    await sent_by(sender(stores, messenger, clock))
    assert messenger.looked_at == []
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)


async def test_after_a_kill_it_is_not_looked_for_among_more(stores, clock):
    """What was sent since cannot be it."""
    messenger = Losing([])
    id_ = started(stores, MANY)
    stores.doubts.lost(stores.deliveries.claim([id_], now(), seen_before=1000), now())
    (doubt,) = stores.doubts.due(now())
    stores.doubts.bounded(doubt, 1004)
    for _ in range(50):
        messenger.arrived(998, None)
    await sent_by(sender(stores, messenger, clock))
    assert messenger.looked_at == [(101, message_id) for message_id in (1001, 1002, 1003)]
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)


async def test_a_kill_while_it_is_looked_for_costs_nothing(stores, clock, monkeypatch):
    messenger = Losing([103, 104], arrives=[103, 104])
    reached = asyncio.Event()

    async def stuck(chat_id: int, message_id: int) -> Found:
        reached.set()
        await asyncio.Event().wait()
        return Found.NOTHING

    look = messenger.look
    monkeypatch.setattr(messenger, "look", stuck)
    id_ = started(stores, MANY)
    known(stores, messenger)
    async with running(sender(stores, messenger, clock)), asyncio.timeout(20):
        await reached.wait()
    monkeypatch.setattr(messenger, "look", look)
    await sent_by(sender(stores, messenger, clock))
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)
    assert all(messenger.stands(chat) == 1 for chat in MANY)


async def test_a_kill_while_it_is_asked_what_a_message_is_leaves_it_in_doubt(stores, clock, monkeypatch):
    messenger = Losing([103], arrives=[103])
    reached = asyncio.Event()

    async def stuck(chat_id: int, message_id: int, message: Message) -> Found:
        reached.set()
        await asyncio.Event().wait()
        return Found.UNCLEAR

    recognize = messenger.recognize
    monkeypatch.setattr(messenger, "recognize", stuck)
    id_ = started(stores, MANY)
    known(stores, messenger)
    async with running(sender(stores, messenger, clock)), asyncio.timeout(20):
        await reached.wait()
    monkeypatch.setattr(messenger, "recognize", recognize)
    await sent_by(sender(stores, messenger, clock))
    assert messenger.recognized == []
    assert stores.deliveries.report(id_).in_doubt_by == {Reason.UNTOLD: 1}


# ------------------------------------------------------------------------------------------------ the time


async def test_it_is_not_looked_for_before_its_call_is_over(stores, clock):
    """A call may be carried out a little after its connection broke."""
    messenger = Losing([103])
    id_ = started(stores, MANY)
    known(stores, messenger)
    one = sender(stores, messenger, clock, look_after=timedelta(hours=1))
    async with running(one), asyncio.timeout(20):
        await until(lambda: stores.deliveries.report(id_).sent == 9)
        await until(lambda: stores.deliveries.report(id_).checking == 1)
        assert messenger.looked_at == []
        assert status(stores, id_) is AnnouncementStatus.SENDING
    assert stores.deliveries.report(id_) == DeliveryReport(sent=9, checking=1)


async def test_where_nothing_else_is_sent_the_maker_hears_what_goes_on(stores, clock):
    """The id of that message says up to where to look; it is taken away when that is done."""
    messenger = Losing([110])
    id_ = await looked_for(stores, messenger, clock)
    told = [message.html for chat, message in messenger.sent if chat == MAKER]
    assert len([html for html in told if "正在核对" in html]) == 1
    assert "完成" in told[-1]
    assert [chat for chat, _ in messenger.deleted] == [MAKER]
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)


async def test_a_maker_who_cannot_be_told_does_not_hold_up_the_end(stores, clock):
    class Unheard(Losing):
        async def send(self, chat_id, message):
            return Blocked()

    messenger = Unheard([110])
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_).in_doubt_by == {Reason.NUMBERING: 1}
    assert status(stores, id_) is AnnouncementStatus.DONE


async def test_where_messages_to_the_maker_have_no_such_ids_it_is_in_doubt(stores, clock):
    """As in a terminal or a group: they are told once, and not at each round for ever."""

    class Unnumbered(Losing):
        async def send(self, chat_id, message):
            self.sent.append((chat_id, message))
            return Sent(message_id=self.arrived(chat_id, message))

    messenger = Unnumbered([110])
    id_ = await looked_for(stores, messenger, clock)
    assert stores.deliveries.report(id_).in_doubt_by == {Reason.NUMBERING: 1}
    assert len([message for _, message in messenger.sent if "正在核对" in message.html]) == 1
    assert status(stores, id_) is AnnouncementStatus.DONE


async def test_a_terminal_does_not_look_for_what_the_bot_sends(stores, clock):
    id_ = started(stores, MANY)
    claimed = stores.deliveries.claim([id_], now(), seen_before=1)
    stores.doubts.lost(claimed, now())
    terminal = FakeMessenger(terminal=True)
    async with running(sender(stores, terminal, clock)), asyncio.timeout(20):
        for _ in range(50):
            await asyncio.to_thread(int)
    assert stores.deliveries.report(id_).checking == 1


# ------------------------------------------------------------------------------------------- whatever happens


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(lost=st.lists(st.sampled_from(MANY), max_size=12), arrives=st.sets(st.sampled_from(MANY)))
async def test_nobody_gets_it_twice_and_everybody_gets_it(stores, lost, arrives):
    for id_ in MANY:
        stores.people.set_blocked(id_, blocked=False)
    messenger = Losing(lost, arrives=arrives)
    messenger.last_id = (stores.doubts.history(1) or [(0, 0)])[0][1] + 100
    id_ = await looked_for(stores, messenger, Clock())
    assert stores.deliveries.report(id_) == DeliveryReport(sent=10)
    assert all(messenger.stands(chat) == 1 for chat in MANY)
