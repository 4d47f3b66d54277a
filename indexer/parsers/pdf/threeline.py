"""Tables with horizontal rules only, as Chinese journals print them: head rule, header rule, foot rule.

Such a table says where its columns are by white space alone, and where its rows end by a little more space, if at
all. Where that space agrees with the first column, lines are joined to rows; elsewhere each printed line is a row:
cells are then broken over rows, but no dose ever lands beside another drug's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexer.parsers.pdf.characters import Box, Character, Segment
from indexer.parsers.pdf.lines import Line
from indexer.parsers.pdf.tables import Frame

_CAPTION = re.compile(r"^(?:续?表|續?表|附表|Table)\s?[\dA-Z０-９]", re.IGNORECASE)
#: Rules whose ends differ by less than this many points belong together.
_SAME_END = 8.0
#: A caption, with its translation below it, stands this close above the head rule.
_CAPTION_DISTANCE = 40.0
#: White space from top to bottom that parts two columns, in sizes of print: in many lines less is no accident.
_GAP = 1.0
_GAP_OF_MANY = 0.3
_MANY_LINES = 6
_FEWEST_LINES = 3
#: A row ends where the next line stands lower by this factor than lines within rows do.
_MORE_SPACE = 1.05
#: In points, from the top of a row's print to its edge.
_ROW_EDGE = 0.5


def three_line_frames(
    parts: Sequence[Segment], rules: Sequence[Box], lines: Sequence[Line]
) -> tuple[Frame, ...]:
    """The frames between captioned rules of one width.

    rules: the horizontal strokes of the page as boxes; lines: its lines, to find captions in.
    """
    characters = [each for part in parts for each in part.inked if each.text.strip()]
    found = (_frame(characters, head, header, foot) for head, header, foot in _regions(rules, lines))
    return tuple(frame for frame in found if frame is not None)


def _regions(rules: Sequence[Box], lines: Sequence[Line]) -> list[tuple[Box, float, float]]:
    """For each table its head rule, and the heights of its header rule and foot rule."""
    regions: list[tuple[Box, float, float]] = []
    for group in _groups(rules):
        starts = sorted({start for line in lines if (start := _captioned(line, group)) is not None})
        for start, end in pairwise([*starts, len(group)]):
            if end - start >= _FEWEST_LINES:
                regions.append((group[start], group[start + 1][1], group[end - 1][1]))
    return regions


def _groups(rules: Sequence[Box]) -> list[list[Box]]:
    """Rules of one width, from the top down; strokes drawn twice count once."""
    groups: list[list[Box]] = []
    for rule in sorted(rules, key=lambda box: -box[1]):
        group = next((each for each in groups if _same_ends(each[-1], rule)), None)
        if group is None:
            groups.append([rule])
        elif group[-1][1] - rule[1] > 3:
            group.append(rule)
    return groups


def _same_ends(one: Box, other: Box) -> bool:
    return abs(one[0] - other[0]) < _SAME_END and abs(one[2] - other[2]) < _SAME_END


def _captioned(line: Line, group: Sequence[Box]) -> int | None:
    """The place of the first rule below a caption; None for other lines."""
    if not _CAPTION.match(line.text) or line.x1 < group[0][0] or line.x0 > group[0][2]:
        return None
    below = (index for index, rule in enumerate(group) if 0 < line.baseline - rule[1] < _CAPTION_DISTANCE)
    return next(below, None)


def _frame(characters: Sequence[Character], head: Box, header: float, foot: float) -> Frame | None:
    left, right, top = head[0] - 2, head[2] + 2, head[1]
    inside = [
        each for each in characters if left < each.x0 and each.x1 < right + 4 and foot < each.middle < top
    ]
    rows = _rows(inside)
    columns = _columns([row for row in rows if row[0].print.baseline < header], left, right)
    if len(rows) < _FEWEST_LINES or len(columns) < 2:
        return None
    rows = _whole_rows(rows) or rows
    heights = [max(each.print.baseline + 0.8 * each.print.size for each in row) for row in rows]
    edges = [top, *(height + _ROW_EDGE for height in heights[1:]), foot]
    return Frame(
        cells=tuple(tuple((x0, low, x1, high) for x0, x1 in columns) for high, low in pairwise(edges))
    )


def _rows(characters: Sequence[Character]) -> list[list[Character]]:
    """The characters by printed line, from the top down; a superscript belongs to the line that it stands on."""
    rows: list[list[Character]] = []
    for each in sorted(characters, key=lambda character: -character.print.baseline):
        if rows and rows[-1][0].print.baseline - each.print.baseline < 0.6 * max(
            each.print.size, rows[-1][0].print.size
        ):
            rows[-1].append(each)
        else:
            rows.append([each])
    return rows


def _whole_rows(rows: Sequence[list[Character]]) -> list[list[Character]]:
    """Printed lines joined to rows; empty where space and first column do not agree on where rows begin."""
    left = min(each.x0 for row in rows[1:] for each in row)
    size = max(each.print.size for row in rows for each in row)
    begins = [index for index, row in enumerate(rows) if min(each.x0 for each in row) - left < 0.6 * size]
    gaps = [one[0].print.baseline - other[0].print.baseline for one, other in pairwise(rows)]
    between = [gaps[index - 1] for index in begins if index > 1]
    within = [gap for index, gap in enumerate(gaps, start=1) if index not in begins]
    if 0 in begins and 1 in begins and (not within or min(between, default=0.0) > _MORE_SPACE * max(within)):
        return [
            [each for row in rows[start:end] for each in row] for start, end in pairwise([*begins, len(rows)])
        ]
    return []


def _columns(rows: Sequence[Sequence[Character]], left: float, right: float) -> list[tuple[float, float]]:
    """The columns of a table's body: between them no line has ink."""
    spans = sorted((each.x0, each.x1) for row in rows for each in row)
    if not spans:
        return []
    size = max(each.print.size for row in rows for each in row)
    gap = size * (_GAP_OF_MANY if len(rows) >= _MANY_LINES else _GAP)
    cuts = [left]
    reached = spans[0][1]
    for x0, x1 in spans:
        if x0 - reached > gap:
            cuts.append((reached + x0) / 2)
        reached = max(reached, x1)
    return list(pairwise([*cuts, right + 4]))
