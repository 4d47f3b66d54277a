"""Characters of a line put right: their order, raised digits, and two marks that Founder fonts hide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

from indexer.parsers.pdf.characters import Character, Print

_RAISED = str.maketrans("0123456789+-−–‑﹣=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁻⁻⁼⁽⁾ⁿ")
_RAISABLE = re.compile(r"^[\s0-9+\-−–‑﹣=()n]+$")
#: Raised marks that mean the same where they stand: notes, references, trade marks, degrees.
_RAISED_AS_IS = re.compile(r"^[\s\[\]［］（）()0-9０-９,，;；\-－‑–~～、*†‡§¶#®©™°º′″'’”\"ªa-zA-Z·.。]+$")
_OPENING = frozenset("（［【〔《〈「『")
_CLOSING = frozenset("）］】〕》〉」』，。；：、！？")


def in_order(characters: Sequence[Character]) -> list[Character]:
    """The characters from left to right. Only a line out of order is sorted: most are right as they come."""
    inked = [character for character in characters if not character.generated]
    if all(_ink(after) >= _ink(before) - 0.3 * before.print.size for before, after in pairwise(inked)):
        return list(characters)
    ordered = sorted(inked, key=_ink)
    return _with_gaps(ordered) if _lie_apart(ordered) else list(characters)


def _lie_apart(ordered: Sequence[Character]) -> bool:
    """Whether no two characters of one size lie on each other: lines run together cannot be told apart by place."""
    return not any(
        before.print.size == after.print.size and _covers(before, after)
        for before, after in pairwise(ordered)
    )


def _covers(before: Character, after: Character) -> bool:
    """Chinese marks are set over half of their neighbour's box; letters never are."""
    if not (before.text.strip() and after.text.strip()):
        return False
    share = 0.4 if before.text.isascii() and after.text.isascii() else 0.7
    return before.x1 - after.x0 > share * min(before.x1 - before.x0, after.x1 - after.x0)


def _ink(character: Character) -> float:
    """Where the ink is: that of a full-width bracket fills one half of its box."""
    share = 0.8 if character.text in _OPENING else 0.2 if character.text in _CLOSING else 0.5
    return character.x0 + share * (character.x1 - character.x0)


def _with_gaps(ordered: Sequence[Character]) -> list[Character]:
    """Spaces where the print leaves more than a fifth of its size."""
    result: list[Character] = list(ordered[:1])
    for before, after in pairwise(ordered):
        if after.x0 - before.x1 > 0.2 * before.print.size and " " not in (before.text, after.text):
            result.append(_space(before, after))
        result.append(after)
    return result


def _space(before: Character, after: Character) -> Character:
    return Character(
        text=" ",
        x0=before.x1,
        x1=after.x0,
        bottom=after.bottom,
        top=after.top,
        print=before.print,
        generated=True,
    )


def mended(characters: Sequence[Character], main: Print) -> tuple[str, bool]:
    """The text of a line with raised digits as superscripts; and whether a raised stretch cannot be shown so."""
    parts: list[str] = []
    doubtful = False
    for raised, group in groupby(characters, key=lambda each: _is_raised(each, main)):
        text = "".join(character.text for character in group)
        parts.append(_superscript(text) if raised else text)
        doubtful = doubtful or (raised and not _can_be_shown(text))
    return "".join(parts), doubtful


def _is_raised(character: Character, main: Print) -> bool:
    printed = character.print
    if character.generated or not printed.size or printed.size > 0.85 * main.size:
        return False
    return 0.15 * main.size < printed.baseline - main.baseline < 0.8 * main.size


def _superscript(text: str) -> str:
    return text.translate(_RAISED) if _RAISABLE.match(text) else text


def _can_be_shown(text: str) -> bool:
    return bool(_RAISABLE.match(text) or (_RAISED_AS_IS.match(text) and text.strip()[:1] not in "-−+"))
