"""What waits is taken in one go; nothing waits for more to come."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future

import pytest

from bot.batch_thread import BatchThread, settle


class Work:
    """Keeps each batch; the first one lasts until `go` is set."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = threading.Event()
        self.go = threading.Event()

    def __call__(self, batch: Sequence[int]) -> None:
        self.batches.append(list(batch))
        self.begun.set()
        assert self.go.wait(30)


def test_what_comes_alone_is_taken_at_once_and_what_comes_meanwhile_together() -> None:
    work = Work()
    thread = BatchThread("test", work, at_once=4)
    thread.add(0)
    assert work.begun.wait(30)
    for number in range(1, 7):
        thread.add(number)
    work.go.set()
    thread.close(finish=True)
    assert work.batches == [[0], [1, 2, 3, 4], [5, 6]]


def test_what_waits_is_dropped_when_it_ends_without_finishing() -> None:
    work = Work()
    thread = BatchThread("test", work, at_once=4)
    thread.add(0)
    assert work.begun.wait(30)
    thread.add(1)
    thread.close(finish=False)
    work.go.set()
    thread.close(finish=True)
    assert work.batches == [[0]]


def test_a_future_gets_what_its_work_gives_or_raises() -> None:
    given: Future[int] = Future()
    settle(given, lambda: 7)
    assert given.result(0) == 7
    raised: Future[int] = Future()
    settle(raised, lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        raised.result(0)


def test_nothing_is_done_for_whoever_has_gone() -> None:
    gone: Future[int] = Future()
    gone.cancel()
    settle(gone, lambda: pytest.fail("done for nobody"))


def test_whoever_goes_meanwhile_does_no_harm() -> None:
    going: Future[bool] = Future()
    settle(going, going.cancel)
    assert going.cancelled()
