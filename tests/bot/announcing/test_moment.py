"""When an announcement is sent, as an administrator types it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.announcing.moment import ZONES, Moment, Unreadable, known_zone, offered, read_moment

#: 12:00 in Shanghai.
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-12-01 12:30",
        "2026/12/1 12：30",
        "2026.12.01 12:30",
        "2026年12月1日 12:30",
        "2026年12月1日12点30",
        "2026-12-01T12:30",
        " 2026-12-01 12:30 Asia/Shanghai ",
        "2026-12-01 12:30 asia/shanghai",
    ],
)
def test_a_date_and_a_time_are_read_however_they_are_written(typed: str):
    assert read_moment(typed, "Asia/Shanghai", NOW) == Moment(
        at=datetime(2026, 12, 1, 4, 30, tzinfo=UTC), zone="Asia/Shanghai"
    )


def test_a_time_alone_is_the_next_time_that_clocks_show_it():
    later = read_moment("12:30", "Asia/Shanghai", NOW)
    tomorrow = read_moment("11:30", "Asia/Shanghai", NOW)
    assert isinstance(later, Moment)
    assert isinstance(tomorrow, Moment)
    assert later.at == datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
    assert tomorrow.at == datetime(2026, 11, 23, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed, why",
    [
        ("明天中午", Unreadable.NOT_A_TIME),
        ("", Unreadable.NOT_A_TIME),
        ("2026-02-30 12:30", Unreadable.NOT_A_TIME),
        ("25:00", Unreadable.NOT_A_TIME),
        ("2026-11-22 11:59", Unreadable.PAST),
        ("2028-01-01 12:30", Unreadable.TOO_FAR),
        ("2026-12-01 12:30 Mars/Base", Unreadable.ZONE),
        ("2027-03-28 01:30 Europe/London", Unreadable.NO_SUCH_HOUR),
    ],
)
def test_what_is_no_time_to_send_at_says_why(typed: str, why: Unreadable):
    assert read_moment(typed, "Asia/Shanghai", NOW) is why


def test_of_an_hour_that_clocks_show_twice_it_is_the_first():
    found = read_moment("2027-10-31 01:30 Europe/London", "UTC", NOW)
    assert isinstance(found, Moment)
    assert found.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_what_is_offered_lies_ahead_the_nearest_first():
    found = [each.at for each in offered("Asia/Shanghai", NOW)]
    assert found[0] == datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
    assert found == sorted(found)
    assert all(at > NOW for at in found)


def test_each_zone_that_is_offered_exists():
    assert all(known_zone(each) == each for each in ZONES)
