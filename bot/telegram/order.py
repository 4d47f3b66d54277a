"""One chat's updates one after the other, many chats at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

#: Waiting costs a task and nothing else, so that one busy chat never holds up the others.
_AT_ONCE = 100_000


@dataclass(slots=True, kw_only=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: How many hold it or wait for it; at 0 it is forgotten.
    users: int = 0


class Turns:
    """A lock for each chat, kept only while somebody needs it. Locks are fair, so the order of arrival holds."""

    def __init__(self) -> None:
        self._turns: dict[int, _Turn] = {}

    def __len__(self) -> int:
        return len(self._turns)

    @asynccontextmanager
    async def of(self, chat_id: int) -> AsyncIterator[None]:
        turn = self._turns.setdefault(chat_id, _Turn())
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            if turn.users == 0:
                del self._turns[chat_id]


class OrderedProcessor(BaseUpdateProcessor):
    """Runs updates in their chats' turns. Once closing, what has not begun is left for the next start."""

    def __init__(self) -> None:
        super().__init__(_AT_ONCE)
        self._turns = Turns()
        self._closing = False

    def close(self) -> None:
        self._closing = True

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        async with self._turns.of(_chat_id(update)):
            if not self._closing:
                await coroutine
            elif isinstance(coroutine, Coroutine):
                coroutine.close()

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""


def _chat_id(update: object) -> int:
    if not isinstance(update, Update):
        return 0
    if update.effective_chat:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user else 0
