"""One chat in order, many at once, and nothing kept of those who left."""

from __future__ import annotations

import asyncio

from bot.telegram.order import OrderedProcessor, Turns
from tests.bot.telegram.updates import update


async def test_a_chat_waits_for_itself_and_not_for_others() -> None:
    turns, log = Turns(), list[str]()

    async def work(chat: int, name: str) -> None:
        async with turns.of(chat):
            log.append(f"{name} begins")
            await asyncio.sleep(0.01)
            log.append(f"{name} ends")

    await asyncio.gather(work(1, "a"), work(1, "b"), work(2, "c"))
    assert log.index("a ends") < log.index("b begins")
    assert log.index("c begins") < log.index("a ends")
    assert len(turns) == 0


async def test_turns_are_forgotten_after_a_failure_and_a_cancellation_too() -> None:
    turns = Turns()

    async def work(seconds: float) -> None:
        async with turns.of(1):
            await asyncio.sleep(seconds)
            raise ValueError

    tasks = [asyncio.create_task(work(0)), asyncio.create_task(work(5)), asyncio.create_task(work(5))]
    await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len(turns) == 0


async def test_once_closing_nothing_new_begins() -> None:
    processor, done = OrderedProcessor(), list[int]()

    async def work(number: int) -> None:
        done.append(number)
        await asyncio.sleep(0.01)

    first = asyncio.create_task(processor.process_update(update("x"), work(1)))
    await asyncio.sleep(0)
    second = asyncio.create_task(processor.process_update(update("x"), work(2)))
    await asyncio.sleep(0)
    processor.close()
    await asyncio.gather(first, second)
    assert done == [1]
