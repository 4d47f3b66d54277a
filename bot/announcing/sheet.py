"""The report as an XLSX workbook: the numbers, and a row for each recipient.

It leaves the database for somebody's phone, so it holds no names, and a Telegram id only of those whom somebody may
have to write to by hand: where sending failed or is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from bot.announcing.view import name_of, parts, percent, reason_name
from bot.texts import Texts
from knowledge.quiet_hours import DEFAULT_ZONE
from knowledge.store.announcement_tables import DeliveryStatus
from knowledge.store.announcements import Announcement
from knowledge.store.delivery_report import DeliveryReport

_WITH_ID = frozenset({DeliveryStatus.FAILED, DeliveryStatus.IN_DOUBT})
#: What a spreadsheet takes for the beginning of a formula, whatever the cell says that it is.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def workbook(announcement: Announcement, report: DeliveryReport, rows: Sequence[Any], words: Texts) -> bytes:
    """rows: as `DeliveryStore.of` gives them."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    totals = book.create_sheet(words.get("announce.sheet.totals"))
    totals.column_dimensions["A"].width = 34
    totals.column_dimensions["B"].width = 24
    for row in _totals(announcement, report, words):
        totals.append([_safe(each) for each in row])
    people = book.create_sheet(words.get("announce.sheet.recipients"))
    people.freeze_panes = "A2"
    columns = [name for name in _COLUMNS if name != "opened_at" or announcement.course_id is not None]
    for letter, name in zip("ABCDEFG", columns, strict=False):
        people.column_dimensions[letter].width = _COLUMNS[name]
    people.append([words.get(f"announce.sheet.{name}") for name in columns])
    for each in _people(rows, announcement.zone, words):
        people.append([_safe(each[name]) for name in columns])
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


#: With their widths, in characters. Whether somebody asked about the course is told where there is one.
_COLUMNS = {
    "number": 6,
    "status": 16,
    "reason": 30,
    "attempts": 10,
    "sent_at": 20,
    "opened_at": 20,
    "telegram_id": 16,
}


def _totals(announcement: Announcement, report: DeliveryReport, words: Texts) -> Iterable[tuple[object, ...]]:
    yield words.get("announce.sheet.announcement"), announcement.id
    yield words.get("announce.sheet.text"), name_of(announcement, words, most=80)
    yield words.get("announce.sheet.begun"), _local(announcement.confirmed_at, announcement.zone)
    yield words.get("announce.sheet.done"), _local(announcement.done_at, announcement.zone)
    yield words.get("announce.sheet.zone"), announcement.zone or DEFAULT_ZONE
    yield ()
    for name, count in parts(report):
        yield words.get(f"announce.part.{name}"), count
    yield words.get("announce.sheet.audience"), report.audience
    yield ()
    if announcement.course_id is not None:
        received = report.sent + report.recalled
        yield words.get("announce.sheet.opened"), report.opened, percent(report.opened, received)
    for key, reasons in (("failed", report.failed_by), ("in_doubt", report.in_doubt_by)):
        for reason, count in sorted(reasons.items(), key=lambda each: -each[1]):
            yield f"{words.get(f'announce.part.{key}')}: {reason_name(reason, words)}", count


def _people(rows: Sequence[Any], zone: str | None, words: Texts) -> Iterable[Mapping[str, object]]:
    """By column, in the order in which they got it, so that a row's place says nothing of whose it is."""
    in_order = sorted(rows, key=lambda row: (row.sent_at is None, str(row.sent_at or row.status)))
    for number, row in enumerate(in_order, start=1):
        yield {
            "number": number,
            "status": words.get(f"announce.part.{row.status}"),
            "reason": reason_name(row.reason, words) if row.reason else "",
            "attempts": row.attempts,
            "sent_at": _local(row.sent_at, zone),
            "opened_at": _local(row.opened_at, zone),
            "telegram_id": str(row.telegram_id) if row.status in _WITH_ID else "",
        }


def _local(moment: datetime | None, zone: str | None) -> datetime | str:
    """Without its zone, which a cell cannot hold; the sheet names it."""
    if moment is None:
        return ""
    return moment.astimezone(ZoneInfo(zone or DEFAULT_ZONE)).replace(tzinfo=None, microsecond=0)


def _safe(value: object) -> object:
    """Text never begins a formula, nor holds what XML cannot."""
    if not isinstance(value, str):
        return value
    plain = "".join(letter if letter.isprintable() else " " for letter in value)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain
