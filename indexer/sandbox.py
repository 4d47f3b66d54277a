"""Documents are read in a child process with limits: a hostile file can stop that child, and nothing else.

    document = read_document(path)              one file, one child
    with Sandbox() as sandbox:                  many files, one child for as long as it lives
        document = sandbox.read_document(path)

Limits: address space (not on macOS, which refuses them), CPU time, wall time, size of written files; no
network where the system lets a process leave it (Linux). The child answers in JSON, one line a file.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from indexer import errors
from indexer.parsers.kinds import kind_of
from indexer.reading import Document
from indexer.wire import chunk_in, parsed_in

DEFAULT_TIMEOUT = 60.0
LONGEST_TIMEOUT = 300.0
DEFAULT_MEMORY_MB = 1536
#: Honest files take up to 10 s a megabyte on slow machines; what is promised for small ones is 60 s.
_SECONDS_PER_MEGABYTE = 10.0
#: An answer longer than this is no document: 50 MB of text, escaped.
_LONGEST_ANSWER = 400 * 1024 * 1024


def read_document(
    path: Path,
    *,
    timeout: float = DEFAULT_TIMEOUT,
    memory_mb: int = DEFAULT_MEMORY_MB,
    longest: float = LONGEST_TIMEOUT,
) -> Document:
    """Reads one file in a child of its own. Raises IndexerError.

    timeout: seconds of wall time; large files get more, in step with their size, up to longest.
    memory_mb: address space of the child in megabytes.
    """
    with Sandbox(timeout=timeout, memory_mb=memory_mb, longest=longest) as sandbox:
        return sandbox.read_document(path)


class Sandbox:
    """A child that reads one file after the other; after a crash the next file gets a new one."""

    def __init__(
        self,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        memory_mb: int = DEFAULT_MEMORY_MB,
        longest: float = LONGEST_TIMEOUT,
    ) -> None:
        self._timeout = timeout
        self._memory_mb = memory_mb
        self._longest = max(timeout, longest)
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read_document(self, path: Path) -> Document:
        """Reads a file. Raises IndexerError."""
        kind_of(path)
        answer = self._asked({"path": str(path.resolve())}, self._allowed(path))
        if "error" in answer:
            raise errors.by_code(str(answer["error"]), str(answer.get("detail", "")))
        return Document(
            parsed=parsed_in(answer["parsed"]), chunks=tuple(chunk_in(each) for each in answer["chunks"])
        )

    def close(self) -> None:
        """Ends the child, if there is one."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()

    def _allowed(self, path: Path) -> float:
        megabytes = path.stat().st_size / 1024 / 1024
        return min(self._longest, max(self._timeout, megabytes * _SECONDS_PER_MEGABYTE))

    def _asked(self, request: dict[str, Any], allowed: float) -> dict[str, Any]:
        child = self._running()
        try:
            return self._exchanged(child, {**request, "seconds": allowed}, allowed)
        except errors.IndexerError:
            self.close()
            raise
        except (OSError, ValueError) as error:
            self.close()
            raise errors.Crashed(type(error).__name__) from error

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = _started(self._memory_mb)
        return self._child

    def _exchanged(
        self, child: subprocess.Popen[bytes], request: dict[str, Any], allowed: float
    ) -> dict[str, Any]:
        if child.stdin is None or child.stdout is None:
            raise OSError("a child without pipes")
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
        line = _line(child.stdout.fileno(), time.monotonic() + allowed)
        if line is None:
            raise errors.Timeout(f"after {allowed:.0f} s")
        if not line:
            raise _ended(child)
        answer: dict[str, Any] = json.loads(line)
        return answer


def _started(memory_mb: int) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parent.parent)
    #: The child needs nothing of the environment, least of all the bot's token.
    kept = {
        name: os.environ[name]
        for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")
        if name in os.environ
    }
    environment = {**kept, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "indexer.child", str(memory_mb)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        close_fds=True,
    )


def _line(descriptor: int, deadline: float) -> bytes | None:
    """One line from the child; empty when it ended, None when it took too long."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return None
        part = os.read(descriptor, 1 << 20)
        size += len(part)
        if not part or size > _LONGEST_ANSWER:
            return b""
        parts.append(part)
        if part.endswith(b"\n"):
            return b"".join(parts)


def _ended(child: subprocess.Popen[bytes]) -> errors.IndexerError:
    """Why a child is gone without an answer: pypdfium2 aborts when memory is refused."""
    child.kill()
    code = child.wait()
    if code == -24:
        return errors.Timeout("cpu time")
    if code in (-6, -9, 134, 137):
        return errors.OutOfMemory()
    return errors.Crashed(f"exit {code}")
