"""Logging to stderr, with the token taken out wherever it comes from."""

from __future__ import annotations

import logging
import re
import traceback

#: The token as it stands in an address: https://api.telegram.org/bot123:ABC/getMe.
_TOKEN = re.compile(r"(?<!\d)\d{2,15}:[A-Za-z0-9_-]{30,80}")
_REDACTED = "<token>"


def configure_logging(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # httpx logs each address at INFO and PTB what was sent at DEBUG; the others say at INFO how they were loaded.
    quiet = max(logging.WARNING, logging.getLevelNamesMapping()[level])
    for name in ("httpx", "httpcore", "telegram", "alembic", "faiss", "sentence_transformers"):
        logging.getLogger(name).setLevel(quiet)
    # It logs the whole body of a gateway's error page; bot.telegram.limits notes each such fault in a line.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)


class RedactingFormatter(logging.Formatter):
    """Works on the whole record as it is written, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return _TOKEN.sub(_REDACTED, super().format(record))


def places(error: BaseException) -> str:
    """Where an error was raised, innermost first, without its words, which may repeat a person's."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
