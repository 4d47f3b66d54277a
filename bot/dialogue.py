"""A question of the bot's that waits for a text: the next one of that person in that chat answers it.

Kept in the database, so that a restart forgets none, and in memory, so that every text can be looked at without a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
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

    def commands(self) -> Mapping[str, Handler]:
        return {"cancel": self.cancel}

    def awaited(self, incoming: Incoming, topic: str) -> Dialogue | None:
        """The dialogue of this topic that the text answers, like "library-title"; from memory after the first call."""
        if self._open is None:
            self._open = {(each.person_id, each.chat_id): each for each in self._store.all()}
        found = self._open.get((incoming.speaker.id, incoming.chat_id))
        if found is None or found.topic != topic or now() - found.opened_at > _OPEN_FOR:
            return None
        return found

    async def open(self, incoming: Incoming, topic: str, state: Mapping[str, Any]) -> None:
        """From now on the speaker's next text in this chat is theirs who await the topic; an earlier one is dropped."""
        dialogue = await asyncio.to_thread(
            self._store.open, incoming.speaker.id, incoming.chat_id, topic, state
        )
        if self._open is not None:
            self._open[incoming.speaker.id, incoming.chat_id] = dialogue

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
