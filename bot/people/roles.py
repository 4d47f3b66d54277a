"""Who may do what: for now by ids in the settings."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation import Chat, Handler, Incoming
from bot.menu import MENU, MenuEntry
from bot.people import view
from knowledge.domain import Role

_RANK = {Role.DOCTOR: 0, Role.COORDINATOR: 1, Role.ADMINISTRATOR: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    coordinators: frozenset[int] = frozenset()
    administrators: frozenset[int] = frozenset()

    def of(self, telegram_id: int) -> Role:
        """The highest role that the settings give this id."""
        if telegram_id in self.administrators:
            return Role.ADMINISTRATOR
        return Role.COORDINATOR if telegram_id in self.coordinators else Role.DOCTOR

    def staff(self) -> frozenset[int]:
        return self.coordinators | self.administrators


def allows(role: Role, needed: Role) -> bool:
    """An administrator may do what a coordinator may, and a coordinator what a doctor may."""
    return _RANK[role] >= _RANK[needed]


def menu_of(role: Role) -> tuple[MenuEntry, ...]:
    return tuple(entry for entry in MENU if allows(role, entry.role))


def only(needed: Role, handler: Handler) -> Handler:
    """The handler for those who may; the others are told what they lack and what their id is."""

    async def checked(incoming: Incoming, chat: Chat) -> None:
        if allows(incoming.speaker.role, needed):
            await handler(incoming, chat)
        else:
            await chat.send(view.role_needed(incoming.speaker, needed))

    return checked
