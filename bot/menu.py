"""The commands that Telegram's menu and /help list, in their order, with who may use them."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.domain import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    name: str
    #: Its one-line description.
    text_key: str
    role: Role = Role.DOCTOR


MENU = (
    MenuEntry(name="help", text_key="command.help"),
    MenuEntry(name="language", text_key="command.language"),
    MenuEntry(name="start", text_key="command.start"),
    MenuEntry(name="id", text_key="command.id"),
    MenuEntry(name="settings", text_key="command.settings"),
    MenuEntry(name="privacy", text_key="command.privacy"),
    MenuEntry(name="mydata", text_key="command.mydata"),
    MenuEntry(name="forget", text_key="command.forget"),
    MenuEntry(name="library", text_key="command.library", role=Role.COORDINATOR),
    MenuEntry(name="drafts", text_key="command.drafts", role=Role.COORDINATOR),
    MenuEntry(name="gaps", text_key="command.gaps", role=Role.COORDINATOR),
    MenuEntry(name="announce", text_key="command.announce", role=Role.ADMINISTRATOR),
    MenuEntry(name="people", text_key="command.people", role=Role.ADMINISTRATOR),
    MenuEntry(name="invite", text_key="command.invite", role=Role.ADMINISTRATOR),
    MenuEntry(name="audit", text_key="command.audit", role=Role.ADMINISTRATOR),
    MenuEntry(name="announcements", text_key="command.announcements", role=Role.ADMINISTRATOR),
    MenuEntry(name="stats", text_key="command.stats", role=Role.ADMINISTRATOR),
    MenuEntry(name="cancel", text_key="command.cancel", role=Role.COORDINATOR),
)
