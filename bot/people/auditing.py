"""/audit: administrators read who did what, and what was refused to whom."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.conversation import Chat, Commanded, Handler, Incoming, Pressed
from bot.people import auditing_view
from bot.people.auditing_view import CALLBACK, LONGEST_FILTER, PAGE
from bot.people.refusals import Refusal, Refusals
from bot.people.roles import only
from bot.router import Feature
from bot.texts import texts
from knowledge.domain import Role
from knowledge.quiet_hours import DEFAULT_ZONE
from knowledge.store import Stores
from knowledge.store.audit import AuditEntry, AuditPage

_DATA = re.compile(
    rf"{CALLBACK}:(from|before|after):([0-9]{{1,12}}):([a-z0-9._]{{0,{LONGEST_FILTER}}})", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """To what is next to an entry; to the newest where both are None."""

    before: int | None = None
    after: int | None = None
    #: A Telegram id, or the beginning of an action.
    about: str = ""


def press_of(data: str) -> Turned | None:
    """Reads "audit:before:120:person"; None for what no button of ours says."""
    found = _DATA.fullmatch(data)
    if found is None:
        return None
    way, number, about = found.groups()
    return Turned(
        before=int(number) if way == "before" else None,
        after=int(number) if way == "after" else None,
        about=about,
    )


class Auditing(Feature):
    def __init__(self, stores: Stores, refusals: Refusals) -> None:
        self._stores = stores
        self._refusals = refusals

    def commands(self) -> Mapping[str, Handler]:
        return {"audit": only(Role.ADMINISTRATOR, self.begin)}

    def callbacks(self) -> Mapping[str, Handler]:
        return {CALLBACK: only(Role.ADMINISTRATOR, self.press)}

    async def begin(self, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        if incoming.is_group:
            await chat.send(auditing_view.private_only(words))
            return
        argument = incoming.content.argument if isinstance(incoming.content, Commanded) else ""
        about = re.sub(r"[^a-z0-9._]", "", argument.casefold())[:LONGEST_FILTER]
        page, names, zone = await asyncio.to_thread(self._read, Turned(about=about), incoming.speaker.id)
        await chat.send(auditing_view.listing(page, names, about, words, zone))

    async def press(self, incoming: Incoming, chat: Chat) -> None:
        pressed, words = incoming.content, texts(incoming.speaker.language)
        turned = press_of(pressed.data) if isinstance(pressed, Pressed) and not incoming.is_group else None
        if not isinstance(pressed, Pressed) or turned is None:
            await self._refusals.note(incoming, Refusal.CALLBACK)
            await chat.acknowledge(words.get("button.gone"))
            return
        page, names, zone = await asyncio.to_thread(self._read, turned, incoming.speaker.id)
        await chat.acknowledge()
        await chat.edit(pressed.message_id, auditing_view.listing(page, names, turned.about, words, zone))

    def _read(self, turned: Turned, reader_id: int) -> tuple[AuditPage, Mapping[int, str], str]:
        """A page, the names in it, and the time zone of who reads it."""
        audit = self._stores.audit
        page = audit.page(turned.about, before=turned.before, after=turned.after, size=PAGE)
        if turned.after is not None and len(page.entries) < PAGE:
            # Back at the newest: as many as fit.
            page = audit.page(turned.about, size=PAGE)
        reader = self._stores.people.get(reader_id)
        zone = reader.time_zone if reader and reader.time_zone else DEFAULT_ZONE
        return page, self._stores.people.names(people_in(page.entries)), zone


def people_in(entries: Iterable[AuditEntry]) -> set[int]:
    """The Telegram ids of who did something, and of whom it was done to."""
    named = (part for entry in entries for part in (entry.who, entry.subject))
    split = (part.partition(":") for part in named)
    return {int(id_) for kind, _, id_ in split if kind in {"telegram", "person"} and id_.isdecimal()}
