"""/invite: administrators make links to join by, see who came by them, and revoke them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.conversation import Chat, Handler, Incoming, Pressed
from bot.people import inviting_view
from bot.people.inviting_view import CALLBACK, DAYS, PAGE, USES
from bot.people.refusals import Refusal, Refusals
from bot.people.roles import only
from bot.router import Feature
from bot.texts import texts
from knowledge.domain import Role
from knowledge.store import Stores
from knowledge.store.database import now
from knowledge.store.invitations import Made


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """As far as it is chosen."""

    role: Role | None = None
    most: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    invitation_id: int
    page: int


Press = Draft | Listing | Revoked


def press_of(data: str) -> Press | None:
    """Reads "invite:new:doctor:5:7"; None for what no button of ours says."""
    _, _, rest = data.partition(":")
    verb, *parts = rest.split(":")
    numbers = [int(part) for part in parts if re.fullmatch(r"[0-9]{1,9}", part)]
    match verb:
        case "new":
            return _draft(parts)
        case "list" if len(parts) == len(numbers) == 1:
            return Listing(page=numbers[0])
        case "revoke" if len(parts) == len(numbers) == 2:
            return Revoked(invitation_id=numbers[0], page=numbers[1])
    return None


def _draft(parts: list[str]) -> Draft | None:
    """Only what is offered: nobody makes a link for a million people by a forged button."""
    role, most, days = [*parts, "", "", ""][:3]
    if len(parts) > 3 or (role and role not in set(Role)):
        return None
    if (most and most not in map(str, USES)) or (days and days not in map(str, DAYS)):
        return None
    return Draft(
        role=Role(role) if role else None,
        most=int(most) if most else None,
        days=int(days) if days else None,
    )


def make(stores: Stores, *, role: Role, most: int, days: int, who: str) -> Made:
    """A new link, noted in the audit log."""
    expires_at = now() + timedelta(days=days)
    with stores.database.together():
        made = stores.invitations.make(role=role, most=most, expires_at=expires_at, made_by=who)
        details = {"role": role.value, "most": most, "days": days}
        stores.audit.note(who, "invitation.make", f"invitation:{made.invitation.id}", details)
        return made


def revoke(stores: Stores, invitation_id: int, *, who: str) -> bool:
    """False when it was so before, or never was."""
    with stores.database.together():
        revoked = stores.invitations.revoke(invitation_id)
        if revoked:
            stores.audit.note(who, "invitation.revoke", f"invitation:{invitation_id}")
        return revoked


class Inviting(Feature):
    def __init__(self, *, stores: Stores, refusals: Refusals, bot_name: Callable[[], str | None]) -> None:
        """bot_name: what the bot is called on Telegram; None in a terminal."""
        self._stores = stores
        self._refusals = refusals
        self._bot_name = bot_name

    def commands(self) -> Mapping[str, Handler]:
        return {"invite": only(Role.ADMINISTRATOR, self.begin)}

    def callbacks(self) -> Mapping[str, Handler]:
        return {CALLBACK: only(Role.ADMINISTRATOR, self.press)}

    async def begin(self, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        shown = inviting_view.private_only(words) if incoming.is_group else inviting_view.ask_role(words)
        await chat.send(shown)

    async def press(self, incoming: Incoming, chat: Chat) -> None:
        pressed, words = incoming.content, texts(incoming.speaker.language)
        if not isinstance(pressed, Pressed):
            return
        press = None if incoming.is_group else press_of(pressed.data)
        match press:
            case None:
                await self._refusals.note(incoming, Refusal.CALLBACK)
                await chat.acknowledge(words.get("button.gone"))
            case Draft() as draft:
                await chat.acknowledge()
                await self._go_on(incoming, draft, pressed.message_id, chat)
            case Listing(page=page):
                await chat.acknowledge()
                await self._list(incoming, page, pressed.message_id, chat)
            case Revoked(invitation_id=invitation_id, page=page):
                who = f"telegram:{incoming.speaker.id}"
                await asyncio.to_thread(revoke, self._stores, invitation_id, who=who)
                await chat.acknowledge(words.get("invite.revoked", number=invitation_id))
                await self._list(incoming, page, pressed.message_id, chat)

    async def _go_on(self, incoming: Incoming, draft: Draft, message_id: int, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        if draft.role is None:
            await chat.edit(message_id, inviting_view.ask_role(words))
        elif draft.most is None:
            await chat.edit(message_id, inviting_view.ask_uses(draft.role, words))
        elif draft.days is None:
            await chat.edit(message_id, inviting_view.ask_days(draft.role, draft.most, words))
        else:
            who = f"telegram:{incoming.speaker.id}"
            made = await asyncio.to_thread(
                make, self._stores, role=draft.role, most=draft.most, days=draft.days, who=who
            )
            await chat.edit(message_id, inviting_view.made(made, self._bot_name(), words))

    async def _list(self, incoming: Incoming, page: int, message_id: int, chat: Chat) -> None:
        found, total = await asyncio.to_thread(self._stores.invitations.all, page=page, size=PAGE)
        words = texts(incoming.speaker.language)
        await chat.edit(message_id, inviting_view.listing(found, page, total, now(), words))
