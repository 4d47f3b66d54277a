"""A recognised line, and how it is written down. It knows no document library, for whoever asks for it has none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Box = tuple[float, float, float, float]
"""x0, bottom, x1, top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedLine:
    """One line of one column, in points as its page is shown."""

    text: str
    box: Box


def lines_out(lines: Iterable[RecognisedLine]) -> list[list[Any]]:
    """As JSON: a list of text, x0, bottom, x1, top for each."""
    return [[line.text, *(round(edge, 2) for edge in line.box)] for line in lines]


def lines_in(values: Any) -> tuple[RecognisedLine, ...]:
    """Raises TypeError or ValueError for what is no such list."""
    return tuple(
        RecognisedLine(text=str(text), box=(float(x0), float(bottom), float(x1), float(top)))
        for text, x0, bottom, x1, top in values
    )
