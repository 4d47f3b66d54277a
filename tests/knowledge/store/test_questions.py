"""What was asked, what it was answered with, and how that was rated."""

from __future__ import annotations

import json

from sqlalchemy import select

from knowledge.domain import Answer, NoEvidence, Outcome, Quotation, Rating, RefusalReason, Refused, Reply
from knowledge.store import Stores
from knowledge.store.questions import Question, questions
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
