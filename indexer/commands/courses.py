"""`yidao-index courses`: course lists into the catalogue."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.app import App
from indexer.catalogue import BadRow, RowFault, read_catalogue
from indexer.courses import encoded_courses
from indexer.errors import IndexerError

FAULTS = {
    RowFault.TITLE_MISSING: "it has no title",
    RowFault.URL_MISSING: "it has no link",
    RowFault.URL_INVALID: "its link is no address of a public web page, such as https://example.org/course",
    RowFault.URL_DUPLICATE: "its link stands in an earlier row",
    RowFault.DATE_INVALID: "a date must look like 2026-03-31",
    RowFault.CREDITS_INVALID: "credits must be a number",
    RowFault.LANGUAGE_UNSUPPORTED: "the language must be zh or en",
    RowFault.FORMULA: "a cell is a formula without its value: save the list with values only",
    RowFault.TOO_LONG: "a field is longer than 20,000 characters",
    RowFault.NOT_A_ROW: "it does not fit the header, or is no JSON object",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseReport:
    """What became of one course list."""

    file: str
    #: The code of why the whole file was refused; None when it was read.
    reason: str | None = None
    message: str | None = None
    added: int = 0
    updated: int = 0
    bad_rows: tuple[BadRow, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "status": "refused" if self.reason else "loaded",
            "reason": self.reason,
            "message": self.message,
            "added": self.added,
            "updated": self.updated,
            "bad_rows": [
                {
                    "row": bad.number,
                    "reason": bad.fault.value,
                    "column": bad.column,
                    "message": FAULTS[bad.fault],
                }
                for bad in self.bad_rows
            ],
        }


def add(subcommands: Any) -> None:
    command = subcommands.add_parser("courses", help="load course lists (CSV, JSONL, XLSX)")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument("--json", action="store_true", help="print one JSON array of reports")
    command.set_defaults(command=run)


def run(app: App, options: argparse.Namespace) -> int:
    app.stores.database.migrate()
    app.stores.vectors.check_model(app.encoder.fingerprint)
    reports = load_courses(app, options.files)
    if options.json:
        print(json.dumps([report.as_json() for report in reports], ensure_ascii=False, indent=1))
    else:
        for report in reports:
            _tell(report)
    return 1 if any(report.reason or report.bad_rows for report in reports) else 0


def load_courses(app: App, files: list[Path], *, is_sample: bool = False) -> list[CourseReport]:
    return [_load_list(app, file, is_sample=is_sample) for file in files]


def _load_list(app: App, file: Path, *, is_sample: bool) -> CourseReport:
    try:
        catalogue = read_catalogue(file)
    except IndexerError as error:
        return CourseReport(file=str(file), reason=error.code, message=str(error))
    except OSError as error:
        return CourseReport(file=str(file), reason="not_found", message=error.strerror)
    new = encoded_courses(catalogue, app.stores, app.encoder, is_sample=is_sample)
    added, updated = app.stores.courses.put(new)
    return CourseReport(file=str(file), added=added, updated=updated, bad_rows=catalogue.bad_rows)


def _tell(report: CourseReport) -> None:
    if report.reason:
        print(f"refused  {report.file}: {report.message}", file=sys.stderr)
        return
    print(f"{report.file}: {report.added} courses added, {report.updated} brought up to date")
    for bad in report.bad_rows:
        print(f"  row {bad.number}: {FAULTS[bad.fault]}", file=sys.stderr)
