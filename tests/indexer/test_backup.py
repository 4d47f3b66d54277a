"""A backup holds one moment of the library, and what is put back answers; damage and haste change nothing."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from indexer import backup
from indexer.loading import Loader
from knowledge.answering import open_answerer
from knowledge.answering.index import PassageIndex
from knowledge.domain import Answer
from knowledge.errors import BackupUnusable, KnowledgeError
from knowledge.settings import Settings
from knowledge.store import Stores, open_stores
from knowledge.store.announcement_tables import DeliveryStatus, Reason, announcements, deliveries
from knowledge.store.database import now
from knowledge.store.note_tables import NoteKind, NoteStatus, notes
from knowledge.testing import FakeEncoder
from tests.indexer.guidelines import TARGET, ReadsHere, guideline
from tests.indexer.shell import several

QUESTION = "老年高血压患者的降压目标是多少"


class Library:
    """A data folder with a library of its own."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(_env_file=None, data_dir=folder, embedding_model="fake")
        self.stores: Stores = open_stores(self.settings.library_url)

    def load(self, path: Path) -> None:
        self.stores.database.migrate()
        loader = Loader(self.stores, FakeEncoder(), ReadsHere(), self.settings.files_dir)  # type: ignore[arg-type]
        loader.load(path, loaded_by="test", approve=True)

    def titles(self) -> list[str]:
        return [edition.title for edition in self.stores.library.list_editions()]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path / "data")
    made.load(guideline(tmp_path / "in"))
    (made.settings.terms_file).write_text("zh,en,abbreviations,kind\n", "utf-8")
    yield made
    made.stores.database.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path / "elsewhere")
    yield made
    made.stores.database.close()


@pytest.mark.parametrize("name", ["kept", "kept.tar", "kept.tgz"])
def test_what_is_restored_answers_with_its_files_and_terms(
    library: Library, elsewhere: Library, tmp_path: Path, name: str
) -> None:
    made = backup.back_up(library.stores, library.settings, tmp_path / name)
    assert (made.documents, made.passages, made.missing) == (1, 2, 0)
    backup.restore(elsewhere.stores, elsewhere.settings, tmp_path / name, replace=False)
    answerer = open_answerer(elsewhere.stores, FakeEncoder(), elsewhere.settings.cache_dir)
    assert isinstance(answerer.answer(QUESTION), Answer)
    for folder in ("files", "terms.csv"):
        assert files_of(elsewhere.settings.data_dir / folder) == files_of(library.settings.data_dir / folder)


