"""Has pictures drawn in a process that ends with them.

matplotlib takes half a second to import, 80 MB to keep, and the interpreter's lock while it draws; the bot that answers
doctors can spare none of these.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

from bot.charts.picture import Picture, to_json

log = logging.getLogger(__name__)

#: The first one of an installation also looks for fonts, as the library will have it.
_PATIENCE_S = 60.0


class NotDrawn(Exception):
    """The picture could not be drawn; the numbers are shown without it."""


class Charts:
    """Draws one picture at a time, however many ask."""

    def __init__(self, cache_dir: Path, *, patience_s: float = _PATIENCE_S) -> None:
        """cache_dir: where the drawing library may keep what it finds out."""
        self._cache_dir = cache_dir
        self._patience_s = patience_s
        self._turn = asyncio.Lock()

    async def png(self, picture: Picture) -> bytes:
        """1,080 pixels wide. Raises NotDrawn."""
        async with self._turn:
            return await self._drawn(to_json(picture).encode())

    async def _drawn(self, described: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.charts",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "MPLCONFIGDIR": str(self._cache_dir / "matplotlib"), "PYTHONPATH": _ROOT},
        )
        try:
            async with asyncio.timeout(self._patience_s):
                drawn, _ = await process.communicate(described)
        except TimeoutError:
            log.warning("action=chart.too_slow seconds=%g", self._patience_s)
            raise NotDrawn from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode or not drawn:
            log.error("action=chart.failed status=%s", process.returncode)
            raise NotDrawn
        return drawn


#: Where the packages are, whatever folder the bot was started in.
_ROOT = str(Path(__file__).resolve().parents[2])
