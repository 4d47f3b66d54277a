"""A question of the bot's that waits for a text: the next one of that person in that chat answers it.

Kept in the database, so that a restart forgets none, and in memory, so that every text can be looked at without a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.conversation import Chat, Handler, Incoming, Message
from bot.html import line, page
from bot.router import Feature
from bot.texts import texts
from knowledge.store.database import now
from knowledge.store.dialogues import Dialogue, DialogueStore

#: What was asked so long ago is forgotten: the next text is a question again.
_OPEN_FOR = timedelta(hours=1)


class Dialogues(Feature):
    """One open dialogue a person and chat; /cancel ends it."""

    def __init__(self, store: DialogueStore) -> None:
        self._store = store
        self._open: dict[tuple[int, int], Dialogue] | None = None
        self._unmasked: set[str] = set()
        #: By person and chat, when the dialogue was opened whose answer came in as it was written.
        self._spared: dict[tuple[int, int], datetime] = {}

    def commands(self) -> Mapping[str, Handler]:
        return {"cancel": self.cancel}

    def awaited(self, incoming: Incoming, topic: str) -> Dialogue | None:
        """The dialogue of this topic that the text answers, like "library-title"; from memory after the first call."""
        found = self._found(incoming.speaker.id, incoming.chat_id)
        return found if found is not None and found.topic == topic else None

    def _found(self, person_id: int, chat_id: int) -> Dialogue | None:
        if self._open is None:
            self._open = {(each.person_id, each.chat_id): each for each in self._store.all()}
        found = self._open.get((person_id, chat_id))
        return None if found is None or now() - found.opened_at > _OPEN_FOR else found

    def leave_unmasked(self, topics: Iterable[str]) -> None:
        """What answers these is public by its purpose, such as the hotline in an announcement."""
        self._unmasked.update(topics)

    def spares(self, person_id: int, chat_id: int) -> bool:
        """Whether the message that this person sends now in this chat is to be left as it was written.

        True for one message only each time that something is asked: what comes after it may be a question.
        """
        found = self._found(person_id, chat_id)
        if found is None or found.topic not in self._unmasked or chat_id != person_id:
            return False
        is_first = self._spared.get((person_id, chat_id)) != found.opened_at
        self._spared[person_id, chat_id] = found.opened_at
        return is_first

    async def open(self, incoming: Incoming, topic: str, state: Mapping[str, Any]) -> None:
        """From now on the speaker's next text in this chat is theirs who await the topic; an earlier one is dropped."""
        dialogue = await asyncio.to_thread(
            self._store.open, incoming.speaker.id, incoming.chat_id, topic, state
        )
        if self._open is not None:
            self._open[incoming.speaker.id, incoming.chat_id] = dialogue

    async def renew(self, incoming: Incoming) -> None:
        """What came was no answer, and the same is asked again."""
        found = self._found(incoming.speaker.id, incoming.chat_id)
        if found is not None:
            await self.open(incoming, found.topic, found.state)

    async def close(self, incoming: Incoming) -> bool:
        """Whether one was open."""
        was_open = await asyncio.to_thread(self._store.close, incoming.speaker.id, incoming.chat_id)
        if self._open is not None:
            self._open.pop((incoming.speaker.id, incoming.chat_id), None)
        return was_open

    async def cancel(self, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        key = "dialogue.cancelled" if await self.close(incoming) else "dialogue.nothing_open"
        await chat.send(Message(html=page((line(words.get(key)),))))