def files_of(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {path.name: path.read_bytes()}
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def test_a_backup_is_of_one_moment_while_another_process_is_in_the_middle_of_writing(
    library: Library, elsewhere: Library, tmp_path: Path
) -> None:
    with library.stores.database.write() as connection:
        connection.exec_driver_sql("UPDATE editions SET title = 'half written'")
        backup.back_up(open_stores(library.settings.library_url), library.settings, tmp_path / "kept")
    backup.restore(elsewhere.stores, elsewhere.settings, tmp_path / "kept", replace=False)
    assert elsewhere.titles() == ["中国高血压防治指南（2024年版）"]


def test_a_second_backup_into_a_folder_copies_only_what_is_new(library: Library, tmp_path: Path) -> None:
    first = backup.back_up(library.stores, library.settings, tmp_path / "kept")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "kept" / "files").rglob("*") if p.is_file()}
    library.load(guideline(tmp_path / "in", "b.md", title="慢阻肺指南（2021年版）", target="首选吸入。"))
    second = backup.back_up(library.stores, library.settings, tmp_path / "kept")
    assert len(second.digests) == len(first.digests) + 1
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_a_folder_that_holds_something_else_is_left_alone(library: Library, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    with pytest.raises(BackupUnusable, match="something else"):
        backup.back_up(library.stores, library.settings, tmp_path / "other")
    assert files_of(tmp_path / "other") == {"letter.txt": b"mine"}


def test_a_live_library_gives_way_only_when_told_and_is_kept_beside(
    library: Library, elsewhere: Library, tmp_path: Path
) -> None:
    backup.back_up(library.stores, library.settings, tmp_path / "kept")
    elsewhere.load(guideline(tmp_path / "in2", title="慢阻肺指南（2021年版）", target="首选吸入。"))
    with pytest.raises(BackupUnusable, match="--replace"):
        backup.restore(elsewhere.stores, elsewhere.settings, tmp_path / "kept", replace=False)
    assert elsewhere.titles() == ["慢阻肺指南（2021年版）"]
    restored = backup.restore(elsewhere.stores, elsewhere.settings, tmp_path / "kept", replace=True)
    assert elsewhere.titles() == ["中国高血压防治指南（2024年版）"]
    assert restored.before is not None
    with closing(sqlite3.connect(restored.before)) as before:
        assert before.execute("SELECT title FROM editions").fetchall() == [("慢阻肺指南（2021年版）",)]


def test_a_bot_that_runs_meanwhile_answers_from_what_was_restored_and_from_nothing_else(
    library: Library, tmp_path: Path
) -> None:
    """Also where as much changed in between as the backup had seen, so that the generations are the same."""
    backup.back_up(library.stores, library.settings, tmp_path / "kept")
    library.load(guideline(tmp_path / "in", title="中国高血压防治指南（2030年版）", target=TARGET + "新版。"))
    bot = open_answerer(open_stores(library.settings.library_url), FakeEncoder(), library.settings.cache_dir)
    assert isinstance(bot.answer(QUESTION), Answer)
    backup.restore(library.stores, library.settings, tmp_path / "kept", replace=True)
    answer = bot.answer(QUESTION)
    assert isinstance(answer, Answer)
    assert {quotation.passage.citation.year for quotation in answer.quotations} == {2024}


def test_an_index_in_memory_is_made_anew_for_what_was_restored(library: Library, tmp_path: Path) -> None:
    """Nothing stays of an edition that the backup does not know, and the words are counted anew."""
    backup.back_up(library.stores, library.settings, tmp_path / "kept")
    library.load(guideline(tmp_path / "in", "b.md", title="慢阻肺指南（2021年版）", target="首选吸入。"))
    index = PassageIndex(library.stores, FakeEncoder().fingerprint, library.settings.cache_dir)
    index.catch_up()
    assert index.documents == 2
    backup.restore(library.stores, library.settings, tmp_path / "kept", replace=True)
    index.catch_up()
    assert index.documents == 1
    assert len(index.keywords) == 2


def database_of(kept: Path) -> Path:
    (found,) = kept.glob("yidao*.sqlite3")
    return found


def without_a_database(kept: Path) -> None:
    manifest = json.loads((kept / "backup.json").read_text())
    del manifest["digests"][database_of(kept).name]
    (kept / "backup.json").write_text(json.dumps(manifest))


def named_outside(kept: Path) -> None:
    manifest = json.loads((kept / "backup.json").read_text())
    manifest["digests"]["../../evil.txt"] = "0"
    (kept / "backup.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "harm",
    [
        lambda kept: database_of(kept).write_bytes(b"no database"),
        lambda kept: next((kept / "files").rglob("*.md")).write_text("changed"),
        lambda kept: next((kept / "files").rglob("*.md")).unlink(),
        lambda kept: (kept / "backup.json").write_text("{"),
        lambda kept: (kept / "backup.json").unlink(),
        named_outside,
        without_a_database,
        shutil.rmtree,
    ],
)
def test_a_damaged_backup_changes_nothing(library: Library, tmp_path: Path, harm: object) -> None:
    kept = tmp_path / "kept"
    backup.back_up(library.stores, library.settings, kept)
    harm(kept)  # type: ignore[operator]
    before = library.titles(), files_of(library.settings.files_dir)
    with pytest.raises(BackupUnusable):
        backup.restore(library.stores, library.settings, kept, replace=True)
    assert (library.titles(), files_of(library.settings.files_dir)) == before
    assert not [path for path in library.settings.data_dir.iterdir() if path.name.startswith(".")]


def test_an_archive_that_names_a_place_outside_writes_nothing_there(
    library: Library, elsewhere: Library, tmp_path: Path
) -> None:
    backup.back_up(library.stores, library.settings, tmp_path / "kept")
    with tarfile.open(tmp_path / "kept.tar", "w") as tar:
        tar.add(tmp_path / "kept", ".")
        tar.add(tmp_path / "kept" / "backup.json", "../../evil.txt")
    with pytest.raises(BackupUnusable):
        backup.restore(elsewhere.stores, elsewhere.settings, tmp_path / "kept.tar", replace=False)
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_backup_that_cannot_be_written_leaves_the_one_before_whole(
    library: Library, elsewhere: Library, tmp_path: Path
) -> None:
    backup.back_up(library.stores, library.settings, tmp_path / "kept")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(KnowledgeError):
        backup.back_up(library.stores, library.settings, tmp_path / "file" / "kept.tar")
    backup.restore(elsewhere.stores, elsewhere.settings, tmp_path / "kept", replace=False)
    assert elsewhere.titles()


def test_a_backup_that_is_killed_before_it_tells_of_itself_leaves_the_one_before_whole(
    library: Library, elsewhere: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    backup.back_up(library.stores, library.settings, kept)
    before = files_of(kept)
    library.load(guideline(tmp_path / "in", "b.md", title="慢阻肺指南（2021年版）", target="首选吸入。"))
    library.settings.terms_file.write_text("zh,en,abbreviations,kind\n肾,kidney,,\n", "utf-8")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_write_whole", killed)
        with pytest.raises(KeyboardInterrupt):
            backup.back_up(library.stores, library.settings, kept)
    assert before.items() <= files_of(kept).items()
    backup.restore(elsewhere.stores, elsewhere.settings, kept, replace=False)
    assert elsewhere.titles() == ["中国高血压防治指南（2024年版）"]
    backup.back_up(library.stores, library.settings, kept)
    assert len(list(kept.glob("*.sqlite3"))) == len(list(kept.glob("terms*.csv"))) == 1
    backup.restore(elsewhere.stores, elsewhere.settings, kept, replace=True)
    assert len(elsewhere.titles()) == 2


def test_what_was_about_to_be_sent_is_not_sent_again_after_a_restore(
    library: Library, elsewhere: Library, tmp_path: Path
) -> None:
    stores, moment = library.stores, now()
    running, scheduled, done = [stores.announcements.begin(9, 90, text_zh="新课程").id for _ in range(3)]
    waiting = {DeliveryStatus.QUEUED, DeliveryStatus.POSTPONED}
    statuses = {running: "sending", scheduled: "scheduled", done: "done"}
    with stores.database.write() as connection:
        for id_, status in statuses.items():
            mine = update(announcements).where(announcements.c.id == id_)
            connection.execute(mine.values(status=status, confirmed_at=moment, send_at=moment))
        for person, status in enumerate(DeliveryStatus):
            due_at = moment if status in waiting else None
            values = {"status": status, "due_at": due_at, "attempts": 0, "changed_at": moment}
            row = insert(deliveries).values(announcement_id=running, telegram_id=person, **values)
            connection.execute(row)
        for question, status in enumerate(NoteStatus):
            note = insert(notes).values(kind=NoteKind.ANSWERED, telegram_id=1, chat_id=1, made_at=moment)
            connection.execute(note.values(question_id=question, status=status))
    backup.back_up(stores, library.settings, tmp_path / "kept")
    backup.restore(elsewhere.stores, elsewhere.settings, tmp_path / "kept", replace=False)

    after = elsewhere.stores
    found = [after.announcements.get(id_) for id_ in (running, scheduled, done)]
    assert [each and each.status for each in found] == ["paused", "draft", "done"]
    assert [each and each.confirmed_at for each in found] == [moment, None, moment]
    assert after.announcements.resume(running)
    assert after.deliveries.claim([running], moment + timedelta(days=9)) is None, "nobody waits any more"
    unsettled = {*waiting, DeliveryStatus.SENDING, DeliveryStatus.CHECKING}
    expected = [DeliveryStatus.IN_DOUBT if each in unsettled else each for each in DeliveryStatus]
    assert [each.status for each in after.deliveries.of(running)] == expected
    assert after.deliveries.report(running).in_doubt_by[Reason.RESTORED] == len(unsettled)
    assert not after.notes.has_queued()


def test_an_upload_that_waits_is_taken_along_and_waits_where_it_is_restored(
    library: Library, elsewhere: Library, tmp_path: Path
) -> None:
    upload = library.settings.uploads_dir / "a1"
    upload.parent.mkdir()
    upload.write_bytes(b"%PDF-")
    library.stores.jobs.add(path=str(upload), file_name="a.pdf", sent_by=1, chat_id=1, update_id=1)
    backup.back_up(library.stores, library.settings, tmp_path / "kept")
    backup.restore(elsewhere.stores, elsewhere.settings, tmp_path / "kept", replace=False)
    job = elsewhere.stores.jobs.claim()
    assert job is not None
    assert Path(job.path).parent == elsewhere.settings.uploads_dir
    assert Path(job.path).read_bytes() == b"%PDF-"


def test_the_commands_tell_and_are_audited(data: Path, tmp_path: Path) -> None:
    path = guideline(tmp_path / "in")
    (none, _, made, refused, restored), _ = several(
        data,
        ("backup", str(tmp_path / "kept.tgz")),
        ("load", str(path)),
        ("backup", str(tmp_path / "kept.tgz")),
        ("restore", str(tmp_path / "kept.tgz")),
        ("restore", str(tmp_path / "kept.tgz"), "--replace"),
    )
    assert (none.status, made.status, refused.status, restored.status) == (2, 0, 2, 0)
    assert "backed up: 1 documents, 2 passages" in made.out
    assert "--replace" in refused.err
    assert "is kept as" in restored.out
    with closing(sqlite3.connect(data / "yidao.sqlite3")) as connection:
        actions = [row[0] for row in connection.execute("SELECT action FROM audit_log ORDER BY id")]
    assert actions == ["edition.approve", "library.restore"]
