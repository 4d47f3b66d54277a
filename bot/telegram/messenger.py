"""Messages out: rendered for Telegram, and what became of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.conversation import (
    Attachment,
    AttachmentKind,
    Blocked,
    Button,
    Failed,
    Found,
    InDoubt,
    Message,
    Postponed,
    Sent,
    Unreached,
)
from bot.numbering import Numbering
from bot.telegram.errors import is_deleted, is_gone
from bot.telegram.limits import Repeat, fault_name, surely_not_carried_out

log = logging.getLogger(__name__)

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
#: After a fault that surely kept the call from being carried out.
_TRY_AGAIN_AFTER_S = 2.0
#: Files on their way at one moment, of up to 50 MB, which stand in memory until Telegram has them.
_FILES_AT_ONCE = 2

#: Telegram's words, in lower case, for an edit that changes nothing, and for a message that is gone or not ours.
_GONE = "message to delete not found"
_SAME = "message is not modified"
_NOT_TO_REACT = "message to react not found"
_NOT_TO_EDIT = "message to edit not found"
_NOT_OURS = "message can't be edited"
_NOT_THERE = (_NOT_TO_EDIT, _NOT_OURS, "message_id_invalid", "chat not found")


class TelegramMessenger:
    """Fulfils bot.conversation.Messenger. `on_blocked` hears of everyone who cannot be written to any more."""

    def __init__(self, bot: Bot, on_blocked: Callable[[int, Blocked], Awaitable[None]]) -> None:
        self._bot = bot
        self._on_blocked = on_blocked
        self._files = asyncio.Semaphore(_FILES_AT_ONCE)
        self._numbering = Numbering()

    @property
    def numbering(self) -> Numbering:
        return self._numbering

    def reaches(self, chat_id: int) -> bool:
        # Telegram numbers from 1 and, for groups, from -1; 0 is the terminal's (bot.console.screen).
        return chat_id != 0

    async def send(self, chat_id: int, message: Message) -> Sent | Blocked | Failed | Unreached:
        try:
            return Sent(message_id=await self.show(chat_id, message))
        except TelegramError as error:
            if is_gone(error):
                return await self._blocked(chat_id, error)
            log.warning("action=telegram.send_failed chat=%d reason=%s", chat_id, _reason(error))
            return Unreached(reason=_reason(error)) if _is_fault(error) else Failed(reason=_reason(error))

    async def send_once(
        self, chat_id: int, message: Message
    ) -> Sent | Blocked | Failed | InDoubt | Postponed:
        try:
            return Sent(message_id=await self.show(chat_id, message, repeat=Repeat.ONCE))
        except RetryAfter as error:
            # Its public attribute warns that its type will change.
            return Postponed(seconds=error._retry_after.total_seconds())  # noqa: SLF001
        except TelegramError as error:
            return await self._blocked(chat_id, error) if is_gone(error) else _what_became(error)

    async def delete(self, chat_id: int, message_id: int) -> bool:
        try:
            return await self._bot.delete_message(chat_id, message_id)
        except TelegramError as error:
            if isinstance(error, BadRequest) and _GONE in error.message.casefold():
                return True
            log.info("action=telegram.delete_failed chat=%d reason=%s", chat_id, _reason(error))
            return False

    async def edit(self, chat_id: int, message_id: int, message: Message) -> bool:
        try:
            if message.attachment is None:
                await self._bot.edit_message_text(
                    text=message.html,
                    chat_id=chat_id,
                    message_id=message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard(message.buttons),
                    link_preview_options=_NO_PREVIEW,
                )
            else:
                # The words under it; what it carries stays.
                await self._bot.edit_message_caption(
                    caption=message.html,
                    chat_id=chat_id,
                    message_id=message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard(message.buttons),
                )
        except BadRequest as error:
            return self._edit_refused(error, chat_id)
        except Forbidden as error:
            await self._blocked(chat_id, error)
            return False
        except TelegramError as error:
            log.warning("action=telegram.edit_failed chat=%d reason=%s", chat_id, _reason(error))
            return False
        return True

    async def look(self, chat_id: int, message_id: int) -> Found | Blocked | Postponed:
        """By taking away the bot's reaction to it, where there is none: it never reacts to anything."""
        try:
            await self._bot.set_message_reaction(chat_id, message_id, **_question())
        except TelegramError as error:
            return await self._not_found(chat_id, error, {_NOT_TO_REACT: Found.NOTHING})
        return Found.SOMETHING

    async def recognize(self, chat_id: int, message_id: int, message: Message) -> Found | Blocked | Postponed:
        """By giving it the buttons that it has."""
        expected = {_SAME: Found.THIS, _NOT_OURS: Found.ANOTHERS, _NOT_TO_EDIT: Found.NOTHING}
        try:
            await self._bot.edit_message_reply_markup(
                chat_id, message_id, reply_markup=keyboard(message.buttons), **_question()
            )
        except TelegramError as error:
            return await self._not_found(chat_id, error, expected)
        log.error("action=telegram.recognize_changed chat=%d message=%d", chat_id, message_id)
        return Found.UNCLEAR

    async def show(
        self,
        chat_id: int,
        message: Message,
        *,
        repeat: Repeat = Repeat.ANY_FAULT,
        reply_to: int | None = None,
    ) -> int:
        """The message's id; raises Telegram's errors."""
        # A question may be deleted before it is answered; its answer is shown all the same.
        reply = ReplyParameters(message_id=reply_to, allow_sending_without_reply=True) if reply_to else None
        common: dict[str, Any] = {
            "chat_id": chat_id,
            "parse_mode": ParseMode.HTML,
            "reply_markup": keyboard(message.buttons),
            "reply_parameters": reply,
            "rate_limit_args": repeat,
        }
        carried, before = message.attachment, self._numbering.before()
        if carried is None:
            shown = await self._bot.send_message(
                text=message.html, link_preview_options=_NO_PREVIEW, **common
            )
        elif carried.kind is AttachmentKind.PICTURE:
            shown = await self._bot.send_photo(photo=await _input(carried), caption=message.html, **common)
        else:
            async with self._files:
                shown = await self._bot.send_document(
                    document=await _input(carried),
                    caption=message.html,
                    disable_content_type_detection=True,
                    **common,
                )
        self._numbering.given(chat_id, shown.message_id, before, is_bulk=repeat is Repeat.ONCE)
        return shown.message_id

    def _edit_refused(self, error: BadRequest, chat_id: int) -> bool:
        if _SAME in error.message.casefold():
            return True
        if not any(words in error.message.casefold() for words in _NOT_THERE):
            log.error("action=telegram.edit_refused chat=%d reason=%s", chat_id, _reason(error))
        return False

    async def _not_found(
        self, chat_id: int, error: TelegramError, expected: Mapping[str, Found]
    ) -> Found | Blocked | Postponed:
        """What a refusal says of the message that was asked for."""
        if isinstance(error, RetryAfter):
            return Postponed(seconds=error._retry_after.total_seconds())  # noqa: SLF001 - as in `send_once`
        if _is_fault(error):
            return Postponed(seconds=_TRY_AGAIN_AFTER_S, fault=fault_name(error))
        if is_gone(error):
            return await self._blocked(chat_id, error)
        found = next((each for words, each in expected.items() if words in error.message.casefold()), None)
        if found is None:
            log.warning("action=telegram.look_refused chat=%d reason=%s", chat_id, _reason(error))
        return found or Found.UNCLEAR

    async def _blocked(self, chat_id: int, error: TelegramError) -> Blocked:
        blocked = Blocked(is_deleted=is_deleted(error))
        log.info("action=telegram.blocked chat=%d deleted=%s", chat_id, blocked.is_deleted)
        await self._on_blocked(chat_id, blocked)
        return blocked


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(text=b.text, callback_data=b.data, url=b.url) for b in row]
            for row in rows
            if row
        ]
    )


async def _input(carried: Attachment) -> InputFile | str:
    match carried.content:
        case str():
            return carried.content
        case bytes():
            return InputFile(carried.content, filename=carried.name)
        case Path():
            return InputFile(await asyncio.to_thread(carried.content.read_bytes), filename=carried.name)


def _question() -> dict[str, Any]:
    """ExtBot's own argument, which Bot does not know: it leaves Telegram's allowance to answers first."""
    return {"rate_limit_args": Repeat.QUESTION}


def _what_became(error: TelegramError) -> Failed | InDoubt | Postponed:
    """Of a call that was made once and did not succeed."""
    if not _is_fault(error):
        return Failed(reason=_reason(error))
    if surely_not_carried_out(error):
        return Postponed(seconds=_TRY_AGAIN_AFTER_S, fault=fault_name(error))
    return InDoubt(reason=fault_name(error))


def _is_fault(error: TelegramError) -> TypeGuard[NetworkError]:
    """Whether it was lost on the way; a BadRequest is a NetworkError by name only."""
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest)


def _reason(error: TelegramError) -> str:
    """In English, without an address, which would hold the token."""
    return fault_name(error) if isinstance(error, NetworkError) and error.__cause__ else error.message
