"""Tables as text: one row a line, its cells joined with " | ", the header first."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.shown import one_line

SEPARATOR = " | "

Grid = Sequence[Sequence[str | None]]


def cell_text(cell: str | None) -> str:
    """A cell on one line; a bar in it would look like the end of a cell."""
    return one_line((cell or "").replace("|", "｜"))


def rendered(grid: Grid) -> str:
    """The table as text; rows and columns without anything in them are left out."""
    rows = [[cell_text(cell) for cell in row] for row in grid]
    width = max((len(row) for row in rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows if any(row)]
    kept = [column for column in range(width) if any(row[column] for row in padded)]
    return "\n".join(SEPARATOR.join(row[column] for column in kept).rstrip() for row in padded)


def filled_share(grid: Grid) -> float:
    """How much of the table has text: 0 to 1."""
    cells = [cell_text(cell) for row in grid for cell in row]
    return sum(map(bool, cells)) / len(cells) if cells else 0.0
