"""A log never holds the token."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from bot.logs import RedactingFormatter, configure_logging

TOKEN = "123456789:AAExampleExampleExampleExampleExample_-1"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_a_token_is_taken_out_of_messages_and_tracebacks() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter("%(message)s"))
    log = logging.getLogger("test of the token")
    log.addHandler(handler)
    log.propagate = False
    try:
        int(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except ValueError:
        log.exception("calling https://api.telegram.org/bot%s/getMe", TOKEN)
    assert TOKEN not in stream.getvalue()
    log.removeHandler(handler)
    assert stream.getvalue().count("<token>") == 2


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "ERROR"])
def test_libraries_that_log_addresses_are_silenced(level: str) -> None:
    configure_logging(level)
    for name in ("httpx", "telegram.ext"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
