"""Telegram's limits kept, and calls repeated where that is right.

Telegram says how long to wait after a 429; then nothing is sent at all until that time is over. What was lost on the
way is sent again where the call's `Repeat` allows it, after pauses that double.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Any

import httpx
from aiolimiter import AsyncLimiter
from telegram.error import BadRequest, NetworkError, RetryAfter
from telegram.ext import AIORateLimiter

log = logging.getLogger(__name__)

Result = Any
Call = Callable[..., Coroutine[Any, Any, Result]]

#: Messages a second in all; Telegram allows about 30.
USUAL_RATE = 29.0
#: In bursts of at most so many, for a server may allow few at one moment.
_OVERALL_BURST = 2
#: Of the rate, this share at most is bulk, so that answers find room while an announcement goes out. It is more than
#: the 25 messages of bot.announcing.pace, for calls that are refused come on top of them.
_BULK_SHARE = 28 / 29
_BULK_BURST = 2
#: One a second in a chat, after a short burst.
_CHAT_BURST = 5
#: Telegram: 20 a minute in a group. A bucket of 10 that refills in a minute never lets more through in any 60 s.
_GROUP_BURST = 10
_MOST_CHATS = 2048

#: Calls on their way at one moment. The connection pool looks at every connection and every waiting call each time that
#: one begins or ends: a hundred at once would take it longer than sending them. Eight are plenty for 30 a second.
_AT_ONCE = 8

#: Pauses double from the first to the longest; after the patience it is given up. In seconds.
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_PATIENCE = 900.0


class Repeat(IntEnum):
    """What may be done again; given to a call of the bot as `rate_limit_args`."""

    #: After any network fault and every 429: it may arrive twice, but it arrives.
    ANY_FAULT = 0
    #: Nothing; for bulk, which gets what answers leave. RetryAfter and every fault are raised.
    ONCE = 1
    #: Nothing, and no bucket is filled: worth something only now, such as "typing".
    NOW_OR_NEVER = 2
    #: As ONCE, of what puts nothing into the chat, so that the chat's own limit does not count it.
    QUESTION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    callback: Call
    args: Any
    kwargs: dict[str, Any]
    endpoint: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Again:
    """The call is to be made again after so many seconds."""

    after: float
    fault: NetworkError | None = None


class Limits(AIORateLimiter):
    """AIORateLimiter's buckets, with one bucket a chat, a pause that holds for all, and repeats.

    rate: messages a second in all; 0 sets no limit of our own, and then only Telegram's pauses are kept. A chat's and a
    group's own limits hold in any case.
    """

    def __init__(self, rate: float = USUAL_RATE) -> None:
        super().__init__(
            overall_max_rate=_OVERALL_BURST if rate else 0,
            overall_time_period=_OVERALL_BURST / rate if rate else 0,
            group_max_rate=_GROUP_BURST,
            group_time_period=60,
        )
        self._bulk = AsyncLimiter(_BULK_BURST, _BULK_BURST / (rate * _BULK_SHARE)) if rate else None
        self._chats: OrderedDict[int, AsyncLimiter] = OrderedDict()
        self._paused_until = 0.0
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def process_request(  # noqa: PLR0917 - the base class says so
        self,
        callback: Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        request = _Request(callback=callback, args=args, kwargs=kwargs, endpoint=endpoint, data=data)
        match Repeat(rate_limit_args or Repeat.ANY_FAULT):
            case Repeat.ANY_FAULT:
                return await self._until_done(request)
            case Repeat.ONCE:
                return await self._once(request)
            case Repeat.QUESTION:
                return await self._once(request, is_message=False)
            case Repeat.NOW_OR_NEVER:
                return await self._if_free(request)

    async def _until_done(self, request: _Request) -> Result:
        waited, pause = 0.0, _FIRST_PAUSE
        while True:
            result = await self._in_turn(request, repeats=True)
            if not isinstance(result, _Again):
                return result
            if result.fault is None:
                await asyncio.sleep(result.after)
                continue
            if waited > _PATIENCE:
                raise result.fault
            await asyncio.sleep(pause)
            waited, pause = waited + pause, min(2 * pause, _LONGEST_PAUSE)

    async def _once(self, request: _Request, *, is_message: bool = True) -> Result:
        if self._bulk is not None:
            await self._bulk.acquire()
        result = await self._in_turn(request, repeats=False, is_message=is_message)
        if isinstance(result, _Again):
            raise RetryAfter(timedelta(seconds=result.after))
        return result

    async def _if_free(self, request: _Request) -> Result:
        if self._pause() > 0 or self._slots.locked():
            # The caller reads no result: see TelegramChat.typing.
            return True
        async with self._slots:
            return await request.callback(*request.args, **request.kwargs)

    async def _in_turn(self, request: _Request, *, repeats: bool, is_message: bool = True) -> Result:
        """One try, within the limits."""
        if is_message:
            await self._chat_turn(request.data.get("chat_id"))
        tried = self._tried(request.callback, request.endpoint, repeats=repeats)
        return await super().process_request(
            tried, request.args, request.kwargs, request.endpoint, request.data, None
        )

    def _tried(self, callback: Call, endpoint: str, *, repeats: bool) -> Call:
        """The call, with what is to be done again as a result instead of an error: no bucket is held meanwhile."""

        async def tried(*args: Any, **kwargs: Any) -> Result:
            if (pause := self._pause()) > 0:
                return _Again(after=pause)
            try:
                async with self._slots:
                    return await callback(*args, **kwargs)
            except RetryAfter as error:
                seconds = self._hold(error)
                log.warning("action=telegram.retry_after endpoint=%s seconds=%.0f", endpoint, seconds)
                return _Again(after=seconds)
            except NetworkError as error:
                if isinstance(error, BadRequest) or not repeats:
                    raise
                log.warning("action=telegram.repeat endpoint=%s fault=%s", endpoint, fault_name(error))
                return _Again(after=0, fault=error)

        return tried

    async def _chat_turn(self, chat_id: object) -> None:
        if not isinstance(chat_id, int) or chat_id < 0:
            return
        limiter = self._chats.pop(chat_id, None) or AsyncLimiter(_CHAT_BURST, _CHAT_BURST)
        self._chats[chat_id] = limiter
        while len(self._chats) > _MOST_CHATS:
            self._chats.popitem(last=False)
        await limiter.acquire()

    def _hold(self, error: RetryAfter) -> float:
        """Stops all traffic for as long as Telegram says; gives the seconds."""
        # `retry_after` warns that its type will change; this holds either way, and PTB's own limiter reads it too.
        seconds = error._retry_after.total_seconds() + 0.1  # noqa: SLF001
        self._paused_until = max(self._paused_until, asyncio.get_running_loop().time() + seconds)
        return seconds

    def _pause(self) -> float:
        return self._paused_until - asyncio.get_running_loop().time()


def surely_not_carried_out(error: NetworkError) -> bool:
    """Whether the call never reached what would carry it out: no connection, or a gateway that says so."""
    if isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return True
    return error.message.startswith("Bad Gateway")


def fault_name(error: NetworkError) -> str:
    """For the log: what happened, without an address that would hold the token."""
    cause = error.__cause__
    name = type(error if cause is None else cause).__name__
    return "BadGateway" if error.message.startswith("Bad Gateway") else name
