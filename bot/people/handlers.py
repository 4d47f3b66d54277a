"""/start, /help, /language and /id."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.conversation import Chat, Commanded, Handler, Incoming, Pressed
from bot.people import view
from bot.people.roles import menu_of
from bot.router import Feature
from bot.texts import texts
from knowledge.domain import Language
from knowledge.store.people import PeopleStore

#: Changes when what /start says about data changes its sense, so that it is known who read which.
CONSENT_VERSION = "1"


class People(Feature):
    def __init__(self, people: PeopleStore) -> None:
        self._people = people

    def commands(self) -> Mapping[str, Handler]:
        return {
            "start": self.start,
            "help": self.help,
            "language": self.language,
            "id": self.own_id,
        }

    def callbacks(self) -> Mapping[str, Handler]:
        return {"language": self.choose_language}

    async def start(self, incoming: Incoming, chat: Chat) -> None:
        await chat.send(view.start(incoming.speaker.language))
        # After the notice was shown, and not for a terminal, whom no announcement could reach.
        if incoming.update_id is not None and not incoming.is_group:
            await asyncio.to_thread(self._people.start, incoming.speaker.id, CONSENT_VERSION)

    async def help(self, incoming: Incoming, chat: Chat) -> None:
        await chat.send(view.help_for(incoming.speaker, menu_of(incoming.speaker.role)))

    async def language(self, incoming: Incoming, chat: Chat) -> None:
        argument = incoming.content.argument if isinstance(incoming.content, Commanded) else ""
        chosen = _language(argument)
        if chosen is None:
            await chat.send(view.language_choice(incoming.speaker.language))
        else:
            await self._set(incoming, chosen)
            await chat.send(view.language_set(chosen))

    async def choose_language(self, incoming: Incoming, chat: Chat) -> None:
        pressed = incoming.content
        chosen = _language(pressed.data.partition(":")[2]) if isinstance(pressed, Pressed) else None
        if chosen is None:
            await chat.acknowledge(texts(incoming.speaker.language).get("button.gone"))
            return
        await self._set(incoming, chosen)
        await chat.acknowledge()
        await chat.send(view.language_set(chosen))

    async def own_id(self, incoming: Incoming, chat: Chat) -> None:
        await chat.send(view.own_id(incoming.speaker))

    async def _set(self, incoming: Incoming, language: Language) -> None:
        await asyncio.to_thread(self._people.set_language, incoming.speaker.id, language)


def _language(name: str) -> Language | None:
    name = name.strip().casefold()
    if name in {"zh", "中文", "chinese", "cn", "zh-cn"}:
        return Language.ZH
    return Language.EN if name in {"en", "english", "英文", "英语"} else None
