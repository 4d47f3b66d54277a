"""The rules of a page as pdfium has read them, for pdfplumber's search for tables.

pdfplumber would read the page a second time for them, text and all, in Python: a tenth of a second for a usual page and
several for a drawing, which was most of the time that reading took.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from indexer.parsers.pdf.characters import Box
from indexer.parsers.pdf.reader import as_shown

#: Forms within forms deeper than this are no honest file's.
_DEEPEST = 6
#: A page with more segments is a drawing; the densest table of a guideline has a few thousand.
_MOST_SEGMENTS = 60_000
#: More straight pieces than this are a drawing too, and would take minutes to be looked for cells.
_MOST_EDGES = 6_000
#: In points: shorter pieces are the steps of a curve.
_SHORTEST = 1.0
#: In points: how far the ends of a straight rule may be apart in height or across.
_STRAIGHT = 0.01

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
_AS_IT_IS: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledPage:
    """What pdfplumber's finder asks of a page; `top` and `bottom` are the file's own y, negated."""

    edges: list[dict[str, Any]]
    width: float
    height: float


def ruled_page(page: pdfium.PdfPage) -> RuledPage:
    """The straight rules of a page, as it is shown; none where it is a drawing."""
    width, height = page.get_size()
    frame, rotation = page.get_mediabox(), page.get_rotation()
    edges: list[dict[str, Any]] = []
    segments = 0
    for path, matrix in _paths(page):
        segments += raw.FPDFPath_CountSegments(path)
        if segments > _MOST_SEGMENTS or len(edges) > _MOST_EDGES:
            return RuledPage(edges=[], width=width, height=height)
        for points in _outlines(path, matrix):
            straight = (box for box in map(_straight, points, points[1:]) if box)
            edges += [_edge(as_shown(box, frame, rotation)) for box in straight]
    return RuledPage(edges=edges, width=width, height=height)


def _paths(page: pdfium.PdfPage) -> Iterator[tuple[Any, Matrix]]:
    """Every path of a page, with where it is drawn."""
    handles = (raw.FPDFPage_GetObject(page, n) for n in range(raw.FPDFPage_CountObjects(page)))
    yield from _paths_of(handles, _AS_IT_IS, 0)


def _paths_of(handles: Iterator[Any], within: Matrix, depth: int) -> Iterator[tuple[Any, Matrix]]:
    for handle in handles:
        kind = raw.FPDFPageObj_GetType(handle)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            yield handle, _times(_matrix(handle), within)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            inside = (
                raw.FPDFFormObj_GetObject(handle, n) for n in range(raw.FPDFFormObj_CountObjects(handle))
            )
            yield from _paths_of(inside, _times(_matrix(handle), within), depth + 1)


def _matrix(handle: Any) -> Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, found):
        return _AS_IT_IS
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _outlines(path: Any, matrix: Matrix) -> Iterator[list[Point]]:
    """The parts of a path as the points that it goes through; a closed one ends where it began."""
    points: list[Point] = []
    curving = 0
    for number in range(raw.FPDFPath_CountSegments(path)):
        segment = raw.FPDFPath_GetPathSegment(path, number)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_BEZIERTO:
            # Three to a curve: the first two pull at it, and only the third is on it.
            curving = (curving + 1) % 3
            if curving:
                continue
        if kind == raw.FPDF_SEGMENT_MOVETO and points:
            yield points
            points = []
        points.append(_placed(segment, matrix))
        if raw.FPDFPathSegment_GetClose(segment):
            yield [*points, points[0]]
            points = []
    if points:
        yield points


def _placed(segment: Any, matrix: Matrix) -> Point:
    x, y = ctypes.c_float(), ctypes.c_float()
    raw.FPDFPathSegment_GetPoint(segment, x, y)
    a, b, c, d, e, f = matrix
    return (a * x.value + c * y.value + e, b * x.value + d * y.value + f)


def _straight(one: Point, other: Point) -> Box | None:
    """The piece between two points; None for one that is neither level nor upright, or too short."""
    box = min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])
    across, up = box[2] - box[0], box[3] - box[1]
    return box if min(across, up) <= _STRAIGHT and max(across, up) >= _SHORTEST else None


def _edge(box: Box) -> dict[str, Any]:
    """As pdfplumber has its edges."""
    x0, low, x1, high = box
    return {
        "object_type": "line",
        "orientation": "h" if x1 - x0 > high - low else "v",
        "x0": x0,
        "x1": x1,
        "top": -high,
        "bottom": -low,
        "width": x1 - x0,
        "height": high - low,
    }
