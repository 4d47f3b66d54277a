"""What is shown for a reply."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from bot.asking.citation import citation_line, shortened
from bot.asking.courses import course_buttons
from bot.asking.excerpt import excerpt, glimpse
from bot.asking.places import place_buttons
from bot.conversation import Button, Message
from bot.html import Block, Quote, Section, italic, line, page
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

#: About two lines on a phone.
_LONGEST_CONTEXT = 80
_LONGEST_WORD = 30
_MOST_MISSING = 3
#: What is no answer takes less room than one.
_MOST_RELATED = 2


def reply(
    found: Reply,
    language: Language,
    *,
    question_id: int,
    today: date,
    was_masked: bool = False,
    will_tell: bool | None = None,
) -> Message:
    """The reply with its notices and buttons.

    will_tell: whether the asker will hear of it when there is an answer; None where nobody was told of the question.
    """
    words = texts(language)
    notices = _notices(found, words, was_masked=was_masked)
    blocks = (*notices, *_blocks(found, words, today), *_passed_on(words, will_tell=will_tell))
    buttons = list(_buttons(found, words, question_id))
    if will_tell:
        buttons.append((Button(text=words.get("gaps.button.untell"), data=f"untell:{question_id}"),))
    return Message(html=page(blocks), buttons=tuple(buttons))


def waiting(language: Language) -> Message:
    return Message(html=page([line(texts(language).get("ask.waiting"))]))


def noted(rating: Rating, language: Language) -> str:
    return texts(language).get(_RATINGS[rating])


def not_yours(language: Language) -> str:
    return texts(language).get("rate.not_yours")


def gone(language: Language) -> str:
    return texts(language).get("button.gone")


def not_yours_to_ask(language: Language) -> str:
    return texts(language).get("ask.not_yours")


def asked_alone(language: Language) -> str:
    return texts(language).get("ask.asked_alone")


def _notices(found: Reply, words: Texts, *, was_masked: bool) -> Iterator[Block]:
    if was_masked:
        yield Section(blocks=(line(italic(words.get("ask.masked"))),))
    if (context := _context(found)) is not None:
        yield line(italic(words.get("ask.understood", question=shortened(context, _LONGEST_CONTEXT))))


def _passed_on(words: Texts, *, will_tell: bool | None) -> Iterator[Block]:
    if will_tell is not None:
        key = "gaps.passed_on_told" if will_tell else "gaps.passed_on"
        yield Section(blocks=(line(words.get(key)),))


def _blocks(found: Reply, words: Texts, today: date) -> tuple[Block, ...]:
    """The three tones have a text each: what answers, what is close and does not, and nothing at all."""
    match found:
        case Answer():
            return _quoted(found, words, today, excerpt)
        case Related():
            return (line(_nothing_answers(found, words)), *_quoted(found, words, today, glimpse))
        case NoEvidence():
            return _no_evidence(found, words)
        case OutOfScope():
            return (line(words.get("ask.out_of_scope")),)
        case Refused(reason=reason):
            return (line(words.get(_REFUSALS[reason], limit=QUESTION_MAX_CHARACTERS)),)


def _context(found: Reply) -> str | None:
    return found.context if isinstance(found, Answer | Related | NoEvidence) else None


def _nothing_answers(related: Related, words: Texts) -> str:
    """What is missing is named where that is known."""
    if not related.missing:
        return words.get("ask.related")
    named = (
        words.get("ask.named", word=shortened(word, _LONGEST_WORD))
        for word in related.missing[:_MOST_MISSING]
    )
    return words.get("ask.related_missing", missing=words.get("ask.between").join(named))


def _quoted(
    found: Answer | Related, words: Texts, today: date, shown: Callable[[Quotation], tuple[Quote, ...]]
) -> tuple[Block, ...]:
    quotations = _shown_of(found)
    publishers = {quotation.passage.citation.publisher for quotation in quotations} - {None, ""}
    chinese = is_chinese(found.question)
    sections: list[Block] = []
    for quotation in quotations:
        cited = citation_line(
            quotation.passage,
            words,
            today=today,
            question_is_chinese=chinese,
            names_publisher=len(publishers) > 1,
        )
        sections.append(Section(blocks=(*shown(quotation), line(cited))))
    return tuple(sections)


def _shown_of(found: Answer | Related) -> tuple[Quotation, ...]:
    return found.quotations if isinstance(found, Answer) else found.quotations[:_MOST_RELATED]


def _buttons(found: Reply, words: Texts, question_id: int) -> Iterator[tuple[Button, ...]]:
    """The places, courses, the way back from a wrong reading, and the two hands under what quotes something."""
    if isinstance(found, Answer | Related):
        yield from place_buttons([quotation.passage for quotation in _shown_of(found)], words)
        yield from course_buttons(found.courses, words)
    if _context(found) is not None:
        yield (Button(text=words.get("ask.alone"), data=f"alone:{question_id}"),)
    if isinstance(found, Answer | Related):
        yield tuple(
            Button(text=hand, data=f"rate:{question_id}:{value.value}") for value, hand in _HANDS.items()
        )


def _no_evidence(nothing: NoEvidence, words: Texts) -> tuple[Block, ...]:
    if nothing.documents_searched == 0:
        return (line(words.get("ask.library_empty")),)
    return (
        line(words.get("ask.no_evidence", count=nothing.documents_searched)),
        line(words.get("ask.no_evidence_next")),
    )
