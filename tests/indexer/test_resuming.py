"""A folder that was stopped, by whatever, goes on where it stopped."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.indexer.guidelines import guideline
from tests.indexer.shell import ROOT, several

_FILES = 12


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize(
    "stop, status", [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)], ids=["kill -9", "Ctrl-C"]
)
def test_a_folder_that_was_stopped_goes_on_where_it_stopped(
    data: Path, tmp_path: Path, stop: signal.Signals, status: int
) -> None:
    for n in range(_FILES):
        title = f"第{n}种疾病诊治指南（2021年版）"
        guideline(
            tmp_path / "in", f"{n:02}.md", title=title, target=f"第{n}种疾病的首选药物剂量为每日 {n} mg。"
        )
    command = [sys.executable, "-m", "indexer", "load", str(tmp_path / "in")]
    settings = {"YIDAO_DATA_DIR": str(data), "YIDAO_EMBEDDING_MODEL": "fake", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command,
        env={**os.environ, **settings},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has Ctrl-C ignored, and a child inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as loading:
        assert loading.stderr is not None
        told = [loading.stderr.readline() for _ in range(5)]
        loading.send_signal(stop)
        rest = loading.stderr.read()
    assert loading.returncode == status
    assert told[4].startswith(f"[5/{_FILES}] loaded")
    if stop is signal.SIGINT:
        assert f"of {_FILES} files" in rest
        assert "goes on where it stopped" in rest
        assert "Traceback" not in rest
    standing = editions(data)
    assert {status for status, _ in standing} <= {"current", "draft"}
    assert 5 <= len(standing) < _FILES
    (again,), _ = several(data, ("load", str(tmp_path / "in")))
    assert again.status == 0
    done = sum(status == "current" for status, _ in standing)
    assert f"{done} unchanged" in again.out
    assert editions(data) == [("current", 2)] * _FILES


def editions(data: Path) -> list[tuple[str, int]]:
    """The status of each, with how many passages it has."""
    with closing(sqlite3.connect(data / "yidao.sqlite3")) as connection:
        query = "SELECT status, (SELECT count(*) FROM passages WHERE edition_id = editions.id) FROM editions"
        return connection.execute(query).fetchall()
