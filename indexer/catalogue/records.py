"""A course list's file as records: CSV, JSONL and XLSX, each with the number by which its row is found again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from indexer import errors
from indexer.catalogue.rows import Record, field_of
from indexer.catalogue.sheets import rows_of
from indexer.parsers.encoding import decode

_ZIP = b"PK\x03\x04"
_OTHERS = (_ZIP, b"%PDF", b"\xd0\xcf\x11\xe0")


def records_of(path: Path) -> Iterator[Record]:
    """Raises IndexerError where it cannot be read as a list at all, and what openpyxl does on a broken file."""
    if path.suffix.lower() == ".xlsx":
        return _sheet_records(path)
    raw = path.read_bytes()
    if not raw.strip():
        raise errors.EmptyFile
    if raw.startswith(_OTHERS):
        raise errors.WrongKind("a course list is text, or a spreadsheet named .xlsx")
    text = decode(raw).removeprefix("\ufeff")
    return _json_records(text) if path.suffix.lower() == ".jsonl" else _csv_records(text)


def _csv_records(text: str) -> Iterator[Record]:
    csv.field_size_limit(1_000_000)
    header = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(header))
    try:
        yield from _records(
            (number, row) for number, row in enumerate(reader, start=1) if any(map(str.strip, row))
        )
    except csv.Error as error:
        raise errors.InvalidCatalogue(str(error)) from error


def delimiter_of(header: str) -> str:
    """The mark between columns, of those that occur in course lists: the most frequent in the header."""
    return max((",", ";", "\t"), key=header.count)


def _sheet_records(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        head = file.read(len(_ZIP))
    if not head:
        raise errors.EmptyFile
    if head != _ZIP:
        raise errors.WrongKind("named as a spreadsheet, and is none")
    yield from _records(rows_of(path))


def _records(rows: Iterable[tuple[int, list[str]]]) -> Iterator[Record]:
    """The rows below the first, which names the columns; a row that is longer than that is no record."""
    columns: list[str] | None = None
    for number, cells in rows:
        if columns is None:
            columns = _known_columns(cells)
        elif len(cells) > len(columns):
            yield number, None
        else:
            yield number, dict(zip(columns, cells, strict=False))


def _known_columns(cells: Iterable[str]) -> list[str]:
    columns = [field_of(cell) for cell in cells]
    if "title" not in columns or "url" not in columns:
        raise errors.InvalidCatalogue("no column for the title or the link")
    return columns


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
