"""Tables of a PDF page: pdfplumber finds the cells, pypdfium2's characters fill them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexer.grids import filled_share, rendered
from indexer.parsers.pdf.characters import Box, Character, Segment
from indexer.parsers.pdf.lines import Line, lines_of
from indexer.parsers.pdf.rules import RuledPage
from indexer.shown import join_lines

Place = tuple[int, int]
"""Row and column, from 0."""

#: What stands between two entries of one cell.
ENTRY_SEPARATOR = " / "
#: A line that leaves more room than this many characters was ended on purpose.
_ROOM = 3.5
_OPEN_END = re.compile(r"[，、,(（/\-–~～和或及与的]$|\b(?:and|or|of|the|in|for|with|to|a|an|by|at)$")
_GOES_ON = re.compile(r"[a-z)）\]］，。、；%％]")
#: A merged cell with more text than this is not repeated: it would drown its rows.
_LONGEST_REPEATED = 40
#: A frame that covers this much of a page is layout, not a table.
_MOST_OF_PAGE = 0.85
_FEWEST_FILLED = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A table's cells by row, as boxes (x0, bottom, x1, top) in PDF points; None where a merged cell goes on."""

    cells: tuple[tuple[Box | None, ...], ...]

    @property
    def box(self) -> Box:
        boxes = [box for row in self.cells for box in row if box]
        return (
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    box: Box
    text: str


def frames(page: RuledPage) -> tuple[Frame, ...]:
    """The ruled frames of a page, largest first; whether they are tables is told by their text."""
    from pdfplumber.table import TableFinder

    found = [_frame(table) for table in TableFinder(page).tables]  # type: ignore[arg-type]  # all that it asks of one
    kept = [frame for frame in found if _has_shape(frame, page)]
    return tuple(sorted(kept, key=lambda frame: -_area(frame.box)))


def _frame(table: Any) -> Frame:
    def place(cell: Box | None) -> Box | None:
        return (cell[0], -cell[3], cell[2], -cell[1]) if cell else None

    return Frame(cells=tuple(tuple(place(cell) for cell in row.cells) for row in table.rows))


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _has_shape(frame: Frame, page: RuledPage) -> bool:
    rows, columns = len(frame.cells), max(len(row) for row in frame.cells)
    whole = page.width * page.height
    x0, bottom, x1, top = frame.box
    return (
        columns >= 2
        and rows >= 1
        and top - bottom > 12
        and x1 - x0 > 60
        and _area(frame.box) < _MOST_OF_PAGE * whole
    )


def taken_out(parts: Sequence[Segment], found: Sequence[Frame]) -> tuple[list[Segment], list[Table]]:
    """The segments without what stands in tables, and the tables; a frame that is no table keeps its text."""
    tables: list[Table] = []
    rest = list(parts)
    for frame in found:
        grid, without = _filled(rest, frame)
        if _is_table(grid):
            tables.append(Table(box=frame.box, text=rendered(grid)))
            rest = without
    return rest, tables


def _is_table(grid: Sequence[Sequence[str]]) -> bool:
    """Two rows and two columns with text in a good part of the cells: frames, boxes and forms are none."""
    used = sum(any(row[column].strip() for row in grid) for column in range(len(grid[0])))
    filled = sum(bool(cell.strip()) for row in grid for cell in row)
    return len(grid) >= 2 and used >= 2 and filled >= 4 and filled_share(grid) >= _FEWEST_FILLED


def _filled(parts: Sequence[Segment], frame: Frame) -> tuple[list[list[str]], list[Segment]]:
    inside: dict[Place, list[Segment]] = {}
    rest: list[Segment] = []
    for part in parts:
        for place, piece in _parted(part, frame):
            if place is None:
                rest.append(piece)
            else:
                inside.setdefault(place, []).append(piece)
    texts = {
        (row, column): _cell_text(inside[row, column], box)
        for row, cells in enumerate(frame.cells)
        for column, box in enumerate(cells)
        if box and (row, column) in inside
    }
    owners = _owners(frame)
    return [
        [_repeated(texts, (row, column), owners) for column in range(_width(frame))]
        for row in range(len(frame.cells))
    ], rest


def _width(frame: Frame) -> int:
    return max(len(row) for row in frame.cells)


def _repeated(texts: Mapping[Place, str], place: Place, owners: Mapping[Place, Place]) -> str:
    """The text of a cell; a merged cell's stands in each of its places, unless it is long."""
    owner = owners.get(place)
    text = texts.get(owner, "") if owner else ""
    return text if owner == place or len(text) <= _LONGEST_REPEATED else ""


def _owners(frame: Frame) -> dict[Place, Place]:
    """For each place of the grid the cell that covers it: a merged cell covers several."""
    columns = _middles(
        [
            [row[column] if column < len(row) else None for row in frame.cells]
            for column in range(_width(frame))
        ],
        0,
    )
    rows = _middles(frame.cells, 1)
    cells = [
        ((row, column), box) for row, line in enumerate(frame.cells) for column, box in enumerate(line) if box
    ]
    owners: dict[Place, Place] = {place: place for place, _ in cells}
    for row, y in enumerate(rows):
        for column, x in enumerate(columns):
            found = next(
                (place for place, box in cells if box[0] <= x <= box[2] and box[1] <= y <= box[3]), None
            )
            if found is not None:
                owners.setdefault((row, column), found)
    return owners


def _middles(lines: Sequence[Sequence[Box | None]], axis: int) -> list[float]:
    """The middle of each row or column: of its narrowest cell, as merged ones reach beyond it."""
    narrowest = [
        min((box for box in line if box), key=lambda box: box[axis + 2] - box[axis], default=None)
        for line in lines
    ]
    return [(box[axis] + box[axis + 2]) / 2 if box else -1.0 for box in narrowest]


def _parted(part: Segment, frame: Frame) -> list[tuple[Place | None, Segment]]:
    """A segment cut where it passes from one cell into another, or out of the table."""
    pieces: list[tuple[Place | None, list[Character]]] = []
    for character in part.characters:
        place = pieces[-1][0] if character.generated and pieces else _place(character, frame)
        if pieces and pieces[-1][0] == place:
            pieces[-1][1].append(character)
        else:
            pieces.append((place, [character]))
    return [
        (
            place,
            replace(
                part, characters=tuple(characters), hyphenated=part.hyphenated and index == len(pieces) - 1
            ),
        )
        for index, (place, characters) in enumerate(pieces)
        if any(not character.generated and character.text.strip() for character in characters)
    ]


def _place(character: Character, frame: Frame) -> Place | None:
    x, y = (character.x0 + character.x1) / 2, character.middle
    x0, bottom, x1, top = frame.box
    if not (x0 <= x <= x1 and bottom <= y <= top):
        return None
    for row, cells in enumerate(frame.cells):
        for column, box in enumerate(cells):
            if box and box[0] <= x <= box[2] and box[1] <= y <= box[3]:
                return row, column
    return None


def _cell_text(parts: Sequence[Segment], box: Box) -> str:
    """The lines of a cell as one; a line that leaves room for more ends an entry, and " / " stands for that."""
    text = ""
    before: Line | None = None
    for line in lines_of(parts):
        entry_ends = (
            before is not None and box[2] - before.x1 > _ROOM * before.size and not _goes_on(before, line)
        )
        text = f"{text}{ENTRY_SEPARATOR}{line.text}" if entry_ends else join_lines(text, line.text)
        before = line
    return text


def _goes_on(before: Line, line: Line) -> bool:
    """A line that begins small or with a closing mark, or follows an open one, belongs to the line before it."""
    return bool(_OPEN_END.search(before.text) or _GOES_ON.match(line.text))
