"""What a reader of the page can see: no fonts that hide their characters, no white text on bare paper."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdfium2 as pdfium
from pypdfium2 import raw

from indexer.parsers.pdf.characters import Box, Character, Segment

WHITE = 250
_GROUND_KINDS = (
    raw.FPDF_PAGEOBJ_PATH,
    raw.FPDF_PAGEOBJ_IMAGE,
    raw.FPDF_PAGEOBJ_SHADING,
    raw.FPDF_PAGEOBJ_FORM,
)
_CONTROL = re.compile(r"[\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")


def legible(parts: Sequence[Segment]) -> list[Segment]:
    """The segments without fonts that do not say which characters they draw: control codes give those away."""
    secret = {
        character.print.font
        for part in parts
        for character in part.inked
        if _CONTROL.match(character.text) and character.print.font
    }
    if not secret:
        return list(parts)
    kept = (tuple(each for each in part.characters if each.print.font not in secret) for part in parts)
    return [
        replace(part, characters=characters)
        for part, characters in zip(parts, kept, strict=True)
        if any(character.text.strip() and not character.generated for character in characters)
    ]


def seen(parts: Sequence[Segment], page: pdfium.PdfPage) -> list[Segment]:
    """The segments without white text on bare paper: what no reader sees must not be quoted."""
    if not any(part.inked[0].print.white for part in parts) or page.get_rotation():
        return list(parts)
    grounds = list(_grounds(page))
    return [part for part in parts if not part.inked[0].print.white or _lies_on(part.inked[0], grounds)]


def _grounds(page: pdfium.PdfPage) -> Iterator[Box]:
    """What may lie under white text: pictures, shades, and shapes of any colour but white."""
    for each in page.get_objects(filter=_GROUND_KINDS, max_depth=1):
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        is_path = each.type == raw.FPDF_PAGEOBJ_PATH
        known = is_path and raw.FPDFPageObj_GetFillColor(each, red, green, blue, alpha)
        if not known or min(red.value, green.value, blue.value) < WHITE:
            yield each.get_bounds()


def _lies_on(character: Character, grounds: Sequence[Box]) -> bool:
    x, y = (character.x0 + character.x1) / 2, character.middle
    return any(x0 <= x <= x1 and bottom <= y <= top for x0, bottom, x1, top in grounds)
