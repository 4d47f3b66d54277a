"""What the processor is good at, and how much of it the process may use."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def has_fast_bf16() -> bool:
    """Only avx512_bf16 computes bf16 faster than float32; elsewhere it is emulated."""
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text("ascii", "ignore")
    except OSError:
        return False


def processor_quota() -> int:
    """The processors that a container's limit (cgroup v2) allows; more threads than that only halt each other."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        return max(1, round(int(quota) / int(period)))
    except (OSError, ValueError):
        return os.cpu_count() or 1


def usable_processors() -> int:
    """The processors that this process may run on; torch forgets their number once a thread has asked for fewer."""
    here = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(here, processor_quota())
