"""Does what is marked cover the passage? Told by pdfium's own characters inside the rectangles, not by our reader's.

Both sides lose what the reader rightly changes: white space, hyphens, raised digits, and the bars between cells.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from indexer.parsers.pdf.reader import as_shown, page_text
from indexer.rendering.drawing import PageWanted, draw

_CHANGED = re.compile(r"[\s\-‐‑‒–—−﹣－.．|/\x00-\x1f\u0300-\u036f\ue000-\uf8ff\ufffe]+")
_SMALLEST_BLOCK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    #: The share of the passage's characters that stand inside the rectangles, in order within each stretch.
    covered: float
    #: The share of the characters inside the rectangles that are not the passage's.
    foreign: float


def reduced(text: str) -> str:
    return _CHANGED.sub("", unicodedata.normalize("NFKD", text)).lower()


def coverage(path: Path, text: str, page_first: int, page_last: int) -> Coverage:
    """What the marks on all pages of a passage cover."""
    inside = "".join(
        _inside(
            path,
            page,
            draw(
                PageWanted(path=path, page=page, page_first=page_first, page_last=page_last, texts=(text,))
            ).boxes,
        )
        for page in range(page_first, page_last + 1)
    )
    wanted, found = reduced(_as_printed(text)), reduced(inside)
    shared = _shared(wanted, found)
    return Coverage(covered=shared / max(1, len(wanted)), foreign=1 - shared / max(1, len(found)))


def _as_printed(text: str) -> str:
    """A table's rows without the cells that repeat what stands above: print has a cell over several rows once."""
    rows = [line.split(" | ") for line in text.split("\n")]
    kept = [
        [cell for at, cell in enumerate(row) if not (at < len(above) and above[at] == cell and len(row) > 1)]
        for above, row in zip([[], *rows], rows, strict=False)
    ]
    return "\n".join(" | ".join(row) for row in kept)


def _shared(one: str, other: str) -> int:
    """Characters in common in stretches, each used once: cells of a table may come in another order."""
    total = 0
    while one and other:
        block = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
        if block.size < _SMALLEST_BLOCK:
            break
        total += block.size
        one = one[: block.a] + "\x00" + one[block.a + block.size :]
        other = other[: block.b] + "\x01" + other[block.b + block.size :]
    return total


def _inside(path: Path, number: int, boxes: Sequence[tuple[float, float, float, float]]) -> str:
    """The characters whose middle lies in one of the boxes, in pdfium's order."""
    with pdfium.PdfDocument(path) as document:
        page = document[number - 1]
        page_text(page)  # turns the page as the picture is turned
        frame, rotation = page.get_mediabox(), page.get_rotation()
        left, low, _, _ = as_shown(page.get_bbox(), frame, rotation)
        textpage = page.get_textpage()
        found: list[str] = []
        for index in range(textpage.count_chars()):
            x0, x1, bottom, top = (ctypes.c_double() for _ in range(4))
            if raw.FPDFText_IsGenerated(textpage, index) == 1 or not raw.FPDFText_GetCharBox(
                textpage, index, x0, x1, bottom, top
            ):
                continue
            box = as_shown((x0.value, bottom.value, x1.value, top.value), frame, rotation)
            x, y = (box[0] + box[2]) / 2 - left, (box[1] + box[3]) / 2 - low
            if any(b[0] <= x <= b[2] and b[1] - 1 <= y <= b[3] + 1 for b in boxes):
                found.append(chr(raw.FPDFText_GetUnicode(textpage, index)))
        textpage.close()
        page.close()
        return "".join(found)
