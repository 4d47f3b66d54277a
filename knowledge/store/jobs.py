"""Files that wait to be read, and what came of them: where the bot and the indexer's worker meet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    text,
    update,
)

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


class JobKind(StrEnum):
    UPLOAD = "upload"
    #: A list of courses; its rows are in `knowledge.store.course_lists` while it waits for a decision.
    COURSES = "courses"
    #: A document that is in the library already, read again by a newer reader; `Job.rereads` says which.
    REREAD = "reread"
    #: An edition whose title was corrected, and by which its passages are to be found; `Job.encodes` says which. Nobody
    #: waits for it.
    ENCODE = "encode"


class JobStatus(StrEnum):
    #: Announced; the file itself is still being fetched from Telegram.
    ARRIVING = "arriving"
    WAITING = "waiting"
    READING = "reading"
    #: Read; its edition is a draft, or its courses a list, that waits for a decision.
    READY = "ready"
    #: Could not be read, or is loaded already; `reason` says why.
    REFUSED = "refused"
    APPROVED = "approved"
    DISCARDED = "discarded"
    #: There is nothing to decide about it.
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    id: int
    kind: JobKind
    status: JobStatus
    sent_by: int
    chat_id: int
    #: The bot's message that shows this job's progress.
    message_id: int | None
    #: Where the file is; empty while it is arriving, and of what is read again.
    path: str
    file_name: str
    #: Passages encoded so far, of how many; 0 of 0 while the file is being parsed.
    done: int
    total: int
    edition_id: int | None
    reason: str | None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rereads(self) -> int | None:
        """The edition that is read again; None for an upload."""
        return self.details.get("rereads")

    @property
    def encodes(self) -> int | None:
        """The edition that is encoded anew; None for everything else."""
        return self.details.get("encodes")


class JobStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def announce(
        self,
        *,
        file_name: str,
        sent_by: int,
        chat_id: int,
        update_id: int | None,
        kind: JobKind = JobKind.UPLOAD,
    ) -> Job:
        """A file that is about to be fetched; the same update gives the same job, however far that has come."""
        return self._add(
            kind,
            JobStatus.ARRIVING,
            file_name=file_name,
            sent_by=sent_by,
            chat_id=chat_id,
            update_id=update_id,
        )

    def arrived(self, job_id: int, path: str) -> None:
        """It is here now, and waits to be read; nothing for one that waits already, or came further."""
        with self._database.write() as connection:
            arriving = jobs.c.status == JobStatus.ARRIVING
            mine = update(jobs).where(jobs.c.id == job_id, arriving)
            connection.execute(mine.values(status=JobStatus.WAITING, path=path))

    def add(self, *, path: str, file_name: str, sent_by: int, chat_id: int, update_id: int | None) -> Job:
        """Queues a file that is here; the same update gives the same job."""
        return self._add(
            JobKind.UPLOAD,
            JobStatus.WAITING,
            path=path,
            file_name=file_name,
            sent_by=sent_by,
            chat_id=chat_id,
            update_id=update_id,
        )

    def add_reread(self, edition_id: int, *, file_name: str, sent_by: int, chat_id: int) -> tuple[Job, bool]:
        """Queues a document to be read again, and whether that is new: one that is under way is not queued twice."""
        details = json.dumps({"rereads": edition_id})
        with self._database.write() as connection:
            under_way = select(jobs).where(
                jobs.c.kind == JobKind.REREAD,
                jobs.c.details == details,
                jobs.c.status.in_((JobStatus.WAITING, JobStatus.READING)),
            )
            if (known := connection.execute(under_way.limit(1)).one_or_none()) is not None:
                return _job(known), False
            values = {"file_name": file_name, "sent_by": sent_by, "chat_id": chat_id, "details": details}
            return _inserted(connection, JobKind.REREAD, JobStatus.WAITING, **values), True

    def add_encode(self, edition_id: int, *, asked_by: int, chat_id: int) -> None:
        """Queues an edition to be encoded anew; one that waits for that already is not queued twice."""
        details = json.dumps({"encodes": edition_id})
        waiting = (jobs.c.kind == JobKind.ENCODE) & (jobs.c.status == JobStatus.WAITING)
        with self._database.write() as connection:
            known = select(jobs.c.id).where(waiting, jobs.c.details == details).limit(1)
            if connection.execute(known).first() is None:
                values = {"file_name": "", "sent_by": asked_by, "chat_id": chat_id, "details": details}
                _inserted(connection, JobKind.ENCODE, JobStatus.WAITING, told_at=now(), **values)

    def done(self, job_id: int) -> None:
        self._change(job_id, status=JobStatus.DONE)

    def _add(self, kind: JobKind, status: JobStatus, *, update_id: int | None, **values: Any) -> Job:
        with self._database.write() as connection:
            if update_id is not None:
                known = connection.execute(select(jobs).where(jobs.c.update_id == update_id)).one_or_none()
                if known is not None:
                    return _job(known)
            return _inserted(connection, kind, status, update_id=update_id, **values)

    def get(self, job_id: int) -> Job | None:
        with self._database.read() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
            return _job(row) if row else None

    def sent_at(self, job_id: int) -> datetime:
        with self._database.read() as connection:
            moment: datetime = connection.execute(
                select(jobs.c.sent_at).where(jobs.c.id == job_id)
            ).scalar_one()
            return moment

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

    def put_back(self, job_id: int) -> None:
        """It was being read, and waits again as if it never had been: what ended that was not its fault."""
        with self._database.write() as connection:
            mine = update(jobs).where(jobs.c.id == job_id, jobs.c.status == JobStatus.READING)
            values = {"status": JobStatus.WAITING, "attempts": jobs.c.attempts - 1, "done": 0, "total": 0}
            connection.execute(mine.values(**values))

    def requeue_abandoned(self) -> int:
        """What a killed worker left in reading waits again. Only the one worker that holds the lock may call it."""
        with self._database.write() as connection:
            abandoned = update(jobs).where(jobs.c.status == JobStatus.READING)
            return int(connection.execute(abandoned.values(status=JobStatus.WAITING)).rowcount)

    def progress(self, job_id: int, done: int, total: int) -> None:
        self._change(job_id, done=done, total=total)

    def ready(self, job_id: int, edition_id: int | None, details: Mapping[str, Any]) -> None:
        """It was read, and its edition, or its courses, wait for a decision; details are added to what is known."""
        self._change(job_id, details, status=JobStatus.READY, edition_id=edition_id)

    def refuse(self, job_id: int, reason: str, details: Mapping[str, Any]) -> None:
        self._change(job_id, details, status=JobStatus.REFUSED, reason=reason)

    def decided(self, edition_id: int, status: JobStatus) -> None:
        """The draft that these files became was approved or discarded: two may have become the same one."""
        with self._database.write() as connection:
            ready = (jobs.c.edition_id == edition_id) & (jobs.c.status == JobStatus.READY)
            connection.execute(update(jobs).where(ready).values(status=status))

    def settle(self, job_id: int, status: JobStatus, details: Mapping[str, Any]) -> None:
        """A course list was added or discarded; details tell by whom, and what came of it."""
        self._change(job_id, details, status=status)

    def course_lists(self) -> list[Job]:
        """Those that wait for a decision, oldest first."""
        waiting = (jobs.c.kind == JobKind.COURSES) & (jobs.c.status == JobStatus.READY)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(select(jobs).where(waiting).order_by(jobs.c.id))]

    def of_edition(self, edition_id: int) -> Job | None:
        """The newest file that became this edition; None for one that came another way."""
        # SQLite gives a discarded draft's id to the next one.
        is_its = (jobs.c.edition_id == edition_id) & (jobs.c.status != JobStatus.DISCARDED)
        newest = select(jobs).where(is_its).order_by(jobs.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(newest).one_or_none()
            return _job(row) if row else None

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

    def _change(self, job_id: int, details: Mapping[str, Any] | None = None, **values: Any) -> None:
        mine = jobs.c.id == job_id
        with self._database.write() as connection:
            if details is not None:
                known = connection.execute(select(jobs.c.details).where(mine)).scalar_one_or_none() or "{}"
                values["details"] = json.dumps({**json.loads(known), **details}, ensure_ascii=False)
            connection.execute(update(jobs).where(mine).values(**values))


def _inserted(connection: Connection, kind: JobKind, status: JobStatus, **values: Any) -> Job:
    fixed = {"attempts": 0, "done": 0, "total": 0, "sent_at": now()}
    given = {"path": "", "details": "{}", **values}
    made = connection.execute(insert(jobs).values(kind=kind, status=status, **fixed, **given))
    return _job(connection.execute(select(jobs).where(jobs.c.id == inserted_id(made))).one())


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
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
