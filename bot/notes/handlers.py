"""The buttons under a note: ask again, no more notes, notes again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.callback_data import number_of
from bot.conversation import Before, Chat, Handler, Incoming, Pressed, at_once
from bot.notes import view
from bot.people.refusals import Refusal, Refusals
from bot.router import Feature
from bot.texts import texts
from knowledge.store.notes import NoteStore
from knowledge.store.people import PeopleStore

#: Asks a text in the speaker's name: bot.asking.handlers.Asking.ask_again.
AskAgain = Callable[[str, Incoming, Chat], Awaitable[None]]


class Notes(Feature):
    def __init__(
        self,
        notes: NoteStore,
        people: PeopleStore,
        refusals: Refusals,
        *,
        ask_again: AskAgain,
        consented: Before = at_once,
    ) -> None:
        """consented: goes before what asks."""
        self._notes = notes
        self._people = people
        self._refusals = refusals
        self._ask_again = ask_again
        self._consented = consented

    def callbacks(self) -> Mapping[str, Handler]:
        return {view.CALLBACK: self.press}

    async def press(self, incoming: Incoming, chat: Chat) -> None:
        pressed = incoming.content
        match pressed.data.split(":") if isinstance(pressed, Pressed) else ():
            case [_, "again", text] if (note_id := number_of(text)) is not None:
                await self._consented(partial(self._again, note_id))(incoming, chat)
            case [_, "off"]:
                await self._turn(incoming, chat, wanted=False)
            case [_, "on"]:
                await self._turn(incoming, chat, wanted=True)
            case _:
                await self._refuse(incoming, chat)

    async def _again(self, note_id: int, incoming: Incoming, chat: Chat) -> None:
        text = await asyncio.to_thread(self._notes.question, note_id, incoming.speaker.id)
        if text is None:
            await self._refuse(incoming, chat)
            return
        await chat.acknowledge()
        await self._ask_again(text, incoming, chat)

    async def _refuse(self, incoming: Incoming, chat: Chat) -> None:
        await self._refusals.note(incoming, Refusal.CALLBACK)
        await chat.acknowledge(texts(incoming.speaker.language).get("button.gone"))

    async def _turn(self, incoming: Incoming, chat: Chat, *, wanted: bool) -> None:
        words = texts(incoming.speaker.language)
        await asyncio.to_thread(self._people.set_notes, incoming.speaker.id, wanted=wanted)
        await chat.acknowledge()
        await chat.send(view.turned_on(words) if wanted else view.turned_off(words))
