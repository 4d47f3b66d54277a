"""Which lines are headings, and how deep, from their numbers and length alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.numbering import Rank, rank_of, title_of
from indexer.shown import cjk_count, letter_count

#: Longer than this, a numbered line is a sentence: 40 Chinese characters, or about 100 Latin letters.
_LONGEST_CJK = 40
_LONGEST_LATIN = 110
_ENDS_SENTENCE = re.compile(r"[。；;，,：:！？!?]$|[^A-Z.]\.$")
_LEVELS = {
    Rank.PART: 1,
    Rank.CHAPTER: 1,
    Rank.SECTION: 2,
    Rank.IDEOGRAPH: 1,
    Rank.BRACKETED_IDEOGRAPH: 2,
    Rank.DECIMAL_1: 1,
    Rank.DECIMAL_2: 2,
    Rank.DECIMAL_3: 3,
    Rank.DECIMAL_4: 4,
    Rank.BRACKETED_DECIMAL: 4,
}


def short_enough(text: str, *, large: bool = False) -> bool:
    """Whether a line can be a heading by its length; large print may be half as long again."""
    share = 1.6 if large else 1.0
    return cjk_count(text) <= share * _LONGEST_CJK and len(text) <= share * _LONGEST_LATIN


def looks_like_heading(line: str) -> bool:
    """Whether a bare line is a heading: numbered outermost, short, a title behind the number, no sentence."""
    rank = rank_of(line)
    if rank is None or (rank in (Rank.BRACKETED_DECIMAL, Rank.DECIMAL_1) and not _is_plain_decimal(line)):
        return False
    return short_enough(line) and letter_count(title_of(line)) >= 2 and not _ENDS_SENTENCE.search(line)


def _is_plain_decimal(line: str) -> bool:
    """A number without a stop: "1 概述" is a heading; "1. 二甲双胍" and "1、" as often begin a list."""
    return bool(re.match(r"^\d{1,2}\s?[\u4e00-\u9fffA-Z]", line)) and cjk_count(line) <= 20


def heading_level(text: str, default: int = 1) -> int:
    rank = rank_of(text)
    return default if rank is None else _LEVELS[rank]


Number = tuple[int, ...]
_DECIMAL = re.compile(r"^(?:R\s?\.?\s?)?\d{1,2}(?:\s?[.．]\s?\d{1,2})*(?![\d.．]*\s?[%％])")


def decimal_of(text: str) -> Number:
    """(7, 1, 2) for "7.1.2 治疗"; empty without such a number."""
    found = _DECIMAL.match(text)
    return tuple(int(part) for part in re.findall(r"\d+", found.group(0))) if found else ()


def levels_by_number(titles: Sequence[str]) -> list[int]:
    """A level for each heading, those whose number OCR lost among them.

    A heading without a number before "7.2.2" stands for 7.2, if that has not been seen; or else for 7.2.1.
    """
    numbers = [decimal_of(title) for title in titles]
    seen: set[Number] = set()
    levels: list[int] = []
    for index, (title, number) in enumerate(zip(titles, numbers, strict=True)):
        following = next((each for each in numbers[index + 1 :] if each), ())
        if number:
            levels.append(min(len(number), 4))
        elif rank_of(title) is not None:
            levels.append(heading_level(title))
        else:
            levels.append(_level_before(following, seen))
            seen.add(following[: levels[-1]])
        seen.add(number)
    return levels


def _level_before(following: Number, seen: set[Number]) -> int:
    """The level of an unnumbered heading, from the next number."""
    if not seen - {()} or len(following) < 2:
        return 1
    parent = following[:-1]
    return len(following) if parent in seen else len(parent)
