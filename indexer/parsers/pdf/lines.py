"""The lines of a PDF page in reading order, as they are shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.parsers.pdf.characters import Character, Print, Segment
from indexer.parsers.pdf.glyphs import in_order, mended
from indexer.shown import is_cjk, seen

#: A short last line may hold more characters of a reference mark than of text.
_NEARLY_AS_MUCH = 0.4


#: What is set raised or lowered: reference marks, exponents, notes. Small print beside large print is another line.
_SCRIPT = re.compile(r"^[\d０-９\[\]［］（）(),，;；、\-－‑–−~～+*†‡§#®™°º′″.]{1,40}$|^[A-Za-zα-ω]{1,3}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of one column; places in PDF points, the origin at the lower left."""

    text: str
    x0: float
    x1: float
    baseline: float
    #: Size of print in points, as most of the line has it.
    size: float
    bold: bool = False
    #: The last character is a hyphen that may belong to the line end only.
    hyphenated: bool = False
    #: A raised stretch that no superscript character can show: the line's meaning is in doubt.
    formula: bool = False
    #: Text recognition laid it over a picture.
    recognised: bool = False
    #: How many of its characters are private-use ones in the file.
    private: int = 0


def lines_of(parts: Sequence[Segment]) -> tuple[Line, ...]:
    """The lines that segments make, superscripts mended; lines without text are left out."""
    lines = (_line(row) for row in _merged_rows(parts))
    return tuple(line for line in lines if line.text)


def main_print(characters: Sequence[Character]) -> Print:
    """The print that speaks for a line: that of its Chinese, or of most of it.

    A short last line may hold more characters of a reference mark than of text, but no mark is Chinese.
    """
    inked = [each for each in characters if not each.generated]
    speaking = [each for each in inked if is_cjk(each.text)] or inked
    sizes = Counter(each.print.size for each in speaking)
    size = max(each for each, count in sizes.items() if count >= _NEARLY_AS_MUCH * max(sizes.values()))
    return Counter(each.print for each in speaking if each.print.size == size).most_common(1)[0][0]


def _merged_rows(parts: Sequence[Segment]) -> list[list[Segment]]:
    """Segments that stand side by side on one row: pypdfium2 breaks a line before and after a superscript."""
    rows: list[list[Segment]] = []
    for part in parts:
        if rows and _continues(rows[-1], part):
            rows[-1].append(part)
        else:
            rows.append([part])
    return rows


def _continues(row: Sequence[Segment], part: Segment) -> bool:
    if row[-1].hyphenated:
        return False
    before = [character for each in row for character in each.inked]
    after = part.inked
    one, other = main_print(before), main_print(after)
    largest, smaller = max(one.size, other.size), min(one.size, other.size)
    apart = abs(one.baseline - other.baseline)
    small = "".join(each.text for each in (before if one.size < other.size else after))
    if smaller < 0.8 * largest and apart > 0.1 * largest and not _SCRIPT.match(small):
        return False
    gap = min(character.x0 for character in after) - max(character.x1 for character in before)
    overlap = 2.5 if 0.4 * largest < smaller < 0.8 * largest else 0.3
    return apart < 0.5 * largest and -overlap * largest < gap < 0.8 * largest


def _line(row: Sequence[Segment]) -> Line:
    characters = [character for part in row for character in part.characters]
    inked = [character for character in characters if not character.generated]
    main = main_print(inked)
    text, formula = mended(in_order(characters), main)
    return Line(
        text=re.sub(r"[ \t\u00a0\u3000]+", " ", seen(text)).strip(),
        x0=min(character.x0 for character in inked),
        x1=max(character.x1 for character in inked),
        baseline=main.baseline,
        size=main.size,
        bold=sum(character.print.bold for character in inked) > 0.6 * len(inked),
        hyphenated=row[-1].hyphenated,
        formula=formula,
        recognised=main.invisible,
        private=sum(character.private for character in inked),
    )
