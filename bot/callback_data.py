"""Numbers in a button's data, which whoever presses may have made up."""

from __future__ import annotations

#: A database's integers end here; data that a button never had may not.
_MOST_DIGITS = 18


def number_of(text: str, *, most_digits: int = _MOST_DIGITS) -> int | None:
    """A whole number without a sign; None for anything else."""
    is_sound = text.isascii() and text.isdigit() and len(text) <= most_digits
    return int(text) if is_sound else None
