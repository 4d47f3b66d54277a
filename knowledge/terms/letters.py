"""What an abbreviation is, and whether its letters stand for the words of a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_ABBREVIATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9]*(?:[-/][A-Za-z0-9]+)*")
_MOST_CHARACTERS = 10
#: Stages, types and tables are numbered so.
_NUMERAL = re.compile(r"[IVX]+[A-Ca-c]?\d?")


def abbreviation_in(piece: str) -> str | None:
    """The abbreviation that the piece is, without a plural's s; None where it is none."""
    piece = _LEADS.sub("", piece.strip())
    if not _ABBREVIATION.fullmatch(piece) or _NUMERAL.fullmatch(piece):
        return None
    bare = re.sub(r"(?<=[A-Z0-9])s$", "", piece)
    capitals = sum(character.isupper() for character in bare)
    small = sum(character.islower() for character in bare)
    if capitals < 2 or small > capitals or len(bare) > _MOST_CHARACTERS:
        return None
    return bare


_LEADS = re.compile(
    r"^(?:以下)?(?:简称|缩写)(?:为|[:：])?\s*|^(?:abbreviated (?:as|to)|or|also)\s+", re.IGNORECASE
)

#: Words that give no letter, mostly.
_SMALL = frozenset("a an and the of for in on to with by from or at per de".split())
#: Runs of letters or digits; a capital inside a run begins a word that lost its space (AmericanCancerSociety).
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[α-ω]")


def initials_fitted(abbreviation: str, name: str) -> int:
    """How many of the name's words give their initial to the abbreviation, and one; 0 where the two do not fit.

    They fit where each letter stands in the name in order, the first one first, and every word but small ones gives at
    least its initial.
    """
    letters = "".join(character for character in abbreviation.lower() if character.isalnum())
    words = [part.lower() for part in _PART.findall(name)]

    @cache
    def fitted(letter: int, word: int) -> int:
        """Initials matched from these places on, and one; 0 where the rest does not fit."""
        if word == len(words):
            return 1 if letter == len(letters) else 0
        best = fitted(letter, word + 1) if word > 0 and words[word] in _SMALL else 0
        for given in _given_by(words[word], letters[letter:]):
            rest = fitted(letter + given, word + 1)
            best = max(best, rest + 1 if rest else 0)
        return best

    return fitted(0, 0) if words else 0


def _given_by(word: str, letters: str) -> Iterator[int]:
    """How many of the letters the word may give: its initial, and any that follow in it, in order."""
    if not letters.startswith(word[0]):
        return
    place = 0
    for given, letter in enumerate(letters):
        place = word.find(letter, place) + 1
        if place == 0:
            return
        yield given + 1


def fits(abbreviation: str, name: str) -> bool:
    return initials_fitted(abbreviation, name) > 0
