"""What a note says."""

from __future__ import annotations

from collections.abc import Sequence

from bot.asking.citation import shortened
from bot.conversation import Button, Message
from bot.day import day
from bot.html import Line, Section, line, page
from bot.texts import Texts
from knowledge.store.notes import Due, EditionGone, GapsClosed, Named, NotedQuestion, NowAnswered

#: The part before the first colon in the data of every button here.
CALLBACK = "note"

#: About two lines on a phone.
_LONGEST = 60
_LONGEST_TITLE = 100
#: Of what somebody was answered from one edition, so many questions are listed, the newest.
_MOST = 5


def note(due: Due, words: Texts) -> Message:
    match due.about:
        case NowAnswered(question=question, was_disliked=was_disliked):
            return _answered(question, "notes.says_more" if was_disliked else "notes.answered", words)
        case EditionGone():
            return _gone(due.about, words)
        case GapsClosed(gaps=gaps, told=0):
            # Who asked has found it already, by asking again.
            return Message(html=page([line(words.get("notes.closed_untold", gaps=gaps))]))
        case GapsClosed(gaps=gaps, told=told):
            return Message(html=page([line(words.get("notes.closed", gaps=gaps, told=told))]))


def turned_off(words: Texts) -> Message:
    back = Button(text=words.get("notes.button.on"), data=f"{CALLBACK}:on")
    return Message(html=page([line(words.get("notes.off"))]), buttons=((back,),))


def turned_on(words: Texts) -> Message:
    return Message(html=page([line(words.get("notes.on"))]))


def _answered(question: NotedQuestion, key: str, words: Texts) -> Message:
    said = words.get(key, day=day(question.asked_at, words), question=_short(question))
    look = Button(text=words.get("notes.button.look"), data=f"{CALLBACK}:again:{question.note_id}")
    return Message(html=page([line(said)]), buttons=((look,), (_off(words),)))


def _gone(gone: EditionGone, words: Texts) -> Message:
    kind = _kind(gone)
    editions = {"old": _title(gone.edition, words)}
    if gone.successor is not None:
        editions["new"] = _title(gone.successor, words)
    asked_of = _each_once(gone.questions)
    listed = asked_of[:_MOST]
    if len(asked_of) == 1:
        first = listed[0]
        asked = {"day": day(first.asked_at, words), "question": _short(first)}
        said: list[Line | Section] = [line(words.get(f"notes.{kind}", **asked, **editions))]
    else:
        said = [line(words.get(f"notes.{kind}_many", count=len(asked_of), **editions))]
        said += [line(f"{number}. {_short(question)}") for number, question in enumerate(listed, start=1)]
    return Message(html=page(said), buttons=(*_again(listed, kind, words), (_off(words),)))


def _kind(gone: EditionGone) -> str:
    if gone.successor is None:
        return "withdrawn"
    is_older = (gone.successor.year or 0) < (gone.edition.year or 0)
    return "reverted" if is_older else "replaced"


def _again(listed: Sequence[NotedQuestion], kind: str, words: Texts) -> tuple[tuple[Button, ...], ...]:
    """One button with words, or one a question with its number."""
    if len(listed) == 1:
        label = words.get(f"notes.button.again_{kind}")
        return ((Button(text=label, data=f"{CALLBACK}:again:{listed[0].note_id}"),),)
    return (
        tuple(
            Button(
                text=words.get("notes.button.again_number", number=number),
                data=f"{CALLBACK}:again:{question.note_id}",
            )
            for number, question in enumerate(listed, start=1)
        ),
    )


def _each_once(questions: Sequence[NotedQuestion]) -> list[NotedQuestion]:
    """What was asked twice in the same words is listed once."""
    return list({question.text: question for question in reversed(questions)}.values())[::-1]


def _off(words: Texts) -> Button:
    return Button(text=words.get("notes.button.off"), data=f"{CALLBACK}:off")


def _short(question: NotedQuestion) -> str:
    return shortened(question.text, _LONGEST)


def _title(edition: Named, words: Texts) -> str:
    shown = words.get("citation.title", title=shortened(edition.title, _LONGEST_TITLE))
    if edition.year is None or str(edition.year) in edition.title:
        return shown
    return shown + words.get("citation.year", year=edition.year)
