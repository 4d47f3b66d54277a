"""Copies of the whole database, taken and put back while others read and write it (SQLite only)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from knowledge.domain import EditionStatus
from knowledge.errors import BackupUnusable, LibraryUnusable
from knowledge.store.announcement_tables import AnnouncementStatus, DeliveryStatus, Reason
from knowledge.store.database import Database, now
from knowledge.store.note_tables import NoteStatus

_ON_A_SERVER = "the library is on a database server: back it up with the server's own means (pg_dump)"
#: How long another process may hold the database, in seconds.
_BUSY_SECONDS = 60.0
_UNSETTLED = (
    DeliveryStatus.QUEUED,
    DeliveryStatus.POSTPONED,
    DeliveryStatus.SENDING,
    DeliveryStatus.CHECKING,
)


def copy_to(database: Database, target: Path) -> None:
    """A copy of one moment of the database, as one file; whoever reads or writes meanwhile is not kept waiting.

    Raises:
        LibraryUnusable: it is on a server, or one of the two files cannot be read or written.
    """
    if database.file is None:
        raise LibraryUnusable(_ON_A_SERVER)
    _copied(database.file, target)
    with _translated(), _opened(target) as copy:
        # One file, without a journal beside it: that is what is carried away.
        copy.execute("PRAGMA journal_mode=DELETE")


def check(copy: Path) -> None:
    """Raises BackupUnusable where a copy is damaged, or is no library's."""
    try:
        with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            told = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
            if told == ["ok"]:
                connection.execute("SELECT identity, generation FROM library_state").fetchone()
                return
    except sqlite3.DatabaseError as error:
        raise BackupUnusable(f"the copy of the database is no library: {error}") from error
    raise BackupUnusable(f"the copy of the database is damaged: {told[0]}")


def renew(copy: Path, *, above: int, uploads_dir: Path) -> None:
    """Makes a copy, of this version's schema, ready to be put in the place of a library.

    It becomes a library of its own whose generation is higher than any before, so that every process that holds
    something of the other one notices, and takes in everything anew; files that wait to be read are where they are now.
    Nothing that waits in it is sent.
    """
    with _translated(), _opened(copy) as connection, connection:
        (held,) = connection.execute("SELECT generation FROM library_state").fetchone()
        generation = max(held, above) + 1
        connection.execute("UPDATE library_state SET identity = ?, generation = ?", (uuid4().hex, generation))
        connection.execute(
            "UPDATE editions SET generation = ? WHERE status != ?", (generation, EditionStatus.DRAFT)
        )
        paths = connection.execute("SELECT id, path FROM jobs WHERE path != ''").fetchall()
        moved = [(str(uploads_dir / Path(path).name), id_) for id_, path in paths]
        connection.executemany("UPDATE jobs SET path = ? WHERE id = ?", moved)
        _silenced(connection)


def _silenced(connection: sqlite3.Connection) -> None:
    """Nothing is sent that was about to be on the day of the copy: it may have been sent since.

    Who was to get an announcement is in doubt until somebody decides; one that was being sent is paused, one that was
    confirmed for a time to come is to be confirmed anew; notes are dropped.
    """
    moment = now().replace(tzinfo=None).isoformat(" ", "microseconds")
    connection.execute(
        "UPDATE deliveries SET status = ?, reason = ?, due_at = NULL, changed_at = ? WHERE status IN (?, ?, ?, ?)",
        (DeliveryStatus.IN_DOUBT, Reason.RESTORED, moment, *_UNSETTLED),
    )
    connection.execute(
        "UPDATE announcements SET status = ? WHERE status = ?",
        (AnnouncementStatus.PAUSED, AnnouncementStatus.SENDING),
    )
    connection.execute(
        "UPDATE announcements SET status = ?, confirmed_at = NULL WHERE status = ?",
        (AnnouncementStatus.DRAFT, AnnouncementStatus.SCHEDULED),
    )
    connection.execute(
        "UPDATE notes SET status = ? WHERE status = ?", (NoteStatus.DROPPED, NoteStatus.QUEUED)
    )


def put_in_place(copy: Path, database: Database) -> None:
    """The copy's content becomes the database's, all of it or nothing, also while others have it open."""
    if database.file is None:
        raise LibraryUnusable(_ON_A_SERVER)
    _copied(copy, database.file)


def _copied(source: Path, target: Path) -> None:
    with _translated(), _opened(source) as one, _opened(target) as other:
        # All pages in one step: one moment, and nobody's writing makes it begin again.
        one.backup(other)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as connection:
        yield connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise LibraryUnusable(f"{LibraryUnusable.__doc__} ({error})") from error
