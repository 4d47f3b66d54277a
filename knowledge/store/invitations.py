"""Links by which people join, each with a role, a limit and an expiry; only the hash of its code is kept."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from knowledge.store.database import UtcDateTime, metadata

invitations = Table(
    "invitations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("most", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)
