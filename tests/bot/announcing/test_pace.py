from __future__ import annotations

import pytest

from bot.announcing.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(25, sleep=clock.sleep, clock=clock)


async def turns(pace: Pace, clock: Clock, count: int, work: float = 0.0) -> float:
    began = clock.now
    for _ in range(count):
        await pace.turn()
        clock.now += work
    return clock.now - began


async def test_a_turn_taken_late_is_caught_up_with(pace, clock):
    """One second of work in a hundred does not cost a second's messages."""
    await pace.turn()
    clock.now += 0.12
    assert await turns(pace, clock, 25) == pytest.approx(25 * 0.04 - 0.12, abs=0.041)


async def test_after_idling_there_is_no_burst(pace, clock):
    clock.now += 3600
    assert await turns(pace, clock, 31) >= 30 * 0.04 - 0.21


async def test_who_has_blocked_the_bot_takes_nobodys_turn(pace, clock):
    await pace.turn()
    pace.give_back()
    assert await turns(pace, clock, 26) == pytest.approx(1.0, abs=0.001)


async def test_a_pause_moves_every_later_turn(pace, clock):
    await pace.turn()
    pace.pause(30)
    assert await turns(pace, clock, 1) == pytest.approx(30)
    assert await turns(pace, clock, 10) == pytest.approx(0.4)


async def test_faults_of_many_are_the_networks_and_the_pauses_grow(pace, clock):
    assert [pace.astray(id_) for id_ in (1, 2, 3)] == [False] * 3
    pauses = []
    for _ in range(9):
        assert pace.astray(4)
        pauses.append(round(await turns(pace, clock, 1)))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    pace.arrived()
    assert not pace.astray(5)


async def test_faults_of_one_are_theirs(pace):
    assert not any(pace.astray(1) for _ in range(20))
