"""Who of the staff did what to what, and when, and what was refused to whom; written once, never changed.

The database itself refuses to change or to take out a line (migration 0005).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    func,
    insert,
    or_,
    select,
)

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

#: As `who`: the settings gave somebody a role.
BY_SETTINGS = "settings"
#: What refusals begin with, as actions.
REFUSED = "refused."
#: How many refusals are written down for one person in an hour; a hundred more would say no more, only fill the disk.
REFUSALS_AN_HOUR = 10
#: A subject may repeat what a stranger sent.
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    id: int
    at: datetime
    #: "telegram:1001", "shell:root" or BY_SETTINGS.
    who: str
    #: Stable, such as "edition.approve".
    action: str
    #: Such as "edition:12".
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Newest first."""

    entries: tuple[AuditEntry, ...]
    has_newer: bool
    has_older: bool


class AuditLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, who: str, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """who: "telegram:1001" or "shell:root"; action: stable, such as "edition.approve"; subject: "edition:12"."""
        with self._database.write() as connection:
            write_line(connection, who, action, subject, details)

    def note_refusal(
        self, who: str, kind: str, subject: str, details: Mapping[str, Any] | None = None
    ) -> bool:
        """As `note`, of the action "refused.kind"; False where this person's hour is full and nothing was written."""
        mine = (audit_log.c.who == who, audit_log.c.at > now() - timedelta(hours=1))
        refusals = select(func.count()).where(*mine, audit_log.c.action.startswith(REFUSED))
        with self._database.write() as connection:
            if int(connection.execute(refusals).scalar_one()) >= REFUSALS_AN_HOUR:
                return False
            write_line(connection, who, REFUSED + kind, subject[:_LONGEST_SUBJECT], details)
            return True

    def last(self, action: str, subject: str) -> AuditEntry | None:
        """The newest entry about it; None where there is none."""
        query = select(audit_log).where(audit_log.c.action == action, audit_log.c.subject == subject)
        with self._database.read() as connection:
            row = connection.execute(query.order_by(audit_log.c.id.desc()).limit(1)).one_or_none()
            return _entry(row) if row else None

    def page(
        self, about: str = "", *, before: int | None = None, after: int | None = None, size: int
    ) -> AuditPage:
        """The newest entries, or those next to an id.

        about: a Telegram id, of who did it or whom it was done to, or the beginning of an action; empty: all.
        """
        fits = _about(about)
        older_than = [] if before is None else [audit_log.c.id < before]
        query = select(audit_log).where(*fits, *older_than).order_by(audit_log.c.id.desc())
        if after is not None:
            query = select(audit_log).where(*fits, audit_log.c.id > after).order_by(audit_log.c.id)
        with self._database.read() as connection:
            found = [_entry(row) for row in connection.execute(query.limit(size))]
            found.sort(key=lambda entry: -entry.id)
            if not found:
                return AuditPage(entries=(), has_newer=False, has_older=False)

            def any_beyond(beyond: ColumnElement[bool]) -> bool:
                return (
                    connection.execute(select(audit_log.c.id).where(*fits, beyond).limit(1)).first()
                    is not None
                )

            return AuditPage(
                entries=tuple(found),
                has_newer=any_beyond(audit_log.c.id > found[0].id),
                has_older=any_beyond(audit_log.c.id < found[-1].id),
            )


def write_line(
    connection: Connection, who: str, action: str, subject: str, details: Mapping[str, Any] | None
) -> None:
    """As `AuditLog.note`, within another store's transaction."""
    text = json.dumps(details or {}, ensure_ascii=False)
    values = {"at": now(), "who": who, "action": action, "subject": subject, "details": text}
    connection.execute(insert(audit_log).values(**values))


def _about(words: str) -> list[ColumnElement[bool]]:
    if not words:
        return []
    if words.isascii() and words.isdigit():
        return [or_(audit_log.c.who == f"telegram:{words}", audit_log.c.subject == f"person:{words}")]
    return [audit_log.c.action.startswith(words, autoescape=True)]


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        who=row.who,
        action=row.action,
        subject=row.subject,
        details=json.loads(row.details),
    )
