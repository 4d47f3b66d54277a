"""The pages of a PDF: their lines and tables, before running heads are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from indexer.parsers.pdf.characters import Box, Segment
from indexer.parsers.pdf.lines import Line, lines_of
from indexer.parsers.pdf.reader import page_text
from indexer.parsers.pdf.recognised import segments_of
from indexer.parsers.pdf.rules import ruled_page
from indexer.parsers.pdf.tables import Table, frames, taken_out
from indexer.parsers.pdf.threeline import three_line_frames
from indexer.recognition.lines import RecognisedLine

#: Fewer characters than this beside a picture make a page a scan (facts: 30 non-space characters).
_FEWEST_CHARACTERS = 30
#: Rules and rectangles below this number are page ornament: a table has at least its outline and a column.
_FEWEST_RULES = 4
#: A rectangle has five segments, closed twice six.
_MOST_SEGMENTS = 6
#: In points: shorter strokes are marks and letters.
_SHORTEST_RULE = 15
_SHORTEST_STROKE = 100
_THICKEST_STROKE = 3
#: The share of a page's width that no text block reaches.
_MARGIN = 0.065


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContent:
    """One page, before running heads are known."""

    number: int
    height: float
    lines: tuple[Line, ...]
    tables: tuple[Table, ...]
    is_scan: bool = False
    #: Its text was recognised in a picture.
    is_recognised: bool = False


def page_content(
    document: pdfium.PdfDocument, number: int, recognised: Sequence[RecognisedLine] = ()
) -> PageContent:
    """What stands on a page, counted from 1.

    recognised: what was read in the picture that it is; it counts where the page has no text of its own.
    """
    page = document[number - 1]
    try:
        text = page_text(page)
        is_recognised = bool(recognised) and _is_scan(page, text.segments)
        parts = segments_of(recognised) if is_recognised else text.segments
        is_ruled = parts and not text.turned and _rules(page) >= _FEWEST_RULES
        rest, tables = taken_out(parts, frames(ruled_page(page)) if is_ruled else ())
        strokes = [] if text.turned else _strokes(page)
        rest, ruled = taken_out(rest, three_line_frames(rest, strokes, lines_of(rest)))
        return PageContent(
            number=number,
            height=text.height,
            lines=tuple(line for line in lines_of(rest) if not _is_side_tab(line, text.width)),
            tables=(*tables, *ruled),
            is_scan=_is_scan(page, parts),
            is_recognised=is_recognised,
        )
    finally:
        page.close()


def _is_side_tab(line: Line, width: float) -> bool:
    """A word in the outer margin: a thumb index or a line number."""
    return len(line.text) < 30 and (line.x0 > (1 - _MARGIN) * width or line.x1 < _MARGIN * width)


def _rules(page: pdfium.PdfPage) -> int:
    """How many straight rules and rectangles a page has: art is curved."""
    paths = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3)
    return sum(_is_rule(path) for path in paths)


def _is_rule(path: pdfium.PdfObject) -> bool:
    if raw.FPDFPath_CountSegments(path) > _MOST_SEGMENTS:
        return False
    x0, bottom, x1, top = path.get_bounds()
    return bool(max(x1 - x0, top - bottom) > _SHORTEST_RULE)


def _strokes(page: pdfium.PdfPage) -> list[Box]:
    """The horizontal strokes of a page; none where it is turned, as their places are those of the page unturned."""
    if page.get_rotation():
        return []
    boxes = [path.get_bounds() for path in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1)]
    return [box for box in boxes if box[3] - box[1] < _THICKEST_STROKE and box[2] - box[0] > _SHORTEST_STROKE]


def has_text(parts: Sequence[Segment]) -> bool:
    """More than a page number or a stamp."""
    return sum(bool(each.text.strip()) for part in parts for each in part.inked) >= _FEWEST_CHARACTERS


def _is_scan(page: pdfium.PdfPage, parts: Sequence[Segment]) -> bool:
    return not has_text(parts) and any(
        True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    )
