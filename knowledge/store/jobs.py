"""Files that wait to be read, and what came of them: where the bot and the indexer's worker meet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Row, String, Table, Text, insert, select, text, update

from knowledge.store.database import Database, UtcDateTime, inserted_id, metadata, now

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False, server_default=text("'upload'")),
    Column("status", String(16), nullable=False, index=True),
    Column("sent_by", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("update_id", BigInteger, unique=True),
    Column("message_id", BigInteger),
    Column("path", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("edition_id", Integer),
    Column("reason", String(32)),
    Column("details", Text, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
)

#: A file that brought the worker down this often is refused.
MAX_ATTEMPTS = 2


class JobStatus(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    #: Read; its edition is a draft that waits for a decision.
    READY = "ready"
    #: Could not be read, or is loaded already; `reason` says why.
    REFUSED = "refused"
    APPROVED = "approved"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    id: int
    status: JobStatus
    sent_by: int
    chat_id: int
    #: The bot's message that shows this job's progress.
    message_id: int | None
    path: str
    file_name: str
    #: Passages encoded so far, of how many; 0 of 0 while the file is being parsed.
    done: int
    total: int
    edition_id: int | None
    reason: str | None
    details: Mapping[str, Any] = field(default_factory=dict)


class JobStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *, path: str, file_name: str, sent_by: int, chat_id: int, update_id: int | None) -> Job:
        """Queues an uploaded file; the same update gives the same job."""
        with self._database.write() as connection:
            if update_id is not None:
                known = connection.execute(select(jobs).where(jobs.c.update_id == update_id)).one_or_none()
                if known is not None:
                    return _job(known)
            values = {"path": path, "file_name": file_name, "sent_by": sent_by, "chat_id": chat_id}
            fixed = {
                "status": JobStatus.WAITING,
                "attempts": 0,
                "done": 0,
                "total": 0,
                "details": "{}",
                "sent_at": now(),
            }
            made = connection.execute(insert(jobs).values(**values, **fixed, update_id=update_id))
            id_ = inserted_id(made)
            return _job(connection.execute(select(jobs).where(jobs.c.id == id_)).one())

    def get(self, job_id: int) -> Job | None:
        with self._database.read() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
            return _job(row) if row else None

    def claim(self) -> Job | None:
        """The oldest waiting job, now being read; one that was tried too often is refused instead."""
        with self._database.write() as connection:
            waiting = select(jobs).where(jobs.c.status == JobStatus.WAITING).order_by(jobs.c.id)
            for row in connection.execute(waiting).all():
                mine = update(jobs).where(jobs.c.id == row.id)
                if row.attempts >= MAX_ATTEMPTS:
                    connection.execute(mine.values(status=JobStatus.REFUSED, reason="crashed"))
                    continue
                connection.execute(
                    mine.values(status=JobStatus.READING, attempts=row.attempts + 1, done=0, total=0)
                )
                return _job(connection.execute(select(jobs).where(jobs.c.id == row.id)).one())
        return None

    def requeue_abandoned(self) -> int:
        """What a killed worker left in reading waits again. Only the one worker that holds the lock may call it."""
        with self._database.write() as connection:
            abandoned = update(jobs).where(jobs.c.status == JobStatus.READING)
            return int(connection.execute(abandoned.values(status=JobStatus.WAITING)).rowcount)

    def progress(self, job_id: int, done: int, total: int) -> None:
        self._change(job_id, done=done, total=total)

    def ready(self, job_id: int, edition_id: int, details: Mapping[str, Any]) -> None:
        kept = json.dumps(details, ensure_ascii=False)
        self._change(job_id, status=JobStatus.READY, edition_id=edition_id, details=kept)

    def refuse(self, job_id: int, reason: str, details: Mapping[str, Any]) -> None:
        self._change(
            job_id, status=JobStatus.REFUSED, reason=reason, details=json.dumps(details, ensure_ascii=False)
        )

    def decide(self, job_id: int, status: JobStatus) -> bool:
        """From ready to approved or discarded; False when it was decided before."""
        with self._database.write() as connection:
            ready = update(jobs).where(jobs.c.id == job_id, jobs.c.status == JobStatus.READY)
            return connection.execute(ready.values(status=status)).rowcount == 1

    def show_in(self, job_id: int, message_id: int) -> None:
        self._change(job_id, message_id=message_id)

    def told(self, job_id: int) -> None:
        """The sender was shown what came of it."""
        self._change(job_id, told_at=now())

    def open(self) -> list[Job]:
        """Jobs whose sender was not told the result yet, oldest first."""
        with self._database.read() as connection:
            return [
                _job(row)
                for row in connection.execute(
                    select(jobs).where(jobs.c.told_at.is_(None)).order_by(jobs.c.id)
                )
            ]

    def has_work(self) -> bool:
        unread = jobs.c.status.in_((JobStatus.WAITING, JobStatus.READING))
        with self._database.read() as connection:
            return connection.execute(select(jobs.c.id).where(unread).limit(1)).first() is not None

    def _change(self, job_id: int, **values: Any) -> None:
        with self._database.write() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        status=JobStatus(row.status),
        sent_by=row.sent_by,
        chat_id=row.chat_id,
        message_id=row.message_id,
        path=row.path,
        file_name=row.file_name,
        done=row.done,
        total=row.total,
        edition_id=row.edition_id,
        reason=row.reason,
        details=json.loads(row.details),
    )
