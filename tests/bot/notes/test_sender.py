"""Notes leave slowly, in each person's language, and again after a kill that fell before they were marked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import Blocked, Failed, Message, Sent, Unreached
from bot.notes.sender import NoteSender
from bot.testing import FakeMessenger
from knowledge.domain import Language
from knowledge.store import Stores
from tests.knowledge.asked import answered_from, asked, meet, quoting
from tests.knowledge.editions import edition, publish

OLD = edition("高血压指南", year=2018)
NEW = edition("高血压指南", ("血压应降至<130/80 mmHg。",), year=2024)


class Broken(FakeMessenger):
    """Says that nothing can be sent, or dies on the way."""

    def __init__(self, outcome: Blocked | Failed | Unreached | Exception) -> None:
        super().__init__()
        self._outcome = outcome

    async def send(self, chat_id: int, message: Message) -> Sent | Blocked | Failed | Unreached:
        await super().send(chat_id, message)
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


@pytest.fixture
def slept() -> list[float]:
    return []


def sender(stores: Stores, messenger: FakeMessenger, slept: list[float] | None = None) -> NoteSender:
    async def sleep(seconds: float) -> None:
        if slept is not None:
            slept.append(seconds)
        await asyncio.sleep(0)

    return NoteSender(
        stores=stores, messenger=messenger, within=timedelta(days=180), most_a_day=3, sleep=sleep
    )


async def told(stores: Stores, messenger: FakeMessenger, slept: list[float] | None = None) -> None:
    notes = sender(stores, messenger, slept)
    await notes.look()
    await notes.send_due()


def replaced(stores: Stores, *askers: int) -> None:
    old = publish(stores, OLD).edition.id
    for by in askers:
        answered_from(stores, old, "老年人血压目标", by=by)
    publish(stores, NEW)


async def test_who_was_answered_from_what_is_replaced_is_told_once(stores: Stores) -> None:
    replaced(stores, 1, 2)
    messenger = FakeMessenger()
    await told(stores, messenger)
    await told(stores, messenger)
    assert [chat for chat, _ in messenger.sent] == [1, 2]
    note = messenger.sent[0][1]
    assert "老年人血压目标" in note.html
    assert "《高血压指南》（2018）已被《高血压指南》（2024）取代" in note.html
    assert [b.text for row in note.buttons for b in row] == ["用新版重新查找", "不再提醒"]


async def test_each_reads_it_in_their_own_language(stores: Stores) -> None:
    meet(stores, 1)
    stores.people.set_language(1, Language.EN)
    replaced(stores, 1)
    messenger = FakeMessenger()
    await told(stores, messenger)
    assert "has been replaced by 高血压指南 (2024)" in messenger.sent[0][1].html


async def test_a_change_that_another_process_made_is_found(stores: Stores) -> None:
    """The shell loads, and so does a bot that was killed before it told anybody."""
    old = publish(stores, OLD).edition.id
    answered_from(stores, old, by=1)
    messenger = FakeMessenger()
    notes = sender(stores, messenger)
    await notes.look()
    stores.library.withdraw(old)
    await notes.look()
    await notes.send_due()
    assert "已撤下" in messenger.sent[0][1].html


async def test_whoever_was_being_answered_while_an_edition_was_replaced_is_told_within_a_minute(
    stores: Stores,
) -> None:
    old = publish(stores, OLD).edition.id
    reply = quoting(stores, old)
    moments = [0.0]
    messenger = FakeMessenger()
    notes = NoteSender(
        stores=stores,
        messenger=messenger,
        within=timedelta(days=180),
        most_a_day=3,
        clock=lambda: moments[0],
    )
    publish(stores, NEW)
    await notes.look()
    asked(stores, "血压目标？", reply, by=1)
    moments[0] = 60.0
    await notes.look()
    await notes.send_due()
    assert [chat for chat, _ in messenger.sent] == [1]


async def test_a_kill_before_the_note_was_marked_sends_it_again(stores: Stores) -> None:
    replaced(stores, 1)
    with pytest.raises(ConnectionError):
        await told(stores, Broken(ConnectionError()))
    messenger = FakeMessenger()
    await told(stores, messenger)
    assert len(messenger.sent) == 1


@pytest.mark.parametrize("outcome", [Blocked(), Failed(reason="chat not found")])
async def test_what_is_refused_is_not_tried_again(stores: Stores, outcome: Blocked | Failed) -> None:
    replaced(stores, 1)
    await told(stores, Broken(outcome))
    messenger = FakeMessenger()
    await told(stores, messenger)
    assert messenger.sent == []


async def test_what_could_not_reach_telegram_is_sent_later(stores: Stores) -> None:
    replaced(stores, 1, 2)
    away = Broken(Unreached(reason="ConnectError"))
    await told(stores, away)
    assert len(away.sent) == 1, "each try takes a quarter of an hour: the others need none of their own"
    messenger = FakeMessenger()
    await told(stores, messenger)
    assert [chat for chat, _ in messenger.sent] == [1, 2]


async def test_it_rests_between_two_notes(stores: Stores, slept: list[float]) -> None:
    replaced(stores, *range(1, 11))
    await told(stores, FakeMessenger(), slept)
    assert len(slept) == 10
    assert min(slept) >= 0.5


async def test_many_questions_on_one_edition_are_one_note(stores: Stores) -> None:
    old = publish(stores, OLD).edition.id
    for number in (1, 2, 3, 4, 5, 6, 6):
        answered_from(stores, old, f"问题{number}", by=1)
    publish(stores, NEW)
    messenger = FakeMessenger()
    await told(stores, messenger)
    ((_, note),) = messenger.sent
    assert "您问过的 6 个问题" in note.html
    assert "1. 问题6\n2. 问题5" in note.html
    assert "问题1" not in note.html
    assert [b.text for b in note.buttons[0]] == [f"重查 {n}" for n in range(1, 6)]


async def test_no_more_than_three_a_day(stores: Stores) -> None:
    for number in range(6):
        old = publish(stores, replace(OLD, title=f"指南{number}", content_hash=str(number))).edition.id
        answered_from(stores, old, by=1)
        stores.library.withdraw(old)
    messenger = FakeMessenger()
    await told(stores, messenger)
    assert len(messenger.sent) == 3


async def test_a_terminal_sends_only_what_is_its_own(stores: Stores) -> None:
    replaced(stores, 0, 1)
    terminal = FakeMessenger(terminal=True)
    await told(stores, terminal)
    assert [chat for chat, _ in terminal.sent] == [0]


class Telling(FakeMessenger):
    """Says when something was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.told = asyncio.Event()

    async def send(self, chat_id: int, message: Message) -> Sent | Blocked | Failed | Unreached:
        self.told.set()
        return await super().send(chat_id, message)


async def test_it_runs_by_itself(stores: Stores) -> None:
    messenger = Telling()
    task = asyncio.create_task(sender(stores, messenger).run())
    try:
        async with asyncio.timeout(20):
            await asyncio.to_thread(replaced, stores, 1)
            await messenger.told.wait()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
