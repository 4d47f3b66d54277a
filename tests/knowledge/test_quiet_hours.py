"""When somebody does not want to be disturbed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.quiet_hours import DEFAULT_ZONE, QuietHours, is_zone, zone_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(start=22 * 60, end=7 * 60)


@pytest.mark.parametrize(
    "hour,minute,ends",
    [
        (21, 59, None),
        (22, 0, (3, 7, 0)),
        (23, 30, (3, 7, 0)),
        (0, 0, (2, 7, 0)),
        (6, 59, (2, 7, 0)),
        (7, 0, None),
        (12, 0, None),
    ],
)
def test_a_night_goes_over_midnight(hour: int, minute: int, ends: tuple[int, int, int] | None) -> None:
    moment = datetime(2026, 3, 2, hour, minute, tzinfo=SHANGHAI)
    expected = datetime(2026, 3, *ends, tzinfo=SHANGHAI) if ends else None
    assert NIGHT.ends_at(moment) == expected


def test_a_stretch_of_the_day_ends_on_that_day() -> None:
    noon = QuietHours(start=12 * 60, end=14 * 60)
    assert noon.ends_at(datetime(2026, 3, 2, 13, tzinfo=SHANGHAI)) == datetime(
        2026, 3, 2, 14, tzinfo=SHANGHAI
    )
    assert noon.ends_at(datetime(2026, 3, 2, 14, tzinfo=SHANGHAI)) is None


def test_the_hours_are_those_of_where_they_are() -> None:
    in_london = QuietHours(start=22 * 60, end=7 * 60, time_zone="Europe/London")
    evening_in_london = datetime(2026, 1, 5, 22, 30, tzinfo=UTC)
    assert in_london.ends_at(evening_in_london) == datetime(2026, 1, 6, 7, tzinfo=UTC)
    assert NIGHT.ends_at(datetime(2026, 1, 5, 23, 30, tzinfo=UTC)) is None


@pytest.mark.parametrize("start,end", [(0, 0), (-1, 5), (0, 1440), (600, 600)])
def test_what_is_no_stretch_of_a_day_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="stretch"):
        QuietHours(start=start, end=end)


def test_only_names_of_the_tables_are_zones() -> None:
    assert is_zone("Asia/Shanghai")
    for name in ("", "Mars/Base", "../etc/passwd", "/etc/localtime", "asia/shanghai\n"):
        assert not is_zone(name)


def test_a_zone_that_is_no_longer_known_falls_back() -> None:
    assert zone_of("Mars/Base") == ZoneInfo(DEFAULT_ZONE)


@given(
    start=st.integers(0, 1439),
    length=st.integers(1, 1439),
    hours_on=st.floats(0, 2 * 365 * 24),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe"]),
)
def test_the_end_lies_ahead_within_about_a_day(start: int, length: int, hours_on: float, zone: str) -> None:
    hours = QuietHours(start=start, end=(start + length) % 1440, time_zone=zone)
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=hours_on)
    ends = hours.ends_at(at)
    assert ends is None or at < ends <= at + timedelta(hours=25)
