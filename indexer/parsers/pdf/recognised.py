"""Recognised lines as the characters that the reader of a PDF works on."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from indexer.parsers.pdf.characters import Character, Print, Segment
from indexer.recognition.lines import RecognisedLine
from indexer.shown import is_cjk

#: Of a line's height: its size of print, and where the baseline lies.
_SIZE, _BASELINE = 0.8, 0.2
#: Lines of one print are measured by a quarter more or less: what differs by less is the same print.
_SAME_PRINT = 0.25
_LATIN_WIDTH = 0.5


def segments_of(lines: Sequence[RecognisedLine]) -> tuple[Segment, ...]:
    """A segment a line, marked as recognised; each character has its share of the line's width."""
    kept = [line for line in lines if line.text.strip() and line.box[2] > line.box[0]]
    if not kept:
        return ()
    usual = median(line.box[3] - line.box[1] for line in kept)
    return tuple(_segment(line, usual) for line in kept)


def _segment(line: RecognisedLine, usual: float) -> Segment:
    x0, bottom, x1, top = line.box
    height = top - bottom
    printed = usual if abs(height - usual) <= _SAME_PRINT * usual else height
    # Unseen print over a picture is what text recognition lays there; it is never taken for the author's own.
    how = Print(size=round(_SIZE * printed, 1), baseline=bottom + _BASELINE * height, invisible=True)
    widths = [1.0 if is_cjk(each) else _LATIN_WIDTH for each in line.text]
    scale = (x1 - x0) / sum(widths)
    characters: list[Character] = []
    at = x0
    for text, width in zip(line.text, widths, strict=True):
        end = at + width * scale
        characters.append(Character(text=text, x0=at, x1=end, bottom=bottom, top=top, print=how))
        at = end
    return Segment(characters=tuple(characters))
