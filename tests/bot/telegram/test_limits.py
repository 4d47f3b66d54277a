"""Telegram's limits are kept; what may be repeated is, and nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.telegram import limits as module
from bot.telegram.limits import Limits, Repeat, fault_name, surely_not_carried_out

Errors = list[Exception]

#: PTB warns in its own RetryAfter.__init__, which reads the attribute whose type will change.
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_PAUSE", 0.01)


def call(limits: Limits, errors: Errors, repeat: Repeat = Repeat.ANY_FAULT, chat: int = 1) -> Awaitable[Any]:
    """A call that fails with each error in turn and then succeeds."""

    async def callback() -> dict[str, Any]:
        if errors:
            raise errors.pop(0)
        return {"ok": True}

    return limits.process_request(callback, (), {}, "sendMessage", {"chat_id": chat}, repeat)


def caused(error: NetworkError, cause: Exception) -> NetworkError:
    error.__cause__ = cause
    return error


GATEWAY = "Bad Gateway (502). Parsing the server response b'<html>' failed"
NOT_CARRIED_OUT: list[Callable[[], NetworkError]] = [
    lambda: NetworkError(GATEWAY),
    lambda: caused(NetworkError("httpx.ConnectError"), httpx.ConnectError("refused")),
    lambda: caused(TimedOut(), httpx.ConnectTimeout("slow")),
    lambda: caused(TimedOut(), httpx.PoolTimeout("full")),
]
IN_DOUBT: list[Callable[[], NetworkError]] = [
    lambda: NetworkError("Internal Server Error"),
    lambda: caused(TimedOut(), httpx.ReadTimeout("slow")),
    lambda: caused(NetworkError("httpx.ReadError"), httpx.ReadError("gone")),
    lambda: caused(NetworkError("httpx.RemoteProtocolError"), httpx.RemoteProtocolError("gone")),
]


@pytest.mark.parametrize("make", NOT_CARRIED_OUT + IN_DOUBT)
async def test_what_must_arrive_is_sent_again_after_any_network_fault(
    make: Callable[[], NetworkError],
) -> None:
    assert await call(Limits(), [make(), make()]) == {"ok": True}


@pytest.mark.parametrize("make", NOT_CARRIED_OUT + IN_DOUBT)
async def test_what_is_sent_once_is_never_sent_again(make: Callable[[], NetworkError]) -> None:
    error = make()
    with pytest.raises(type(error)):
        await call(Limits(), [error, AssertionError("sent twice")], Repeat.ONCE)


@pytest.mark.parametrize("repeat", Repeat)
@pytest.mark.parametrize("error", [BadRequest("no"), Forbidden("blocked")])
async def test_a_refusal_is_final(repeat: Repeat, error: Exception) -> None:
    with pytest.raises(type(error)):
        await call(Limits(), [error, AssertionError("sent twice")], repeat)


def test_which_faults_leave_no_doubt() -> None:
    assert all(surely_not_carried_out(make()) for make in NOT_CARRIED_OUT)
    assert not any(surely_not_carried_out(make()) for make in IN_DOUBT)


def test_a_fault_is_named_without_an_address() -> None:
    assert fault_name(NetworkError(GATEWAY)) == "BadGateway"
    named = fault_name(caused(NetworkError("https://x/bot1:A"), httpx.ReadError("x")))
    assert named == "ReadError"


async def test_it_is_given_up_after_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.02)
    with pytest.raises(NetworkError):
        await call(Limits(), [NetworkError(GATEWAY) for _ in range(50)])


async def test_a_429_stops_everyone_for_as_long_as_telegram_says() -> None:
    limits = Limits()
    began = time.monotonic()
    first = asyncio.create_task(_timed(call(limits, [RetryAfter(timedelta(seconds=0.3))], chat=1)))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(_timed(call(limits, [], chat=2)))
    assert min(await first, await second) - began >= 0.3


async def test_a_429_is_told_to_whoever_sends_once() -> None:
    limits = Limits()
    with pytest.raises(RetryAfter):
        await call(limits, [RetryAfter(timedelta(seconds=5))], Repeat.ONCE)
    began = time.monotonic()
    with pytest.raises(RetryAfter):
        await call(limits, [AssertionError("sent in the pause")], Repeat.ONCE)
    assert time.monotonic() - began < 1


async def test_typing_waits_for_nothing() -> None:
    limits = Limits()
    with pytest.raises(RetryAfter):
        await call(limits, [RetryAfter(timedelta(seconds=5))], Repeat.ONCE)
    assert await call(limits, [AssertionError("sent in the pause")], Repeat.NOW_OR_NEVER)


async def test_a_chat_gets_a_short_burst_and_then_one_a_second() -> None:
    limits = Limits()
    began = time.monotonic()
    await asyncio.gather(*(call(limits, [], chat=1) for _ in range(6)))
    assert 0.9 < time.monotonic() - began < 2


async def test_a_question_about_a_chat_puts_nothing_into_it_and_keeps_the_limit_of_all() -> None:
    limits, began = Limits(), time.monotonic()
    await asyncio.gather(*(call(limits, [], Repeat.QUESTION) for _ in range(30)))
    assert 0.8 < time.monotonic() - began < 3, (
        "thirty in one chat take one second, as thirty in thirty chats do"
    )
    error = NetworkError("Internal Server Error")
    with pytest.raises(NetworkError):
        await call(limits, [error, AssertionError("asked twice")], Repeat.QUESTION)


async def test_many_chats_together_get_28_a_second_in_small_bursts() -> None:
    limits, times = Limits(), list[float]()
    began = time.monotonic()
    await asyncio.gather(*(_into(times, call(limits, [], chat=n)) for n in range(1, 32)))
    assert time.monotonic() - began >= 0.9
    assert sum(at - began < 0.03 for at in times) <= 4


async def test_without_a_rate_of_ours_only_telegrams_pauses_hold() -> None:
    limits = Limits(rate=0)
    # So many would take over a second and a half at the usual rate.
    async with asyncio.timeout(1):
        await asyncio.gather(*(call(limits, [], chat=n) for n in range(1, 50)))
        await asyncio.gather(*(call(limits, [], Repeat.ONCE, chat=n) for n in range(1, 50)))
    with pytest.raises(RetryAfter):
        await call(limits, [RetryAfter(timedelta(seconds=5))], Repeat.ONCE)
    with pytest.raises(RetryAfter):
        await call(limits, [AssertionError("sent in the pause")], Repeat.ONCE)


class Held:
    """Calls that last until they are let go; counts those on their way."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.under_way = 0
        self.most = 0

    async def callback(self) -> bool:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.go.wait()
        self.under_way -= 1
        return True

    def call(self, limits: Limits, chat: int, repeat: Repeat = Repeat.ANY_FAULT) -> asyncio.Task[Any]:
        made = limits.process_request(self.callback, (), {}, "sendMessage", {"chat_id": chat}, repeat)
        return asyncio.ensure_future(made)


