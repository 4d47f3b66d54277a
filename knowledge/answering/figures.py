"""The figures that a question names, and whether a passage speaks of them.

A doctor who asks about an eGFR of 38 is answered by "30～44"; who asks whether 5 mg may be given is not answered by a
passage on 10 mg. So a figure counts as named where the passage has it, or has a range or limit of the same dimension
that decides about it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from knowledge.text import search_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """An amount that a question names."""

    #: As it is written, with its unit.
    text: str
    number: float
    #: As the table below has it; None where none stands behind the number.
    unit: str | None
    #: Whether it is a patient's age.
    is_age: bool = False


#: Each with its dimension, and how much of that dimension's base unit it is.
_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("小时", "h", "hr", "hrs", "hour", "hours"), ("time", 1)),
    **dict.fromkeys(("分钟", "min", "mins", "minute", "minutes"), ("time", 1 / 60)),
    **dict.fromkeys(("天", "日", "d", "day", "days"), ("time", 24)),
    **dict.fromkeys(("周", "星期", "wk", "week", "weeks"), ("time", 168)),
    **dict.fromkeys(("个月", "月", "month", "months", "mo"), ("time", 730)),
    **dict.fromkeys(("岁", "年", "yo", "y/o", "y", "yr", "yrs", "year", "years"), ("time", 8760)),
    **dict.fromkeys(("mg", "毫克"), ("mass", 1)),
    **dict.fromkeys(("g", "克"), ("mass", 1000)),
    **dict.fromkeys(("μg", "ug", "mcg", "微克"), ("mass", 0.001)),
    **dict.fromkeys(("kg", "公斤", "千克"), ("body mass", 1)),
    **dict.fromkeys(("ml", "毫升"), ("volume", 1)),
    **dict.fromkeys(("cm", "厘米"), ("length", 10)),
    **dict.fromkeys(("mm", "毫米"), ("length", 1)),
    **dict.fromkeys(("iu", "u", "单位", "unit", "units"), ("units", 1)),
    **dict.fromkeys(("%",), ("share", 1)),
    **dict.fromkeys(("mmhg",), ("pressure", 1)),
    **dict.fromkeys(("mmol/l",), ("molar", 1)),
    **dict.fromkeys(("μmol/l", "umol/l"), ("molar", 0.001)),
    **dict.fromkeys(("分", "point", "points"), ("points", 1)),
}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
#: A Latin unit ends where its letters end; "1 in 3" has no inches.
_NUMBER = r"\d+(?:\.\d+)?"
_QUANTITY = re.compile(
    rf"(?<![a-zα-ω0-9.])(?<![a-z]-)(?P<number>{_NUMBER})(?![0-9]|\.\d)[\s-]?(?:(?P<unit>{_UNIT})(?![a-z/])|(?![a-z]*\d))"
)
#: 2 型, 第 3 代, type 2, CKD stage 3, grade 1: names and not amounts.
_NAME_BEFORE = re.compile(
    r"(?:第|型|级|期|类|type|stage|grade|class|phase|line|step|group|category|covid|α|β|γ)[\s-]*$"
)
#: No word above is longer, with what stands between it and the number.
_LONGEST_NAME = 12
_NAME_BEHIND = re.compile(r"\s*(?:型|级|期|类|度|代|线|版|步|次方|导联|α|-hydroxy|(?:st|nd|rd|th)\b)")
_OLD = re.compile(r"[\s-]?old\b")
_YEAR = re.compile(r"^(?:19|20)\d\d$")

#: Where a number starts is looked for once: else a page of digits takes seconds.
_RANGE = re.compile(
    rf"(?<!\d)(?P<low>{_NUMBER})\s*(?:{_UNIT})?\s*(?:[~～\-–—至到]|to|and)\s*[<≤]?\s*(?P<high>{_NUMBER})\s*(?P<unit>(?:{_UNIT})(?![a-z]))?"
)
_LIMIT = re.compile(
    r"(?:(?P<before>[<>≤≥]=?|超过|低于|高于|大于|小于|不足|少于|多于|至少|至多|最多|达到|未满|满"
    r"|above|over|under|below|at least|at most|up to|more than|less than|from(?: age)?|until|within|exceed\w*)\s*)?"
    rf"(?<!\d)(?P<number>{_NUMBER})\s*(?P<unit>(?:{_UNIT})(?![a-z]))?\s*"
    r"(?P<behind>(?:及|或)?(?:以上|以下|以内|之内|以后|以前)"
    r"|or (?:more|over|older|above|less|below)|and (?:over|above|older))?"
)


def figures_named(question: str) -> list[Figure]:
    """The amounts that a question names, as they stand; years and the numbers in names are none."""
    text = search_text(question)
    return [
        Figure(
            # As long as the text that was searched, so the offsets are the same.
            text=question[match.start() : match.end()].strip(),
            number=float(match["number"]),
            unit=match["unit"],
            is_age=match["unit"] in ("岁", "yo", "y/o") or bool(_OLD.match(text, match.end())),
        )
        for match in _QUANTITY.finditer(text)
        if not _is_of_a_name(text, match)
        and not (_YEAR.match(match["number"]) and match["unit"] in (None, "年"))
    ]


def speaks_of(passage: str, figure: Figure) -> bool:
    """Whether the passage has the figure, or a range or limit that decides about it."""
    text = search_text(passage)
    return any(_in_range(match, figure) for match in _RANGE.finditer(text)) or any(
        _at_limit(match, figure) for match in _LIMIT.finditer(text)
    )


def _is_of_a_name(text: str, match: re.Match[str]) -> bool:
    before = match.start("number")
    return bool(
        _NAME_BEFORE.search(text, max(0, before - _LONGEST_NAME), before)
        or _NAME_BEHIND.match(text, match.end("number"))
    )


def _in_range(match: re.Match[str], figure: Figure) -> bool:
    scale = _scale(match["unit"], figure.unit)
    if scale is None or not _decides(match, figure):
        return False
    return float(match["low"]) <= figure.number / scale <= float(match["high"])


def _at_limit(match: re.Match[str], figure: Figure) -> bool:
    scale = _scale(match["unit"], figure.unit)
    if scale is None or (match["unit"] is None and _is_of_a_name(match.string, match)):
        return False
    is_limit = bool(match["before"] or match["behind"]) and _decides(match, figure)
    return is_limit or math.isclose(float(match["number"]), figure.number / scale)


def _decides(match: re.Match[str], figure: Figure) -> bool:
    """A limit of which the unit is not told says nothing on milligrams; on a bare number it may."""
    return figure.unit is None or match["unit"] is not None


def _scale(its: str | None, asked: str | None) -> float | None:
    """How many of the unit asked in are one of the passage's; 1 where either is not told, None where they differ."""
    if its is None or asked is None:
        return 1.0
    (dimension, size), (wanted, unit) = _UNITS[its], _UNITS[asked]
    return size / unit if dimension == wanted else None
