"""When an announcement is sent: what an administrator types or taps, read in the time of a named place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from knowledge.quiet_hours import DEFAULT_ZONE

#: 2026-12-01 12:30, also with slashes or dots, 年月日, a full-width colon, and the zone behind it.
_TYPED = re.compile(
    r"(?:(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?\s*[T ]?\s*)?"
    r"(?P<hour>\d{1,2})\s*[:：点]\s*(?P<minute>\d{2})?\s*(?P<zone>[A-Za-z][A-Za-z0-9_+\-/]{1,63})?",
    re.ASCII,
)
_FURTHEST = timedelta(days=366)
#: What is offered for the days to come: in the morning, at noon, after work.
_OFFERED = (time(8, 30), time(12, 30), time(19, 30))
_MOST_OFFERED = 6

#: Places whose clocks are offered; any other may be typed by its name.
ZONES = (
    DEFAULT_ZONE,
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Europe/London",
    "America/New_York",
    "UTC",
)


class Unreadable(StrEnum):
    """Why it is no time to send at."""

    NOT_A_TIME = "not_a_time"
    PAST = "past"
    TOO_FAR = "too_far"
    #: Clocks were put forward over it.
    NO_SUCH_HOUR = "no_such_hour"
    ZONE = "zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    at: datetime
    zone: str

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("times are aware")


def read_moment(typed: str, zone: str, now: datetime) -> Moment | Unreadable:
    """A date and a time, or a time alone: the next time that the clocks show it. zone: where none is typed."""
    found = _TYPED.fullmatch(typed.strip())
    if found is None:
        return Unreadable.NOT_A_TIME
    if found["zone"]:
        typed_zone = known_zone(found["zone"])
        if typed_zone is None:
            return Unreadable.ZONE
        zone = typed_zone
    try:
        clock = time(int(found["hour"]), int(found["minute"] or 0))
        day = date(int(found["year"]), int(found["month"]), int(found["day"])) if found["year"] else None
    except ValueError:
        return Unreadable.NOT_A_TIME
    local = now.astimezone(ZoneInfo(zone))
    if day is None:
        day = local.date() + timedelta(days=int(clock <= local.time().replace(tzinfo=None)))
    return checked(day, clock, zone, now)


def checked(day: date, clock: time, zone: str, now: datetime) -> Moment | Unreadable:
    """Of an hour that clocks show twice, the first."""
    at = datetime.combine(day, clock, ZoneInfo(zone))
    if at.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != at.replace(tzinfo=None):
        return Unreadable.NO_SUCH_HOUR
    return still_ahead(at, zone, now)


def still_ahead(at: datetime, zone: str, now: datetime) -> Moment | Unreadable:
    if at <= now:
        return Unreadable.PAST
    return Unreadable.TOO_FAR if at - now > _FURTHEST else Moment(at=at.astimezone(UTC), zone=zone)


def known_zone(name: str) -> str | None:
    """The zone's own name, however it is written; None where there is none."""
    return _zones().get(name.casefold())


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def offered(zone: str, now: datetime) -> list[Moment]:
    """The next of the usual times, the nearest first."""
    return list(_upcoming(zone, now))[:_MOST_OFFERED]


def _upcoming(zone: str, now: datetime) -> Iterator[Moment]:
    today = now.astimezone(ZoneInfo(zone)).date()
    for days in range(4):
        for clock in _OFFERED:
            found = checked(today + timedelta(days=days), clock, zone, now)
            if isinstance(found, Moment):
                yield found
