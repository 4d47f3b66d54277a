"""Questions as doctors leave them: asked, answered from an edition or in vain, rated."""

from __future__ import annotations

from knowledge.domain import Answer, Language, NoEvidence, Quotation, Rating, Reply
from knowledge.store import Stores
from knowledge.store.questions import Question


def meet(stores: Stores, *telegram_ids: int) -> None:
    for telegram_id in telegram_ids:
        stores.people.meet(telegram_id, "医生", Language.ZH)


def asked(stores: Stores, text: str, reply: Reply, *, by: int = 1001, chat_id: int | None = None) -> Question:
    """A question that was answered so; whoever asks is known from then on."""
    meet(stores, by)
    question = stores.questions.ask(text=text, asked_by=by, chat_id=chat_id or by, update_id=None)
    stores.questions.answered(question.id, reply, took_ms=1.0, message_id=question.id)
    return question


def in_vain(
    stores: Stores, text: str = "甲病怎么治？", *, by: int = 1001, chat_id: int | None = None
) -> Question:
    return asked(stores, text, NoEvidence(question=text, documents_searched=3), by=by, chat_id=chat_id)


def answered_from(stores: Stores, edition_id: int, text: str = "血压目标？", *, by: int = 1001) -> Question:
    return asked(stores, text, quoting(stores, edition_id, text), by=by)


def disliked(stores: Stores, edition_id: int, text: str = "血压目标？", *, by: int = 1001) -> Question:
    question = answered_from(stores, edition_id, text, by=by)
    assert stores.questions.rate(question.id, by, Rating.DOWN)
    return question


def quoting(stores: Stores, edition_id: int, question: str = "血压目标？") -> Answer:
    """An answer with all passages of an edition."""
    passages = stores.passages.of_edition(edition_id)
    quotations = tuple(Quotation(passage=passage, score=1.0, highlights=()) for passage in passages)
    return Answer(question=question, quotations=quotations, courses=())
