"""How messages are numbered: what was seen of it, and whether it may be relied on.

In private chats a bot's messages have their ids from one counter over all of them, those that people write included.
Telegram does not document it, so it is believed only as far as this process has seen it hold: each message sent must
have a higher id than every one that was known before the call, whatever the chat. One that has not ends the belief.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge.store.database import now

log = logging.getLogger(__name__)

#: So many messages in all, each in another chat than the one with the highest id before it, had a higher one. Were
#: chats numbered each by itself, that would happen by chance once in 120 times, and a few messages later not at all.
_CONVINCING = 5
#: Of so many messages it is remembered that they are known.
_REMEMBERED = 20_000
#: Of what was sent side by side, this share at most was noted after one that was sent later.
_MOST_LATE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was known when a call began."""

    at: datetime
    #: The highest id, and the chat that it is in.
    highest: int | None
    chat_id: int | None


class Numbering:
    """Of one bot. Only private chats count: groups have counters of their own."""

    def __init__(self, *, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._highest: int | None = None
        self._highest_in: int | None = None
        self._newest: Before | None = None
        self._newest_id = 0
        self._crossings = 0
        self._is_contradicted = False
        #: The chat of each message of ours; None where it is known too what the message is.
        self._known: dict[int, int | None] = {}
        self._order: deque[int] = deque()

    @property
    def highest(self) -> int | None:
        """Of all ids that are known; None where none is."""
        return self._highest

    @property
    def is_contradicted(self) -> bool:
        """An id was given that one counter would not give; from then on nothing is concluded from any."""
        return self._is_contradicted

    @property
    def is_believed(self) -> bool:
        return self._crossings >= _CONVINCING and not self._is_contradicted

    def saw(self, chat_id: int, message_id: int) -> None:
        """A message that somebody wrote, or that is known from before."""
        if chat_id > 0:
            self._remember(message_id, None)
            self._raise_to(chat_id, message_id)

    def met(self, chat_id: int, message_id: int) -> None:
        """A message stands there, whatever it is: perhaps one that was lost sight of."""
        if chat_id > 0:
            self._raise_to(chat_id, message_id)

    def before(self) -> Before:
        """To be asked for before a call that sends a message."""
        return Before(at=self._clock(), highest=self._highest, chat_id=self._highest_in)

    def given(self, chat_id: int, message_id: int, before: Before, *, is_bulk: bool = False) -> None:
        """Telegram gave this id to a message of ours; before: what was known when the call began.

        is_bulk: its sender notes that it was sent. Should that fail, it is this message that is looked for.
        """
        if chat_id <= 0:
            return
        if before.highest is not None:
            if message_id <= before.highest:
                self._contradict(message_id, before.highest)
            elif before.chat_id != chat_id:
                self._crossings += 1
        if self._newest is None or self._newest.at <= before.at:
            self._newest, self._newest_id = before, message_id
        self._remember(message_id, chat_id if is_bulk else None)
        self._raise_to(chat_id, message_id)

    def bound(self, after: datetime) -> int | None:
        """An id that was given by a call that began after this moment: what was sent before has a lower one."""
        if self._newest is None or self._newest.at <= after:
            return None
        return self._newest_id

    def is_another(self, chat_id: int, message_id: int) -> bool:
        """Whether it is known not to be a message that was lost on its way into this chat."""
        return message_id in self._known and self._known[message_id] != chat_id

    def learn(self, history: Sequence[tuple[int, int]]) -> None:
        """Messages of earlier, as chat and id, in the order in which they were noted: they convince, or say nothing.

        What was sent side by side is noted as it comes, so that some may be noted late. Were chats numbered each by
        itself, most would be.
        """
        crossings, late, highest, highest_in = 0, 0, 0, 0
        for chat_id, message_id in history:
            if message_id < highest:
                late += 1
                continue
            crossings += bool(highest) and chat_id != highest_in
            highest, highest_in = message_id, chat_id
        if late <= len(history) * _MOST_LATE:
            self._crossings += crossings

    def _raise_to(self, chat_id: int, message_id: int) -> None:
        if self._highest is None or message_id > self._highest:
            self._highest, self._highest_in = message_id, chat_id

    def _remember(self, message_id: int, chat_id: int | None) -> None:
        if message_id not in self._known:
            self._order.append(message_id)
        self._known[message_id] = chat_id
        if len(self._order) > _REMEMBERED:
            del self._known[self._order.popleft()]

    def _contradict(self, message_id: int, highest: int) -> None:
        if not self._is_contradicted:
            log.warning("action=numbering.contradicted id=%d after=%d", message_id, highest)
        self._is_contradicted = True
