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
#: A dose by body mass is another thing than a dose, one a day or at a time is not.
for _of in ("mg", "毫克", "g", "克", "μg", "ug", "mcg", "微克", "ml", "毫升", "iu", "u", "单位"):
    _dimension, _size = _UNITS[_of]
    _UNITS |= {f"{_of}/{kg}": (f"{_dimension} by body mass", _size) for kg in ("kg", "公斤", "千克")}
    _UNITS |= {f"{_of}/{often}": (_dimension, _size) for often in ("d", "day", "天", "日", "次", "dose")}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
#: 三个月, 两周, 十二小时: Chinese numerals up to 99 count where a time follows; 一天 is how often something is taken.
_NUMERALS = {numeral: n for n, numeral in enumerate("零一二三四五六七八九")} | {"两": 2}
_IN_WORDS = r"(?!一[天周年])[一二两三四五六七八九十]{1,3}(?=\s?(?:个?月|周|星期|天|小时|年|岁))"
#: "1,000" is one number, "1,2" are two.
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
#: Neither in the middle of a number nor behind its thousands.
_NOT_INSIDE = r"(?<!\d)(?<!\d,(?=\d{3}(?!\d)))"
#: A Latin unit ends where its letters end; "1 in 3" has no inches.
_QUANTITY = re.compile(
    rf"(?<![a-zα-ω0-9.])(?<![a-z]-)(?P<number>{_NUMBER}|{_IN_WORDS})(?![0-9]|\.\d)[\s-]?"
    rf"(?:(?P<unit>{_UNIT})(?![a-z/])|(?![a-z]*\d))"
)
#: 2 型, 第 3 代, type 2, CKD stage 3, grade 1: names and not amounts.
_NAME_BEFORE = re.compile(
    r"(?:第|型|级|期|类|表|图|附录|附表|附图|table|figure|fig\.?|section|chapter|appendix|type|stage|grade|class|phase|line|step|group|category|covid|α|β|γ)[\s-]*$"
)
#: No word above is longer, with what stands between it and the number.
_LONGEST_NAME = 12
_NAME_BEHIND = re.compile(r"\s*(?:型|级|期|类|度|代|线|版|步|次方|导联|α|-hydroxy|(?:st|nd|rd|th)\b)")
#: The number of a heading: "5 治疗", "2.1 Treatment", at the beginning of a line; "5 mg" there is an amount.
_HEADING = re.compile(rf"[ \t]+(?!(?:{_UNIT})(?![a-z]))(?=[^\W\d])")
_OLD = re.compile(r"[\s-]?old\b")
_YEAR = re.compile(r"^(?:19|20)\d\d$")

#: A unit by itself: 天 of 今天 is none, nor is 分 of 部分, but a number is before those that count.
_ANY_UNIT = re.compile(rf"(?<![a-z])(?:{_UNIT})(?![a-z])")
#: Where a number starts is looked for once: else a page of digits takes seconds.
_RANGE = re.compile(
    rf"{_NOT_INSIDE}(?P<low>{_NUMBER})\s*(?:{_UNIT})?\s*(?:[~～\-–—至到]|to|and)\s*[<≤]?\s*(?P<high>{_NUMBER})\s*(?P<unit>(?:{_UNIT})(?![a-z]))?"
)
_LIMIT = re.compile(
    r"(?:(?P<before>[<>≤≥]=?|超过|低于|高于|大于|小于|不足|少于|多于|至少|至多|最多|达到|未满|满"
    r"|above|over|under|below|at least|at most|up to|more than|less than|from(?: age)?|until|within|exceed\w*)\s*)?"
    rf"{_NOT_INSIDE}(?P<number>{_NUMBER}|{_IN_WORDS})\s*(?P<unit>(?:{_UNIT})(?![a-z]))?\s*"
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
            number=_value(match["number"]),
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
    if figure.unit is not None and not _has_dimension(text, _UNITS[figure.unit][0]):
        return False
    return any(_in_range(match, figure) for match in _RANGE.finditer(text)) or any(
        _at_limit(match, figure) for match in _LIMIT.finditer(text)
    )


def _value(number: str) -> float:
    if number[0] in _NUMERALS or number[0] == "十":
        tens, has_tens, ones = number.rpartition("十")
        return 10.0 * (_NUMERALS.get(tens, 1) if has_tens else 0) + _NUMERALS.get(ones[-1:], 0)
    return float(number.replace(",", ""))


def _has_dimension(text: str, dimension: str) -> bool:
    """Whether some unit of it stands there: a bare number may be an amount then, as under a table's header."""
    # A score is often told without its points.
    return dimension == "points" or any(
        _UNITS[match[0]][0] == dimension for match in _ANY_UNIT.finditer(text)
    )


def _is_of_a_name(text: str, match: re.Match[str]) -> bool:
    before = match.start("number")
    return bool(
        _NAME_BEFORE.search(text, max(0, before - _LONGEST_NAME), before)
        or _NAME_BEHIND.match(text, match.end("number"))
        or ((before == 0 or text[before - 1] == "\n") and _HEADING.match(text, match.end("number")))
    )


def _in_range(match: re.Match[str], figure: Figure) -> bool:
    scale = _scale(match["unit"], figure.unit)
    if scale is None or not _decides(match, figure):
        return False
    return _value(match["low"]) <= figure.number / scale <= _value(match["high"])


def _at_limit(match: re.Match[str], figure: Figure) -> bool:
    scale = _scale(match["unit"], figure.unit)
    if scale is None or (match["unit"] is None and _is_of_a_name(match.string, match)):
        return False
    is_limit = bool(match["before"] or match["behind"]) and _decides(match, figure)
    return is_limit or math.isclose(_value(match["number"]), figure.number / scale)


def _decides(match: re.Match[str], figure: Figure) -> bool:
    """A limit of which the unit is not told says nothing on milligrams; on a bare number it may."""
    return figure.unit is None or match["unit"] is not None


def _scale(its: str | None, asked: str | None) -> float | None:
    """How many of the unit asked in are one of the passage's; 1 where either is not told, None where they differ."""
    if its is None or asked is None:
        return 1.0
    (dimension, size), (wanted, unit) = _UNITS[its], _UNITS[asked]
    return size / unit if dimension == wanted else None
