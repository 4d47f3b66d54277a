"""A step's cost is added up question by question."""

from __future__ import annotations

import pytest

from indexer.benchmarking.timing import Spread, Stopwatch, Watched, timed


class Bell:
    volume = 3

    def __len__(self) -> int:
        return 7

    def ring(self, times: int) -> str:
        return "ding" * times

    def fail(self) -> None:
        raise KeyError("cracked")


def test_percentiles_are_of_all_questions() -> None:
    spread = Spread.of([float(n) for n in range(1, 101)])
    assert spread == Spread(p50=50.5, p95=95.05, p99=99.01)


def test_a_watched_object_answers_as_itself_and_its_cost_is_counted() -> None:
    watch = Stopwatch()
    bell = Watched(Bell(), watch, "bell")
    assert (bell.ring(2), bell.volume, len(bell)) == ("dingding", 3, 7)
    with pytest.raises(KeyError):
        bell.fail()
    watch.end_question(["bell"])
    assert watch.timing(["bell"]).wall.p50 > 0


def test_only_the_named_methods_count() -> None:
    watch = Stopwatch()
    assert Watched(Bell(), watch, "bell", ["fail"]).ring(1) == "ding"
    watch.end_question(["bell"])
    assert watch.timing(["bell"]).wall.p50 == 0


def test_what_a_question_did_not_need_cost_it_nothing_and_parts_leave_the_rest() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with watch.step("all"), watch.step("part"):
            pass
        watch.end_question(["all", "part", "other"])
    assert watch.timing(["other"]).cpu.p99 == 0
    assert watch.timing(["all"], ["part"]).wall.p50 >= 0
    assert watch.timing(["all"], ["part"]).wall.p50 <= watch.timing(["all"]).wall.p50


def test_warming_rounds_do_not_count() -> None:
    asked: list[str] = []
    timed(asked.append, ["a", "b", "c"], warm=2)
    assert asked == ["a", "b", "a", "b", "c"]
