"""The database is made by migrations only, is looked at without being made, and says plainly what is wrong with it."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, text

from knowledge.domain import Language
from knowledge.errors import LibraryMissing, LibraryOutdated, LibraryUnusable
from knowledge.store import Stores, metadata_of_all_areas, open_stores
from knowledge.store.audit import audit_log
from knowledge.store.database import Database, UtcDateTime, _alembic_config


@pytest.fixture
def opened() -> Iterator[list[Database]]:
    """Databases that the test opens itself; closed behind it."""
    databases: list[Database] = []
    yield databases
    for database in databases:
        database.close()


def at(path: Path, opened: list[Database]) -> Database:
    database = Database(f"sqlite:///{path}")
    opened.append(database)
    return database


@contextmanager
def without_rights() -> Iterator[None]:
    """As somebody to whom the permissions of files apply: root ignores them."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has no such users")
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def locked_folder(migrated: Path) -> Iterator[Path]:
    """A folder with a library that nobody may write; not below tmp_path, which others may not even enter."""
    folder = Path(tempfile.mkdtemp())
    shutil.copyfile(migrated, folder / "yidao.sqlite3")
    (folder / "yidao.sqlite3").chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


# ------------------------------------------------------------------------------------------------ the schema


def test_the_migrations_make_what_the_models_say(stores: Stores) -> None:
    with stores.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata_of_all_areas()) == []


def test_migrating_twice_changes_nothing(stores: Stores) -> None:
    identity = stores.library.identity()
    stores.database.migrate()
    assert stores.library.identity() == identity


