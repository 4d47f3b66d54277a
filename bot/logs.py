"""Logging to stderr, with the token taken out wherever it comes from, and what would end the program in a traceback."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from types import TracebackType

#: The token as it stands in an address: https://api.telegram.org/bot123:ABC/getMe, its colon perhaps escaped.
_TOKEN = re.compile(r"(?<!\d)\d{2,15}(?::|%3A|\\x3a)[A-Za-z0-9_-]{30,80}", re.IGNORECASE)
#: A proxy's user and password: http://user:password@host.
_PASSWORD = re.compile(r"(?<=://)[^/@\s'\"]{1,200}:[^/@\s'\"]{1,200}(?=@)")
_REDACTED = "<token>"


def configure_logging(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # httpx logs each address at INFO and PTB what was sent at DEBUG; the others say at INFO how they were loaded.
    quiet = max(logging.WARNING, logging.getLevelNamesMapping()[level])
    for name in ("httpx", "httpcore", "telegram", "alembic", "faiss", "sentence_transformers"):
        logging.getLogger(name).setLevel(quiet)
    logging.captureWarnings(capture=True)
    sys.excepthook = _last_words
    threading.excepthook = lambda ended: _last_words(
        ended.exc_type, ended.exc_value or ended.exc_type(), ended.exc_traceback
    )
    # It logs the whole body of a gateway's error page; bot.telegram.limits notes each such fault in a line.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)


class RedactingFormatter(logging.Formatter):
    """Works on the whole record as it is written, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def redacted(text: str) -> str:
    """Without a bot's token and without a proxy's password."""
    return _PASSWORD.sub("<password>", _TOKEN.sub(_REDACTED, text))


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What Python prints of an error that nobody caught, redacted too: Telegram's client names the address."""
    sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, trace))))


def places(error: BaseException) -> str:
    """Where an error was raised, innermost first, without its words, which may repeat a person's."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
