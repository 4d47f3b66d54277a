"""How far long work has come, as a person sees it."""

from __future__ import annotations

_CELLS = 8


def bar(done: int, total: int) -> str:
    """▓▓▓▓▓▓░░ for 21 of 28; never full before the last one is done."""
    filled = min(_CELLS, done * _CELLS // total) if total else 0
    return "▓" * filled + "░" * (_CELLS - filled)
