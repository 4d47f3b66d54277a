"""Who is at work on a library, found among this process's descendants."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from pathlib import Path

#: What each process was started with, behind Python's own name.
MODULES = {
    "bot": ["-m", "bot", "run"],
    "answerer": ["-m", "bot.answerer"],
    "worker": ["-m", "indexer", "worker"],
    "shell": ["-m", "indexer", "load"],
    "child": ["-m", "indexer.child"],
    "child for lists": ["-m", "indexer.catalogue"],
}


def running() -> dict[str, int]:
    """Their ids, by what they are: a worker's child is "child"."""
    found = {}
    for pid in _descendants(os.getpid()):
        words = [word for word in _command(pid) if word != "-P"]
        for name, module in MODULES.items():
            if words[1 : 1 + len(module)] == module:
                found[name] = pid
    return found


def kill(pid: int) -> None:
    """As a power cut would; returns when it has ended, for it must not be taken for alive meanwhile."""
    dying = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([dying], [], [])
    os.close(dying)


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _descendants(child)


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []
