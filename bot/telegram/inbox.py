"""Where updates arrive: each is masked and written down before Telegram is told that it was taken.

python-telegram-bot's updater asks for updates again and again, and asking for the next ones is what tells Telegram that
the ones before were taken. `InboxBot` hands each batch to the inbox before it returns it. So what a kill interrupts is
either still Telegram's or already in the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from telegram import Bot, Update
from telegram.ext import ExtBot

from bot.telegram.identity import identity_of
from bot.telegram.limits import Limits
from bot.telegram.masking import masked, with_own_words
from bot.writing import InThread
from knowledge.errors import KnowledgeError
from knowledge.store.updates import UpdateStore

log = logging.getLogger(__name__)

_LONGEST_PAUSE = 30.0


def _nobody(person_id: int, chat_id: int) -> bool:
    return False


class Inbox(asyncio.Queue[object]):
    """The application's update queue; what comes out of it is masked, stored, and comes out once."""

    def __init__(self, updates: UpdateStore, writing: InThread = asyncio.to_thread) -> None:
        super().__init__()
        #: Whether what this person (id) writes next in this chat (id) is no patient's affair; see decision 0014.
        self.spares: Callable[[int, int], bool] = _nobody
        self._updates = updates
        self._writing = writing
        self._given_up: set[int] = set()

    async def take(self, batch: Sequence[Update]) -> None:
        """Writes a batch down in one transaction, and queues those of it that were not taken before."""
        arrived = {identity_of(update): self._masked(update) for update in batch}
        new = await self._written_down({identity: payload for identity, (_, payload) in arrived.items()})
        for identity, (update, _) in arrived.items():
            if identity in new:
                await super().put(update)
            else:
                log.info("action=inbox.duplicate update=%d", update.update_id)

    async def put(self, item: object) -> None:
        """Takes a signal of the library's own. An update that the updater puts is here already, or came before."""
        if not isinstance(item, Update):
            await super().put(item)

    async def take_up_left_over(self, bot: Bot) -> int:
        """Queues what an earlier run took and did not finish; gives how many."""
        left = await asyncio.to_thread(self._updates.take_up)
        for each in sorted(left, key=lambda each: each.payload["update_id"]):
            update = Update.de_json(each.payload, bot)
            if each.is_given_up:
                self._given_up.add(identity_of(update))
            await super().put(update)
        if left:
            log.info("action=inbox.left_over updates=%d", len(left))
        return len(left)

    def gives_up(self, update: Update) -> bool:
        """Whether it was tried so often, never to its end, that it is not to be tried again."""
        return bool(self._given_up) and identity_of(update) in self._given_up

    async def done(self, update: Update) -> None:
        """It is dealt with, and its content is forgotten. Raises KnowledgeError."""
        await self._writing(self._updates.done, identity_of(update))

    async def _written_down(self, payloads: Mapping[int, Mapping[str, Any]]) -> set[int]:
        """Those that are new. While the database fails, Telegram keeps the updates for us."""
        pause = 0.5
        while True:
            try:
                return await self._writing(self._updates.claim, payloads)
            except KnowledgeError as error:
                log.warning(
                    "action=inbox.not_written updates=%d reason=%s again_in_s=%g", len(payloads), error, pause
                )
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _masked(self, update: Update) -> tuple[Update, Mapping[str, Any]]:
        """The update and its JSON without what must be hidden."""
        payload = update.to_dict()
        hidden = masked(payload)
        message = update.message
        # Asked for each message, for each uses up what was granted for one.
        if message is not None and message.from_user and self.spares(message.from_user.id, message.chat.id):
            hidden = with_own_words(hidden, payload)
        # Most say nothing of that kind, and need not be made again from their JSON.
        return (update if hidden == payload else Update.de_json(hidden, update.get_bot())), hidden


class InboxBot(ExtBot[Limits]):
    """Telegram's client, which brings updates to the inbox before anybody else sees them."""

    #: The base class allows no attribute that it does not know.
    __slots__ = ("_inbox",)

    def __init__(self, inbox: Inbox, **options: Any) -> None:
        super().__init__(**options)
        self._inbox = inbox

    async def get_updates(self, *args: Any, **options: Any) -> tuple[Update, ...]:
        """As Telegram gives them, for the updater's count; written down when this returns."""
        updates = await super().get_updates(*args, **options)
        if updates:
            await self._inbox.take(updates)
        return updates
