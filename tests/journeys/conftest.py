"""The real bot, its library and the server for the journeys; each story waits for what happens, never for a time."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.documents import LOADED
from tests.journeys.people import Person
from tests.journeys.server import Server

COORDINATOR, ADMINISTRATOR = 2001, 3001


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A server, and a bot that is or is not running on it."""

    server: Server
    bot: BotProcess

    def person(self, name: str, language: str = "zh") -> Person:
        return Person(self.server, name, "zh-hans" if language == "zh" else "en")

    def coordinator(self, language: str = "zh") -> Person:
        return self._staff(COORDINATOR, "刘老师", language)

    def administrator(self, language: str = "zh") -> Person:
        return self._staff(ADMINISTRATOR, "陈主任", language)

    def _staff(self, first_id: int, name: str, language: str) -> Person:
        """Another one for each language, for the bot remembers which one somebody speaks."""
        id_ = first_id + (language == "en")
        return Person(self.server, name, "zh-hans" if language == "zh" else "en", id_)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the journeys' guidelines loaded; copied, never used itself."""
    folder = tmp_path_factory.mktemp("journeys")
    documents = folder / "documents"
    documents.mkdir()
    for name, text in LOADED.items():
        (documents / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "indexer", "load", str(documents), "--json"]
    done = subprocess.run(
        command, cwd=folder, env=environment(folder / "data"), check=False, capture_output=True, text=True
    )
    if done.returncode:
        pytest.fail(f"loading ended with {done.returncode}: {done.stdout}{done.stderr}", pytrace=False)
    return folder / "data"


@asynccontextmanager
async def staged(library: Path, folder: Path, **settings: str) -> AsyncIterator[Stage]:
    """Afterwards nothing runs any more, and no call may have been one that Telegram would refuse."""
    shutil.copytree(library, folder / "data")
    server = Server()
    await server.start()
    staff = {
        "YIDAO_COORDINATOR_IDS": f"{COORDINATOR},{COORDINATOR + 1}",
        "YIDAO_ADMIN_IDS": f"{ADMINISTRATOR},{ADMINISTRATOR + 1}",
    }
    bot = BotProcess(server, folder, **staff, **settings)
    try:
        yield Stage(server=server, bot=bot)
    finally:
        await bot.stop()
        await server.stop()
    assert server.bad_requests == []


@pytest_asyncio.fixture(loop_scope="session")
async def stage(library: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage of its own for a story that kills or starves the bot; the story starts the bot."""
    async with staged(library, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(library: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One running bot for all stories that leave it as it is; each brings people of its own."""
    async with staged(library, tmp_path_factory.mktemp("shared")) as made:
        await made.bot.start()
        yield made
