"""The table of notes, how a row comes into it, and who wants any."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    UniqueConstraint,
    and_,
    insert,
    or_,
    select,
)

from knowledge.store.database import UtcDateTime, metadata
from knowledge.store.people import people
from knowledge.store.questions import questions

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("telegram_id", BigInteger, nullable=False, index=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("question_id", Integer, nullable=False),
    # 0 where it is about no edition: NULLs would all be different.
    Column("edition_id", Integer),
    Column("status", String(16), nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("message_id", BigInteger),
    UniqueConstraint("kind", "question_id", "edition_id"),
)

_NO_EDITION = 0


class NoteKind(StrEnum):
    #: To who asked in vain: there is an answer now.
    ANSWERED = "answered"
    #: To who loaded it: what that answered.
    LOADED = "loaded"
    #: To who was answered from an edition that does not answer any more.
    EDITION = "edition"


class NoteStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    #: Telegram refused it, or they have blocked the bot.
    FAILED = "failed"
    #: They want none, or are shut out.
    DROPPED = "dropped"
    #: They said beforehand, of this question, that they do not want to hear of it.
    DECLINED = "declined"


def note_values(
    kind: NoteKind,
    row: Any,
    *,
    at: datetime,
    edition_id: int = _NO_EDITION,
    wanted: bool = True,
) -> dict[str, Any]:
    return {
        "kind": kind,
        "telegram_id": row.asked_by,
        # A note goes to the person alone, wherever they asked; a private chat has its person's number.
        "chat_id": row.asked_by,
        "question_id": row.id,
        "edition_id": edition_id,
        "status": NoteStatus.QUEUED if wanted else NoteStatus.DROPPED,
        "made_at": at,
    }


def insert_once(connection: Connection, values: dict[str, Any]) -> bool:
    same = select(notes.c.id).where(
        *(notes.c[name] == values[name] for name in ("kind", "question_id", "edition_id"))
    )
    if connection.execute(same).first() is not None:
        return False
    connection.execute(insert(notes).values(**values))
    return True


def wants_notes() -> ColumnElement[bool]:
    return and_(people.c.notes, ~people.c.blocked, ~people.c.barred, ~people.c.deleted)


def can_be_reached() -> ColumnElement[bool]:
    """Whoever wrote in a group only has no chat with the bot."""
    return or_(questions.c.chat_id == questions.c.asked_by, people.c.started_at.is_not(None))
