"""A question is stored before it is answered, answered once, and rated by whoever asked it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.asking.handlers import Asking
from bot.conversation import Incoming, Pressed, Said
from bot.people.choices import SetRecommendations
from bot.people.reception import Reception
from bot.people.roles import Roles
from bot.people.settings import apply
from bot.testing import FakeChat, incoming
from knowledge.domain import Language, NoEvidence, Outcome, Rating, Related, Reply
from knowledge.store import Stores
from tests.bot.asking.cases import answer, course


class FixedAnswers:
    """Fulfils Answers with one reply, and keeps what was asked."""

    def __init__(self, reply: Reply | None = None) -> None:
        self.reply = reply or answer()
        self.asked: list[str] = []

    async def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply:
        self.asked.append(question)
        return self.reply


def said(text: str, update_id: int | None = 7) -> Incoming:
    return incoming(Said(text=text), update_id=update_id)


def pressed(data: str, speaker_id: int = 1001) -> Incoming:
    return incoming(Pressed(data=data, message_id=1), speaker_id=speaker_id)


async def test_a_question_is_answered_and_its_outcome_stored(stores: Stores) -> None:
    chat = FakeChat()
    await Asking(stores.questions, FixedAnswers()).ask(said("老年降压目标"), chat)
    assert "第 47 页" in chat.sent[0].html
    question = stores.questions.get(1)
    assert question is not None
    assert (question.text, question.outcome, question.message_id) == ("老年降压目标", Outcome.ANSWERED, 1)


async def test_an_update_that_comes_again_after_its_answer_is_not_answered_again(stores: Stores) -> None:
    chat, answers = FakeChat(), FixedAnswers()
    asking = Asking(stores.questions, answers)
    await asking.ask(said("老年降压目标"), chat)
    await asking.ask(said("老年降压目标"), chat)
    assert len(chat.sent) == 1
    assert len(answers.asked) == 1


async def test_a_question_that_was_cut_off_before_its_answer_is_answered(stores: Stores) -> None:
    stores.questions.ask(text="老年降压目标", asked_by=1001, chat_id=1001, update_id=7)
    chat = FakeChat()
    await Asking(stores.questions, FixedAnswers()).ask(said("老年降压目标"), chat)
    assert len(chat.sent) == 1
    assert stores.questions.get(2) is None


async def test_identifiers_reach_neither_the_store_nor_the_answerer(stores: Stores) -> None:
    chat, answers = FakeChat(), FixedAnswers()
    await Asking(stores.questions, answers).ask(said("患者 13812345678 的降压目标"), chat)
    question = stores.questions.get(1)
    assert question is not None
    assert "138" not in question.text
    assert "138" not in answers.asked[0]
    assert "患者信息" in chat.sent[0].html


async def test_a_stored_question_has_500_characters_at_most(stores: Stores) -> None:
    await Asking(stores.questions, FixedAnswers()).ask(said("长" * 4000), FakeChat())
    question = stores.questions.get(1)
    assert question is not None
    assert len(question.text) == 500


@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize("tone", ["answer", "related"])
async def test_courses_are_offered_to_who_wants_them_only(stores: Stores, tone: str, *, wanted: bool) -> None:
    """As it stands when they ask: switched off in the settings, the next answer has none."""
    found = answer(courses=(course(),))
    related = Related(question=found.question, quotations=found.quotations, missing=(), courses=found.courses)
    stores.people.meet(1001, "王医生", Language.ZH)
    await asyncio.to_thread(apply, stores.people, 1001, SetRecommendations(wanted=wanted))
    speaker = await Reception(stores.people, Roles()).meet(1001, "王医生", "zh")
    chat = FakeChat()
    asking = Asking(stores.questions, FixedAnswers(found if tone == "answer" else related))
    await asking.ask(replace(said("老年降压目标"), speaker=speaker), chat)
    urls = [button.url for row in chat.sent[0].buttons for button in row if button.url]
    assert urls == (["https://example.org/course"] if wanted else [])
    assert "第 47 页" in chat.sent[0].html


async def test_no_evidence_is_an_outcome_too(stores: Stores) -> None:
    reply = NoEvidence(question="x", documents_searched=3)
    await Asking(stores.questions, FixedAnswers(reply)).ask(said("天气"), FakeChat())
    question = stores.questions.get(1)
    assert question is not None
    assert question.outcome is Outcome.NO_EVIDENCE


async def test_the_asker_rates_and_changes_their_mind(stores: Stores) -> None:
    chat = FakeChat()
    asking = Asking(stores.questions, FixedAnswers())
    await asking.ask(said("老年降压目标"), chat)
    for data, rating in (("rate:1:up", Rating.UP), ("rate:1:down", Rating.DOWN)):
        await asking.rate(pressed(data), chat)
        question = stores.questions.get(1)
        assert question is not None
        assert question.rating is rating
    assert ["👍" in chat.notes[0], "👎" in chat.notes[1]] == [True, True]


async def test_nobody_else_rates(stores: Stores) -> None:
    chat = FakeChat()
    asking = Asking(stores.questions, FixedAnswers())
    await asking.ask(said("老年降压目标"), chat)
    await asking.rate(pressed("rate:1:up", speaker_id=2002), chat)
    question = stores.questions.get(1)
    assert question is not None
    assert question.rating is None
    assert chat.notes == ["只有提问的人可以评价。"]


@pytest.mark.parametrize(
    "data",
    ["rate:", "rate:x:up", "rate:1:sideways", "rate:1", "rate:²:up", "rate:1:up:2", f"rate:{'9' * 40}:up"],
)
async def test_a_button_that_says_nothing_known_is_answered(stores: Stores, data: str) -> None:
    chat = FakeChat()
    await Asking(stores.questions, FixedAnswers()).rate(pressed(data), chat)
    assert chat.notes == ["这个按钮已经失效。"]


async def test_the_reply_is_in_the_speakers_language(stores: Stores) -> None:
    chat = FakeChat()
    asked = incoming(Said(text="老年降压目标"), language=Language.EN)
    await Asking(stores.questions, FixedAnswers()).ask(asked, chat)
    assert "p. 47" in chat.sent[0].html
