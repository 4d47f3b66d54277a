"""Pages are drawn in a process of the indexer's, which opens strangers' files with limits and without a network.

The bot never imports the indexer; at the other end of the pipes is `python -m indexer.rendering`, one line of JSON each
way. The process stays for a while after a picture, since the next is often asked for at once, and is gone when idle.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

#: Megabytes of address space: a page takes a tenth of them.
_MEGABYTES = 1024
COMMAND = (sys.executable, "-P", "-m", "indexer.rendering", str(_MEGABYTES))
_ROOT = Path(__file__).resolve().parents[2]
#: What such a process needs of the environment; least of all the bot's token.
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")
#: In seconds. A page takes a fifth of a second; one of a thousand layers may take longer.
_LONGEST = 10.0
_IDLE = 60.0
#: What Telegram takes of a photo, and the same in base64 with its frame.
_LARGEST_PICTURE = 10_000_000
_LONGEST_LINE = 14_000_000
_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWanted:
    """Which page of a PDF, and which passages are to be marked on it; pages are counted from 1."""

    path: str
    page: int
    page_first: int
    page_last: int
    texts: tuple[str, ...]
    #: The folder where the indexer keeps what it recognised on pages that are pictures.
    recognised: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    jpeg: bytes
    #: Something of the passages was found on this page.
    is_marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDrawn:
    #: A code of the indexer's errors, or what became of the process; for the log.
    reason: str


class _NoPicture(Exception):
    """The process says something else than it should; the message tells what, for the log."""


class DrawingProcess:
    """Draws one page after the other. What ends the process, or takes too long, costs the page at hand only."""

    def __init__(
        self, command: Sequence[str] = COMMAND, *, longest_s: float = _LONGEST, idle_s: float = _IDLE
    ) -> None:
        self._command = tuple(command)
        self._longest_s = longest_s
        self._idle_s = idle_s
        self._one_at_a_time = asyncio.Lock()
        self._process: Process | None = None
        self._leave: asyncio.TimerHandle | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def draw(self, wanted: PageWanted) -> Drawn | NotDrawn:
        async with self._one_at_a_time:
            self._stay()
            try:
                async with asyncio.timeout(self._longest_s):
                    outcome = _outcome(await self._exchanged(wanted))
            except TimeoutError:
                outcome = NotDrawn(reason="timeout")
                await self._end()
            except (OSError, ValueError, _NoPicture) as error:
                outcome = NotDrawn(reason=str(error))
                await self._end()
            except BaseException:
                # A picture that nobody waits for any more must not be taken for the next one's.
                await self._end()
                raise
            self._leave_when_idle()
        if isinstance(outcome, NotDrawn):
            log.warning("action=picture.not_drawn reason=%s", outcome.reason)
        return outcome

    async def close(self) -> None:
        self._stay()
        await self._end()

    async def _exchanged(self, wanted: PageWanted) -> bytes:
        """Empty where the process ended. Raises OSError, or ValueError for an answer beyond all bounds."""
        process = await self._running()
        assert process.stdin is not None  # noqa: S101 - PIPE was asked for
        assert process.stdout is not None  # noqa: S101 - likewise
        request = json.dumps({**asdict(wanted), "seconds": self._longest_s})
        process.stdin.write(request.encode() + b"\n")
        await process.stdin.drain()
        return await process.stdout.readline()

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            await self._end()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=_LONGEST_LINE,
                env=_environment(),
                # Not in our group: an interrupt from the terminal is for the bot.
                start_new_session=True,
            )
            log.info("action=picture.process_started pid=%d", self._process.pid)
        return self._process

    def _stay(self) -> None:
        if self._leave is not None:
            self._leave.cancel()
            self._leave = None

    def _leave_when_idle(self) -> None:
        def leave() -> None:
            self._leaving = asyncio.create_task(self._retire())

        self._leave = asyncio.get_running_loop().call_later(self._idle_s, leave)

    async def _retire(self) -> None:
        async with self._one_at_a_time:
            await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        # Reads what is left of the pipes too, without which their ends would stay open.
        await process.communicate()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(_ROOT), "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}


def _outcome(line: bytes) -> Drawn | NotDrawn:
    """What the process says, checked: a hostile file may have taken it over. Raises ValueError or _NoPicture."""
    if not line:
        raise _NoPicture("the process ended")
    answer = json.loads(line)
    if not isinstance(answer, Mapping):
        raise _NoPicture("no answer")
    if "error" in answer:
        return NotDrawn(reason=str(answer["error"])[:50])
    return Drawn(jpeg=_jpeg(answer.get("jpeg")), is_marked=answer.get("is_marked") is True)


def _jpeg(encoded: Any) -> bytes:
    if not isinstance(encoded, str):
        raise _NoPicture("no picture")
    try:
        jpeg = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise _NoPicture("no base64") from error
    if not jpeg.startswith(_JPEG) or len(jpeg) > _LARGEST_PICTURE:
        raise _NoPicture("no picture that Telegram takes")
    return jpeg
