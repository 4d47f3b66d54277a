"""Who is speaking: met, remembered, and given the role that they have at this moment."""

from __future__ import annotations

import asyncio

from bot.conversation import Speaker, Standing
from bot.people.roles import Roles
from bot.writing import InThread
from knowledge.domain import Join, Language, Person, Role
from knowledge.store.people import PeopleStore
from knowledge.text import safe_text

_LONGEST_NAME = 64


class Reception:
    def __init__(
        self,
        people: PeopleStore,
        roles: Roles,
        writing: InThread = asyncio.to_thread,
        *,
        join: Join = Join.OPEN,
    ) -> None:
        """writing: need not wait for the disk, for whoever writes again is met again."""
        self._people = people
        self._roles = roles
        self._writing = writing
        self._join = join

    async def meet(self, telegram_id: int, name: str, language_code: str | None) -> Speaker:
        """The speaker; a newcomer speaks the language that their Telegram is set to."""
        shown = safe_text(name)[:_LONGEST_NAME]
        guess, floor = language_of(language_code), self._roles.of(telegram_id)
        person = await self._writing(self._people.meet, telegram_id, shown, guess, floor)
        return Speaker(
            id=telegram_id,
            name=shown,
            language=person.language,
            role=person.role,
            standing=self._standing(person, floor),
            menu=person.menu,
            recommendations=person.recommendations,
        )

    def _standing(self, person: Person, floor: Role) -> Standing:
        """Whom the settings name is never shut out: somebody must be able to mend what went wrong."""
        if floor is not Role.DOCTOR:
            return Standing.MEMBER
        if person.barred:
            return Standing.BARRED
        is_in = self._join is Join.OPEN or person.is_member
        return Standing.MEMBER if is_in else Standing.STRANGER


def language_of(code: str | None) -> Language:
    """The nearest language that the bot speaks; Chinese where nothing is known."""
    return Language.ZH if not code or code.casefold().startswith("zh") else Language.EN
