"""Lines of a page in reading order: the engine finds them from top to bottom, across the columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from indexer.recognition.lines import Box, RecognisedLine

#: A column has so many lines, each of them mostly as wide as it; fewer or narrower ones are the cells of a table.
_FEWEST_LINES = 4
_FILLED = 0.6
#: Of the width of both: narrower than this, it is a margin with numbers.
_NARROWEST = 0.25


def in_reading_order(lines: Sequence[RecognisedLine]) -> list[RecognisedLine]:
    """Parts from top to bottom, the columns of each from left to right."""
    if len(lines) < 2:
        return list(lines)
    if columns := _columns(lines):
        return [line for column in columns for line in in_reading_order(column)]
    bands = _parted(lines, lambda line: (-line.box[3], -line.box[1]))
    if len(bands) > 1 and (apart := _with_columns(bands)):
        return [line for part in apart for line in in_reading_order(part)]
    return [line for band in bands for line in sorted(band, key=lambda line: line.box[0])]


def _columns(lines: Sequence[RecognisedLine]) -> list[list[RecognisedLine]]:
    """The columns that stand side by side through all of the lines; none where there are not two of them."""
    parts = _parted(lines, lambda line: (line.box[0], line.box[2]))
    return parts if len(parts) > 1 and all(_is_column(part, lines) for part in parts) else []


def _is_column(part: Sequence[RecognisedLine], lines: Sequence[RecognisedLine]) -> bool:
    left, right = _edges(part)
    whole = _edges(lines)
    filled = sum(line.box[2] - line.box[0] > _FILLED * (right - left) for line in part)
    is_wide = right - left > _NARROWEST * (whole[1] - whole[0])
    return is_wide and len(part) >= _FEWEST_LINES and 2 * filled >= len(part)


def _with_columns(bands: Sequence[list[RecognisedLine]]) -> list[list[RecognisedLine]]:
    """The bands joined as long as columns run through them; empty where none do."""
    parts: list[list[RecognisedLine]] = []
    at = 0
    found = False
    while at < len(bands):
        end, joined = at + 1, list(bands[at])
        widest = 0
        for number in range(at, len(bands)):
            joined = joined if number == at else [*joined, *bands[number]]
            if _columns(joined):
                widest = number + 1
        if widest:
            end, found = widest, True
        parts.append([line for band in bands[at:end] for line in band])
        at = end
    return parts if found and len(parts) > 1 else []


def _parted(
    lines: Sequence[RecognisedLine], edges: Callable[[RecognisedLine], tuple[float, float]]
) -> list[list[RecognisedLine]]:
    """The lines parted wherever nothing stands across, in the order of these edges."""
    parts: list[list[RecognisedLine]] = []
    reached = 0.0
    for line in sorted(lines, key=edges):
        start, end = edges(line)
        # Boxes of neighbouring lines touch: what shares less than a third of a line stands apart.
        if parts and start < reached - _slack(line):
            parts[-1].append(line)
            reached = max(reached, end)
        else:
            parts.append([line])
            reached = end
    return parts


def _slack(line: RecognisedLine) -> float:
    return (line.box[3] - line.box[1]) / 3


def _edges(lines: Sequence[RecognisedLine]) -> tuple[float, float]:
    boxes: list[Box] = [line.box for line in lines]
    return min(box[0] for box in boxes), max(box[2] for box in boxes)
