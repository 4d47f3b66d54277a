"""The buttons under a note."""

from __future__ import annotations

import pytest

from bot.asking.handlers import Asking
from bot.conversation import Incoming, Pressed
from bot.notes.handlers import Notes
from bot.people.refusals import Refusals
from bot.testing import FakeChat, incoming
from knowledge.domain import Outcome, Reply
from knowledge.store import Stores
from tests.bot.asking.cases import answer
from tests.knowledge.asked import in_vain, meet
from tests.knowledge.editions import edition, publish


class KeepingAnswers:
    """Fulfils Answers, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply:
        self.asked.append(question)
        return answer()


@pytest.fixture
def answers() -> KeepingAnswers:
    return KeepingAnswers()


@pytest.fixture
def feature(stores: Stores, answers: KeepingAnswers) -> Notes:
    asking = Asking(stores.questions, answers)
    return Notes(stores.notes, stores.people, Refusals(stores.audit), ask_again=asking.ask_again)


def noted(stores: Stores, by: int = 1001) -> int:
    """The id of a note that the question of this person has an answer now."""
    in_vain(stores, "手足口病隔离几天", by=by)
    gap_id = stores.gaps.add(stores.gaps.unqueued(1)[0], model=None, vector=None)
    loaded = publish(stores, edition("手足口病指南")).edition.id
    question = stores.questions.get(1)
    assert question is not None
    assert stores.gaps.close(gap_id, generation=1, edition_id=loaded, since=question.asked_at) == 1
    due = stores.notes.next_due(lambda _: True, most_a_day=3)
    assert due is not None
    return due.note_ids[0]


def pressed(data: str, by: int = 1001, update_id: int | None = 7) -> Incoming:
    return incoming(Pressed(data=data, message_id=1), speaker_id=by, update_id=update_id)


async def test_the_question_is_asked_again_in_their_name(
    stores: Stores, feature: Notes, answers: KeepingAnswers
) -> None:
    note_id, chat = noted(stores), FakeChat()
    await feature.press(pressed(f"note:again:{note_id}"), chat)
    assert answers.asked == ["手足口病隔离几天"]
    assert "第 47 页" in chat.sent[0].html
    asked = stores.questions.get(2)
    assert asked is not None
    assert (asked.asked_by, asked.text, asked.outcome) == (1001, "手足口病隔离几天", Outcome.ANSWERED)


async def test_a_press_that_is_delivered_again_is_answered_once(stores: Stores, feature: Notes) -> None:
    note_id, chat = noted(stores), FakeChat()
    for _ in range(2):
        await feature.press(pressed(f"note:again:{note_id}"), chat)
    assert len(chat.sent) == 1
    await feature.press(pressed(f"note:again:{note_id}", update_id=8), chat)
    assert len(chat.sent) == 2


async def test_nobody_else_asks_it(stores: Stores, feature: Notes, answers: KeepingAnswers) -> None:
    note_id, chat = noted(stores), FakeChat()
    await feature.press(pressed(f"note:again:{note_id}", by=2), chat)
    assert chat.notes == ["这个按钮已经失效。"]
    assert answers.asked == []


@pytest.mark.parametrize(
    "data",
    [
        "note",
        "note:",
        "note:again",
        "note:again:",
        "note:again:x",
        "note:again:99",
        "note:again:²",
        "note:up",
    ],
)
async def test_data_that_no_button_has_is_answered(stores: Stores, feature: Notes, data: str) -> None:
    chat = FakeChat()
    await feature.press(pressed(data), chat)
    assert chat.notes == ["这个按钮已经失效。"]


async def test_notes_are_turned_off_and_on(stores: Stores, feature: Notes) -> None:
    meet(stores, 1001)
    chat = FakeChat()
    for data, wanted in (("note:off", False), ("note:on", True)):
        await feature.press(pressed(data), chat)
        person = stores.people.get(1001)
        assert person is not None
        assert person.notes is wanted
    assert chat.sent[0].buttons[0][0].data == "note:on"
