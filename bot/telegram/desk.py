"""One update, from the inbox to done: read, handed to its handler, and accounted for whatever happens."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress

from telegram import Bot, Update, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, NetworkError, TelegramError

from bot.conversation import Chat, Incoming, Pressed
from bot.courtesy import view
from bot.people.reception import Reception, language_of
from bot.privacy import view as privacy_view
from bot.privacy.pace import PersonalPace, Wait
from bot.router import Router
from bot.telegram.chat import TelegramChat
from bot.telegram.commands import Menus
from bot.telegram.errors import described, is_deleted, is_gone
from bot.telegram.identity import identity_of
from bot.telegram.inbox import Inbox
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.reading import Read, read
from knowledge.domain import Language, Role
from knowledge.errors import KnowledgeError
from knowledge.store.people import PeopleStore

log = logging.getLogger(__name__)

_AWAY = frozenset({ChatMemberStatus.BANNED, ChatMemberStatus.LEFT})


class Desk:
    def __init__(
        self,
        *,
        router: Router,
        reception: Reception,
        inbox: Inbox,
        people: PeopleStore,
        messenger: TelegramMessenger,
        menus: Menus,
        bot: Bot,
        me: Callable[[], User],
        pace: PersonalPace | None = None,
    ) -> None:
        self._router = router
        self._reception = reception
        self._inbox = inbox
        self._people = people
        self._messenger = messenger
        self._menus = menus
        self._bot = bot
        self._me = me
        self._pace = PersonalPace(a_minute=0, a_day=0) if pace is None else pace

    async def handle(self, update: Update) -> None:
        """Never raises for what one update brings; an update that is not done is taken up at the next start."""
        try:
            if self._inbox.gives_up(update):
                await self._give_up(update)
                await self._inbox.done(update)
            elif await self._dealt_with(update):
                await self._inbox.done(update)
        except KnowledgeError as error:
            log.warning("action=update.not_noted update=%d %s", update.update_id, described(error))

    async def _dealt_with(self, update: Update) -> bool:
        """False when Telegram could not be reached for so long that the rest is left for later."""
        if update.my_chat_member is not None:
            await self._note_membership(update)
            return True
        self._note_number(update)
        found = read(update, self._me())
        if found is None:
            return True
        chat = TelegramChat(self._bot, self._messenger, update, found.chat_id)
        try:
            await self._answer(update, found, chat)
        except Exception as error:  # noqa: BLE001 - whatever went wrong with one message must not stop the others
            if is_gone(error):
                log.info("action=update.blocked update=%d chat=%d", update.update_id, found.chat_id)
                await self._note_blocked(found.chat_id, deleted=is_deleted(error))
                return True
            if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
                log.warning("action=update.postponed update=%d chat=%d", update.update_id, found.chat_id)
                return False
            await self._apologize(update.update_id, found, chat, error)
        return True

    def _note_number(self, update: Update) -> None:
        """Whatever they send takes a number, and what they press has one; see bot.numbering."""
        numbering, query = self._messenger.numbering, update.callback_query
        # What is pressed is ours, and may be the very message that is looked for: the press may come to nothing.
        message, note = (update.message, numbering.saw) if query is None else (query.message, numbering.met)
        if message is not None and message.chat.type == ChatType.PRIVATE:
            note(message.chat.id, message.message_id)

    async def _answer(self, update: Update, found: Read, chat: Chat) -> None:
        sender = found.sender
        verdict = self._pace.verdict(sender.id, sent_at(update), is_press=isinstance(found.content, Pressed))
        if isinstance(verdict, Wait) and not verdict.is_news:
            log.debug("action=update.too_fast update=%d", update.update_id)
            return
        speaker = await self._reception.meet(sender.id, sender.full_name, sender.language_code)
        if isinstance(verdict, Wait):
            if speaker.role is Role.DOCTOR:
                log.info("action=update.told_to_wait update=%d person=%d", update.update_id, sender.id)
                await chat.acknowledge()
                await chat.send(privacy_view.wait(speaker.language, verdict.seconds))
                return
            self._pace.excuse(sender.id, sent_at(update))
        incoming = Incoming(
            speaker=speaker,
            content=found.content,
            chat_id=found.chat_id,
            is_group=found.is_group,
            update_id=identity_of(update),
            message_id=found.message_id,
        )
        await self._router.handle(incoming, chat)
        if not found.is_group:
            await self._menus.meet(speaker)

    async def _give_up(self, update: Update) -> None:
        """It was tried too often: perhaps it is what ends the process each time. Whoever sent it hears of it."""
        log.error("action=update.given_up update=%d", update.update_id)
        if found := read(update, self._me()):
            chat = TelegramChat(self._bot, self._messenger, update, found.chat_id)
            await self._say_sorry(update.update_id, found, chat)

    async def _apologize(self, update_id: int, found: Read, chat: Chat, error: Exception) -> None:
        log.error("action=update.failed update=%d chat=%d %s", update_id, found.chat_id, described(error))
        await self._say_sorry(update_id, found, chat)

    async def _say_sorry(self, update_id: int, found: Read, chat: Chat) -> None:
        language = await self._language(found.sender)
        try:
            await chat.acknowledge()
            await chat.send(view.plain_error(language))
        except TelegramError as second:
            log.warning("action=update.apology_failed update=%d %s", update_id, described(second))

    async def _language(self, sender: User) -> Language:
        """The language to apologize in, also when it is the database that fails."""
        with suppress(Exception):
            if person := await asyncio.to_thread(self._people.get, sender.id):
                return person.language
        return language_of(sender.language_code)

    async def _note_membership(self, update: Update) -> None:
        changed = update.my_chat_member
        if changed is not None and changed.chat.type == ChatType.PRIVATE:
            is_away = changed.new_chat_member.status in _AWAY
            await asyncio.to_thread(self._people.set_blocked, changed.chat.id, blocked=is_away)

    async def _note_blocked(self, chat_id: int, *, deleted: bool) -> None:
        if chat_id > 0:
            await asyncio.to_thread(self._people.set_blocked, chat_id, blocked=True, deleted=deleted)


def sent_at(update: Update) -> float:
    """When it was written, in seconds since 1970; for a button, which does not say so, now."""
    message = update.message
    return message.date.timestamp() if message is not None else time.time()
