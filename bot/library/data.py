"""What the library's buttons say: "lib:<action>:<argument>:…". Written and read here only, for anybody can forge it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.callback_data import number_of
from bot.conversation import CALLBACK_BYTES
from bot.library.shelf import Filter, Shown
from knowledge.domain import Sharing
from knowledge.specialties import specialty
from knowledge.store.library import Fact

#: The part before the first colon in the data of every button here.
CALLBACK = "lib"
#: Of the cards of earlier versions, which stay in chats for ever: "load:yes:12", by job.
OLD_CALLBACK = "load"
LANGUAGES = ("zh", "zh-TW", "en")
#: Two numbers and a filter fit a button so.
_MOST_DIGITS = 12
_SEEN = re.compile(r"[0-9a-f]{8}")


class Action(StrEnum):
    #: Of a draft's card.
    CARD = "card"
    APPROVE = "yes"
    DISCARD = "no"
    SAMPLE = "sample"
    OTHER = "other"
    ASSIGN = "as"
    #: Of a course list's card.
    COURSES = "courses"
    ADD_COURSES = "cyes"
    DISCARD_COURSES = "cno"
    #: Of any edition's facts.
    EDIT = "edit"
    ASK = "ask"
    CHOOSE = "pick"
    SET = "set"
    #: Of what is on the shelf.
    LIST = "list"
    FIND = "find"
    FILTER = "filter"
    SEARCH = "search"
    DOCUMENT = "doc"
    WITHDRAW = "stop"
    CONFIRM_WITHDRAW = "stop2"
    EXCHANGE = "back"
    CONFIRM_EXCHANGE = "back2"
    READ_AGAIN = "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    action: Action
    arguments: tuple[str, ...]


class Forged(Exception):  # not a fault of ours
    """No button of ours says this."""


def press_of(data: str) -> Press:
    """Reads "lib:yes:12:0a1b2c3d". Raises Forged."""
    prefix, _, rest = data.partition(":")
    action, *arguments = rest.split(":")
    if prefix != CALLBACK or action not in set(Action):
        raise Forged
    return Press(action=Action(action), arguments=tuple(arguments))


def old_job(text: str) -> int | None:
    """The job of a card of an earlier version."""
    match text.split(":"):
        case [prefix, "yes" | "no", job_id] if prefix == OLD_CALLBACK:
            return number_of(job_id, most_digits=_MOST_DIGITS)
    return None


def data_for(action: Action, *arguments: object) -> str:
    return ":".join((CALLBACK, action, *map(str, arguments)))


def number(press: Press, place: int = 0) -> int:
    """Raises Forged."""
    found = number_of(_at(press, place), most_digits=_MOST_DIGITS)
    if found is None:
        raise Forged
    return found


def seen(press: Press) -> str:
    """What a card showed, as its button carries it. Raises Forged."""
    text = _at(press, 1)
    if not _SEEN.fullmatch(text):
        raise Forged
    return text


def seen_if_any(press: Press) -> str:
    """As `seen`; empty from a button of an earlier version, which carried none. Raises Forged."""
    return seen(press) if len(press.arguments) > 1 else ""


def fact(press: Press) -> Fact:
    text = _at(press, 1)
    if text not in set(Fact):
        raise Forged
    return Fact(text)


def value_of(press: Press, wanted: Fact) -> str:
    """A choice among those that a button offers; of specialties with its sign, "+cardiology". Raises Forged."""
    text = _at(press, 2)
    known = {Fact.LANGUAGE: text in LANGUAGES, Fact.SHARING: text in set(Sharing)}
    if wanted is Fact.SPECIALTIES:
        # What a document's loader called it may be none of ours; it can be taken away all the same.
        known[wanted] = text[:1] == "-" or (text[:1] == "+" and specialty(text[1:]) is not None)
    if not known.get(wanted, False):
        raise Forged
    return text


def filter_of(press: Press, first: int) -> Filter:
    """Raises Forged."""
    shown, language, name = (_at(press, place) for place in range(first, first + 3))
    if shown not in set(Shown) or language not in ("", *LANGUAGES) or (name and specialty(name) is None):
        raise Forged
    return Filter(shown=Shown(shown), language=language, specialty=name)


def filter_parts(wanted: Filter) -> tuple[str, str, str]:
    return wanted.shown.value, wanted.language, wanted.specialty


def find_data(page: int, query: str) -> str:
    """As much of the query as a button holds: 15 Chinese characters, of which fewer would do."""
    start = data_for(Action.FIND, page, "")
    kept = query.replace(":", " ").encode()[: CALLBACK_BYTES - len(start.encode())]
    return start + kept.decode(errors="ignore").strip()


def text_of(press: Press, place: int) -> str:
    return _at(press, place)


def _at(press: Press, place: int) -> str:
    arguments: Sequence[str] = press.arguments
    if place >= len(arguments):
        raise Forged
    return arguments[place]
