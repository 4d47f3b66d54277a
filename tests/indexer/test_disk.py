"""A disk that is full says so, leaves the library whole, and what was encoded is not encoded again."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from knowledge.answering.index import PassageIndex
from knowledge.errors import LibraryUnusable
from knowledge.store import Stores
from tests.indexer.guidelines import Workshop, guideline, long_guideline
from tests.indexer.shell import process, several

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no limits on what a process writes")

#: Runs a command that may write no file larger than so many bytes: the disk is full for it.
_ON_A_FULL_DISK = """
import resource, sys
most = int(sys.argv[1])
from indexer.commands import main
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
sys.exit(main(sys.argv[2:]))
"""


def whole(data: Path) -> list[tuple[str, int]]:
    """The status of each edition with its passages, in a database that is sound."""
    with closing(sqlite3.connect(data / "yidao.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        query = "SELECT status, (SELECT count(*) FROM passages WHERE edition_id = editions.id) FROM editions"
        return connection.execute(query).fetchall()


def vectors(data: Path) -> int:
    with closing(sqlite3.connect(data / "yidao.sqlite3")) as connection:
        return int(connection.execute("SELECT count(*) FROM vectors").fetchone()[0])


def test_loading_onto_a_full_disk_says_so_and_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    several(data, ("migrate",))
    size = (data / "yidao.sqlite3").stat().st_size
    path = long_guideline(tmp_path / "in", 400)
    full: subprocess.CompletedProcess[str] = process(
        data, "-c", _ON_A_FULL_DISK, str(size + 300_000), "load", str(path)
    )
    assert full.returncode == 2
    assert "free space" in full.stderr
    assert "Traceback" not in full.stderr
    assert whole(data) == []
    kept = vectors(data)
    assert 0 < kept < 400, "some batches were encoded and kept"
    (plan, again), _ = several(data, ("load", str(path), "--dry-run", "--json"), ("load", str(path)))
    assert plan.json[0]["to_encode"] == 400 - kept
    assert again.status == 0
    assert whole(data) == [("current", 400)]


def test_a_file_that_cannot_be_kept_is_not_loaded_and_leaves_nothing_behind(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.files.write_text("a file where the folder should be")
    with pytest.raises(LibraryUnusable, match="data folder"):
        workshop.loader.load(guideline(tmp_path / "in"), loaded_by="test", approve=True)
    assert workshop.stores.library.status().documents == 0
    workshop.files.unlink()
    before = len(workshop.encoder.encoded)
    workshop.loader.load(guideline(tmp_path / "in"), loaded_by="test", approve=True)
    assert workshop.stores.library.status().documents == 1
    assert len(workshop.encoder.encoded) == before


_ANSWERS_ON_A_FULL_DISK = """
import json, resource, sqlite3, sys
from pathlib import Path
from knowledge.answering import open_answerer
from knowledge.store import open_stores
from knowledge.testing import FakeEncoder
data = Path(sys.argv[1])
answerer = open_answerer(open_stores(f"sqlite:///{data / 'yidao.sqlite3'}"), FakeEncoder(), data / "cache")
held = sqlite3.connect(data / "yidao.sqlite3")  # what other connections share is there, as with a bot that runs
held.execute("SELECT generation FROM library_state").fetchone()
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
print(json.dumps(type(answerer.answer("老年高血压患者的降压目标是多少")).__name__))
"""


def test_a_bot_on_a_full_disk_answers_with_an_index_in_memory(data: Path, tmp_path: Path) -> None:
    several(data, ("load", str(guideline(tmp_path / "in"))))
    asked = process(data, "-c", _ANSWERS_ON_A_FULL_DISK, str(data))
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout) == "Answer"


def test_an_index_that_is_brought_up_by_many_at_once_is_whole_for_each(
    workshop: Workshop, stores: Stores, tmp_path: Path
) -> None:
    workshop.loader.load(guideline(tmp_path / "in"), loaded_by="test", approve=True)
    model, cache = workshop.encoder.fingerprint, tmp_path / "cache"
    PassageIndex(stores, model, cache).catch_up()
    workshop.loader.load(long_guideline(tmp_path / "in", 120), loaded_by="test", approve=True)
    indexes = [PassageIndex(stores, model, cache) for _ in range(4)]
    barrier = threading.Barrier(len(indexes))
    failed: list[BaseException] = []

    def catch_up(index: PassageIndex) -> None:
        barrier.wait()
        try:
            index.catch_up()
        except BaseException as error:  # noqa: BLE001  # told by the test itself
            failed.append(error)

    threads = [threading.Thread(target=catch_up, args=(index,)) for index in indexes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [len(index.keywords) for index in indexes] == [122] * 4
