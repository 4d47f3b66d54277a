"""Who is speaking: met, remembered, and given the role that they have at this moment."""

from __future__ import annotations

import asyncio

from bot.conversation import Speaker
from bot.people.roles import Roles
from bot.writing import InThread
from knowledge.domain import Language
from knowledge.store.people import PeopleStore
from knowledge.text import safe_text

_LONGEST_NAME = 64


class Reception:
    def __init__(self, people: PeopleStore, roles: Roles, writing: InThread = asyncio.to_thread) -> None:
        """writing: need not wait for the disk, for whoever writes again is met again."""
        self._people = people
        self._roles = roles
        self._writing = writing

    async def meet(self, telegram_id: int, name: str, language_code: str | None) -> Speaker:
        """The speaker; a newcomer speaks the language that their Telegram is set to."""
        shown = safe_text(name)[:_LONGEST_NAME]
        guess = language_of(language_code)
        person = await self._writing(self._people.meet, telegram_id, shown, guess)
        return Speaker(id=telegram_id, name=shown, language=person.language, role=self._roles.of(telegram_id))


def language_of(code: str | None) -> Language:
    """The nearest language that the bot speaks; Chinese where nothing is known."""
    return Language.ZH if not code or code.casefold().startswith("zh") else Language.EN
