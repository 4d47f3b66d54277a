"""Telegram's updates from the moment they are taken until they are dealt with.

An update is written down, masked, before Telegram is told that it arrived: what a kill leaves undone is taken up at the
next start. Its id stays, so that a second delivery is noticed; its content goes when it is done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Table, Text, delete, insert, select, update

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

#: An update that brought the bot down this often is given up, or it would do so for ever.
MAX_ATTEMPTS = 10
_APOLOGIES = 3
#: Telegram keeps an update for 24 hours, so no older one can come a second time.
KEPT_FOR = timedelta(days=3)


class UpdateStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, update_id: int, payload: Mapping[str, Any]) -> bool:
        """Writes an update down; False when it was taken before."""
        with self._database.write() as connection:
            if connection.execute(
                select(updates.c.update_id).where(updates.c.update_id == update_id)
            ).first():
                return False
            text = json.dumps(payload, ensure_ascii=False)
            values = {"update_id": update_id, "payload": text, "attempts": 0, "received_at": now()}
            connection.execute(insert(updates).values(**values))
            return True

    def begin(self, update_id: int) -> bool:
        """Counts an attempt; False when there were too many: its sender is then told, and it is done.

        Should telling them end the process too, it is done without, after a few more attempts.
        """
        with self._database.write() as connection:
            row = updates.c.update_id == update_id
            attempts = connection.execute(select(updates.c.attempts).where(row)).scalar_one_or_none() or 0
            values: dict[str, Any] = {"attempts": attempts + 1}
            if attempts >= MAX_ATTEMPTS + _APOLOGIES:
                values |= {"done_at": now(), "payload": None}
            connection.execute(update(updates).where(row).values(**values))
            return attempts < MAX_ATTEMPTS

    def done(self, update_id: int) -> None:
        with self._database.write() as connection:
            done = update(updates).where(updates.c.update_id == update_id)
            connection.execute(done.values(done_at=now(), payload=None))

    def left_over(self) -> list[dict[str, Any]]:
        """The updates that were taken and not finished, oldest first."""
        query = select(updates.c.payload).where(updates.c.done_at.is_(None), updates.c.payload.is_not(None))
        with self._database.read() as connection:
            return [
                json.loads(text) for text in connection.execute(query.order_by(updates.c.update_id)).scalars()
            ]

    def prune(self) -> int:
        """Forgets ids that cannot come again; gives how many."""
        with self._database.write() as connection:
            return int(
                connection.execute(delete(updates).where(updates.c.done_at < now() - KEPT_FOR)).rowcount
            )
