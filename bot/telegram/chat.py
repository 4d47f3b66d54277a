"""The chat that an update came from, as handlers see it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

from telegram import Bot, CallbackQuery, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot.conversation import FileRefused, Message
from bot.telegram.limits import Repeat, fault_name
from bot.telegram.messenger import TelegramMessenger

log = logging.getLogger(__name__)

_TYPING_AFTER_S = 1.0
#: Telegram shows "typing" for 5 seconds.
_TYPING_EVERY_S = 4.5
_DOWNLOAD_TRIES = 5
_LONGEST_NOTE = 200


class TelegramChat:
    """Fulfils bot.conversation.Chat."""

    def __init__(
        self,
        bot: Bot,
        messenger: TelegramMessenger,
        update: Update,
        chat_id: int,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._sleep = sleep
        self._messenger = messenger
        self._update = update
        self._id = chat_id

    async def send(self, message: Message) -> int:
        return await self._messenger.show(self._id, message, reply_to=self._hung_on(message))

    async def edit(self, message_id: int, message: Message) -> None:
        await self._messenger.edit(self._id, message_id, message)

    async def delete(self, message_id: int) -> None:
        await self._messenger.delete(self._id, message_id)

    async def acknowledge(self, text: str = "") -> None:
        query = self._update.callback_query
        if query is None:
            return
        try:
            await query.answer(text[:_LONGEST_NOTE] or None)
        except (BadRequest, NetworkError) as error:
            # Telegram takes the answer for a minute only; after that the press itself still counts.
            log.info(
                "action=telegram.ack_failed update=%d reason=%s", self._update.update_id, type(error).__name__
            )

    async def download(self, folder: Path) -> Path:
        """Under a random name with the file's own ending: what Telegram says its name is was chosen by the sender."""
        message = self._update.effective_message
        document = message.document if message else None
        if document is None:
            raise ValueError("this update has no file")
        target = await asyncio.to_thread(_target, folder, document.file_name or "")
        for attempt in range(1, _DOWNLOAD_TRIES + 1):
            try:
                file = await document.get_file()
                return await file.download_to_drive(target)
            except BadRequest as error:
                raise FileRefused from error
            except NetworkError as error:
                if attempt == _DOWNLOAD_TRIES:
                    # An update that is left over waits for the next start, and its sender for weeks.
                    raise FileRefused from error
                log.warning("action=telegram.download_repeat fault=%s", fault_name(error))
                await self._sleep(attempt)
        raise AssertionError("unreachable: the last try returns or raises")

    def typing(self) -> AbstractAsyncContextManager[None]:
        return self._typing()

    @asynccontextmanager
    async def _typing(self) -> AsyncIterator[None]:
        shown = asyncio.create_task(self._show_typing())
        try:
            yield
        finally:
            shown.cancel()
            with suppress(asyncio.CancelledError):
                await shown

    async def _show_typing(self) -> None:
        await asyncio.sleep(_TYPING_AFTER_S)
        while True:
            try:
                await self._bot.send_chat_action(
                    self._id,
                    ChatAction.TYPING,
                    rate_limit_args=Repeat.NOW_OR_NEVER,  # type: ignore[call-arg]  # ExtBot's own argument
                )
            except (NetworkError, Forbidden) as error:
                log.debug("action=telegram.typing_failed chat=%d reason=%s", self._id, type(error).__name__)
            except TelegramError as error:
                log.info("action=telegram.typing_refused chat=%d reason=%s", self._id, type(error).__name__)
                return
            await asyncio.sleep(_TYPING_EVERY_S)

    def _hung_on(self, answer: Message) -> int | None:
        """In a group an answer hangs on its question; in a private chat the order tells, unless it is to be found."""
        message = self._update.message
        if message is None or (message.chat.type == "private" and not answer.hangs):
            return None
        return message.message_id


def chat_of(query: CallbackQuery) -> int:
    """Where a button was pressed; with the person themselves when its message is too old to be told."""
    return query.message.chat.id if query.message else query.from_user.id


def _target(folder: Path, name: str) -> Path:
    ending = Path(name).suffix
    is_plain = ending[1:].isascii() and ending[1:].isalnum() and len(ending) <= 12
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{secrets.token_hex(16)}{ending.lower() if is_plain else ''}"
