"""Which lines are headings, and how deep, from their numbers and length alone."""

from __future__ import annotations

import re

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
    if rank is None or rank in (Rank.BRACKETED_DECIMAL, Rank.DECIMAL_1) and not _is_plain_decimal(line):
        return False
    return short_enough(line) and letter_count(title_of(line)) >= 2 and not _ENDS_SENTENCE.search(line)


def _is_plain_decimal(line: str) -> bool:
    """"1 概述" is a heading; "1. 二甲双胍" and "1、" as often begin a list."""
    return bool(re.match(r"^\d{1,2}\s?[\u4e00-\u9fffA-Z]", line)) and cjk_count(line) <= 20


def heading_level(text: str, default: int = 1) -> int:
    rank = rank_of(text)
    return default if rank is None else _LEVELS[rank]


def nested_levels(ranks: list[Rank]) -> dict[Rank, int]:
    """The level of each kind of number that a document uses, outermost 1."""
    return {rank: level for level, rank in enumerate(sorted(set(ranks)), start=1)}
