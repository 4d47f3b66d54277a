"""Short writes to the database in a thread of their own: those that wait for it share a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ParamSpec, Protocol, TypeVar

from bot.batch_thread import BatchThread, fail, fulfil
from knowledge.store.database import Database

P = ParamSpec("P")
T = TypeVar("T")

#: The most that share a transaction, so that the first of them does not wait long for the last.
_AT_ONCE = 32


class InThread(Protocol):
    """Carries out what blocks, beside the event loop: asyncio.to_thread, or `Writing`."""

    async def __call__(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    work: Callable[[], Any]
    survives_power_cut: bool
    outcome: Future[Any] = field(default_factory=Future)


class Writing:
    """Fulfils InThread for calls of the stores that write. Whoever awaits one goes on when it is kept on disk.

    SQLite takes one writer at a time. Side by side, a hundred of them sleep and try again, and each pays for its own
    transaction; one after the other, those that wait share one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread: BatchThread[_Write] = BatchThread("writing", self._write, at_once=_AT_ONCE)

    async def __call__(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._written(partial(work, *args, **kwargs), survives_power_cut=True)

    async def soon(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Without waiting for the disk: for what will be written again if a power cut takes it back."""
        return await self._written(partial(work, *args, **kwargs), survives_power_cut=False)

    def close(self) -> None:
        """Returns when everything is written."""
        self._thread.close(finish=True)

    async def _written(self, work: Callable[[], T], *, survives_power_cut: bool) -> T:
        write = _Write(work=work, survives_power_cut=survives_power_cut)
        self._thread.add(write)
        result: T = await asyncio.wrap_future(write.outcome)
        return result

    def _write(self, batch: Sequence[_Write]) -> None:
        try:
            with self._database.together(survives_power_cut=any(write.survives_power_cut for write in batch)):
                results = [write.work() for write in batch]
        except Exception as error:  # noqa: BLE001 - it is raised where the write was asked for
            if len(batch) == 1:
                fail(batch[0].outcome, error)
                return
            # Nothing is kept; each by itself, only the one to blame fails again.
            for write in batch:
                self._write([write])
            return
        for write, result in zip(batch, results, strict=True):
            fulfil(write.outcome, result)
