"""The database: one engine, one metadata, explicit reading and writing transactions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.exc import DBAPIError

from knowledge.errors import LibraryMissing, LibraryOutdated, LibraryUnusable

#: Names for constraints, so that a migration can name what it changes on every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: How long a writer waits for another one, in milliseconds.
_BUSY_MS = 30_000
_LOG_BUSY_MS = 500


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are aware")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def now() -> datetime:
    return datetime.now(UTC)


def inserted_id(result: CursorResult[Any]) -> int:
    """The id that the database gave to the row just inserted."""
    (id_,) = result.inserted_primary_key or (None,)
    return int(id_)  # type: ignore[arg-type]  # a single-row insert always has one


class _Undone(Exception):  # no error: it ends a transaction that was never to be kept
    """What was written is to be taken back."""


class Database:
    """Opens the library's database; every query of the stores goes through `read` or `write`."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._engine = create_engine(self._url, pool_size=8, max_overflow=16, hide_parameters=True)
        #: By thread: the connection of the transaction that it is in the middle of; see `together`.
        self._joint = threading.local()
        if self._is_sqlite:
            event.listen(self._engine, "connect", _configure_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)

    @property
    def _is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on a server."""
        return Path(self._url.database) if self._is_sqlite and self._url.database else None

    def exists(self) -> bool:
        """Whether a library was ever made here; asks without making one."""
        if self.file is not None and not self.file.exists():
            return False
        with self._translated(), self._engine.connect() as connection:
            return inspect(connection).has_table("library_state")

    @contextmanager
    def together(self, *, survives_power_cut: bool = True) -> Iterator[None]:
        """What this thread reads and writes meanwhile happens in one transaction: all of it is kept, or nothing.

        It survives the end of the process in any case. Without waiting for the disk it is over sooner, and a power cut
        takes it back, unless something that does wait was written after it. Within another it is a part of that.
        """
        if self._joint_connection() is not None:
            if getattr(self._joint, "only_reads", False):
                raise RuntimeError("what is read at one moment must not write")
            yield
            return
        with self._writing(survives_power_cut=survives_power_cut) as connection:
            self._joint.connection = connection
            try:
                yield
            finally:
                del self._joint.connection

    @contextmanager
    def undone(self) -> Iterator[None]:
        """To see what would happen: what this thread writes meanwhile only it sees, and is taken back at the end."""
        if self._joint_connection() is not None:
            raise RuntimeError("a part of a transaction cannot be taken back")
        with suppress(_Undone), self.together():
            yield
            raise _Undone

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """What this thread reads meanwhile is of one moment; it must not write, nor be in the middle of `together`.

        Some small reads one after the other take a third of the time that each on its own connection would.
        """
        if self._joint_connection() is not None:
            raise RuntimeError("a moment within a transaction would be another one")
        with self.read() as connection:
            self._joint.connection, self._joint.only_reads = connection, True
            try:
                yield
            finally:
                del self._joint.connection, self._joint.only_reads

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment of the database."""
        if (joint := self._joint_connection()) is not None:
            with self._translated():
                yield joint
            return
        with self._translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that takes the writer's place at its beginning, so that it never fails half-way for a lock."""
        if (joint := self._joint_connection()) is not None:
            if getattr(self._joint, "only_reads", False):
                raise RuntimeError("what is read at one moment must not write")
            with self._translated():
                yield joint
            return
        with self._writing(survives_power_cut=True) as connection:
            yield connection

    def migrate(self) -> None:
        """Brings the schema to this version's; makes the database where there is none.

        Raises:
            LibraryUnusable: the folder cannot be written.
        """
        if self.file is not None:
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LibraryUnusable(
                    f"the folder {self.file.parent} cannot be made: {error.strerror}"
                ) from error
        with self._translated(), self._engine.connect() as connection, self._unreferenced(connection):
            config = _alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()

    @contextmanager
    def _unreferenced(self, connection: Connection) -> Iterator[None]:
        """SQLite changes a table by making it anew and dropping the old one, on which other tables' rows hang.

        Meanwhile foreign keys are not watched; afterwards they are checked. Said before a transaction begins.
        """
        if not self._is_sqlite:
            yield
            return
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            yield
            if broken := raw.execute("PRAGMA foreign_key_check").fetchall():
                raise LibraryUnusable(
                    f"{len(broken)} rows lead nowhere after the library was brought up to date"
                )
        finally:
            raw.execute("PRAGMA foreign_keys=ON")

    def require_current(self) -> None:
        """Checks that the library is there and of this version, without changing it.

        Raises:
            LibraryMissing, LibraryOutdated, LibraryUnusable
        """
        if not self.exists():
            raise LibraryMissing
        with self._translated(), self._engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
        if found != ScriptDirectory.from_config(_alembic_config()).get_current_head():
            raise LibraryOutdated

    def empty_log(self) -> bool:
        """Moves SQLite's write-ahead log into the file and empties it; False while others are in the middle of it.

        Old versions of what was changed or erased stand in the log until then.
        """
        if not self._is_sqlite:
            return True
        with self._translated(), self._engine.connect() as connection:
            # Without a transaction; and a short wait only, for nobody can write meanwhile.
            cursor = connection.connection.cursor()
            try:
                cursor.execute(f"PRAGMA busy_timeout={_LOG_BUSY_MS}")
                (is_busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not is_busy
            finally:
                cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
                cursor.close()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _writing(self, *, survives_power_cut: bool) -> Iterator[Connection]:
        with self._translated(), self._engine.connect() as plain:
            connection = plain.execution_options(yidao_write="FULL" if survives_power_cut else "NORMAL")
            with connection.begin():
                yield connection

    def _joint_connection(self) -> Connection | None:
        return getattr(self._joint, "connection", None)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            cause = error.orig
            if isinstance(cause, sqlite3.OperationalError | sqlite3.DatabaseError) and not isinstance(
                cause, sqlite3.IntegrityError | sqlite3.ProgrammingError
            ):
                raise LibraryUnusable(f"{LibraryUnusable.__doc__} ({cause})") from error
            raise


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # sqlite3 must not begin transactions of its own: _begin_sqlite does, and says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten: a question that was erased must not be found in the file.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    synchronous = connection.get_execution_options().get("yidao_write")
    if synchronous is None:
        connection.exec_driver_sql("BEGIN")
        return
    # Within a transaction it can no longer be said; the connection's info lives as long as what was said to it.
    if connection.info.get("synchronous") != synchronous:
        connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
        connection.info["synchronous"] = synchronous
    connection.exec_driver_sql("BEGIN IMMEDIATE")
