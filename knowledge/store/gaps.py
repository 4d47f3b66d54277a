"""Questions that the library could not answer, near-duplicates as one, until somebody closes the gap."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from knowledge.store.database import UtcDateTime, metadata

gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("asked_first", UtcDateTime, nullable=False),
    Column("asked_last", UtcDateTime, nullable=False),
    Column("model", String(200)),
    Column("vector", LargeBinary),
    Column("tried_generation", Integer, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", UtcDateTime),
)
