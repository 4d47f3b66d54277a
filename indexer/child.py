"""The child of indexer.sandbox: limits itself, then reads the files that it is asked for, one line each.

python -m indexer.child MEGABYTES      {"path": …, "seconds": …} a line in, one line of JSON out
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

_MEGABYTE = 1024 * 1024
_LARGEST_WRITTEN = 64 * _MEGABYTE
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def main() -> None:
    """Answers requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    #: A library that prints must not get into the answers.
    os.dup2(2, 1)
    _limit(int(sys.argv[1]))
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _limit_cpu(float(request["seconds"]))
        answers.write(json.dumps(_answer(Path(request["path"])), ensure_ascii=True).encode() + b"\n")
        answers.flush()


def _answer(path: Path) -> dict[str, Any]:
    from indexer import errors
    from indexer.reading import read
    from indexer.wire import chunk_out, parsed_out

    try:
        document = read(path)
        return {
            "parsed": parsed_out(document.parsed),
            "chunks": [chunk_out(chunk) for chunk in document.chunks],
        }
    except errors.IndexerError as error:
        return {"error": error.code, "detail": error.detail}
    except MemoryError:
        return {"error": errors.OutOfMemory.code}
    except RecursionError:
        return {"error": errors.Damaged.code, "detail": "nested too deeply"}
    # The libraries raise anything on a broken file; the type alone is safe to tell.
    except Exception as error:  # noqa: BLE001
        return {"error": errors.Damaged.code, "detail": type(error).__name__}


def _limit(megabytes: int) -> None:
    _leave_network()
    with contextlib.suppress(OSError):
        os.nice(5)
    try:
        import resource
    except ImportError:  # Windows has no such limits: the wall time of the parent remains
        return
    for limit, value in (
        (resource.RLIMIT_AS, megabytes * _MEGABYTE),
        (resource.RLIMIT_FSIZE, _LARGEST_WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(OSError, ValueError):  # macOS refuses RLIMIT_AS
            resource.setrlimit(limit, (value, value))


def _limit_cpu(seconds: float) -> None:
    """CPU time for the next file, beside what was used; the parent's wall time ends a child that sleeps."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    total = int(used.ru_utime + used.ru_stime + seconds) + 2
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (total, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _leave_network() -> None:
    """A network namespace of its own has no way out; where the system forbids it, nothing is lost but a wall."""
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_CLONE_NEWNET):
        library.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


if __name__ == "__main__":
    main()
