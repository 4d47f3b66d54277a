"""What became of a message is told exactly."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram import InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

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
from bot.telegram.limits import Repeat
from bot.telegram.messenger import TelegramMessenger, keyboard
from tests.bot.telegram.test_desk import RecordingBot

MESSAGE = Message(
    html="<b>x</b>", buttons=((Button(text="a", data="a:1"), Button(text="b", url="https://b.org")),)
)


def broken(cause: Exception) -> NetworkError:
    error = NetworkError("httpx")
    error.__cause__ = cause
    return error


def messenger(error: TelegramError | None = None) -> tuple[TelegramMessenger, list[int], RecordingBot]:
    blocked: list[int] = []

    async def on_blocked(telegram_id: int, how: Blocked) -> None:
        blocked.append(telegram_id)

    bot = RecordingBot(*([error] if error else []))
    bot_: Any = bot
    return TelegramMessenger(bot_, on_blocked), blocked, bot


@pytest.mark.parametrize(
    "error,outcome",
    [
        (None, Sent(message_id=5)),
        (Forbidden("bot was blocked by the user"), Blocked()),
        (BadRequest("Chat not found"), Blocked()),
        (Forbidden("user is deactivated"), Blocked(is_deleted=True)),
        (BadRequest("USER_DEACTIVATED"), Blocked(is_deleted=True)),
        (BadRequest("can't parse entities"), Failed(reason="can't parse entities")),
        (ChatMigrated(-7), Failed(reason="Group migrated to supergroup. New chat id: -7")),
        (broken(httpx.ReadError("gone")), InDoubt(reason="ReadError")),
        (TimedOut(), InDoubt(reason="TimedOut")),
        (broken(httpx.ConnectError("no route")), Postponed(seconds=2, fault="ConnectError")),
        (NetworkError("Bad Gateway"), Postponed(seconds=2, fault="BadGateway")),
    ],
)
async def test_a_bulk_message(error: TelegramError | None, outcome: object) -> None:
    sender, blocked, bot = messenger(error)
    assert await sender.send_once(1001, MESSAGE) == outcome
    assert blocked == ([1001] if isinstance(outcome, Blocked) else [])
    assert len(bot.calls) == 1


@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")  # PTB's own RetryAfter.__init__ warns
async def test_a_bulk_message_waits_as_long_as_telegram_says() -> None:
    sender, *_ = messenger(RetryAfter(timedelta(seconds=40)))
    assert await sender.send_once(1001, MESSAGE) == Postponed(seconds=40)


@pytest.mark.parametrize(
    "error,outcome",
    [
        (None, Sent(message_id=5)),
        (Forbidden("blocked"), Blocked()),
        (BadRequest("can't parse entities"), Failed(reason="can't parse entities")),
        (broken(httpx.ReadError("gone")), Unreached(reason="ReadError")),
        (TimedOut(), Unreached(reason="Timed out")),
    ],
)
async def test_a_message_of_its_own(error: TelegramError | None, outcome: object) -> None:
    sender, *_ = messenger(error)
    assert await sender.send(1001, MESSAGE) == outcome


@pytest.mark.parametrize(
    "error,shown",
    [
        (None, True),
        (BadRequest("Message is not modified: same"), True),
        (BadRequest("Message to edit not found"), False),
        (BadRequest("can't parse entities"), False),
        (Forbidden("blocked"), False),
        (broken(httpx.ReadError("gone")), False),
    ],
)
async def test_an_edit(error: TelegramError | None, shown: bool) -> None:
    sender, *_ = messenger(error)
    assert await sender.edit(1001, 5, MESSAGE) is shown


@pytest.mark.parametrize(
    "error,found",
    [
        (None, Found.SOMETHING),
        (BadRequest("Message to react not found"), Found.NOTHING),
        (BadRequest("REACTIONS_TOO_MANY"), Found.UNCLEAR),
        (Forbidden("bot was blocked by the user"), Blocked()),
        (Forbidden("user is deactivated"), Blocked(is_deleted=True)),
        (broken(httpx.ReadError("gone")), Postponed(seconds=2, fault="ReadError")),
        (NetworkError("Bad Gateway"), Postponed(seconds=2, fault="BadGateway")),
    ],
)
async def test_a_look_changes_nothing(error: TelegramError | None, found: object) -> None:
    sender, blocked, bot = messenger(error)
    assert await sender.look(1001, 7) == found
    assert bot.calls == [("set_message_reaction", {"rate_limit_args": Repeat.QUESTION})]
    assert blocked == ([1001] if isinstance(found, Blocked) else [])


@pytest.mark.parametrize(
    "error,found",
    [
        (BadRequest("Message is not modified: exactly the same"), Found.THIS),
        (BadRequest("Message can't be edited"), Found.ANOTHERS),
        (BadRequest("Message to edit not found"), Found.NOTHING),
        (None, Found.UNCLEAR),
        (BadRequest("something new"), Found.UNCLEAR),
        (TimedOut(), Postponed(seconds=2, fault="TimedOut")),
    ],
)
async def test_a_message_is_recognized_by_its_buttons(error: TelegramError | None, found: object) -> None:
    sender, _, bot = messenger(error)
    assert await sender.recognize(1001, 7, MESSAGE) == found
    ((method, given),) = bot.calls
    assert method == "edit_message_reply_markup"
    assert given == {"reply_markup": keyboard(MESSAGE.buttons), "rate_limit_args": Repeat.QUESTION}


@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")  # PTB's own RetryAfter.__init__ warns
async def test_a_look_waits_as_long_as_telegram_says() -> None:
    sender, *_ = messenger(RetryAfter(timedelta(seconds=40)))
    assert await sender.look(1001, 7) == Postponed(seconds=40)


async def test_the_ids_of_what_is_sent_are_remembered() -> None:
    sender, *_ = messenger()
    await sender.send(1001, MESSAGE)
    assert sender.numbering.highest == 5
    await sender.send_once(1002, MESSAGE)
    assert sender.numbering.is_contradicted, "the same id a second time is not one counter's"


async def test_only_what_is_sent_once_may_have_to_be_looked_for() -> None:
    """Its caller notes that it was sent, which may fail."""
    answering, *_ = messenger()
    await answering.send(1001, MESSAGE)
    assert answering.numbering.is_another(1001, 5)
    sending, *_ = messenger()
    await sending.send_once(1001, MESSAGE)
    assert not sending.numbering.is_another(1001, 5)


class SlowBot:
    """Stands for telegram.Bot: each document is on its way until it is let go."""

    def __init__(self) -> None:
        self.documents: list[bytes] = []
        self.began = asyncio.Event()
        self.arrived = asyncio.Event()

    async def send_document(self, *, document: InputFile, **_: Any) -> Any:
        assert isinstance(document.input_file_content, bytes)
        self.documents.append(document.input_file_content)
        if len(self.documents) == 2:
            self.began.set()
        await self.arrived.wait()
        return type("Sent", (), {"message_id": 5})()

    async def send_message(self, **_: Any) -> Any:
        return type("Sent", (), {"message_id": 6})()


async def test_two_files_at_most_stand_in_memory_and_nothing_else_waits_for_them(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    await asyncio.to_thread(file.write_bytes, b"%PDF")
    carried = Attachment(kind=AttachmentKind.FILE, name="a.pdf", content=file)
    bot: Any = SlowBot()

    async def on_blocked(telegram_id: int, how: Blocked) -> None: ...

    sender = TelegramMessenger(bot, on_blocked)
    async with asyncio.TaskGroup() as tasks:
        sent = [tasks.create_task(sender.show(1001, Message(html="", attachment=carried))) for _ in range(5)]
        await bot.began.wait()
        assert await sender.show(1001, MESSAGE) == 6
        assert bot.documents == [b"%PDF"] * 2
        bot.arrived.set()
    assert [task.result() for task in sent] == [5] * 5
    assert len(bot.documents) == 5


def test_buttons_become_rows_of_a_keyboard() -> None:
    made = keyboard(MESSAGE.buttons)
    assert made is not None
    ((data, url),) = made.inline_keyboard
    assert (data.callback_data, url.url) == ("a:1", "https://b.org")
    assert keyboard(()) is None
