"""A log never holds the token."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.logs import RedactingFormatter, configure_logging, redacted
from bot.telegram.errors import described

TOKEN = "123456789:AAExampleExampleExampleExampleExample_-1"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)
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


TOKENS = st.builds(
    "{}:{}".format,
    st.integers(10**5, 10**11),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", min_size=35, max_size=35),
)
WAYS = st.sampled_from(
    [
        "https://api.telegram.org/bot{}/getMe",
        "http://127.0.0.1:8081/file/bot{}/documents/file_1.pdf",
        "The token `{}` was rejected by the server.",
        "Invalid URL '/bot{}/sendMessage': no scheme",
        "{{'token': '{}', 'x': 1}}",
        "b'{}'",
        "{}",
    ]
)
ERRORS = st.sampled_from(
    [
        lambda words: httpx.ConnectError(words, request=httpx.Request("POST", "http://x/" + words)),
        httpx.InvalidURL,
        lambda words: httpx.HTTPStatusError(
            words, request=httpx.Request("GET", "http://x/" + words), response=httpx.Response(502)
        ),
        InvalidToken,
        NetworkError,
        TimedOut,
        BadRequest,
        TelegramError,
        ValueError,
    ]
)


def raised(error: Exception, cause: Exception) -> Exception:
    with pytest.raises(type(error)) as caught:
        raise error from cause
    return caught.value


@given(TOKENS, WAYS, ERRORS, ERRORS)
def test_no_error_of_the_clients_brings_a_token_into_a_log(token, way, make, cause) -> None:
    """Neither its words, nor its representation, nor what caused it, nor what we describe it as."""
    words = way.format(token)
    error = raised(make(words), cause(words))
    details = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed %s %r", (error, error), details)
    described_ = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed %s", (described(error),), None)
    shown = RedactingFormatter("%(message)s").format(record)
    secret = token.partition(":")[2]
    assert secret not in shown
    assert secret not in RedactingFormatter("%(message)s").format(described_)


def test_an_error_that_nobody_caught_is_printed_without_it(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    error = raised(InvalidToken(f"The token `{TOKEN}` was rejected"), ValueError(f"/bot{TOKEN}/getMe"))
    sys.excepthook(type(error), error, error.__traceback__)
    assert TOKEN not in capsys.readouterr().err


def test_a_token_with_its_colon_escaped_and_a_proxys_password_are_taken_out_too() -> None:
    assert redacted(f"bot{TOKEN.replace(':', '%3A')}/getMe") == "bot<token>/getMe"
    assert redacted("proxy http://user:secret@host:3128 failed") == "proxy http://<password>@host:3128 failed"
    assert redacted("https://example.org/a:b@c 12:30") == "https://example.org/a:b@c 12:30"
