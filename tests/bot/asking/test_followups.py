"""A question leans on the one before; whoever asked can take that back; nobody else's question is ever used."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.asking.handlers import Asking
from bot.conversation import Incoming, Message, Pressed, Said
from bot.testing import FakeChat, incoming
from knowledge.answering.followup import read_with
from knowledge.domain import Answer, Language, NoEvidence, Reply
from knowledge.store import Stores
from knowledge.store.questions import QuestionStore
from knowledge.terms.termlist import shipped
from tests.bot.asking.cases import quotation

TARGET = "老年高血压患者的降压目标是多少？"
UNDERSTOOD = "老年高血压患者的降压目标，合并糖尿病"


class ReadingAnswers:
    """Fulfils Answers: reads questions as the real one does, and answers all that is not about the weather."""

    def __init__(self) -> None:
        self.looked_up: list[str] = []

    async def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply:
        context = read_with(earlier, question, shipped(), replies=replies)
        self.looked_up.append(context or question)
        if "天气" in question:
            return NoEvidence(question=question, documents_searched=3, context=context)
        return Answer(question=question, quotations=(quotation(),), courses=(), context=context)


class Room:
    """A chat with the bot in it, and a clock."""

    def __init__(self, stores: Stores) -> None:
        self.now = datetime(2026, 6, 1, 12, tzinfo=UTC)
        self.answers = ReadingAnswers()
        self.chat = FakeChat()
        self.questions = QuestionStore(stores.database, clock=lambda: self.now)
        self.asking = Asking(self.questions, self.answers)
        self._updates = 0

    async def says(
        self, text: str, *, by: int = 1001, reply_to: int | None = None, language: Language = Language.ZH
    ) -> Message:
        self._updates += 1
        said = Said(text=text, reply_to=reply_to)
        # The chat numbers the bot's messages from 1; the people's own are out of their way.
        update = incoming(
            said, speaker_id=by, chat_id=-5, update_id=self._updates, message_id=1000 + self._updates,
            language=language,
        )  # fmt: skip
        await self.asking.ask(update, self.chat)
        return self.chat.sent[-1]

    async def presses(self, data: str, *, by: int = 1001, chat_id: int = -5) -> None:
        await self.asking.ask_alone(pressed(data, by=by, chat_id=chat_id), self.chat)


def pressed(data: str, *, by: int = 1001, chat_id: int = -5) -> Incoming:
    return incoming(Pressed(data=data, message_id=1), speaker_id=by, chat_id=chat_id)


@pytest.fixture
def room(stores: Stores) -> Room:
    return Room(stores)


def labels(message: Message) -> list[str]:
    return [button.text for row in message.buttons for button in row]


async def test_a_follow_up_tells_how_it_was_understood_and_can_be_taken_back(room: Room) -> None:
    first = await room.says(TARGET)
    assert "查找" not in first.html
    assert "不是这个意思" not in labels(first)
    second = await room.says("合并糖尿病呢？")
    assert second.html.startswith(f"<i>（按“{UNDERSTOOD}”查找）</i>")
    assert "不是这个意思" in labels(second)
    await room.presses("alone:2")
    assert room.answers.looked_up == [TARGET, UNDERSTOOD, "合并糖尿病呢？"]
    assert "查找" not in room.chat.sent[-1].html


async def test_follow_ups_chain(room: Room) -> None:
    for text in (TARGET, "合并糖尿病呢？", "孕妇呢？"):
        await room.says(text)
    assert room.answers.looked_up[-1] == "孕妇高血压患者的降压目标，合并糖尿病"


async def test_a_change_of_topic_is_noticed(room: Room) -> None:
    await room.says(TARGET)
    await room.says("那哮喘的首选药物是什么？")
    assert room.answers.looked_up[-1] == "那哮喘的首选药物是什么？"
    await room.says("孕妇可以用吗")
    assert "哮喘" in room.answers.looked_up[-1]
    assert "高血压" not in room.answers.looked_up[-1]


async def test_after_an_hour_a_question_stands_alone(room: Room) -> None:
    await room.says(TARGET)
    room.now += timedelta(minutes=61)
    await room.says("合并糖尿病呢？")
    assert room.answers.looked_up[-1] == "合并糖尿病呢？"


async def test_a_reply_picks_the_thread_whatever_came_between(room: Room) -> None:
    await room.says(TARGET)
    await room.says("哮喘的首选药物是什么？")
    await room.says("合并糖尿病呢？", reply_to=1)
    assert room.answers.looked_up[-1] == UNDERSTOOD
    room.now += timedelta(hours=5)
    await room.says("合并糖尿病呢？", reply_to=1001)
    assert room.answers.looked_up[-1] == UNDERSTOOD, "their own question serves as well as its answer"


async def test_a_complete_question_stands_alone_even_as_a_reply(room: Room) -> None:
    await room.says(TARGET)
    await room.says("哮喘的首选药物是什么？", reply_to=1)
    assert room.answers.looked_up[-1] == "哮喘的首选药物是什么？"


async def test_in_a_group_nobody_leans_on_what_somebody_else_asked(room: Room) -> None:
    secret = "艾滋病患者的高血压目标"
    await room.says(secret, by=2002)
    for reply_to in (None, 1, 1001):
        shown = await room.says("孕妇呢？", by=1001, reply_to=reply_to)
        assert room.answers.looked_up[-1] == "孕妇呢？"
        assert "艾滋病" not in shown.html


async def test_a_reply_to_somebody_elses_answer_is_not_read_with_ones_own_question(room: Room) -> None:
    await room.says(TARGET)
    await room.says("哮喘的首选药物是什么？", by=2002)
    await room.says("孕妇呢？", reply_to=2)
    assert room.answers.looked_up[-1] == "孕妇呢？"


async def test_only_the_asker_takes_it_back_and_only_once(room: Room) -> None:
    await room.says(TARGET)
    await room.says("合并糖尿病呢？")
    await room.presses("alone:2", by=2002)
    assert room.chat.notes == ["只有提问的人可以重新查找。"]
    assert len(room.chat.sent) == 2
    for _ in range(3):
        await room.presses("alone:2")
    assert len(room.chat.sent) == 3
    assert room.chat.notes[1:] == ["", *["已经按原话重新查找过，答案在下面。"] * 2]


@pytest.mark.parametrize(
    "data",
    [
        "alone:",
        "alone",
        "alone:x",
        "alone:²",
        "alone:-2",
        "alone:2:2",
        "alone:99",
        f"alone:{'9' * 50}",
        "alone:1",
    ],
)
async def test_hostile_data_is_answered_and_does_nothing(room: Room, data: str) -> None:
    """A question that stood alone (1) has nothing to be taken back either."""
    await room.says(TARGET)
    await room.says("合并糖尿病呢？")
    await room.presses(data)
    assert room.chat.notes == ["这个按钮已经失效。"]
    assert len(room.chat.sent) == 2


async def test_a_button_pressed_in_another_chat_does_nothing(room: Room) -> None:
    await room.says(TARGET)
    await room.says("合并糖尿病呢？")
    await room.presses("alone:2", chat_id=1001)
    assert room.chat.notes == ["这个按钮已经失效。"]


class BrokenChat(FakeChat):
    """The process is killed before the answer is out."""

    async def send(self, message: Message) -> int:
        raise ConnectionError


async def test_a_press_that_was_cut_off_is_answered_when_it_comes_again(room: Room) -> None:
    await room.says(TARGET)
    await room.says("合并糖尿病呢？")
    with pytest.raises(ConnectionError):
        await room.asking.ask_alone(pressed("alone:2"), BrokenChat())
    await room.presses("alone:2")
    assert len(room.chat.sent) == 3
    assert room.answers.looked_up[-2:] == ["合并糖尿病呢？"] * 2


async def test_a_follow_up_without_an_answer_can_be_taken_back_too(room: Room) -> None:
    await room.says(TARGET)
    shown = await room.says("那天气呢")
    assert labels(shown) == ["不是这个意思"]


class SlowAnswers(ReadingAnswers):
    async def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply:
        for _ in range(20):
            await asyncio.sleep(0)
        return await super().answer(question, earlier, replies=replies)


async def test_whoever_waits_long_is_told_what_is_done_and_then_answered(room: Room) -> None:
    asking = Asking(room.questions, SlowAnswers(), long_wait_s=0)
    await asking.ask(incoming(Said(text=TARGET)), room.chat)
    assert len(room.chat.sent) == 2
    assert "正在" in room.chat.sent[0].html
    assert "第 47 页" in room.chat.sent[1].html
    question = room.questions.get(1)
    assert question is not None
    assert question.message_id == 2, "the answer, not the line before it"


async def test_whoever_is_answered_at_once_reads_nothing_of_waiting(room: Room) -> None:
    await room.says(TARGET)
    assert len(room.chat.sent) == 1


async def test_the_line_and_the_button_are_in_the_speakers_language(room: Room) -> None:
    await room.says("metformin dose", language=Language.EN)
    shown = await room.says("and in CKD?", language=Language.EN)
    assert shown.html.startswith("<i>(looked up as “metformin dose, in CKD”)</i>")
    assert "Not what I meant" in labels(shown)
