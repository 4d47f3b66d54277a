"""Who of the staff did what to what, and when; written once, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, Text, insert

from knowledge.store.database import Database, UtcDateTime, metadata, now

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),
    Index("ix_audit_log_who_at", "who", "at"),
)


class AuditLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, who: str, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """who: "telegram:1001" or "shell:root"; action: stable, such as "edition.approve"; subject: "edition:12"."""
        text = json.dumps(details or {}, ensure_ascii=False)
        with self._database.write() as connection:
            values = {"at": now(), "who": who, "action": action, "subject": subject, "details": text}
            connection.execute(insert(audit_log).values(**values))
