"""Correcting what is said of an edition: chosen with a tap, or typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.conversation import Message
from bot.html import line
from bot.library import data, facts_view
from bot.library.data import Action, Forged
from bot.library.facts_view import NOTHING, TYPED
from bot.library.standing import Overtaken, correct, with_specialty
from bot.library.turns import Deed, Outcome, Turn
from bot.library.view import message
from bot.texts import Texts
from knowledge.domain import Sharing
from knowledge.errors import NotFound
from knowledge.store import Stores
from knowledge.store.library import EditionRecord, Fact, FactValue
from knowledge.text import safe_text

_LONGEST = {Fact.TITLE: 200, Fact.PUBLISHER: 100}
_FIRST_YEAR = 1950


class Unfit(Exception):  # not a fault of ours
    """The text is no value for this fact."""


class Editing:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def deeds(self) -> Mapping[Action, Deed]:
        return {
            Action.EDIT: self.show,
            Action.ASK: self.ask,
            Action.CHOOSE: self.choose,
            Action.SET: self.set,
        }

    def show(self, turn: Turn) -> Outcome:
        return self._about(turn, lambda edition: facts_view.menu(edition, turn.words))

    def choose(self, turn: Turn) -> Outcome:
        fact = data.fact(turn.press)
        if fact in TYPED:
            raise Forged
        page = data.number(turn.press, 2) if len(turn.press.arguments) > 2 else 0
        return self._about(turn, lambda edition: facts_view.choices(edition, fact, turn.words, page=page))

    def ask(self, turn: Turn) -> Outcome:
        """What is typed next answers it."""
        edition_id, asked = data.number(turn.press), data.text_of(turn.press, 1)
        state = {"edition": edition_id, "asks": asked, "message": turn.message_id}
        if asked == "document":
            return Outcome(message=facts_view.ask_document(edition_id, turn.words), asks=state)
        fact = data.fact(turn.press)
        if fact not in TYPED:
            raise Forged
        about = self._about(turn, lambda edition: facts_view.ask(edition, fact, turn.words))
        return Outcome(message=about.message, note=about.note, asks=state)

    def set(self, turn: Turn) -> Outcome:
        edition_id, fact = data.number(turn.press), data.fact(turn.press)
        chosen = data.value_of(turn.press, fact)
        if fact is Fact.SPECIALTIES:
            wanted = chosen.startswith("+")
            result = with_specialty(self._stores, edition_id, chosen[1:], wanted=wanted, who=turn.who)
        else:
            value = Sharing(chosen) if fact is Fact.SHARING else chosen
            result = correct(self._stores, edition_id, fact, value, who=turn.who)
        if isinstance(result, Overtaken):
            return _gone(turn.words)
        if fact is Fact.SPECIALTIES:
            return Outcome(message=facts_view.choices(result, fact, turn.words, around=chosen[1:]))
        return Outcome(message=facts_view.menu(result, turn.words))

    def take(self, edition_id: int, fact: Fact, text: str, *, who: str, words: Texts) -> tuple[Message, bool]:
        """What was typed: the facts as they are now and True, or the question again with what was wrong."""
        try:
            edition = self._stores.library.edition(edition_id)
        except NotFound:
            return message(line(words.get("library.nothing_to_decide"))), True
        try:
            value = typed(fact, text)
        except Unfit:
            note = words.get(f"library.unfit.{fact.value}")
            return facts_view.ask(edition, fact, words, note=note), False
        result = correct(self._stores, edition_id, fact, value, who=who)
        if isinstance(result, Overtaken):
            return message(line(words.get("library.nothing_to_decide"))), True
        return facts_view.menu(result, words, note=words.get("library.edit.done")), True

    def _about(self, turn: Turn, view: Any) -> Outcome:
        try:
            edition: EditionRecord = self._stores.library.edition(data.number(turn.press))
        except NotFound:
            return _gone(turn.words)
        return Outcome(message=view(edition))


def _gone(words: Texts) -> Outcome:
    return Outcome(message=message(line(words.get("library.nothing_to_decide"))))


def typed(fact: Fact, text: str) -> FactValue:
    """The value that a typed text means. Raises Unfit."""
    plain = " ".join(safe_text(text).split())
    if plain == NOTHING and fact is not Fact.TITLE:
        return None
    if fact is Fact.YEAR:
        return _year(plain)
    bare = plain.removeprefix("《").removesuffix("》") if plain.count("《") == 1 else plain
    if not any(map(str.isalnum, bare)) or len(bare) > _LONGEST[fact]:
        raise Unfit
    return bare


def _year(text: str) -> int:
    digits = text.removesuffix("版").removesuffix("年")
    if not (digits.isascii() and digits.isdigit()):
        raise Unfit
    if not _FIRST_YEAR <= int(digits) <= datetime.now(UTC).year + 1:
        raise Unfit
    return int(digits)
