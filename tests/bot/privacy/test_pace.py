"""One person can neither hold up the others nor fill the bot's memory, and hears of it once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import pace
from bot.privacy.pace import Go, PersonalPace, Wait

ME, OTHER = 1001, 1002


def test_of_a_thousand_messages_twenty_are_taken_and_one_is_news() -> None:
    limits = PersonalPace(a_minute=20, a_day=300)
    verdicts = [limits.verdict(ME, 0.01 * number) for number in range(1000)]
    assert verdicts.count(Go()) == 20
    assert [each.is_news for each in verdicts if isinstance(each, Wait)].count(True) == 1
    assert limits.verdict(OTHER, 10.0) == Go()


def test_after_the_wait_it_goes_on() -> None:
    limits = PersonalPace(a_minute=2, a_day=300)
    verdicts = [limits.verdict(ME, at) for at in (0.0, 1.0, 2.0)]
    assert verdicts == [Go(), Go(), Wait(seconds=60.0, is_news=True)]
    assert limits.verdict(ME, 62.0) == Go()


def test_a_day_has_a_limit_of_its_own() -> None:
    limits = PersonalPace(a_minute=20, a_day=30)
    verdicts = [limits.verdict(ME, 60.0 * number) for number in range(40)]
    assert verdicts.count(Go()) == 30
    waits = [each for each in verdicts if isinstance(each, Wait)]
    assert waits[0] == Wait(seconds=86_400.0 - 1800.0, is_news=True)
    assert limits.verdict(ME, 86_400.0) == Go()


def test_messages_that_waited_for_the_bot_count_when_they_were_written() -> None:
    limits = PersonalPace(a_minute=2, a_day=0)
    assert [limits.verdict(ME, 40.0 * number) for number in range(50)] == [Go()] * 50


def test_a_pressed_button_counts_for_a_third() -> None:
    limits = PersonalPace(a_minute=2, a_day=0)
    assert [limits.verdict(ME, 0.0, is_press=True) for _ in range(6)] == [Go()] * 6
    assert isinstance(limits.verdict(ME, 0.0, is_press=True), Wait)


def test_who_is_excused_goes_on_for_a_minute() -> None:
    limits = PersonalPace(a_minute=1, a_day=2)
    assert limits.verdict(ME, 0.0) == Go()
    assert isinstance(limits.verdict(ME, 0.0), Wait)
    limits.excuse(ME, 0.0)
    assert [limits.verdict(ME, 0.1) for _ in range(100)] == [Go()] * 100


def test_nought_sets_no_limit() -> None:
    limits = PersonalPace(a_minute=0, a_day=0)
    assert [limits.verdict(ME, 0.0) for _ in range(1000)] == [Go()] * 1000


@given(st.lists(st.tuples(st.integers(1, 10**9), st.floats(0, 1e6)), max_size=300))
def test_no_more_people_are_remembered_than_fit(arrivals: list[tuple[int, float]]) -> None:
    limits = PersonalPace(a_minute=20, a_day=300)
    before, pace._MOST_PEOPLE = pace._MOST_PEOPLE, 50
    try:
        for person, at in arrivals:
            limits.verdict(person, at)
        assert len(limits) <= 50
    finally:
        pace._MOST_PEOPLE = before
