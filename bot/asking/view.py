"""What is shown for a reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.asking.citation import citation_line
from bot.asking.courses import course_buttons
from bot.asking.excerpt import excerpt
from bot.conversation import Button, Message
from bot.html import Block, Section, italic, line, page
from bot.texts import Texts, texts
from knowledge.domain import (
    QUESTION_MAX_CHARACTERS,
    Answer,
    Language,
    NoEvidence,
    OutOfScope,
    Quotation,
    Rating,
    RefusalReason,
    Refused,
    Related,
    Reply,
)
from knowledge.text import is_chinese

_REFUSALS = {
    RefusalReason.EMPTY: "ask.empty",
    RefusalReason.NO_WORDS: "ask.no_words",
    RefusalReason.TOO_LONG: "ask.too_long",
}
_RATINGS = {Rating.UP: "rate.up", Rating.DOWN: "rate.down"}
_HANDS = {Rating.UP: "👍", Rating.DOWN: "👎"}


def reply(
    found: Reply, language: Language, *, question_id: int, today: date, was_masked: bool = False
) -> Message:
    """The reply with its notices and buttons."""
    words = texts(language)
    notice = (Section(blocks=(line(italic(words.get("ask.masked"))),)),) if was_masked else ()
    match found:
        case Answer():
            blocks = _quoted(found.question, found.quotations, words, today)
            return Message(html=page((*notice, *blocks)), buttons=_answer_buttons(found, words, question_id))
        case Related():
            blocks = (
                line(words.get("ask.related")),
                *_quoted(found.question, found.quotations, words, today),
            )
            return Message(html=page((*notice, *blocks)), buttons=_answer_buttons(found, words, question_id))
        case NoEvidence():
            return Message(html=page((*notice, *_no_evidence(found, words))))
        case OutOfScope():
            return Message(html=page((*notice, line(words.get("ask.out_of_scope")))))
        case Refused(reason=reason):
            why = words.get(_REFUSALS[reason], limit=QUESTION_MAX_CHARACTERS)
            return Message(html=page((*notice, line(why))))


def noted(rating: Rating, language: Language) -> str:
    return texts(language).get(_RATINGS[rating])


def not_yours(language: Language) -> str:
    return texts(language).get("rate.not_yours")


def gone(language: Language) -> str:
    return texts(language).get("button.gone")


def _quoted(question: str, quotations: Sequence[Quotation], words: Texts, today: date) -> tuple[Block, ...]:
    passages = [quotation.passage for quotation in quotations]
    publishers = {passage.citation.publisher for passage in passages if passage.citation.publisher}
    chinese = is_chinese(question)
    sections: list[Block] = []
    for quotation in quotations:
        cited = citation_line(
            quotation.passage,
            words,
            today=today,
            question_is_chinese=chinese,
            names_publisher=len(publishers) > 1,
        )
        sections.append(Section(blocks=(*excerpt(quotation), line(cited))))
    return tuple(sections)


def _answer_buttons(
    answer: Answer | Related, words: Texts, question_id: int
) -> tuple[tuple[Button, ...], ...]:
    rating = tuple(
        Button(text=hand, data=f"rate:{question_id}:{value.value}") for value, hand in _HANDS.items()
    )
    return (*course_buttons(answer.courses, words), rating)


def _no_evidence(nothing: NoEvidence, words: Texts) -> tuple[Block, ...]:
    if nothing.documents_searched == 0:
        return (line(words.get("ask.library_empty")),)
    return (
        line(words.get("ask.no_evidence", count=nothing.documents_searched)),
        line(words.get("ask.no_evidence_next")),
    )
