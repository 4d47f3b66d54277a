"""A thread that takes what waits for it in one go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from contextlib import suppress
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class BatchThread(Generic[Item]):
    """Hands whatever waits, up to `at_once`, oldest first, to `work`; what comes meanwhile is the next batch.

    What comes alone is handed on alone, at once: nothing ever waits for a batch to fill.
    """

    def __init__(self, name: str, work: Callable[[Sequence[Item]], None], *, at_once: int) -> None:
        self._work = work
        self._at_once = at_once
        self._waiting: deque[Item] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def add(self, item: Item) -> None:
        """From any thread; returns at once."""
        self._waiting.append(item)
        # Of the calls that a burst makes, the first ones take all that waits, and the others find nothing to do.
        self._thread.submit(self._take)

    def first(self, work: Callable[[], None]) -> Future[None]:
        """Carries out `work` in the thread, before what is added later."""
        return self._thread.submit(work)

    def close(self, *, finish: bool) -> None:
        """Takes nothing more; finish: returns when all that waits is done, else drops it."""
        self._thread.shutdown(wait=finish, cancel_futures=not finish)

    def _take(self) -> None:
        # Nobody else takes, so what waits can only become more.
        if batch := [self._waiting.popleft() for _ in range(min(self._at_once, len(self._waiting)))]:
            self._work(batch)


def settle(future: Future[Result], work: Callable[[], Result]) -> None:
    """Fulfils the future with what `work` gives or raises, unless nobody waits for it any more."""
    if future.cancelled():
        return
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 - it is raised where the future is awaited
        fail(future, error)
    else:
        fulfil(future, result)


def fulfil(future: Future[Result], result: Result) -> None:
    # Whoever waited may have gone at this very moment.
    with suppress(InvalidStateError):
        future.set_result(result)


def fail(future: Future[Result], error: Exception) -> None:
    with suppress(InvalidStateError):
        future.set_exception(error)
