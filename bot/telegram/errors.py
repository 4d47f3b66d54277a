"""How an error is put into the log without a person's words."""

from __future__ import annotations

import traceback

from telegram.error import TelegramError

from knowledge.engines.ports import EngineError
from knowledge.errors import KnowledgeError

#: Errors whose words are our own or Telegram's; any other's may repeat what was being worked on.
_SPEAKS_SAFELY = (KnowledgeError, EngineError, TelegramError)


def described(error: BaseException) -> str:
    """The error's type and where it was raised; its words only where they cannot repeat a person's."""
    words = f" reason={error}" if isinstance(error, _SPEAKS_SAFELY) else ""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
    return f"error={type(error).__name__}{words} at={places}"
