"""What was asked (masked), what it was answered with, and how that was rated."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Integer, Row, String, Table, Text, insert, select, update

from knowledge.domain import Answer, Outcome, Rating, Related, Reply, outcome_of
from knowledge.store.database import Database, UtcDateTime, inserted_id, metadata, now

questions = Table(
    "questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("update_id", BigInteger, unique=True),
    Column("asked_by", BigInteger, nullable=False, index=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("outcome", String(16)),
    Column("cited", Text),
    Column("took_ms", Float),
    Column("message_id", BigInteger),
    Column("answered_at", UtcDateTime),
    Column("rating", String(8)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: int
    asked_by: int
    chat_id: int
    text: str
    asked_at: datetime
    outcome: Outcome | None
    #: Telegram's id of the answer; None until it was sent.
    message_id: int | None
    rating: Rating | None


class QuestionStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, *, text: str, asked_by: int, chat_id: int, update_id: int | None) -> Question:
        """Stores a masked question before it is answered; the same update gives the same question."""
        with self._database.write() as connection:
            if update_id is not None:
                known = connection.execute(
                    select(questions).where(questions.c.update_id == update_id)
                ).one_or_none()
                if known is not None:
                    return _question(known)
            values = {"text": text, "asked_by": asked_by, "chat_id": chat_id, "update_id": update_id}
            made = connection.execute(insert(questions).values(**values, asked_at=now()))
            id_ = inserted_id(made)
            return _question(connection.execute(select(questions).where(questions.c.id == id_)).one())

    def get(self, question_id: int) -> Question | None:
        with self._database.read() as connection:
            row = connection.execute(select(questions).where(questions.c.id == question_id)).one_or_none()
            return _question(row) if row else None

    def answered(self, question_id: int, reply: Reply, *, took_ms: float, message_id: int | None) -> None:
        """Stores the outcome with what was cited, as it was cited."""
        cited = []
        if isinstance(reply, Answer | Related):
            for quotation in reply.quotations:
                passage = quotation.passage
                cited.append(
                    {"passage": passage.id, "edition": passage.edition_id, **asdict(passage.citation)}
                )
        with self._database.write() as connection:
            connection.execute(
                update(questions)
                .where(questions.c.id == question_id)
                .values(
                    outcome=outcome_of(reply),
                    cited=json.dumps(cited, ensure_ascii=False),
                    took_ms=took_ms,
                    message_id=message_id,
                    answered_at=now(),
                )
            )

    def rate(self, question_id: int, by: int, rating: Rating) -> bool:
        """Notes what the asker thought; False when somebody else tries, or there is no such question."""
        with self._database.write() as connection:
            mine = (questions.c.id == question_id) & (questions.c.asked_by == by)
            return connection.execute(update(questions).where(mine).values(rating=rating)).rowcount == 1


def _question(row: Row[Any]) -> Question:
    return Question(
        id=row.id,
        asked_by=row.asked_by,
        chat_id=row.chat_id,
        text=row.text,
        asked_at=row.asked_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        message_id=row.message_id,
        rating=Rating(row.rating) if row.rating else None,
    )
