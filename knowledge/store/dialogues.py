"""What the bot asked and waits for, so that a restart does not forget it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Row, String, Table, Text, delete, insert, select

from knowledge.store.database import Database, UtcDateTime, metadata, now

dialogues = Table(
    "dialogues",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", String(64), nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    person_id: int
    chat_id: int
    #: What is asked for, such as "library-title".
    topic: str
    #: What the answer is about; JSON values.
    state: Mapping[str, Any]
    opened_at: datetime


class DialogueStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, person_id: int, chat_id: int, topic: str, state: Mapping[str, Any]) -> Dialogue:
        """In the place of whatever this person was asked in this chat before."""
        values = {"person_id": person_id, "chat_id": chat_id, "topic": topic, "opened_at": now()}
        with self._database.write() as connection:
            connection.execute(delete(dialogues).where(_of(person_id, chat_id)))
            made = insert(dialogues).values(**values, state=json.dumps(state, ensure_ascii=False))
            return _dialogue(connection.execute(made.returning(dialogues)).one())

    def close(self, person_id: int, chat_id: int) -> bool:
        """Whether one was open."""
        with self._database.write() as connection:
            return connection.execute(delete(dialogues).where(_of(person_id, chat_id))).rowcount > 0

    def all(self) -> list[Dialogue]:
        with self._database.read() as connection:
            return [_dialogue(row) for row in connection.execute(select(dialogues))]


def _of(person_id: int, chat_id: int) -> Any:
    return (dialogues.c.person_id == person_id) & (dialogues.c.chat_id == chat_id)


def _dialogue(row: Row[Any]) -> Dialogue:
    return Dialogue(
        person_id=row.person_id,
        chat_id=row.chat_id,
        topic=row.topic,
        state=json.loads(row.state),
        opened_at=row.opened_at,
    )
