"""Who may do what. The settings make the first administrators and coordinators; the rest stands in the database."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation import Chat, Handler, Incoming, Pressed, Speaker
from bot.menu import MENU, MenuEntry
from bot.people import view
from knowledge.domain import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """What the settings say. It is a floor: these ids have at least this role and cannot be shut out."""

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
    return role.includes(needed)


def menu_of(role: Role) -> tuple[MenuEntry, ...]:
    return tuple(entry for entry in MENU if allows(role, entry.role))


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """A handler for those who may; the others are told what they lack and what their id is.

    The router writes a refusal into the audit log.
    """

    needed: Role
    handler: Handler

    def admits(self, speaker: Speaker) -> bool:
        return allows(speaker.role, self.needed)

    async def __call__(self, incoming: Incoming, chat: Chat) -> None:
        if self.admits(incoming.speaker):
            await self.handler(incoming, chat)
        elif isinstance(incoming.content, Pressed):
            await chat.acknowledge(view.role_needed_note(incoming.speaker, self.needed))
        else:
            await chat.send(view.role_needed(incoming.speaker, self.needed))


def only(needed: Role, handler: Handler) -> Only:
    return Only(needed=needed, handler=handler)
