"""The rows of a course list, checked: every bad row is named, and the others are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from indexer import errors
from indexer.shown import cjk_count, letter_count, one_line
from knowledge.domain import Language
from knowledge.web_address import is_web_address

#: More than any list of courses that people keep by hand.
MOST_ROWS = 20_000
_LONGEST_FIELD = 20_000
_LONGEST_URL = 2_000
#: What stands in a spreadsheet where a value was to be worked out and was not, or could not be.
_FORMULA = re.compile(r"=\s*[\w@(+\-'\"]|#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!)$")

#: Column names by field; compared in lower case, without spaces and underscores.
_NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        "title",
        "name",
        "course",
        "coursename",
        "coursetitle",
        "课程",
        "课程名称",
        "标题",
        "题目",
        "名称",
    ),
    "summary": ("summary", "abstract", "简介", "摘要", "课程简介", "内容简介"),
    "description": ("description", "描述", "课程描述", "介绍"),
    "url": ("url", "link", "href", "链接", "网址", "地址", "课程链接"),
    "provider": ("provider", "platform", "提供者", "平台", "提供方", "来源平台", "主办单位"),
    "institution": ("institution", "organization", "organisation", "机构", "单位"),
    "specialty": ("specialty", "speciality", "subject", "department", "专科", "专业", "学科", "科室"),
    "language": ("language", "lang", "语言", "语种"),
    "credits": ("credits", "credit", "cme", "学分"),
    "starts": ("starts", "start", "startdate", "开始", "开课日期", "开始日期", "开课时间"),
    "ends": ("ends", "end", "enddate", "结束", "结束日期", "结课日期", "截止日期"),
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names}
_LANGUAGES = {
    "zh": Language.ZH, "zh-cn": Language.ZH, "zh-tw": Language.ZH, "chinese": Language.ZH, "中文": Language.ZH,
    "汉语": Language.ZH, "en": Language.EN, "en-us": Language.EN, "english": Language.EN, "英文": Language.EN,
    "英语": Language.EN,
}  # fmt: skip


class RowFault(StrEnum):
    """Why a row of a course list is left out."""

    TITLE_MISSING = "title_missing"
    URL_MISSING = "url_missing"
    URL_INVALID = "url_invalid"
    URL_DUPLICATE = "url_duplicate"
    DATE_INVALID = "date_invalid"
    CREDITS_INVALID = "credits_invalid"
    LANGUAGE_UNSUPPORTED = "language_unsupported"
    FORMULA = "formula"
    TOO_LONG = "too_long"
    NOT_A_ROW = "not_a_row"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """A course as its list names it."""

    #: As the list's own program counts, from 1: the line of the file for JSONL, the row for CSV and XLSX.
    number: int
    title: str
    summary: str
    url: str
    #: None where the list names none.
    provider: str | None
    language: Language
    specialty: str | None = None
    credits: float | None = None
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    number: int
    fault: RowFault
    #: The field that is at fault, as the list names it; empty where the whole row is.
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    rows: tuple[CourseRow, ...]
    bad_rows: tuple[BadRow, ...]


class _Bad(Exception):
    def __init__(self, fault: RowFault, column: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.column = column


Record = tuple[int, Mapping[str, Any] | None]
"""The number of a row and its values by column; None where the row is no record."""


def catalogue(records: Iterable[Record]) -> Catalogue:
    """The rows that hold, and the others with their fault. Raises TooManyRows."""
    rows: list[CourseRow] = []
    bad: list[BadRow] = []
    urls: set[str] = set()
    for count, (number, record) in enumerate(records, start=1):
        if count > MOST_ROWS:
            raise errors.TooManyRows
        try:
            row = course_row(number, record)
        except _Bad as fault:
            bad.append(BadRow(number=number, fault=fault.fault, column=fault.column))
            continue
        if row.url in urls:
            bad.append(BadRow(number=number, fault=RowFault.URL_DUPLICATE, column="url"))
            continue
        urls.add(row.url)
        rows.append(row)
    return Catalogue(rows=tuple(rows), bad_rows=tuple(bad))


def field_of(column: str) -> str:
    """The field that a column stands for; its own name where it is none of ours."""
    reduced = re.sub(r"[\s_\-]+", "", column.strip().strip("\ufeff")).lower()
    return _FIELD_OF.get(reduced, reduced)


def course_row(number: int, record: Mapping[str, Any] | None) -> CourseRow:
    """One row, checked. Raises _Bad with the fault."""
    if record is None:
        raise _Bad(RowFault.NOT_A_ROW)
    title = _text(record, "title")
    if letter_count(title) == 0:
        raise _Bad(RowFault.TITLE_MISSING, "title")
    summary = _text(record, "summary") or _text(record, "description")
    return CourseRow(
        number=number,
        title=title,
        summary=summary,
        url=_url(record),
        provider=_text(record, "provider") or _text(record, "institution") or None,
        language=_language(record, title),
        specialty=_text(record, "specialty") or None,
        credits=_credits(record),
        starts=_date(record, "starts"),
        ends=_date(record, "ends"),
    )


def _text(record: Mapping[str, Any], field: str) -> str:
    value = record.get(field)
    text = one_line(value) if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
    if _FORMULA.match(text):
        raise _Bad(RowFault.FORMULA, field)
    if len(text) > _LONGEST_FIELD:
        raise _Bad(RowFault.TOO_LONG, field)
    return text


def _url(record: Mapping[str, Any]) -> str:
    url = _text(record, "url")
    if not url:
        raise _Bad(RowFault.URL_MISSING, "url")
    if not is_web_address(url) or len(url) > _LONGEST_URL:
        raise _Bad(RowFault.URL_INVALID, "url")
    return url


def _language(record: Mapping[str, Any], title: str) -> Language:
    named = _text(record, "language").lower()
    if not named:
        return Language.ZH if cjk_count(title) else Language.EN
    if named not in _LANGUAGES:
        raise _Bad(RowFault.LANGUAGE_UNSUPPORTED, "language")
    return _LANGUAGES[named]


def _credits(record: Mapping[str, Any]) -> float | None:
    text = _text(record, "credits").removesuffix("学分").removesuffix("分").strip()
    if not text:
        return None
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,2})?", text):
        raise _Bad(RowFault.CREDITS_INVALID, "credits")
    return float(text)


def _date(record: Mapping[str, Any], field: str) -> date | None:
    text = _text(record, field)
    if not text:
        return None
    plain = re.sub(r"[年月/.]", "-", text).removesuffix("日")
    try:
        year, month, day = (int(part) for part in plain[:10].rstrip("T ").split("-"))
        return date(year, month, day)
    except ValueError as error:
        raise _Bad(RowFault.DATE_INVALID, field) from error
