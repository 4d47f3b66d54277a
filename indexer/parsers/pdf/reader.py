"""The text of a PDF page in reading order, from pypdfium2's characters."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from indexer.parsers.pdf.characters import Box, Character, Print, Segment
from indexer.parsers.pdf.visible import WHITE, legible, seen
from indexer.shown import PRIVATE_USE

#: pypdfium2 writes these for a hyphen at the end of a line, and goes on with the next line at once.
_LINE_END_HYPHENS = (0x02, 0xFFFE)
_LINE_BREAKS = (0x0A, 0x0D)
#: Founder names its black and title faces FZHT, FZDHT, FZXBS, FZDBS …
_BOLD = re.compile(
    r"bold|black|heavy|semibd|simhei|hei(?:ti)?\b|-B\d?$|BX|FZ(?:\w{0,2}HT|[XD]BS|CH|ZDH)|NEU-HZ",
    re.IGNORECASE,
)
_INVISIBLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The characters of a page, turned so that most of them can be read."""

    segments: tuple[Segment, ...]
    #: Of the page as its text is read, in points.
    width: float
    height: float
    #: The text does not lie as the page is shown: places are not those of anything else on the page.
    turned: bool


def page_text(page: pdfium.PdfPage) -> PageText:
    """The upright characters of a page in reading order, parted where pypdfium2 writes a line break.

    A page whose text lies on its side is turned in memory first: pypdfium2 orders lines as they are shown.
    """
    shown = page.get_rotation()
    angle = _main_angle(page)
    if angle != shown:
        page.set_rotation(angle)
    textpage = page.get_textpage()
    try:
        parts = legible(list(_segments(_Reader(page, textpage))))
    finally:
        textpage.close()
    width, height = page.get_size()
    return PageText(segments=tuple(seen(parts, page)), width=width, height=height, turned=angle != shown)


def _main_angle(page: pdfium.PdfPage) -> int:
    """The direction of most characters, as the rotation that sets them upright: 0, 90, 180 or 270."""
    textpage = page.get_textpage()
    try:
        angles = Counter(angle for angle, number in _angles(textpage) for _ in range(number))
        return angles.most_common(1)[0][0] if angles else page.get_rotation()
    finally:
        textpage.close()


def _angles(textpage: pdfium.PdfTextPage) -> Iterator[tuple[int, int]]:
    """For each run of print its direction and number of characters."""
    numbers: Counter[int] = Counter()
    first: dict[int, int] = {}
    for index in range(textpage.count_chars()):
        text_object = raw.FPDFText_GetTextObject(textpage, index)
        if text_object:
            key = ctypes.addressof(text_object.contents)
            numbers[key] += 1
            first.setdefault(key, index)
    return ((_angle_at(textpage, first[key]), number) for key, number in numbers.items())


def _angle_at(textpage: pdfium.PdfTextPage, index: int) -> int:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage, index, ctypes.byref(matrix))
    if abs(matrix.a) >= abs(matrix.b):
        return 0 if matrix.a >= 0 else 180
    return 90 if matrix.b > 0 else 270


def segments(page: pdfium.PdfPage) -> tuple[Segment, ...]:
    """The characters of a page in reading order."""
    return page_text(page).segments


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
            yield from _segment(characters, hyphenated=hyphen)
            characters = []
    yield from _segment(characters, hyphenated=False)


def _segment(characters: list[Character], *, hyphenated: bool) -> Iterator[Segment]:
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
    goes_back = after.x0 < before.x0 - 1.5 * larger
    return apart > 0.7 * larger or (ornament and apart > 0.1 * larger) or (goes_back and apart > 0.3 * larger)


def as_shown(box: Box, frame: Box, rotation: int) -> Box:
    """A box as the page is shown: a page that is stored turned is turned back. frame: its media box."""
    x0, bottom, x1, top = box
    left, low, right, high = frame
    if rotation == 90:
        return bottom - low + left, right - x1 + low, top - low + left, right - x0 + low
    if rotation == 180:
        return right - x1 + left, high - top + low, right - x0 + left, high - bottom + low
    if rotation == 270:
        return high - top + left, x0 - left + low, high - bottom + left, x1 - left + low
    return x0, bottom, x1, top


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
        return as_shown((x0, bottom, x1, top), self._frame, self._rotation)

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
        return bool(known) and min(red.value, green.value, blue.value) >= WHITE

    def _font(self, index: int) -> str:
        name = ctypes.create_string_buffer(256)
        flags = ctypes.c_int()
        raw.FPDFText_GetFontInfo(self.textpage, index, name, 256, ctypes.byref(flags))
        return name.value.decode("utf-8", "replace")
