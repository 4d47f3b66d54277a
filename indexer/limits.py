"""The limits that a child sets itself before it opens a stranger's file. What a system refuses is left out."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

_MEGABYTE = 1024 * 1024
#: By how much a child steps back behind whoever started it: answers go before reading.
NICENESS = 5
_LARGEST_WRITTEN = 64 * _MEGABYTE
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def limit(megabytes: int, *, niceness: int = 0) -> None:
    """Address space, the size of written files, no core dumps, no network; for as long as this process lives."""
    _leave_network()
    with contextlib.suppress(OSError):
        os.nice(niceness)
    try:
        import resource
    except ImportError:  # Windows has no such limits: the wall time of the parent remains
        return
    for name, value in (
        (resource.RLIMIT_AS, megabytes * _MEGABYTE),
        (resource.RLIMIT_FSIZE, _LARGEST_WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(OSError, ValueError):  # macOS refuses RLIMIT_AS
            resource.setrlimit(name, (value, value))


def limit_cpu(seconds: float) -> None:
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
