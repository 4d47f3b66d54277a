"""Headings by their numbers: 第一章, 一、, （一）, 1, 1.1, 1.1.1, and what they say of a heading's depth."""

from __future__ import annotations

import re
from enum import IntEnum

_NUMERALS = "一二三四五六七八九十百"


class Rank(IntEnum):
    """Kinds of numbers, from the outermost inwards, as Chinese and English guidelines nest them."""

    PART = 1
    CHAPTER = 2
    SECTION = 3
    IDEOGRAPH = 4
    BRACKETED_IDEOGRAPH = 5
    DECIMAL_1 = 6
    DECIMAL_2 = 7
    DECIMAL_3 = 8
    DECIMAL_4 = 9
    BRACKETED_DECIMAL = 10


_PATTERNS: tuple[tuple[Rank, re.Pattern[str]], ...] = (
    (Rank.PART, re.compile(rf"^(?:第\s?[{_NUMERALS}\d]+\s?(?:部分|篇)|PART\s+[\dIVX]+\b|Part\s+[\dIVX]+\b)")),
    (
        Rank.CHAPTER,
        re.compile(rf"^(?:\d{{1,2}}\s)?(?:第\s?[{_NUMERALS}\d]+\s?章|(?:Chapter|CHAPTER)\s+\d+\b)"),
    ),
    (
        Rank.CHAPTER,
        re.compile(
            r"^(?:附件|附录|附錄|Annex|ANNEX|Appendix|Web Annex)\s?(?:[\dA-Z一二三四五六七八九十]{1,2})\b"
        ),
    ),
    (Rank.SECTION, re.compile(rf"^第\s?[{_NUMERALS}\d]+\s?[节節]")),
    (Rank.IDEOGRAPH, re.compile(rf"^[{_NUMERALS}]{{1,3}}\s?[、．.,，]")),
    (Rank.BRACKETED_IDEOGRAPH, re.compile(rf"^[（(]\s?[{_NUMERALS}]{{1,3}}\s?[）)]")),
    (Rank.BRACKETED_DECIMAL, re.compile(r"^[（(]\s?[\d０-９]{1,2}\s?[）)]")),
    (Rank.DECIMAL_4, re.compile(r"^\d{1,2}(?:[.．]\s?\d{1,2}){3}(?!\d)\.?")),
    (Rank.DECIMAL_3, re.compile(r"^\d{1,2}(?:[.．]\s?\d{1,2}){2}(?![\d.．])\.?")),
    (Rank.DECIMAL_2, re.compile(r"^\d{1,2}[.．]\s?\d{1,2}(?![\d.．%％])\.?")),
    (Rank.DECIMAL_1, re.compile(r"^[\d０-９]{1,2}(?:\s?[.．、]|(?=\s)|(?=[\u4e00-\u9fff]))(?![\d０-９])")),
)


def rank_of(text: str) -> Rank | None:
    """The kind of number that a line begins with; None without one."""
    return next((rank for rank, pattern in _PATTERNS if pattern.match(text)), None)


def number_of(text: str) -> str:
    """The number that a line begins with, with its mark; empty without one."""
    found = next((match for _, pattern in _PATTERNS if (match := pattern.match(text))), None)
    return found.group(0).strip() if found else ""


def title_of(text: str) -> str:
    """The line without its number."""
    return text[len(number_of(text)) :].strip(" 　、.．")
