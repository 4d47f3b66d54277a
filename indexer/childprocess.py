"""A child process that opens strangers' files: started when asked, asked one thing at a time, ended when it fails."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from indexer import errors

#: An answer longer than this is no document: 50 MB of text, escaped.
_LONGEST_ANSWER = 400 * 1024 * 1024


class ChildProcess:
    """`python -m MODULE MEGABYTES`; after a crash the next request gets a new one.

    Whatever the child started ends with it, and what they left in their temporary folder goes.
    """

    def __init__(self, module: str, memory_mb: int) -> None:
        self._module = module
        self._memory_mb = memory_mb
        self._child: subprocess.Popen[bytes] | None = None
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def ask(self, request: dict[str, Any], allowed: float) -> dict[str, Any]:
        """The answer to a request within so many seconds. Raises IndexerError where there is none."""
        child = self._running()
        try:
            return _exchanged(child, {**request, "seconds": allowed}, allowed)
        except errors.IndexerError:
            self.close()
            raise
        except (OSError, ValueError) as error:
            self.close()
            raise errors.Crashed(type(error).__name__) from error

    def close(self) -> None:
        """Ends the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            _kill(child)
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
        temporary, self._temporary = self._temporary, None
        if temporary is not None:
            temporary.cleanup()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            # A child that is killed cannot tidy up behind itself.
            self._temporary = tempfile.TemporaryDirectory(prefix="yidao-child-", ignore_cleanup_errors=True)
            self._child = _started(self._module, self._memory_mb, self._temporary.name)
        return self._child


def _exchanged(child: subprocess.Popen[bytes], request: dict[str, Any], allowed: float) -> dict[str, Any]:
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


def _kill(child: subprocess.Popen[bytes]) -> int:
    """Ends the child with all that it started; its exit code."""
    if child.returncode is None and hasattr(os, "killpg"):
        # It leads a group of its own, which bears its number for as long as nobody has asked for its exit code.
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses where it has ended
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    return child.wait()


def _started(module: str, memory_mb: int, temporary: str) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parent.parent)
    #: The child needs nothing of the environment, least of all the bot's token.
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    own = {"TMPDIR": temporary, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, str(memory_mb)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**kept, **own},
        close_fds=True,
        start_new_session=True,
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
    code = _kill(child)
    if code == -24:
        return errors.Timeout("cpu time")
    if code in (-6, -9, 134, 137):
        return errors.OutOfMemory()
    return errors.Crashed(f"exit {code}")
