"""Course lists: CSV, JSONL and XLSX to rows, with every bad row named and the others kept."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from indexer import errors
from indexer.parsers.encoding import decode
from indexer.sheets import read_sheet
from indexer.shown import cjk_count, letter_count, one_line
from knowledge.domain import Language

SUPPORTED_CATALOGUES = frozenset((".csv", ".tsv", ".jsonl", ".xlsx"))
_LARGEST = 50 * 1024 * 1024
_LONGEST_FIELD = 20_000
_ZIP = b"PK\x03\x04"

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
    TOO_LONG = "too_long"
    NOT_A_ROW = "not_a_row"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """A course as its list names it."""

    #: The line of the file for JSONL, the row below the header counted from 2 for CSV and XLSX.
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


def read_catalogue(path: Path) -> Catalogue:
    """The courses of a list. Raises IndexerError where it cannot be read as a list at all."""
    if not path.is_file():
        raise errors.NotFound
    if path.suffix.lower() not in SUPPORTED_CATALOGUES:
        raise errors.UnsupportedKind(path.suffix)
    if path.stat().st_size > _LARGEST:
        raise errors.TooLarge
    if path.suffix.lower() == ".xlsx":
        return catalogue(_sheet_records(path))
    raw = path.read_bytes()
    if not raw.strip():
        raise errors.EmptyFile
    if raw.startswith((_ZIP, b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise errors.WrongKind("a course list is text, or a spreadsheet named .xlsx")
    text = decode(raw).removeprefix("\ufeff")
    records = _json_records(text) if path.suffix.lower() == ".jsonl" else _csv_records(text)
    return catalogue(records)


Record = tuple[int, Mapping[str, Any] | None]
"""The number of a row and its values by column; None where the row is no record."""


def catalogue(records: Iterable[Record]) -> Catalogue:
    """The rows that hold, and the others with their fault."""
    rows: list[CourseRow] = []
    bad: list[BadRow] = []
    urls: set[str] = set()
    for number, record in records:
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


def _csv_records(text: str) -> Iterator[Record]:
    csv.field_size_limit(1_000_000)
    header = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(header))
    try:
        yield from _records(row for row in reader if any(cell.strip() for cell in row))
    except csv.Error as error:
        raise errors.InvalidCatalogue(str(error)) from error


def _sheet_records(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        head = file.read(len(_ZIP))
    if not head:
        raise errors.EmptyFile
    if head != _ZIP:
        raise errors.WrongKind("named as a spreadsheet, and is none")
    yield from _records(iter(read_sheet(path)))


def _records(rows: Iterator[list[str]]) -> Iterator[Record]:
    """The rows below the first, which names the columns; a row that is longer than that is no record."""
    columns: list[str] | None = None
    for number, cells in enumerate(rows, start=1):
        if columns is None:
            columns = _known_columns(cells)
        elif len(cells) > len(columns):
            yield number, None
        else:
            yield number, dict(zip(columns, cells, strict=False))


def delimiter_of(header: str) -> str:
    """The mark between columns, of those that occur in course lists: the most frequent in the header."""
    return max((",", ";", "\t"), key=header.count)


def _known_columns(cells: Iterable[str]) -> list[str]:
    columns = [field_of(cell) for cell in cells]
    if "title" not in columns or "url" not in columns:
        raise errors.InvalidCatalogue("no column for the title or the link")
    return columns


def field_of(column: str) -> str:
    """The field that a column stands for; its own name where it is none of ours."""
    reduced = re.sub(r"[\s_\-]+", "", column.strip().strip("\ufeff")).lower()
    return _FIELD_OF.get(reduced, reduced)


def _json_records(text: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, _json_record(line)


def _json_record(line: str) -> Mapping[str, Any] | None:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return {field_of(key): value for key, value in values.items()} if isinstance(values, dict) else None


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
    if len(text) > _LONGEST_FIELD:
        raise _Bad(RowFault.TOO_LONG, field)
    return text


def _url(record: Mapping[str, Any]) -> str:
    url = _text(record, "url")
    if not url:
        raise _Bad(RowFault.URL_MISSING, "url")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _Bad(RowFault.URL_INVALID, "url") from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or " " in url or len(url) > 2000:
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
