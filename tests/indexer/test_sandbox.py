"""A hostile file can stop the child that reads it, and nothing else."""

from __future__ import annotations

import os
import select
import sys
import tempfile
import time
from pathlib import Path

import pytest

from indexer import errors
from indexer.sandbox import Sandbox, read_document
from tests.indexer import zoo

_SECONDS = 60


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(timeout=30, memory_mb=1024) as opened:
        yield opened


@pytest.mark.parametrize("name", sorted(zoo.ZOO))
def test_every_animal_ends_in_a_clear_refusal(name, tmp_path, sandbox):
    """Each hostile file is refused by name of its cause, within a minute and the child's 1 GB of address space."""
    path = zoo.caged(tmp_path, name)
    started = time.monotonic()
    with pytest.raises(zoo.ZOO[name][1]) as caught:
        sandbox.read_document(path)
    assert time.monotonic() - started < _SECONDS
    assert caught.value.code
    assert str(caught.value)


def test_a_crash_loses_only_the_file_at_hand(tmp_path, sandbox):
    """The same sandbox reads a good file after one that killed its child."""
    (tmp_path / "good.pdf").write_bytes(zoo.plain_pdf())
    with pytest.raises(errors.IndexerError):
        sandbox.read_document(zoo.caged(tmp_path, "inflated_blank.pdf"))
    assert "Metformin" in sandbox.read_document(tmp_path / "good.pdf").chunks[0].text


def test_time_is_limited(tmp_path):
    """A file that takes longer than it may is refused as such."""
    (tmp_path / "good.pdf").write_bytes(zoo.plain_pdf())
    with pytest.raises(errors.Timeout):
        read_document(tmp_path / "good.pdf", timeout=0.01, longest=0.01)


#: Stands for a LibreOffice that hangs: it and what it started hold the pipe open.
_HANGS = """#!/bin/sh
exec 3>"{pipe}"
echo here >&3
sleep 30 &
wait
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no groups of processes")
def test_what_the_child_started_ends_with_it_and_leaves_no_files(tmp_path, monkeypatch):
    """A converter that hangs is not left running when the time of its file is over."""
    pipe, temporary = tmp_path / "pipe", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    command = tmp_path / "bin" / "soffice"
    command.parent.mkdir()
    command.write_text(_HANGS.format(pipe=pipe))
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with Sandbox(timeout=5, longest=5) as sandbox:
            with pytest.raises(errors.Timeout):
                sandbox.read_document(zoo.caged(tmp_path, "legacy.doc"))
            assert os.read(held, 100) == b"here\n"
            assert select.select([held], [], [], 10)[0], "somebody holds it open still"
            assert os.read(held, 100) == b""
            assert list(temporary.iterdir()) == []
    finally:
        os.close(held)


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(errors.NotFound):
        read_document(tmp_path / "nowhere.pdf")


def test_nul_bytes_and_huge_lines_are_read_or_refused(tmp_path, sandbox):
    """Controls vanish from the text; a line of a megabyte ends in passages."""
    (tmp_path / "odd.txt").write_text(
        "高血压\x00患者应限制钠盐摄入，每日不超过5 g。\x1b[31m" * 20_000, encoding="utf-8"
    )
    document = sandbox.read_document(tmp_path / "odd.txt")
    assert not any("\x00" in chunk.text or "\x1b" in chunk.text for chunk in document.chunks)


def test_the_child_has_no_environment_of_ours(monkeypatch, tmp_path):
    """The bot's token never reaches the process that reads strangers' files."""
    monkeypatch.setenv("YIDAO_BOT_TOKEN", "secret")
    (tmp_path / "good.pdf").write_bytes(zoo.plain_pdf())
    with Sandbox() as sandbox:
        sandbox.read_document(tmp_path / "good.pdf")
        assert sandbox._child.pid is not None
        environment = Path(f"/proc/{sandbox._child.pid}/environ")
        if environment.exists():
            assert b"secret" not in environment.read_bytes()
