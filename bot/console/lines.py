"""Lines from standard input while the conversation goes on, whatever bytes are in them."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator

_CHUNK = 65536


async def lines(descriptor: int = 0) -> AsyncIterator[str]:
    """Each line without its end; the last one may lack it.

    A daemon thread reads the descriptor itself: one that waits inside Python's buffered stdin would hold its lock and
    keep the program from ending.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes] = asyncio.Queue()

    def pump() -> None:
        while chunk := _read(descriptor):
            loop.call_soon_threadsafe(queue.put_nowait, chunk)
        loop.call_soon_threadsafe(queue.put_nowait, b"")

    threading.Thread(target=pump, name="stdin", daemon=True).start()
    waiting = b""
    while chunk := await queue.get():
        *whole, waiting = (waiting + chunk).split(b"\n")
        for line in whole:
            yield _text(line)
    if waiting:
        yield _text(waiting)


def _read(descriptor: int) -> bytes:
    """Nothing at the end, and where there is no standard input at all."""
    try:
        return os.read(descriptor, _CHUNK)
    except OSError:
        return b""


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r")
