"""The menu that Telegram shows behind "/": for everyone in both languages, for the staff with what they may do."""

from __future__ import annotations

import asyncio
import logging

from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bot.conversation import Speaker
from bot.people.roles import menu_of
from bot.texts import texts
from knowledge.domain import Language, Role
from knowledge.store.people import PeopleStore

log = logging.getLogger(__name__)

#: The menu of everyone whose Telegram is set to a language that is not named.
_DEFAULT = Language.EN


class Menus:
    """Tolerates what fails: a menu is a convenience."""

    def __init__(self, bot: Bot, people: PeopleStore) -> None:
        self._bot = bot
        self._people = people
        #: The staff's own menus that were set since the start: a new version may have other commands.
        self._done: dict[int, Role] = {}

    async def register(self) -> None:
        await self._register(Role.DOCTOR, BotCommandScopeDefault())

    async def meet(self, speaker: Speaker) -> None:
        """Sets a staff member's own menu when they write; before that, Telegram may know no chat to set it for.

        Whoever is no longer of the staff has everyone's menu again.
        """
        if speaker.role is Role.DOCTOR:
            if speaker.menu is not None or speaker.id in self._done:
                await self._take_away(speaker.id)
        elif self._done.get(speaker.id) is not speaker.role:
            self._done[speaker.id] = speaker.role
            if await self._register(speaker.role, BotCommandScopeChat(speaker.id)):
                await asyncio.to_thread(self._people.set_menu, speaker.id, speaker.role)

    async def _take_away(self, telegram_id: int) -> None:
        scope = BotCommandScopeChat(telegram_id)
        self._done.pop(telegram_id, None)
        try:
            for code in (None, *(language.value for language in Language)):
                await self._bot.delete_my_commands(scope=scope, language_code=code)
        except TelegramError as error:
            log.info("action=telegram.menu_failed role=%s reason=%s", Role.DOCTOR.value, error.message)
            return
        await asyncio.to_thread(self._people.set_menu, telegram_id, None)

    async def _register(self, role: Role, scope: BotCommandScope) -> bool:
        for language, code in ((_DEFAULT, None), *((language, language.value) for language in Language)):
            words = texts(language)
            entries = [BotCommand(entry.name, words.get(entry.text_key)) for entry in menu_of(role)]
            try:
                await self._bot.set_my_commands(entries, scope=scope, language_code=code)
            except TelegramError as error:
                log.info("action=telegram.menu_failed role=%s reason=%s", role.value, error.message)
                return False
        return True
