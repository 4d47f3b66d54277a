"""A spreadsheet (XLSX) as rows of text."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import repeat
from pathlib import Path
from typing import Any

#: A sheet can claim a million empty rows of sixteen thousand columns.
_MOST_COLUMNS = 100
_MOST_EMPTY_ROWS = 1_000
_LONGEST_CELL = 25_000
#: Stands for the value of a formula that was never worked out; `rows` knows it by its sign.
_UNKNOWN = "=(formula)"


def rows_of(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows with text of the first sheet that has any, by the number that the spreadsheet shows beside them.

    Raises IndexerError, and whatever openpyxl does on a broken file.
    """
    from openpyxl import load_workbook

    from indexer.parsers.archives import check_archive

    check_archive(path, "xl/workbook.xml", of="a spreadsheet")
    # Only reading, row by row; what formulas came to, never what they are; no links to other files.
    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    written = load_workbook(path, read_only=True, keep_links=False) if _has_formulas(path) else None
    try:
        for place, sheet in enumerate(book.worksheets):
            rows = _rows(sheet, written.worksheets[place] if written else None)
            first = next(rows, None)
            if first is not None:
                yield first
                yield from rows
                return
    finally:
        book.close()
        if written is not None:
            written.close()


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(_holds(archive, name, b"<f>") or _holds(archive, name, b"<f ") for name in names)


def _holds(archive: zipfile.ZipFile, name: str, mark: bytes) -> bool:
    before = b""
    with archive.open(name) as part:
        while piece := part.read(1 << 20):
            if mark in before + piece:
                return True
            before = piece[-len(mark) :]
    return False


def _rows(sheet: Any, written: Any | None) -> Iterator[tuple[int, list[str]]]:
    """written: the same sheet with its formulas instead of their values."""
    empty = 0
    for number, (cells, formulas) in enumerate(zip(_cells(sheet), _formulas(written), strict=False), start=1):
        row = [_text(cell, formula) for cell, formula in zip(cells, formulas or repeat(None), strict=False)]
        while row and not row[-1]:
            row.pop()
        empty = 0 if row else empty + 1
        if empty > _MOST_EMPTY_ROWS:
            return
        if row:
            yield number, row


def _cells(sheet: Any) -> Iterator[tuple[object, ...]]:
    # What a file says of its own size may be wrong, and is only to be trusted downwards.
    sheet.reset_dimensions()
    rows: Iterator[tuple[object, ...]] = sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True)
    return rows


def _formulas(written: Any | None) -> Iterator[tuple[object, ...]]:
    return _cells(written) if written is not None else repeat(())


def _text(cell: object, formula: object) -> str:
    """A cell as its list would be written in CSV: days as 2026-03-31, whole numbers without a point."""
    match cell:
        case None:
            return "" if formula is None else _UNKNOWN
        case bool():
            return str(cell).lower()
        case datetime() | date():
            return cell.isoformat()[:10]
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)[:_LONGEST_CELL].strip()
