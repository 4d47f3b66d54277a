"""A page of a PDF drawn as a JPEG, a passage marked on it as with a highlighter."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw
from pypdfium2 import raw

from indexer import errors
from indexer.parsers.kinds import Kind, kind_of
from indexer.parsers.pdf.characters import Box, Segment
from indexer.parsers.pdf.pages import has_text
from indexer.parsers.pdf.reader import as_shown, page_text
from indexer.parsers.pdf.recognised import segments_of
from indexer.recognition.cache import RecognitionCache, hash_of
from indexer.rendering.marking import marks_of

#: So that print of 9 points is 24 pixels high: legible on a phone, at about 1,600 pixels across an A4 page.
_PIXELS_A_POINT = 2.7
_NARROWEST, _WIDEST = 1400, 2400
_MOST_PIXELS = 8_000_000
#: A page longer than this, in widths, is shown around the passage only; Telegram takes no picture beyond 20.
_LONGEST_SHAPE = 2.5
#: Beside and above the print, in points, as a highlighter goes.
_PADDING = (1.2, 0.8)
_YELLOW = (255, 238, 110)
_QUALITY = 85
#: Below this share of a passage's letters, what was found is chance: the page is shown without marks.
_FEWEST_MARKED = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWanted:
    """Which page of a document is to be drawn, and what is to be marked on it."""

    path: Path
    #: Counted from 1.
    page: int
    #: The pages that the passages stand on; the page is one of them.
    page_first: int
    page_last: int
    #: The passages that are to be marked.
    texts: tuple[str, ...]
    #: The folder of what was recognised on pages that are pictures; None where nothing ever was.
    recognised: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    jpeg: bytes
    #: The share of each passage's letters that was found on the pages; where it is too small, nothing is marked.
    found: tuple[float, ...]
    #: On this page, in points from the lower left of the page as it is shown.
    boxes: tuple[Box, ...]

    @property
    def is_marked(self) -> bool:
        return bool(self.boxes)


def draw(wanted: PageWanted) -> Picture:
    """The page as a picture. Raises IndexerError."""
    if kind_of(wanted.path) is not Kind.PDF:
        raise errors.UnsupportedKind("only a PDF has pages")
    with _opened(wanted.path) as document:
        if not 1 <= wanted.page_first <= wanted.page <= wanted.page_last <= len(document):
            raise errors.Damaged("no such page")
        others = [
            _segments(document, number, wanted) if number != wanted.page else ()
            for number in range(wanted.page_first, wanted.page_last + 1)
        ]
        page = document[wanted.page - 1]
        try:
            # It also turns the page so that its text stands upright, in the picture too.
            others[wanted.page - wanted.page_first] = _on(page, wanted.page, wanted)
            marks = [marks_of(text, others) for text in wanted.texts]
            here = [
                box
                for each in marks
                if each.share >= _FEWEST_MARKED
                for box in each.boxes[wanted.page - wanted.page_first]
            ]
            boxes = tuple(_from_corner(box, page) for box in here)
            found = tuple(each.share for each in marks)
            return Picture(jpeg=_jpeg(_marked(page, boxes)), found=found, boxes=boxes)
        finally:
            page.close()


@contextmanager
def _opened(path: Path) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise errors.Encrypted from error
        raise errors.Damaged(str(error)) from error
    try:
        yield document
    finally:
        document.close()


def _segments(document: pdfium.PdfDocument, number: int, wanted: PageWanted) -> Sequence[Segment]:
    page = document[number - 1]
    try:
        return _on(page, number, wanted)
    finally:
        page.close()


def _on(page: pdfium.PdfPage, number: int, wanted: PageWanted) -> Sequence[Segment]:
    """The characters of a page; of one without any, those that were recognised in its picture, where they are kept."""
    segments = page_text(page).segments
    if wanted.recognised is None or has_text(segments):
        return segments
    lines = RecognitionCache(wanted.recognised).get(hash_of(wanted.path), number)
    return segments_of(lines) if lines else segments


def _from_corner(box: Box, page: pdfium.PdfPage) -> Box:
    """A box with its origin at the lower left of what is shown: a page may be cropped."""
    left, low, _, _ = as_shown(page.get_bbox(), page.get_mediabox(), page.get_rotation())
    return box[0] - left, box[1] - low, box[2] - left, box[3] - low


def _marked(page: pdfium.PdfPage, boxes: Sequence[Box]) -> Image.Image:
    width, height = page.get_size()
    if not (0 < width < math.inf and 0 < height < math.inf):
        raise errors.Damaged("a page without size")
    shown = window(width, height, boxes)
    scale = _scale(shown[2] - shown[0], shown[3] - shown[1])
    crop = (shown[0], shown[1], width - shown[2], height - shown[3])
    picture: Image.Image = page.render(scale=scale, crop=crop).to_pil().convert("RGB")
    if boxes:
        tinted = ImageChops.multiply(picture, Image.new("RGB", picture.size, _YELLOW))
        picture.paste(tinted, mask=_mask(picture, boxes, shown, scale))
    return picture


def window(width: float, height: float, boxes: Sequence[Box]) -> Box:
    """What of a page is shown, in points: all of it, and of one that is drawn out the stretch around the marks."""
    x0, x1 = _stretch(width, _LONGEST_SHAPE * height, [(box[0], box[2]) for box in boxes])
    low, top = _stretch(height, _LONGEST_SHAPE * width, [(box[1], box[3]) for box in boxes])
    return x0, low, x1, top


def _stretch(length: float, longest: float, marked: Sequence[tuple[float, float]]) -> tuple[float, float]:
    if length <= longest:
        return 0.0, length
    if not marked:
        return length - longest, length
    middle = (min(low for low, _ in marked) + max(high for _, high in marked)) / 2
    start = min(max(0.0, middle - longest / 2), length - longest)
    return start, start + longest


def _scale(width: float, height: float) -> float:
    pixels = min(max(width * _PIXELS_A_POINT, _NARROWEST), _WIDEST)
    return min(pixels / width, math.sqrt(_MOST_PIXELS / (width * height)))


def _mask(picture: Image.Image, boxes: Sequence[Box], shown: Box, scale: float) -> Image.Image:
    """Where the highlighter goes: over each line once, however its boxes overlap."""
    mask = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(mask)
    aside, above = _PADDING
    for x0, bottom, x1, top in boxes:
        corners = (
            (x0 - aside - shown[0]) * scale,
            (shown[3] - top - above) * scale,
            (x1 + aside - shown[0]) * scale,
            (shown[3] - bottom + above) * scale,
        )
        pen.rounded_rectangle(corners, radius=2 * scale, fill=255)
    return mask


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    # Colour at full resolution, or the edges of yellow blur into the print.
    picture.save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
    return buffer.getvalue()
