"""Telegram's updates from the moment they are taken until they are dealt with.

An update is written down, masked, before Telegram is told that it arrived: what a kill leaves undone is taken up at the
next start. Its id stays, so that a second delivery is noticed; its content goes when it is done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Table, Text, bindparam, delete, insert, select, update

from knowledge.store.database import Database, UtcDateTime, metadata, now

updates = Table(
    "updates",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("payload", Text),
    Column("attempts", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime, index=True),
)
#: Built once, for each update needs it: see knowledge.store.questions.
_DONE = update(updates).where(updates.c.update_id == bindparam("id"))

#: An update that so many runs took up and did not finish is given up, or it would bring the bot down for ever.
MAX_ATTEMPTS = 10
_APOLOGIES = 3
#: Telegram keeps an update for 24 hours, so no older one can come a second time.
KEPT_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """An update that an earlier run took and did not finish."""

    payload: dict[str, Any]
    #: It was tried too often: perhaps it is what ends the process each time. Its sender is told, and it is done.
    is_given_up: bool


class UpdateStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, arrived: Mapping[int, Mapping[str, Any]]) -> set[int]:
        """Writes updates down, all or none; gives the ids of those that were not taken before.

        arrived: payloads by id, in the order of arrival. Being taken counts as the first attempt.
        """
        with self._database.write() as connection:
            known = connection.execute(
                select(updates.c.update_id).where(updates.c.update_id.in_(list(arrived)))
            ).scalars()
            new = arrived.keys() - set(known)
            rows = [
                {
                    "update_id": id_,
                    "payload": json.dumps(payload, ensure_ascii=False),
                    "attempts": 1,
                    "received_at": now(),
                }
                for id_, payload in arrived.items()
                if id_ in new
            ]
            if rows:
                connection.execute(insert(updates), rows)
            return new

    def take_up(self) -> list[LeftOver]:
        """The updates that were taken and not finished, oldest first; it counts as one more attempt at each.

        Should telling a sender that theirs is given up end the process too, it is done without, after a few more.
        """
        is_left = updates.c.done_at.is_(None)
        with self._database.write() as connection:
            connection.execute(update(updates).where(is_left).values(attempts=updates.c.attempts + 1))
            hopeless = is_left & (updates.c.attempts > MAX_ATTEMPTS + _APOLOGIES)
            connection.execute(update(updates).where(hopeless).values(done_at=now(), payload=None))
            left = select(updates.c.payload, updates.c.attempts).where(
                is_left, updates.c.payload.is_not(None)
            )
            return [
                LeftOver(payload=json.loads(row.payload), is_given_up=row.attempts > MAX_ATTEMPTS)
                for row in connection.execute(left.order_by(updates.c.update_id))
            ]

    def done(self, update_id: int) -> None:
        with self._database.write() as connection:
            connection.execute(_DONE, {"id": update_id, "done_at": now(), "payload": None})

    def prune(self) -> int:
        """Forgets ids that cannot come again; gives how many."""
        with self._database.write() as connection:
            return int(
                connection.execute(delete(updates).where(updates.c.done_at < now() - KEPT_FOR)).rowcount
            )
