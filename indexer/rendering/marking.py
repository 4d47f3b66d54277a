"""A passage's place on a page: one rectangle a line, from the places of the characters themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.parsers.pdf.characters import Box, Character, Segment
from indexer.rendering.matching import Letter, Run, common_runs, letters

#: Marked through: a reference mark or a note between two marked stretches of one line.
_LARGEST_GAP = 6
#: Of the height of print: how far lines of one passage stand apart at most, so that a short stretch is taken for its.
_NEAR = 3.0
#: How far a font's ink goes below and above the baseline at most, in sizes; what its file says may be absurd.
_BELOW, _ABOVE = 0.28, 1.0
#: Of the lower of two rectangles: they stand on one line.
_SAME_ROW = 0.5
#: Nearer than this, in heights, two rectangles of a line are one.
_JOINED = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What of a passage was found on its pages."""

    #: For each page its rectangles from top to bottom, in points as its characters' places are.
    boxes: tuple[tuple[Box, ...], ...]
    #: The share of the passage's letters that is marked on any of the pages, 0 to 1.
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A character of one of the pages."""

    page: int
    segment: int
    character: Character


def marks_of(text: str, pages: Sequence[Sequence[Segment]]) -> Marks:
    """The rectangles that cover a passage on the pages that it stands on, in order."""
    places = [
        _Place(page=page, segment=number, character=character)
        for page, segments in enumerate(pages)
        for number, segment in enumerate(segments)
        for character in segment.inked
    ]
    said, shown = letters(text), letters(place.character.text for place in places)
    runs = common_runs(said, shown, is_near=_Nearness(places, shown))
    found = {shown[at].at for run in runs for at in range(run.page, run.page + run.length)}
    boxes = tuple(tuple(_rows(list(_stretches(places, found, shown, page)))) for page in range(len(pages)))
    marked = sum(run.length for run in runs)
    return Marks(boxes=boxes, share=marked / len(said) if said else 0.0)


class _Nearness:
    """Whether a short stretch lies within the lines of the sure ones, or right beside them."""

    def __init__(self, places: Sequence[_Place], shown: Sequence[Letter]) -> None:
        self._places = places
        self._shown = shown
        self._around: dict[int, Box] | None = None

    def __call__(self, run: Run, sure: Sequence[Run]) -> bool:
        if self._around is None:
            self._around = self._bounds(sure)
        place = self._places[self._shown[run.page].at]
        bounds = self._around.get(place.page)
        if bounds is None:
            return False
        x0, bottom, x1, top = (
            place.character.x0,
            place.character.bottom,
            place.character.x1,
            place.character.top,
        )
        room = _NEAR * (top - bottom)
        return (
            bounds[0] - room < x1
            and x0 < bounds[2] + room
            and bounds[1] - room < top
            and bottom < bounds[3] + room
        )

    def _bounds(self, sure: Sequence[Run]) -> dict[int, Box]:
        around: dict[int, Box] = {}
        for run in sure:
            for at in range(run.page, run.page + run.length):
                place = self._places[self._shown[at].at]
                box = _box(place.character)
                around[place.page] = _union(around.get(place.page, box), box)
        return around


def _stretches(
    places: Sequence[_Place], found: set[int], shown: Sequence[Letter], page: int
) -> Iterator[Box]:
    """The boxes of what was found on a page, of each segment's neighbours together."""
    speaking = {letter.at for letter in shown}
    current: Box | None = None
    last, segment = -1, -1
    for at in sorted(found):
        place = places[at]
        if place.page != page:
            continue
        box = _box(place.character)
        between = sum(1 for gap in range(last + 1, at) if gap in speaking)
        if current is not None and place.segment == segment and between <= _LARGEST_GAP:
            current = _union(current, box)
        else:
            if current is not None:
                yield current
            current = box
        last, segment = at, place.segment
    if current is not None:
        yield current


def _rows(boxes: Sequence[Box]) -> list[Box]:
    """The boxes from top to bottom, those that stand side by side on one line joined."""
    rows: list[Box] = []
    for box in sorted(boxes, key=lambda each: (-each[3], each[0])):
        beside = next((at for at, row in enumerate(rows) if _is_beside(row, box)), None)
        if beside is None:
            rows.append(box)
        else:
            rows[beside] = _union(rows[beside], box)
    return rows


def _is_beside(row: Box, box: Box) -> bool:
    lower = min(row[3] - row[1], box[3] - box[1])
    shared = min(row[3], box[3]) - max(row[1], box[1])
    apart = max(row[0], box[0]) - min(row[2], box[2])
    return shared > _SAME_ROW * lower and apart < _JOINED * lower


def _box(character: Character) -> Box:
    """The character's box, within what its print may reach."""
    size, baseline = character.print.size, character.print.baseline
    bottom = max(character.bottom, baseline - _BELOW * size)
    top = min(character.top, baseline + _ABOVE * size)
    if top - bottom < 0.4 * size:
        bottom, top = character.bottom, character.top
    return character.x0, bottom, character.x1, top


def _union(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
