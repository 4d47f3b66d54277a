"""Only letters that the font has: a box in the place of a letter says nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Container

from knowledge.text import search_text

#: In the place of a letter that cannot be drawn at all.
_INSTEAD = "·"


def drawable(text: str, known: Container[int]) -> str:
    """The text as far as it can be drawn; a traditional character becomes its simplified one where need be.

    known: the code points that the font has.
    """
    return "".join(_drawable(letter, known) for letter in " ".join(text.split()))


def _drawable(letter: str, known: Container[int]) -> str:
    # A letter that cannot be drawn may be made of some that can: a ligature, a Roman number, an accent.
    for form in (letter, search_text(letter), unicodedata.normalize("NFKC", letter)):
        if form and all(ord(each) in known for each in form):
            return form
    return _INSTEAD


def width(text: str) -> int:
    """In half widths: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def shortened(text: str, most: int) -> str:
    """As much of it as fits in so many half widths, with a mark where something is left out."""
    if width(text) <= most:
        return text
    kept = ""
    for letter in text:
        if width(kept + letter) > most - 2:
            break
        kept += letter
    return kept.rstrip() + "…"
