"""An edition's facts, each a tap away from being corrected."""

from __future__ import annotations

from bot.conversation import Button, Message
from bot.html import Block, bold, line
from bot.library.data import LANGUAGES, Action, data_for
from bot.library.naming import language_name, specialty_names
from bot.library.shelf import specialty_id
from bot.library.view import button, message
from bot.texts import Texts
from knowledge.domain import EditionStatus, Sharing
from knowledge.specialties import SPECIALTIES
from knowledge.store.library import EditionRecord, Fact

#: Those that are typed; the others are chosen.
TYPED = (Fact.TITLE, Fact.YEAR, Fact.PUBLISHER)
#: Typed for "there is none".
NOTHING = "-"
_A_ROW = 3
_SPECIALTIES_A_PAGE = 15
#: In bytes: what a button's data has room for.
_LONGEST_ID = 30


def value(edition: EditionRecord, fact: Fact, words: Texts) -> str:
    """As people read it; what is unknown says so."""
    match fact:
        case Fact.TITLE:
            return edition.title
        case Fact.YEAR:
            return str(edition.year) if edition.year else words.get("library.unknown")
        case Fact.PUBLISHER:
            return edition.publisher or words.get("library.unknown")
        case Fact.LANGUAGE:
            return language_name(edition.language, words)
        case Fact.SPECIALTIES:
            return specialty_names(edition, words) or words.get("library.unknown")
        case Fact.SHARING:
            return words.get(f"library.sharing.{edition.sharing.value}")


def menu(edition: EditionRecord, words: Texts, *, note: str = "") -> Message:
    blocks: list[Block] = [line(note)] if note else []
    blocks.append(line(words.get("library.edit.ask")))
    blocks += (line(bold(_name(fact, words)), "  ", value(edition, fact, words)) for fact in Fact)
    if edition.status is not EditionStatus.DRAFT:
        blocks.append(line(words.get("library.edit.at_once")))
    buttons = [
        Button(
            text=_name(fact, words),
            data=data_for(Action.ASK if fact in TYPED else Action.CHOOSE, edition.id, fact),
        )
        for fact in Fact
    ]
    return message(*blocks, buttons=(buttons[:_A_ROW], buttons[_A_ROW:], [back(edition, words)]))


def back(edition: EditionRecord, words: Texts) -> Button:
    """To where its facts stand: a draft's card, or its document."""
    if edition.status is EditionStatus.DRAFT:
        return button("library.button.back", words, Action.CARD, edition.id)
    return button("library.button.back", words, Action.DOCUMENT, edition.document_id)


def ask(edition: EditionRecord, fact: Fact, words: Texts, *, note: str = "") -> Message:
    """Asks for a text. note: what was wrong with the last one."""
    blocks: list[Block] = [line(note)] if note else []
    now = line(words.get("library.edit.now", value=value(edition, fact, words)))
    keep = button("library.button.not_changed", words, Action.EDIT, edition.id)
    return message(*blocks, line(words.get(f"library.ask.{fact.value}")), now, buttons=([keep],))


def ask_document(edition_id: int, words: Texts) -> Message:
    keep = button("library.button.back", words, Action.OTHER, edition_id)
    return message(line(words.get("library.ask.document")), buttons=([keep],))


def choices(edition: EditionRecord, fact: Fact, words: Texts, *, page: int = 0, around: str = "") -> Message:
    """page: of many; or the one that has the specialty which was just chosen."""
    if around in (order := _order(edition)):
        page = order.index(around) // _SPECIALTIES_A_PAGE
    rows = {Fact.LANGUAGE: _languages, Fact.SHARING: _sharings}
    buttons = rows[fact](edition, words) if fact in rows else _specialties(edition, page, words)
    done = button("library.button.done", words, Action.EDIT, edition.id)
    now = line(words.get("library.edit.now", value=value(edition, fact, words)))
    return message(line(words.get(f"library.ask.{fact.value}")), now, buttons=(*buttons, [done]))


def _languages(edition: EditionRecord, words: Texts) -> list[list[Button]]:
    return [
        [
            _option(language_name(each, words), edition, Fact.LANGUAGE, each, edition.language == each)
            for each in LANGUAGES
        ]
    ]


def _sharings(edition: EditionRecord, words: Texts) -> list[list[Button]]:
    return [
        [
            _option(
                words.get(f"library.sharing.{each.value}"),
                edition,
                Fact.SHARING,
                each.value,
                edition.sharing is each,
            )
        ]
        for each in Sharing
    ]


def _specialties(edition: EditionRecord, page: int, words: Texts) -> list[list[Button]]:
    """In an order that stays while they are tapped: what its loader called otherwise, then the most usual first."""
    held = {specialty_id(name) for name in edition.specialties}
    names = {each.id: each.name(words.language) for each in SPECIALTIES}
    order = _order(edition)
    first = page * _SPECIALTIES_A_PAGE
    options = [
        _option(
            names.get(id_, id_),
            edition,
            Fact.SPECIALTIES,
            f"-{id_}" if id_ in held else f"+{id_}",
            id_ in held,
        )
        for id_ in order[first : first + _SPECIALTIES_A_PAGE]
    ]
    rows = [options[at : at + _A_ROW] for at in range(0, len(options), _A_ROW)]
    keys = (("library.button.page_before", page - 1), ("library.button.page_after", page + 1))
    rows.append(
        [
            button(key, words, Action.CHOOSE, edition.id, Fact.SPECIALTIES, to)
            for key, to in keys
            if 0 <= to * _SPECIALTIES_A_PAGE < len(order)
        ]
    )
    return rows


def _order(edition: EditionRecord) -> list[str]:
    known = [each.id for each in SPECIALTIES]
    others = {specialty_id(name) for name in edition.specialties}.difference(known)
    return [*sorted(id_ for id_ in others if len(id_.encode()) <= _LONGEST_ID), *known]


def _option(name: str, edition: EditionRecord, fact: Fact, choice: str, is_set: bool) -> Button:  # noqa: FBT001
    data = data_for(Action.SET, edition.id, fact, choice)
    return Button(text=f"✓ {name}" if is_set else name, data=data)


def _name(fact: Fact, words: Texts) -> str:
    return words.get(f"library.fact.{fact.value}")