async def test_only_a_few_calls_are_on_their_way_at_once() -> None:
    limits, held = Limits(rate=0), Held()
    calls = [held.call(limits, chat) for chat in range(1, 50)]
    await asyncio.wait(calls, timeout=0.05)
    held.go.set()
    assert all(await asyncio.gather(*calls))
    assert held.most == module._AT_ONCE


async def test_typing_is_left_out_while_answers_wait_for_their_turn() -> None:
    limits, held = Limits(rate=0), Held()
    calls = [held.call(limits, chat) for chat in range(1, 50)]
    await asyncio.wait(calls, timeout=0.05)
    assert await call(limits, [AssertionError("sent before an answer")], Repeat.NOW_OR_NEVER)
    held.go.set()
    await asyncio.gather(*calls)


async def test_a_group_never_gets_more_than_20_in_a_minute() -> None:
    limiter = Limits()._get_group_limiter(-5)
    assert limiter.max_rate + 60 * limiter.max_rate / limiter.time_period <= 20


async def test_chats_that_were_quiet_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_CHATS", 3)
    limits = Limits()
    for chat in range(1, 10):
        await call(limits, [], chat=chat)
    assert len(limits._chats) == 3


async def _timed(made: Awaitable[Any]) -> float:
    await made
    return time.monotonic()


async def _into(times: list[float], made: Awaitable[Any]) -> None:
    times.append(await _timed(made))
