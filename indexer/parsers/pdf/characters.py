"""The characters of a PDF page in reading order, with their place and print, from pypdfium2.

Places are PDF points as the page is shown (its rotation undone), the origin at the lower left.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from indexer.shown import PRIVATE_USE

Box = tuple[float, float, float, float]
"""x0, bottom, x1, top."""

#: pypdfium2 writes these for a hyphen at the end of a line, and goes on with the next line at once.
_LINE_END_HYPHENS = (0x02, 0xFFFE)
_LINE_BREAKS = (0x0A, 0x0D)
#: Founder names its black and title faces FZHT, FZDHT, FZXBS, FZDBS …
_BOLD = re.compile(r"bold|black|heavy|semibd|simhei|hei(?:ti)?\b|-B\d?$|BX|FZ(?:\w{0,2}HT|[XD]BS|CH|ZDH)|NEU-HZ", re.IGNORECASE)
_INVISIBLE = 3
_WHITE = 250
_GROUND_KINDS = (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING, raw.FPDF_PAGEOBJ_FORM)
_CONTROL = re.compile(r"[\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """How a run of text is set."""

    #: In points, as shown.
    size: float
    baseline: float
    bold: bool = False
    #: Read from left to right on the page as shown; side tabs and watermarks are not.
    upright: bool = True
    #: Laid unseen over a picture, as text recognition does.
    invisible: bool = False
    font: str = ""
    #: Filled in white: to be read on a coloured ground only.
    white: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A character and its box; a generated one (a space that pypdfium2 infers) has no ink."""

    text: str
    x0: float
    x1: float
    bottom: float
    top: float
    print: Print
    generated: bool = False
    #: The file has it as a private-use character.
    private: bool = False

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What pypdfium2 writes between two line breaks; it has ink."""

    characters: tuple[Character, ...]
    #: Its last character is a hyphen that may belong to the line end only.
    hyphenated: bool = False

    @property
    def inked(self) -> tuple[Character, ...]:
        return tuple(character for character in self.characters if not character.generated)


def segments(page: pdfium.PdfPage) -> list[Segment]:
    """All upright characters of a page in reading order, parted where pypdfium2 writes a line break."""
    textpage = page.get_textpage()
    try:
        return _seen(_legible(list(_segments(_Reader(page, textpage)))), page)
    finally:
        textpage.close()


def _legible(parts: Sequence[Segment]) -> list[Segment]:
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


def _segments(reader: _Reader) -> Iterator[Segment]:
    characters: list[Character] = []
    for index in range(reader.count):
        code = raw.FPDFText_GetUnicode(reader.textpage, index)
        hyphen = code in _LINE_END_HYPHENS
        if code not in _LINE_BREAKS:
            character = reader.character(index, "-" if hyphen else chr(code))
            if character.print.upright:
                characters.append(character)
        if hyphen or code in _LINE_BREAKS:
            yield from _segment(characters, hyphen)
            characters = []
    yield from _segment(characters, hyphenated=False)


def _segment(characters: list[Character], hyphenated: bool) -> Iterator[Segment]:
    """One segment, or one for each row where pypdfium2 ran rows together, as it does with large numbers."""
    rows: list[list[Character]] = [[]]
    last: Character | None = None
    for character in characters:
        if last and not character.generated and _on_another_row(last, character):
            rows.append([])
        rows[-1].append(character)
        last = last if character.generated else character
    for index, row in enumerate(rows):
        if any(not character.generated and character.text.strip() for character in row):
            yield Segment(characters=tuple(row), hyphenated=hyphenated and index == len(rows) - 1)


def _on_another_row(before: Character, after: Character) -> bool:
    larger = max(before.print.size, after.print.size)
    apart = abs(before.print.baseline - after.print.baseline)
    ornament = max(before.print.size, after.print.size) > 2.5 * min(before.print.size, after.print.size)
    return apart > 0.7 * larger or (ornament and apart > 0.1 * larger)


def _seen(parts: Sequence[Segment], page: pdfium.PdfPage) -> list[Segment]:
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
        if not known or min(red.value, green.value, blue.value) < _WHITE:
            yield each.get_bounds()


def _lies_on(character: Character, grounds: Sequence[Box]) -> bool:
    x, y = (character.x0 + character.x1) / 2, character.middle
    return any(x0 <= x <= x1 and bottom <= y <= top for x0, bottom, x1, top in grounds)


_NO_PRINT = Print(size=0.0, baseline=0.0)


class _Reader:
    """A text page, read by one C call each for code, box and object; print is looked up once an object."""

    def __init__(self, page: pdfium.PdfPage, textpage: pdfium.PdfTextPage) -> None:
        self.textpage = textpage
        self.count = textpage.count_chars()
        self._rotation = page.get_rotation()
        x0, bottom, x1, top = page.get_mediabox()
        self._frame = (x0, bottom, x1, top)
        self._box = raw.FS_RECTF()
        self._prints: dict[int, Print] = {}

    def character(self, index: int, text: str) -> Character:
        generated = bool(raw.FPDFText_IsGenerated(self.textpage, index))
        boxed = raw.FPDFText_GetLooseCharBox(self.textpage, index, ctypes.byref(self._box))
        x0, bottom, x1, top = self._shown(self._box.left, self._box.bottom, self._box.right, self._box.top)
        private = bool(PRIVATE_USE.match(text))
        return Character(
            text=self._mended(index, text) if private else text,
            x0=x0,
            x1=x1,
            bottom=bottom,
            top=top,
            print=self._print(index),
            generated=generated or not boxed,
            private=private,
        )

    def _mended(self, index: int, text: str) -> str:
        """A private-use character that is drawn as a full stop or a hyphen, as Founder's fonts have them.

        88.9% must not be read as 889%: the ink decides, as shares of the size, above the baseline.
        """
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        x, y = ctypes.c_double(), ctypes.c_double()
        printed = self._print(index)
        if not printed.size or not raw.FPDFText_GetCharBox(self.textpage, index, left, right, bottom, top):
            return text
        raw.FPDFText_GetCharOrigin(self.textpage, index, x, y)
        width, height = (right.value - left.value) / printed.size, (top.value - bottom.value) / printed.size
        above = (bottom.value - y.value) / printed.size
        if 0.05 < width < 0.2 and 0.05 < height < 0.2 and abs(above) < 0.06:
            return "."
        if 0.18 < width < 0.6 and height < 0.12 and 0.12 < above < 0.45:
            return "-"
        return text

    def _shown(self, x0: float, bottom: float, x1: float, top: float) -> Box:
        """A box as the page is shown: a page that is stored turned is turned back."""
        left, low, right, high = self._frame
        if self._rotation == 90:
            return bottom - low + left, right - x1 + low, top - low + left, right - x0 + low
        if self._rotation == 180:
            return right - x1 + left, high - top + low, right - x0 + left, high - bottom + low
        if self._rotation == 270:
            return high - top + left, x0 - left + low, high - bottom + left, x1 - left + low
        return x0, bottom, x1, top

    def _print(self, index: int) -> Print:
        text_object = raw.FPDFText_GetTextObject(self.textpage, index)
        if not text_object:
            return _NO_PRINT
        key = ctypes.addressof(text_object.contents)
        if key not in self._prints:
            self._prints[key] = self._measured(index, text_object)
        return self._prints[key]

    def _measured(self, index: int, text_object: object) -> Print:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self.textpage, index, ctypes.byref(matrix))
        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(self.textpage, index, ctypes.byref(x), ctypes.byref(y))
        font = self._font(index)
        size = raw.FPDFText_GetFontSize(self.textpage, index) * (matrix.c**2 + matrix.d**2) ** 0.5
        return Print(
            size=round(size, 1),
            baseline=self._shown(x.value, y.value, x.value, y.value)[1],
            bold=bool(_BOLD.search(font)),
            upright=self._is_upright(matrix),
            invisible=raw.FPDFTextObj_GetTextRenderMode(text_object) == _INVISIBLE,
            font=font,
            white=self._is_white(index),
        )

    def _is_upright(self, matrix: raw.FS_MATRIX) -> bool:
        along = {0: matrix.a, 90: matrix.b, 180: -matrix.a, 270: -matrix.b}[self._rotation]
        return bool(along > 0.9 * (matrix.a**2 + matrix.b**2) ** 0.5)

    def _is_white(self, index: int) -> bool:
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        known = raw.FPDFText_GetFillColor(self.textpage, index, red, green, blue, alpha)
        return bool(known) and min(red.value, green.value, blue.value) >= _WHITE

    def _font(self, index: int) -> str:
        name = ctypes.create_string_buffer(256)
        flags = ctypes.c_int()
        raw.FPDFText_GetFontInfo(self.textpage, index, name, 256, ctypes.byref(flags))
        return name.value.decode("utf-8", "replace")
