"""What the child that reads course lists writes and its parent reads: JSON, as of documents (indexer.wire)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from indexer.catalogue.rows import BadRow, Catalogue, CourseRow, RowFault
from knowledge.domain import Language


def catalogue_out(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "rows": [_row_out(row) for row in catalogue.rows],
        "bad_rows": [[bad.number, bad.fault.value, bad.column] for bad in catalogue.bad_rows],
    }


def catalogue_in(values: Mapping[str, Any]) -> Catalogue:
    return Catalogue(
        rows=tuple(_row_in(row) for row in values["rows"]),
        bad_rows=tuple(
            BadRow(number=int(number), fault=RowFault(fault), column=str(column))
            for number, fault, column in values["bad_rows"]
        ),
    )


def _row_out(row: CourseRow) -> dict[str, Any]:
    days = {"starts": _day_out(row.starts), "ends": _day_out(row.ends)}
    return {**asdict(row), "language": row.language.value, **days}


def _day_out(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _row_in(values: Mapping[str, Any]) -> CourseRow:
    return CourseRow(
        number=int(values["number"]),
        title=str(values["title"]),
        summary=str(values["summary"]),
        url=str(values["url"]),
        provider=values["provider"],
        language=Language(values["language"]),
        specialty=values["specialty"],
        credits=values["credits"],
        starts=_day_in(values["starts"]),
        ends=_day_in(values["ends"]),
    )


def _day_in(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
