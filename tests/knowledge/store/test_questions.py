"""What was asked, what it was answered with, and how that was rated."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from knowledge.domain import (
    Answer,
    NoEvidence,
    Outcome,
    OutOfScope,
    Quotation,
    Rating,
    RefusalReason,
    Refused,
    Reply,
)
from knowledge.store import Stores
from knowledge.store.questions import Question, QuestionStore, questions
from tests.knowledge.editions import edition, publish


def ask(stores: Stores, update_id: int | None = 5, text: str = "血压目标？") -> Question:
    return stores.questions.ask(text=text, asked_by=1, chat_id=2, update_id=update_id)


def test_a_question_is_there_before_its_answer(stores: Stores) -> None:
    question = ask(stores)
    assert stores.questions.get(question.id) == question
    assert (question.text, question.asked_by, question.chat_id) == ("血压目标？", 1, 2)
    assert question.outcome is None
    assert question.message_id is None


def test_the_same_update_is_the_same_question(stores: Stores) -> None:
    first = ask(stores)
    assert ask(stores, text="改了") == first
    assert ask(stores, update_id=6).id != first.id


def test_questions_without_an_update_are_each_their_own(stores: Stores) -> None:
    assert ask(stores, update_id=None).id != ask(stores, update_id=None).id


def test_an_answer_is_stored_with_what_it_cited_as_it_was_cited(stores: Stores) -> None:
    """A later change of the edition does not change what the doctor was shown."""
    made = publish(stores, edition("高血压指南", ("血压<140/90。",)))
    (passage,) = stores.passages.of_edition(made.edition.id)
    question = ask(stores)
    reply = Answer(
        question="问", quotations=(Quotation(passage=passage, score=0.9, highlights=()),), courses=()
    )
    stores.questions.answered(question.id, reply, took_ms=12.5, message_id=77)
    stores.library.withdraw(made.edition.id)
    with stores.database.read() as connection:
        row = connection.execute(select(questions)).one()
    (cited,) = json.loads(row.cited)
    assert (cited["passage"], cited["edition"]) == (passage.id, made.edition.id)
    assert (cited["title"], cited["year"], cited["page_first"]) == ("高血压指南", 2024, 1)
    assert row.took_ms == 12.5
    found = stores.questions.get(question.id)
    assert found is not None
    assert (found.outcome, found.message_id) == (Outcome.ANSWERED, 77)


def test_the_lack_of_an_answer_is_stored_too(stores: Stores) -> None:
    replies: dict[Outcome, Reply] = {
        Outcome.NO_EVIDENCE: NoEvidence(question="问", documents_searched=0),
        Outcome.REFUSED: Refused(question="", reason=RefusalReason.EMPTY),
    }
    for outcome, reply in replies.items():
        question = ask(stores, update_id=None)
        stores.questions.answered(question.id, reply, took_ms=1, message_id=None)
        found = stores.questions.get(question.id)
        assert found is not None
        assert found.outcome is outcome


def test_only_the_asker_rates_and_may_change_their_mind(stores: Stores) -> None:
    question = ask(stores)
    assert stores.questions.rate(question.id, 1, Rating.UP)
    assert stores.questions.rate(question.id, 1, Rating.DOWN)
    assert not stores.questions.rate(question.id, 99, Rating.UP)
    assert not stores.questions.rate(12345, 1, Rating.UP)
    found = stores.questions.get(question.id)
    assert found is not None
    assert found.rating is Rating.DOWN


def test_there_is_no_question_that_was_not_asked(stores: Stores) -> None:
    assert stores.questions.get(1) is None


# -------------------------------------------------------------------------------------------- follow-ups

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def asked(stores: Stores, clock: Clock) -> QuestionStore:
    return QuestionStore(stores.database, clock=clock)


def put(
    store: QuestionStore, text: str, *, by: int = 1, chat: int = 2, said_in: int | None = None
) -> Question:
    return store.ask(text=text, asked_by=by, chat_id=chat, update_id=None, said_in=said_in)


def answer_it(
    store: QuestionStore, question: Question, *, message_id: int = 70, context: str | None = None, to: int = 0
) -> None:
    reply = NoEvidence(question=question.text, documents_searched=1, context=context)
    store.answered(question.id, reply, took_ms=1, message_id=message_id, context_id=to or None)


def test_the_newest_answered_question_of_the_same_person_and_chat_is_the_one_before(
    asked: QuestionStore,
) -> None:
    for text in ("高血压目标", "糖尿病目标"):
        answer_it(asked, put(asked, text))
    for by, chat in ((9, 2), (1, 8)):
        answer_it(asked, put(asked, "别人的", by=by, chat=chat))
    found = asked.before(put(asked, "孕妇呢"))
    assert found is not None
    assert found.text == "糖尿病目标"


@pytest.mark.parametrize("minutes,leans", [(59, True), (60, True), (61, False)])
def test_the_question_before_counts_for_an_hour(
    asked: QuestionStore, clock: Clock, minutes: int, leans: bool
) -> None:
    answer_it(asked, put(asked, "高血压目标"))
    clock.now = START + timedelta(minutes=minutes)
    assert (asked.before(put(asked, "孕妇呢")) is not None) is leans


def test_what_was_refused_not_medical_or_never_answered_is_passed_over(asked: QuestionStore) -> None:
    answer_it(asked, put(asked, "高血压目标"))
    replies: tuple[Reply, ...] = (
        Refused(question="", reason=RefusalReason.EMPTY),
        OutOfScope(question="晚饭"),
    )
    for reply in replies:
        asked.answered(put(asked, "晚饭").id, reply, took_ms=1, message_id=5)
    put(asked, "没有答完")
    found = asked.before(put(asked, "孕妇呢"))
    assert found is not None
    assert found.text == "高血压目标"


def test_what_a_follow_up_was_understood_as_is_kept_with_what_it_leaned_on(asked: QuestionStore) -> None:
    first = put(asked, "高血压目标")
    answer_it(asked, first)
    second = put(asked, "孕妇呢")
    answer_it(asked, second, context="孕妇高血压目标", to=first.id)
    found = asked.before(put(asked, "剂量"))
    assert found is not None
    assert (found.text, found.understood, found.context_id) == ("孕妇呢", "孕妇高血压目标", first.id)
    assert found.meaning == "孕妇高血压目标"


def test_a_question_that_stood_alone_leaned_on_nothing(asked: QuestionStore) -> None:
    answer_it(asked, put(asked, "高血压目标"))
    second = put(asked, "二甲双胍的剂量")
    answer_it(asked, second, context=None, to=1)
    found = asked.get(second.id)
    assert found is not None
    assert (found.understood, found.context_id, found.meaning) == (None, None, "二甲双胍的剂量")


@pytest.mark.parametrize("message_id", [41, 71], ids=["their own question", "its answer"])
def test_a_reply_picks_its_question_for_a_day(asked: QuestionStore, clock: Clock, message_id: int) -> None:
    answer_it(asked, put(asked, "高血压目标", said_in=41), message_id=71)
    answer_it(asked, put(asked, "糖尿病目标", said_in=42), message_id=72)
    clock.now = START + timedelta(hours=23)
    found = asked.replied_to(put(asked, "孕妇呢"), message_id)
    assert found is not None
    assert found.text == "高血压目标"
    clock.now = START + timedelta(hours=25)
    assert asked.replied_to(put(asked, "孕妇呢"), message_id) is None


def test_a_reply_to_what_somebody_else_asked_picks_nothing(asked: QuestionStore) -> None:
    answer_it(asked, put(asked, "别人的病情", by=9, said_in=41), message_id=71)
    answer_it(asked, put(asked, "另一个群", chat=8, said_in=43), message_id=73)
    mine = put(asked, "孕妇呢")
    assert [asked.replied_to(mine, id_) for id_ in (41, 71, 43, 73, 12345)] == [None] * 5


def test_asking_alone_is_one_question_however_often(asked: QuestionStore) -> None:
    first = put(asked, "高血压目标")
    answer_it(asked, first)
    second = put(asked, "孕妇呢", said_in=44)
    answer_it(asked, second, context="孕妇高血压目标", to=first.id)
    alone = asked.ask_alone(second.id)
    assert (alone.text, alone.asked_by, alone.chat_id, alone.message_id) == ("孕妇呢", 1, 2, None)
    assert alone.id not in {first.id, second.id}
    answer_it(asked, alone, message_id=75)
    assert asked.ask_alone(second.id).id == alone.id
    assert asked.ask_alone(second.id).message_id == 75
    with pytest.raises(ValueError, match="12345"):
        asked.ask_alone(12345)


def test_the_next_question_leans_on_the_one_that_was_asked_alone(asked: QuestionStore) -> None:
    first = put(asked, "高血压目标")
    answer_it(asked, first)
    second = put(asked, "孕妇用什么药")
    answer_it(asked, second, context="高血压，孕妇用什么药", to=first.id)
    answer_it(asked, asked.ask_alone(second.id))
    found = asked.before(put(asked, "剂量"))
    assert found is not None
    assert found.meaning == "孕妇用什么药"
