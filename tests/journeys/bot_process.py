"""The real bot as a process of its own, against the journeys' server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from pathlib import Path

from tests.journeys.server import TOKEN, Server

ROOT = Path(__file__).resolve().parents[2]


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """Nothing of the developer's own settings, and vectors that need no model."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YIDAO_")}
    fixed = {"YIDAO_DATA_DIR": str(data_dir), "YIDAO_EMBEDDING_MODEL": "fake", "PYTHONPATH": str(ROOT)}
    # Stories about something else begin with a doctor who agreed elsewhere.
    fixed["YIDAO_CONSENT"] = "notice"
    return {**kept, **fixed, **settings}


class BotProcess:
    """Started, killed and started again at will; its data and its log stay."""

    def __init__(self, server: Server, folder: Path, **settings: str) -> None:
        self.server = server
        self.log = folder / "bot.log"
        self.data_dir = folder / "data"
        self._folder = folder
        self._environment = environment(
            self.data_dir,
            YIDAO_BOT_TOKEN=TOKEN,
            YIDAO_TELEGRAM_BASE_URL=f"{server.url}/bot",
            YIDAO_TELEGRAM_BASE_FILE_URL=f"{server.url}/file/bot",
            **settings,
        )
        self._process: Process | None = None

    async def start(self) -> None:
        """Returns when the bot takes updates."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        polls = asyncio.create_task(self.server.polled())
        ends = asyncio.create_task(self._process.wait())
        await asyncio.wait([polls, ends], return_when=asyncio.FIRST_COMPLETED)
        if ends.done():
            polls.cancel()
            raise AssertionError(f"the bot ended with {ends.result()}:\n{self.log.read_text()[-4000:]}")
        ends.cancel()
        await polls

    async def kill(self) -> None:
        """As a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """As a service manager would; gives the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(how)
        async with asyncio.timeout(30):
            return await process.wait()
