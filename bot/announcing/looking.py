"""Looks for messages whose sending was lost sight of: whether they stand in their recipients' chats.

Telegram has no way to ask what came of a call. But a message that it sent has an id between the highest that was known
before and any that was given long enough after, and each id in between can be asked for. What is found was delivered;
what is nowhere was not, and is sent. Where anything speaks against it, nothing is concluded and the doubt stays.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from bot.announcing import view
from bot.announcing.delivery import MOST_ATTEMPTS
from bot.announcing.pace import Pace
from bot.background import signalled
from bot.conversation import Blocked, Found, Messenger, Postponed, Sent, Unreached
from bot.texts import texts
from knowledge.domain import Language
from knowledge.store import Stores
from knowledge.store.announcement_tables import Reason
from knowledge.store.database import now
from knowledge.store.doubts import Doubt

log = logging.getLogger(__name__)

#: So long after its connection broke a call is over: Telegram has carried it out by then, or never will.
LOOK_AFTER = timedelta(seconds=10)
#: Chats looked into at once, beside the calls that send.
_AT_ONCE = 4
#: Ids asked for in one chat, each in a turn of its own. The others in between are known to be other messages.
_MOST_ASKED = 200
#: Ids in between in all.
_WIDEST = 20_000
#: So long nothing is sent just to learn an id, and nothing given up for want of them: whoever else is written to
#: gives one.
_PATIENCE = timedelta(seconds=3)
#: One question that comes to nothing on the way is asked so often, and then at a later round.
_TRIES = 8
_AGAIN_S = 1.0
_IDLE_S = 30.0


class Looking:
    """Goes on beside the sending, at the same pace."""

    def __init__(
        self,
        *,
        stores: Stores,
        messenger: Messenger,
        pace: Pace,
        on_settled: Callable[[], None],
        after: timedelta = LOOK_AFTER,
    ) -> None:
        """on_settled: called when somebody is to be written to again, or is in doubt no more."""
        self._stores = stores
        self._store = stores.doubts
        self._messenger = messenger
        self._numbering = messenger.numbering
        self._pace = pace
        self._on_settled = on_settled
        self._after = after
        self._news = asyncio.Event()

    def due_at(self) -> datetime:
        """When what is lost at this moment can be looked for."""
        return now() + self._after

    def wake(self) -> None:
        """Something is in doubt that was not."""
        self._news.set()

    async def keep_looking(self) -> None:
        while True:
            is_at_it = await self._look_for_all()
            await signalled(self._news, within=_AGAIN_S if is_at_it else await self._until_next())

    async def _until_next(self) -> float:
        due_at = await asyncio.to_thread(self._store.next_due)
        seconds = (due_at - now()).total_seconds() if due_at else _IDLE_S
        return min(max(seconds, _AGAIN_S), _IDLE_S)

    async def _look_for_all(self) -> bool:
        """Whether there was anything to look for."""
        due = [each for each in await self._due() if self._messenger.reaches(each.chat_id)]
        told = await self._bounded(due)
        await self._each(due)
        if told is not None:
            await self._messenger.delete(*told)
        return bool(due)

    async def _due(self) -> list[Doubt]:
        return await asyncio.to_thread(self._store.due, now())

    async def _each(self, doubts: list[Doubt]) -> None:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(doubt: Doubt) -> None:
            async with slots:
                await self._look_for(doubt)

        async with asyncio.TaskGroup() as tasks:
            for doubt in doubts:
                tasks.create_task(one(doubt))

    # ------------------------------------------------------------------------------------- one of them
    async def _look_for(self, doubt: Doubt) -> None:
        if self._numbering.is_contradicted or doubt.seen_before is None:
            await self._give_up(doubt, Reason.NUMBERING)
            return
        bound = await self._bound(doubt)
        if bound is None:
            return
        if bound <= doubt.seen_before:
            # Of another counter: another bot's, or a restored library's. That nothing is in between proves nothing.
            await self._give_up(doubt, Reason.NUMBERING)
            return
        if not self._numbering.is_believed:
            if await self._is_idle(doubt):
                # Nothing more is sent that could tell how messages are numbered.
                await self._give_up(doubt, Reason.NUMBERING)
            return
        unknown = await self._unknown(doubt.telegram_id, doubt.seen_before, bound)
        if unknown is None:
            await self._give_up(doubt, Reason.TOO_MANY)
            return
        for message_id in unknown:
            if await self._settles(doubt, message_id):
                return
        await self._not_there(doubt, asked=len(unknown))

    async def _bound(self, doubt: Doubt) -> int | None:
        if doubt.seen_after is not None:
            return doubt.seen_after
        bound = self._numbering.bound(doubt.due_at)
        if bound is not None:
            await asyncio.to_thread(self._store.bounded, doubt, bound)
        return bound

    async def _is_idle(self, doubt: Doubt) -> bool:
        """Whether nothing was sent for a while, and nobody is about to be written to."""
        waits = await asyncio.to_thread(self._stores.deliveries.next_due, [doubt.announcement_id])
        is_sending = waits is not None and waits <= now()
        return not is_sending and self._numbering.bound(now() - _PATIENCE) is None

    async def _unknown(self, chat_id: int, low: int, bound: int) -> list[int] | None:
        """The ids in between that may be its message's; None where these are too many to ask for each."""
        if bound - low > _WIDEST:
            return None
        between = range(low + 1, bound)
        unknown = [each for each in between if not self._numbering.is_another(chat_id, each)]
        if unknown:
            # An earlier process was given some of them.
            others = await asyncio.to_thread(self._store.others_between, low, bound)
            unknown = [each for each in unknown if each not in others]
        return unknown if len(unknown) <= _MOST_ASKED else None

    async def _settles(self, doubt: Doubt, message_id: int) -> bool:
        """Asks for one id; whether that ends looking for this one, for now or for good."""
        match await self._asked(partial(self._messenger.look, doubt.telegram_id, message_id)):
            case Found.NOTHING:
                return False
            case Found.SOMETHING:
                return await self._recognized(doubt, message_id)
            case said:
                await self._ended(doubt, said)
        return True

    async def _recognized(self, doubt: Doubt, message_id: int) -> bool:
        """As `_settles`, of a message that is there."""
        announcement = await asyncio.to_thread(self._stores.announcements.get, doubt.announcement_id)
        # Asked a second time, a message that the first question changed would say that it is the one.
        is_asked = doubt.reason == Reason.UNTOLD
        if announcement is None or is_asked or not await asyncio.to_thread(self._store.is_only, doubt):
            await self._give_up(doubt, Reason.UNTOLD)
            return True
        posting = view.posting(announcement, doubt.language)
        await asyncio.to_thread(self._store.asked, doubt)
        question = partial(self._messenger.recognize, doubt.telegram_id, message_id, posting)
        match await self._asked(question, again_if_lost=False):
            case Found.ANOTHERS | Found.NOTHING:
                return False
            case Found.THIS:
                await asyncio.to_thread(self._store.found, doubt, message_id)
                log.info("action=announcement.found recipient=%d message=%d", doubt.telegram_id, message_id)
                self._on_settled()
            case said:
                await self._ended(doubt, said)
        return True

    async def _ended(self, doubt: Doubt, said: Found | Blocked | None) -> None:
        """Looking for this one ends with what is no answer to where its message is."""
        match said:
            case Blocked(is_deleted=is_deleted):
                await asyncio.to_thread(self._store.away, doubt, is_deleted=is_deleted)
                self._on_settled()
            case Found():
                await self._give_up(doubt, Reason.UNTOLD)
            case None:
                log.info("action=announcement.look_postponed recipient=%d", doubt.telegram_id)

    async def _asked(
        self, question: Callable[[], Awaitable[Found | Blocked | Postponed]], *, again_if_lost: bool = True
    ) -> Found | Blocked | None:
        """What Telegram says; None where it could not be reached: nothing is lost by asking again.

        again_if_lost: False for a question that may have changed something, whose answer must not be lost.
        """
        for _ in range(_TRIES):
            await self._pace.turn()
            said = await question()
            if not isinstance(said, Postponed):
                return said
            if said.fault is None:
                self._pace.pause(said.seconds)
            elif not again_if_lost:
                return Found.UNCLEAR
        return None

    async def _not_there(self, doubt: Doubt, asked: int) -> None:
        if self._numbering.is_contradicted:
            # It came out while this one was being looked for.
            await self._give_up(doubt, Reason.NUMBERING)
            return
        settle = self._store.unreachable if doubt.attempts >= MOST_ATTEMPTS else self._store.not_there
        await asyncio.to_thread(settle, doubt)
        log.info("action=announcement.not_there recipient=%d asked=%d", doubt.telegram_id, asked)
        self._on_settled()

    async def _give_up(self, doubt: Doubt, reason: Reason) -> None:
        await asyncio.to_thread(self._store.give_up, doubt, reason)
        log.info("action=announcement.in_doubt recipient=%d reason=%s", doubt.telegram_id, reason)
        self._on_settled()

    # ------------------------------------------------------------------------------------- the bound
    async def _bounded(self, due: list[Doubt]) -> tuple[int, int] | None:
        """Where nothing was sent for a while after one of them was due, its maker is told what is going on, for the id
        of that message; gives its chat and id.
        """
        unbounded = [each for each in due if each.seen_after is None and now() - each.due_at > _PATIENCE]
        for doubt in unbounded:
            if self._numbering.bound(doubt.due_at) is None:
                told = await self._tell(doubt)
                if told is not None:
                    await self._give_up_unnumbered(unbounded)
                    return told
        return None

    async def _give_up_unnumbered(self, unbounded: list[Doubt]) -> None:
        """Where messages to the maker have no such ids, as in a terminal or a group, one more would tell no more."""
        for doubt in unbounded:
            if self._numbering.bound(doubt.due_at) is None:
                await self._give_up(doubt, Reason.NUMBERING)

    async def _tell(self, doubt: Doubt) -> tuple[int, int] | None:
        announcement = await asyncio.to_thread(self._stores.announcements.get, doubt.announcement_id)
        if announcement is None:
            raise LookupError(f"announcement {doubt.announcement_id} has recipients and is not there")
        person = await asyncio.to_thread(self._stores.people.get, announcement.made_by)
        words = texts(person.language if person else Language.ZH)
        report = await asyncio.to_thread(self._stores.deliveries.report, announcement.id)
        shown = view.checking(announcement, report, words)
        match await self._messenger.send(announcement.chat_id, shown):
            case Sent(message_id=message_id):
                return announcement.chat_id, message_id
            case Unreached():
                return None
        # Nobody is there to be told, and nothing else is sent that would give an id.
        await self._give_up(doubt, Reason.NUMBERING)
        return None
