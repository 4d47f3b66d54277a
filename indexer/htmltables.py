"""HTML tables as grids; a cell that spans rows or columns is repeated in each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import html

#: Browsers stop at these too; a hostile file may ask for a million.
_WIDEST = 100
_TALLEST = 1000
_NO_NETWORK = html.HTMLParser(no_network=True, huge_tree=False, recover=True)

Element = Any
"""An lxml element: the library ships no types."""


def grids_in(source: str) -> Iterator[list[list[str]]]:
    """The tables of a piece of HTML, outer ones only."""
    root = html.fragment_fromstring(source, create_parent="div", parser=_NO_NETWORK)
    for table in root.iter("table"):
        if not any(parent.tag == "table" for parent in table.iterancestors()):
            yield grid(table)


def grid(table: Element) -> list[list[str]]:
    cells: dict[tuple[int, int], str] = {}
    for row, tr in enumerate(list(table.iter("tr"))[:_TALLEST]):
        column = 0
        for cell in tr.iter("td", "th"):
            while (row, column) in cells:
                column += 1
            text = cell_text(cell)
            for down in range(_span(cell, "rowspan", _TALLEST)):
                for right in range(_span(cell, "colspan", _WIDEST)):
                    cells.setdefault((row + down, column + right), text)
            column += _span(cell, "colspan", _WIDEST)
    return _square(cells)


def _span(cell: Element, name: str, most: int) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), most) if value.isdigit() and len(value) < 6 else 1


def cell_text(cell: Element) -> str:
    for line_break in cell.iter("br"):
        line_break.tail = " " + (line_break.tail or "")
    return "".join(cell.itertext())


def _square(cells: dict[tuple[int, int], str]) -> list[list[str]]:
    rows = max((row for row, _ in cells), default=-1) + 1
    columns = max((column for _, column in cells), default=-1) + 1
    return [[cells.get((row, column), "") for column in range(columns)] for row in range(rows)]
