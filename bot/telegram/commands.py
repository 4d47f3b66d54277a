"""The menu that Telegram shows behind "/": for everyone in both languages, for the staff with what they may do."""

from __future__ import annotations

import logging

from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bot.conversation import Speaker
from bot.people.roles import menu_of
from bot.texts import texts
from knowledge.domain import Language, Role

log = logging.getLogger(__name__)

#: The menu of everyone whose Telegram is set to a language that is not named.
_DEFAULT = Language.EN


class Menus:
    """Tolerates what fails: a menu is a convenience."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        #: The staff whose own menu was set since the start; a changed setting comes with a new start.
        self._done: set[int] = set()

    async def register(self) -> None:
        await self._register(Role.DOCTOR, BotCommandScopeDefault())

    async def meet(self, speaker: Speaker) -> None:
        """Sets a staff member's own menu when they write; before that, Telegram may know no chat to set it for."""
        if speaker.role is not Role.DOCTOR and speaker.id not in self._done:
            self._done.add(speaker.id)
            await self._register(speaker.role, BotCommandScopeChat(speaker.id))

    async def _register(self, role: Role, scope: BotCommandScope) -> None:
        for language, code in ((_DEFAULT, None), *((language, language.value) for language in Language)):
            words = texts(language)
            entries = [BotCommand(entry.name, words.get(entry.text_key)) for entry in menu_of(role)]
            try:
                await self._bot.set_my_commands(entries, scope=scope, language_code=code)
            except TelegramError as error:
                log.info("action=telegram.menu_failed role=%s reason=%s", role.value, error.message)
                return
