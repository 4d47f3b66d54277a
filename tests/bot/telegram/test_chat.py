"""A file that was sent is fetched, or its sender hears that it was not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from telegram import Update
from telegram.error import BadRequest, NetworkError, TelegramError

from bot.conversation import FileRefused
from bot.telegram.chat import TelegramChat
from tests.bot.telegram.updates import update

DOCUMENT = {"document": {"file_id": "f", "file_unique_id": "u", "file_name": "高血压.pdf", "file_size": 4}}
FAULT = NetworkError("httpx.ConnectError")


class File:
    async def download_to_drive(self, path: Path) -> Path:
        await asyncio.to_thread(path.write_bytes, b"%PDF")
        return path


class Fetching:
    """Stands for telegram.Bot: gives the file after these errors."""

    def __init__(self, *errors: TelegramError) -> None:
        self.errors = list(errors)

    async def get_file(self, *_: Any, **__: Any) -> File:
        if self.errors:
            raise self.errors.pop(0)
        return File()


def chat(*errors: TelegramError) -> tuple[TelegramChat, list[float]]:
    bot: Any = Fetching(*errors)
    sent = update(DOCUMENT).to_dict()
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    messenger: Any = None
    return TelegramChat(bot, messenger, Update.de_json(sent, bot), 1001, sleep=sleep), slept


async def test_a_file_is_fetched_again_after_faults(tmp_path: Path) -> None:
    fetching, slept = chat(FAULT, FAULT)
    path = await fetching.download(tmp_path / "uploads")
    assert (path.read_bytes(), path.suffix) == (b"%PDF", ".pdf")
    assert slept == [1, 2]


@pytest.mark.parametrize("errors", [[BadRequest("file is too big")], [FAULT] * 5])
async def test_a_file_that_cannot_be_had_is_refused_and_does_not_wait_for_the_next_start(
    tmp_path: Path, errors: list[TelegramError]
) -> None:
    fetching, _ = chat(*errors)
    with pytest.raises(FileRefused):
        await fetching.download(tmp_path / "uploads")
