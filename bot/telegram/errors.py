"""How an error is put into the log without a person's words."""

from __future__ import annotations

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.logs import places
from knowledge.errors import KnowledgeError

#: Errors whose words are our own or Telegram's; any other's may repeat what was being worked on.
_SPEAKS_SAFELY = (KnowledgeError, TelegramError)


#: Telegram's words for a person or a chat that is no longer there, sent as a 400.
_DELETED = ("user is deactivated", "user_deactivated")
_GONE = (*_DELETED, "chat not found", "peer_id_invalid")


def is_gone(error: BaseException) -> bool:
    """Whether nothing can be written to this chat any more: blocked, deleted, or left."""
    if isinstance(error, BadRequest):
        return any(words in error.message.casefold() for words in _GONE)
    return isinstance(error, Forbidden)


def is_deleted(error: BaseException) -> bool:
    """Whether it is their account that is no more, of whom `is_gone` holds."""
    return isinstance(error, TelegramError) and any(words in error.message.casefold() for words in _DELETED)


def described(error: BaseException) -> str:
    """The error's type and where it was raised; its words only where they cannot repeat a person's."""
    words = f" reason={error}" if isinstance(error, _SPEAKS_SAFELY) else ""
    return f"error={type(error).__name__}{words} at={places(error)}"
