"""What doctors are told unasked, once each: that what they were answered from was replaced, that a gap was closed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, UniqueConstraint

from knowledge.store.database import UtcDateTime, metadata

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("telegram_id", BigInteger, nullable=False, index=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("question_id", Integer, nullable=False),
    Column("edition_id", Integer),
    Column("status", String(16), nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("message_id", BigInteger),
    UniqueConstraint("kind", "question_id", "edition_id"),
)
