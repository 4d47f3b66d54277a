"""Writes that wait for each other share a transaction, and none suffers from another's failure."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, event

from bot.writing import Writing
from knowledge.domain import Language
from knowledge.store import Stores


@pytest.fixture
def writing(stores: Stores) -> Iterator[Writing]:
    made = Writing(stores.database)
    yield made
    made.close()


class Held:
    """A write that lasts until it is let go, so that what comes meanwhile waits."""

    def __init__(self, writing: Writing) -> None:
        self._begun = threading.Event()
        self._go = threading.Event()
        self._done = asyncio.ensure_future(writing(self._hold))

    def _hold(self) -> None:
        self._begun.set()
        assert self._go.wait(30)

    async def begun(self) -> None:
        assert await asyncio.to_thread(self._begun.wait, 30)

    async def let_go(self) -> None:
        # One turn of the loop, in which everything that was called before gets into the line.
        await asyncio.sleep(0)
        self._go.set()
        await self._done


async def held(writing: Writing) -> Held:
    made = Held(writing)
    await made.begun()
    return made


def commits(stores: Stores) -> list[int]:
    """One entry for each transaction that is kept from now on."""
    kept = list[int]()

    def note(_connection: Connection) -> None:
        kept.append(1)

    event.listen(stores.database._engine, "commit", note)
    return kept


async def meet(writing: Writing, stores: Stores, id_: int) -> int:
    return (await writing(stores.people.meet, id_, "王", Language.ZH)).telegram_id


async def test_what_waits_shares_a_transaction(stores: Stores, writing: Writing) -> None:
    first, kept = await held(writing), commits(stores)
    meetings = asyncio.gather(*(meet(writing, stores, n) for n in range(1, 21)))
    await first.let_go()
    assert await meetings == list(range(1, 21))
    assert len(kept) == 2, "the first one's, and theirs"
    assert all(stores.people.get(n) for n in range(1, 21))


async def test_one_that_fails_fails_alone(stores: Stores, writing: Writing) -> None:
    def fail() -> None:
        stores.people.meet(99, "half", Language.ZH)
        raise ValueError("bad")

    first = await held(writing)
    before, bad, after = meet(writing, stores, 1), writing(fail), meet(writing, stores, 2)
    outcomes = asyncio.gather(before, bad, after, return_exceptions=True)
    await first.let_go()
    one, failure, two = await outcomes
    assert (one, two) == (1, 2)
    assert isinstance(failure, ValueError)
    assert stores.people.get(1)
    assert stores.people.get(2)


def synchronous(stores: Stores) -> list[str]:
    """What SQLite is told from now on about waiting for the disk."""
    told = list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("PRAGMA synchronous="):
            told.append(statement.removeprefix("PRAGMA synchronous="))

    event.listen(stores.database._engine, "before_cursor_execute", note)
    return told


async def test_only_what_may_be_taken_back_by_a_power_cut_does_not_wait_for_the_disk(
    stores: Stores, writing: Writing
) -> None:
    told = synchronous(stores)
    await writing.soon(stores.people.meet, 1, "王", Language.ZH)
    await writing(stores.people.meet, 2, "李", Language.ZH)
    await asyncio.to_thread(stores.people.meet, 3, "张", Language.ZH)
    assert told == ["NORMAL", "FULL"]
    first = await held(writing)
    meetings = asyncio.gather(
        writing.soon(stores.people.meet, 4, "赵", Language.ZH),
        writing(stores.people.meet, 5, "钱", Language.ZH),
    )
    await first.let_go()
    await meetings
    assert told == ["NORMAL", "FULL"], "what shares a transaction with what waits, waits"


async def test_a_single_write_is_kept_when_it_returns(stores: Stores, writing: Writing) -> None:
    await meet(writing, stores, 5)
    assert stores.people.get(5) is not None


async def test_it_ends_when_all_is_written(stores: Stores) -> None:
    writing = Writing(stores.database)
    first = await held(writing)
    meeting = asyncio.ensure_future(meet(writing, stores, 5))
    await first.let_go()
    writing.close()
    assert stores.people.get(5) is not None
    await meeting
