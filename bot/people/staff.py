"""/people: administrators look somebody up, and decide who is what."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.conversation import Chat, Commanded, Handler, Incoming, Messenger, Pressed, Said
from bot.dialogue import Dialogues
from bot.people import staff_view
from bot.people.deciding import Verdict, decide
from bot.people.refusals import Refusal, Refusals
from bot.people.roles import Roles, only
from bot.people.staff_view import CALLBACK, PAGE, SEARCH_TOPIC, Place
from bot.router import Feature
from bot.texts import Texts, texts
from knowledge.domain import Role
from knowledge.store import Stores
from knowledge.store.people import Changed
from knowledge.text import safe_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    person_id: int
    #: Where "back" leads.
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """One tap more decides."""

    person_id: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    person_id: int
    verdict: Verdict
    #: What they were when it was asked; if that changed since, it is asked again.
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """They want to type a name."""


Press = Listing | Card | Considered | Confirmed | Search


def press_of(data: str) -> Press | None:
    """Reads "people:card:1001:0:王"; None for what no button of ours says."""
    _, _, rest = data.partition(":")
    verb, _, rest = rest.partition(":")
    match verb:
        case "search" if not rest:
            return Search()
        case "list":
            place = _place(rest)
            return Listing(place=place) if place else None
        case "card":
            number, _, where = rest.partition(":")
            person_id, place = _id(number), _place(where)
            return Card(person_id=person_id, place=place) if person_id and place else None
        case "ask" | "do":
            return _decision(verb, rest.split(":"))
    return None


def _decision(verb: str, parts: list[str]) -> Press | None:
    person_id = _id(parts[0])
    if person_id is None or len(parts) != (2 if verb == "ask" else 3) or parts[1] not in set(Verdict):
        return None
    verdict = Verdict(parts[1])
    if verb == "ask":
        return Considered(person_id=person_id, verdict=verdict)
    return Confirmed(person_id=person_id, verdict=verdict, before=parts[2])


def _id(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,15}", text) else None


def _place(text: str) -> Place | None:
    number, _, words = text.partition(":")
    return Place(page=int(number), words=words) if re.fullmatch(r"[0-9]{1,4}", number) else None


class Staff(Feature):
    def __init__(
        self,
        *,
        stores: Stores,
        roles: Roles,
        dialogues: Dialogues,
        messenger: Messenger,
        refusals: Refusals,
    ) -> None:
        self._stores = stores
        self._roles = roles
        self._dialogues = dialogues
        self._messenger = messenger
        self._refusals = refusals

    def commands(self) -> Mapping[str, Handler]:
        return {"people": only(Role.ADMINISTRATOR, self.list)}

    def callbacks(self) -> Mapping[str, Handler]:
        return {CALLBACK: only(Role.ADMINISTRATOR, self.press)}

    def takes_text(self, incoming: Incoming) -> Handler | None:
        may = incoming.speaker.role is Role.ADMINISTRATOR and isinstance(incoming.content, Said)
        return self.take_text if may and self._dialogues.awaited(incoming, SEARCH_TOPIC) else None

    async def list(self, incoming: Incoming, chat: Chat) -> None:
        words = incoming.content.argument if isinstance(incoming.content, Commanded) else ""
        if incoming.is_group:
            await chat.send(staff_view.private_only(texts(incoming.speaker.language)))
        else:
            await self._show_list(incoming, chat, Place.of(safe_text(words)))

    async def take_text(self, incoming: Incoming, chat: Chat) -> None:
        if isinstance(incoming.content, Said):
            await self._show_list(incoming, chat, Place.of(safe_text(incoming.content.text)))
            await self._dialogues.close(incoming)

    async def press(self, incoming: Incoming, chat: Chat) -> None:
        pressed, words = incoming.content, texts(incoming.speaker.language)
        if not isinstance(pressed, Pressed):
            return
        press = None if incoming.is_group else press_of(pressed.data)
        match press:
            case None:
                await self._refusals.note(incoming, Refusal.CALLBACK)
                await chat.acknowledge(words.get("button.gone"))
            case Search():
                await self._dialogues.open(incoming, SEARCH_TOPIC, {})
                await chat.acknowledge()
                await chat.send(staff_view.ask_name(words))
            case Listing(place=place):
                await chat.acknowledge()
                await self._show_list(incoming, chat, place, pressed.message_id)
            case Card(person_id=person_id, place=place):
                await chat.acknowledge()
                await self._show_card(person_id, place, pressed.message_id, chat, words)
            case Considered(person_id=person_id, verdict=verdict):
                await chat.acknowledge()
                await self._ask(person_id, verdict, pressed.message_id, chat, words)
            case Confirmed() as confirmed:
                await self._decide(incoming, confirmed, pressed.message_id, chat)

    # ------------------------------------------------------------------------------------------- showing
    async def _show_list(
        self, incoming: Incoming, chat: Chat, place: Place, message_id: int | None = None
    ) -> None:
        find = self._stores.people.find
        found = await asyncio.to_thread(find, place.words, page=place.page, size=PAGE)
        shown = staff_view.listing(found, place, texts(incoming.speaker.language))
        if message_id is None:
            await chat.send(shown)
        else:
            await chat.edit(message_id, shown)

    async def _show_card(
        self, person_id: int, place: Place, message_id: int, chat: Chat, words: Texts
    ) -> None:
        person = await asyncio.to_thread(self._stores.people.get, person_id)
        shown = staff_view.card(person, self._roles, place, words) if person else staff_view.unknown(words)
        await chat.edit(message_id, shown)

    async def _ask(self, person_id: int, verdict: Verdict, message_id: int, chat: Chat, words: Texts) -> None:
        person = await asyncio.to_thread(self._stores.people.get, person_id)
        shown = staff_view.confirm(person, verdict, words) if person else staff_view.unknown(words)
        await chat.edit(message_id, shown)

    # ------------------------------------------------------------------------------------------ deciding
    async def _decide(self, incoming: Incoming, confirmed: Confirmed, message_id: int, chat: Chat) -> None:
        words, person_id = texts(incoming.speaker.language), confirmed.person_id
        person = await asyncio.to_thread(self._stores.people.get, person_id)
        if person is None or staff_view.state_of(person) != confirmed.before:
            # Somebody else decided meanwhile, or this very press was carried out before a kill.
            await chat.acknowledge(words.get("people.changed_meanwhile"))
            await self._show_card(person_id, Place(), message_id, chat, words)
            return
        who = f"telegram:{incoming.speaker.id}"
        decided = await asyncio.to_thread(
            decide, self._stores, self._roles, person_id, confirmed.verdict, who=who
        )
        await chat.acknowledge(staff_view.outcome(decided, words))
        await self._show_card(person_id, Place(), message_id, chat, words)
        if isinstance(decided, Changed) and person_id != incoming.speaker.id:
            await self._messenger.send(person_id, staff_view.told(person.language, confirmed.verdict))
