"""Spreadsheets (XLSX) as rows of text, read in a child process with limits.

python -m indexer.sheets MEGABYTES      {"path": …, "seconds": …} a line in, one line of JSON out
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from indexer import errors
from indexer.childprocess import ChildProcess
from indexer.limits import limit
from indexer.served import serve

#: More than any course list; a sheet can claim a million empty rows of sixteen thousand columns.
_MOST_ROWS = 20_000
_MOST_COLUMNS = 100
_MOST_EMPTY_ROWS = 1_000
_LONGEST_CELL = 25_000
_SECONDS = 60.0
_MEMORY_MB = 1024
_NICENESS = 5


def read_sheet(path: Path, *, seconds: float = _SECONDS, memory_mb: int = _MEMORY_MB) -> list[list[str]]:
    """The rows of the first sheet that has any. Raises IndexerError."""
    child = ChildProcess("indexer.sheets", memory_mb)
    try:
        answer = child.ask({"path": str(path.resolve())}, seconds)
    finally:
        child.close()
    if "error" in answer:
        raise errors.by_code(str(answer["error"]), str(answer.get("detail", "")))
    return [[str(cell) for cell in row] for row in answer["rows"]]


def rows_of(path: Path) -> list[list[str]]:
    """The same in this very process. Raises IndexerError, and whatever openpyxl does on a broken file."""
    from openpyxl import load_workbook

    from indexer.parsers.archives import check_archive

    check_archive(path, "xl/workbook.xml", of="a spreadsheet")
    # Only reading, row by row; what formulas came to, never what they are; no links to other files.
    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            # What a file says of its own size may be wrong, and is only to be trusted downwards.
            sheet.reset_dimensions()
            if rows := list(_rows(sheet)):
                return rows
        return []
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[list[str]]:
    """The rows that have text, each without the empty cells at its end."""
    empty = kept = 0
    for cells in sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True):
        row = [_text(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        empty = 0 if row else empty + 1
        if empty > _MOST_EMPTY_ROWS:
            return
        if row:
            kept += 1
            if kept > _MOST_ROWS:
                raise errors.TooLarge(f"more than {_MOST_ROWS} rows")
            yield row


def _text(cell: object) -> str:
    """A cell as its list would be written in CSV: days as 2026-03-31, whole numbers without a point."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case datetime() | date():
            return cell.isoformat()[:10]
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)[:_LONGEST_CELL].strip()


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    return {"rows": rows_of(Path(request["path"]))}


if __name__ == "__main__":
    limit(int(sys.argv[1]), niceness=_NICENESS)
    serve(answer)