def test_each_library_has_an_identity_of_its_own(tmp_path: Path, stores: Stores) -> None:
    other = open_stores(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    other.database.migrate()
    try:
        assert other.library.identity() != stores.library.identity()
    finally:
        other.database.close()


def test_migrating_makes_the_folders_that_are_missing(tmp_path: Path, opened: list[Database]) -> None:
    database = at(tmp_path / "a" / "数据 b" / "yidao.sqlite3", opened)
    database.migrate()
    assert database.exists()


# --------------------------------------------------------------------------------------- looking at a library


def test_asking_whether_there_is_a_library_makes_nothing(tmp_path: Path, opened: list[Database]) -> None:
    database = at(tmp_path / "data" / "yidao.sqlite3", opened)
    assert not database.exists()
    with pytest.raises(LibraryMissing):
        database.require_current()
    assert list(tmp_path.iterdir()) == []


def test_a_migrated_library_is_current(stores: Stores) -> None:
    assert stores.database.exists()
    stores.database.require_current()


def test_a_database_of_something_else_is_no_library(tmp_path: Path, opened: list[Database]) -> None:
    database = at(tmp_path / "other.sqlite3", opened)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE notes (id INTEGER)"))
    assert not database.exists()


@pytest.mark.parametrize(
    "change", ["UPDATE alembic_version SET version_num = '9999'", "DELETE FROM alembic_version"]
)
def test_a_library_of_another_version_asks_to_be_migrated(stores: Stores, change: str) -> None:
    with stores.database.write() as connection:
        connection.execute(text(change))
    with pytest.raises(LibraryOutdated, match="migrate"):
        stores.database.require_current()


# ------------------------------------------------------------------------------------- what cannot be used


@pytest.mark.parametrize(
    "content", [b"this is no database, and never was" * 100, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_damaged_file_is_unusable_and_says_so(
    tmp_path: Path, opened: list[Database], content: bytes
) -> None:
    path = tmp_path / "yidao.sqlite3"
    path.write_bytes(content)
    for use in (Database.exists, Database.require_current, Database.migrate):
        with pytest.raises(LibraryUnusable, match=r"cannot be read or written.*\(.+\)"):
            use(at(path, opened))
    assert path.read_bytes() == content


def test_a_folder_in_place_of_the_file_is_unusable(tmp_path: Path, opened: list[Database]) -> None:
    (tmp_path / "yidao.sqlite3").mkdir()
    with pytest.raises(LibraryUnusable):
        at(tmp_path / "yidao.sqlite3", opened).migrate()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, opened: list[Database]) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(LibraryUnusable, match="data"):
        at(tmp_path / "data" / "yidao.sqlite3", opened).migrate()


def test_a_folder_without_permission_is_unusable_and_says_so(
    locked_folder: Path, opened: list[Database]
) -> None:
    database = at(locked_folder / "yidao.sqlite3", opened)
    with (
        without_rights(),
        pytest.raises(LibraryUnusable, match="permissions"),
        database.write() as connection,
    ):
        connection.execute(insert(audit_log))


# -------------------------------------------------------------------------------------------- transactions


def test_a_failed_transaction_leaves_nothing_behind(stores: Stores) -> None:
    before = stores.library.generation()

    def half_of_it() -> None:
        with stores.database.write() as connection:
            connection.execute(text("UPDATE library_state SET generation = generation + 1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_of_it()
    assert stores.library.generation() == before


def test_writers_in_many_threads_wait_for_one_another(stores: Stores, elsewhere: Stores) -> None:
    start = threading.Barrier(4)

    def count_up(own: Stores) -> None:
        start.wait()
        for _ in range(5):
            with own.database.write() as connection:
                found = connection.execute(text("SELECT generation FROM library_state")).scalar_one()
                connection.execute(text("UPDATE library_state SET generation = :next"), {"next": found + 1})

    before = stores.library.generation()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, [stores, elsewhere] * 2))
    assert stores.library.generation() == before + 20


def test_a_reader_sees_one_moment_while_another_writes(stores: Stores, elsewhere: Stores) -> None:
    count = text("SELECT count(*) FROM audit_log")
    with stores.database.read() as connection:
        assert connection.execute(count).scalar_one() == 0
        elsewhere.audit.note("shell:test", "edition.approve", "edition:1")
        assert connection.execute(count).scalar_one() == 0
    with stores.database.read() as connection:
        assert connection.execute(count).scalar_one() == 1


# --------------------------------------------------------------------------------------------------- times


def test_times_come_back_aware_and_in_utc() -> None:
    column, shanghai = UtcDateTime(), timezone(timedelta(hours=8))
    dialect = None
    kept = column.process_bind_param(datetime(2026, 1, 1, 8, tzinfo=shanghai), dialect)  # type: ignore[arg-type]
    assert column.process_result_value(kept, dialect) == datetime(2026, 1, 1, tzinfo=UTC)  # type: ignore[arg-type]


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type]  # noqa: DTZ001


def test_what_is_done_together_is_kept_together_or_not_at_all(stores: Stores, elsewhere: Stores) -> None:
    with stores.database.together():
        stores.people.meet(1, "王", Language.ZH)
        assert stores.people.get(1) is not None, "it sees what it wrote"
        assert elsewhere.people.get(1) is None, "nobody else does yet"
    assert elsewhere.people.get(1) is not None

    def meet_and_fail() -> None:
        with stores.database.together():
            stores.people.meet(2, "李", Language.ZH)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        meet_and_fail()
    assert stores.people.get(2) is None
    stores.people.meet(3, "张", Language.ZH)
    assert elsewhere.people.get(3) is not None, "and afterwards each write is its own again"


def test_what_is_read_at_one_moment_does_not_see_what_others_write(stores: Stores, elsewhere: Stores) -> None:
    with stores.database.at_one_moment():
        assert stores.people.get(1) is None
        elsewhere.people.meet(1, "王", Language.ZH)
        assert stores.people.get(1) is None
    assert stores.people.get(1) is not None


def test_at_one_moment_nothing_is_written(stores: Stores) -> None:
    with (
        stores.database.at_one_moment(),
        pytest.raises(RuntimeError, match="must not write"),
    ):
        stores.people.meet(1, "王", Language.ZH)
    with (
        stores.database.together(),
        pytest.raises(RuntimeError, match="another one"),
        stores.database.at_one_moment(),
    ):
        pass
    stores.people.meet(1, "王", Language.ZH)
    assert stores.people.get(1) is not None


def test_what_happens_together_within_another_is_kept_or_lost_with_it(stores: Stores) -> None:
    def fails_later() -> None:
        with stores.database.together():
            with stores.database.together():
                stores.audit.note("shell:me", "inner", "x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_later()
    assert noted(stores) == []


def test_what_is_undone_is_seen_meanwhile_and_gone_afterwards(stores: Stores) -> None:
    with stores.database.undone():
        stores.audit.note("shell:me", "trial", "x")
        assert noted(stores) == ["trial"]
    assert noted(stores) == []
    with stores.database.together(), pytest.raises(RuntimeError), stores.database.undone():
        pass


def noted(stores: Stores) -> list[str]:
    with stores.database.read() as connection:
        return list(connection.execute(text("SELECT action FROM audit_log")).scalars())


def test_a_library_that_was_used_is_brought_up_to_date_with_all_its_rows(
    tmp_path: Path, opened: list[Database]
) -> None:
    """Each table that is made anew has rows that others hang on."""
    database = at(tmp_path / "yidao.sqlite3", opened)
    with database._engine.connect() as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.commit()
    old = [
        (
            "INSERT INTO announcements (id, status, text, made_by, chat_id, made_at)"
            " VALUES (1, 'done', '今晚讲座', 9, 9, '2026-01-01 00:00:00')"
        ),
        (
            "INSERT INTO deliveries (announcement_id, telegram_id, status, attempts, changed_at)"
            " VALUES (1, 5, 'sent', 1, '2026-01-01 00:00:00')"
        ),
        (
            "INSERT INTO people (telegram_id, name, language, seen_at, blocked)"
            " VALUES (5, '王', 'zh', '2026-01-01 00:00:00', 0)"
        ),
        (
            "INSERT INTO questions (id, asked_by, chat_id, text, asked_at, cited)"
            " VALUES (3, 5, 5, '降压目标', '2026-01-01 00:00:00', '[{\"passage\": 7, \"edition\": 2}]')"
        ),
    ]
    with database.write() as connection:
        for row in old:
            connection.exec_driver_sql(row)
    database.migrate()
    with database.read() as connection:
        kept = connection.execute(
            text("SELECT text_zh FROM announcements JOIN deliveries ON announcement_id = id")
        )
        assert kept.scalars().all() == ["今晚讲座"]
        cited = connection.execute(text("SELECT question_id, edition_id, passage_id FROM citations"))
        assert [tuple(row) for row in cited] == [(3, 2, 7)]
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_announcements_from_before_go_on_as_they_were(tmp_path: Path, opened: list[Database]) -> None:
    """What is in doubt stays so: from which id on it could be looked for was not noted then."""
    database = at(tmp_path / "yidao.sqlite3", opened)
    with database._engine.connect() as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        connection.commit()
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO announcements (id, status, text_zh, made_by, chat_id, made_at)"
            " VALUES (1, 'sending', '今晚讲座', 9, 9, '2026-01-01 00:00:00')"
        )
        due_at = {"queued": "2026-01-01 00:00:00"}
        for id_, status in ((5, "sent"), (6, "in_doubt"), (7, "sending"), (8, "queued")):
            connection.exec_driver_sql(
                "INSERT INTO deliveries (announcement_id, telegram_id, status, attempts, changed_at, due_at)"
                " VALUES (1, ?, ?, 1, '2026-01-01 00:00:00', ?)",
                (id_, status, due_at.get(status)),
            )
    database.migrate()
    stores = open_stores(f"sqlite:///{database.file}")
    stores.doubts.take_up_interrupted([1], datetime.now(UTC))
    assert stores.doubts.due(datetime.now(UTC)) == []
    report = stores.deliveries.report(1)
    assert (report.sent, report.in_doubt, report.queued) == (1, 2, 1)
    stores.database.close()


def test_going_back_to_before_leaves_no_state_that_was_unknown_then(stores: Stores) -> None:
    with stores.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO announcements (id, status, made_by, chat_id, made_at)"
            " VALUES (1, 'sending', 9, 9, '2026-01-01 00:00:00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO deliveries (announcement_id, telegram_id, status, attempts, changed_at, due_at, seen_before)"
            " VALUES (1, 5, 'checking', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00', 7)"
        )
    with stores.database._engine.connect() as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
        connection.commit()
        row = connection.exec_driver_sql("SELECT status, due_at FROM deliveries").one()
    assert tuple(row) == ("in_doubt", None)
