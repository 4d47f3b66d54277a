"""`yidao-bot` as scripts and newcomers meet it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from knowledge.settings import Settings
from tests.bot.small_library import make_library

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "老年高血压患者的降压目标"
KEYS = ["question", "context", "outcome", "reason", "passages", "courses", "took_ms"]
PASSAGE_KEYS = [
    "text", "document", "edition", "section", "page_first", "page_last", "page_label", "source", "score", "highlights"
]  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_library(folder).database.close()
    return folder


def run(
    *arguments: str, folder: Path, stdin: bytes = b"", language: str = "zh_CN.UTF-8"
) -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("YIDAO_")}
    environment |= {
        "YIDAO_DATA_DIR": str(folder),
        "YIDAO_EMBEDDING_MODEL": "fake",
        "PYTHONPATH": str(ROOT),
        "LC_ALL": language,
        # Whoever runs the tests may have a .env of their own.
        "YIDAO_BOT_TOKEN": "",
    }
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=stdin,
        capture_output=True,
        env=environment,
        cwd=folder,
        timeout=120,
        check=False,
    )


def records(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_help_needs_no_heavy_library() -> None:
    seen = "import sys, bot.__main__ as m; m.parser().format_help(); print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, check=True, cwd=ROOT, text=True)
    heavy = {"torch", "telegram", "sqlalchemy", "pydantic", "numpy"}
    assert not heavy & set(done.stdout.split())


def test_ask_after_another_question_reads_the_two_as_one(library: Path) -> None:
    done = run("ask", "80 岁以上的呢？", "--after", QUESTION, "--json", folder=library)
    (record,) = records(done)
    assert record["question"] == "80 岁以上的呢？"
    assert "降压目标" in record["context"]
    assert record["outcome"] == "answered"
    shown = run("ask", "80 岁以上的呢？", "--after", QUESTION, folder=library).stdout.decode()
    assert record["context"] in shown
    done = run(
        "ask", "-", "--after", QUESTION, "--json", folder=library, stdin="孕妇呢\n晚饭吃什么\n".encode()
    )
    assert [bool(record["context"]) for record in records(done)] == [True, False]


def test_ask_prints_one_record(library: Path) -> None:
    done = run("ask", QUESTION, "--json", folder=library)
    (record,) = records(done)
    assert done.returncode == 0
    assert list(record) == KEYS
    assert record["outcome"] == "answered"
    assert record["reason"] is None
    passage = record["passages"][0]
    assert list(passage) == PASSAGE_KEYS
    assert (passage["edition"], passage["page_first"], passage["page_label"]) == (2024, 47, None)
    assert 0 <= passage["score"] <= 1
    for start, end in passage["highlights"]:
        assert passage["text"][start:end].strip()


def test_ask_in_words_names_the_page(library: Path) -> None:
    done = run("ask", QUESTION, folder=library)
    assert "140/90 mmHg" in done.stdout.decode()
    assert "第 47 页" in done.stdout.decode()
    assert "p. 47" in run("ask", QUESTION, folder=library, language="C").stdout.decode()


def test_each_line_of_any_bytes_gets_a_line_in_order(library: Path) -> None:
    lines = [
        QUESTION.encode(),
        b"",
        b"\xff\xfe\x00",
        b"\x1b[31m",
        "长".encode() * 40_000,
        b"\xed\xa0\x80",
        b"a\rb",
    ]
    done = run("ask", "-", "--json", folder=library, stdin=b"\n".join(lines))
    found = records(done)
    assert done.returncode == 0
    assert len(found) == len(lines)
    assert [record["outcome"] for record in found][:2] == ["answered", "refused"]
    assert found[4]["reason"] == "too_long"


def test_a_reader_that_goes_away_is_no_error(library: Path) -> None:
    environment = {**os.environ, "YIDAO_DATA_DIR": str(library), "YIDAO_EMBEDDING_MODEL": "fake"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=ROOT,
    ) as asking:
        assert asking.stdin
        assert asking.stdout
        assert asking.stderr
        asking.stdout.close()
        asking.stdin.write((QUESTION + "\n").encode() * 20)
        asking.stdin.close()
        assert asking.wait(60) == 0
        assert b"Traceback" not in asking.stderr.read()


@pytest.mark.parametrize("arguments", [("ask", QUESTION), ("ask", "-", "--json")])
def test_ask_never_makes_a_library(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == 1
    assert b"no library" in done.stderr
    assert not done.stdout
    assert not list(tmp_path.iterdir())


def test_a_wrong_setting_is_named(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**os.environ, "YIDAO_LOG_LEVEL": "LOUD", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "x"],
        env=environment,
        capture_output=True,
        check=False,
        cwd=library,
    )
    assert done.returncode == 2
    assert b"YIDAO_LOG_LEVEL" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_piped_conversation_is_answered_line_by_line_and_ends(library: Path) -> None:
    lines = f"你好\n{QUESTION}\n1\n/id\n/nosuch\n\n/language en\n{QUESTION}\n今天晚饭吃什么\n"
    done = run("chat", folder=library, stdin=lines.encode())
    shown = done.stdout.decode()
    assert done.returncode == 0
    expected = [
        "您好",
        "第 47 页",
        "医生",
        "没有这个命令",
        "English",
        "p. 47",
        "does not read as a clinical question",
    ]
    places = [shown.index(words) for words in expected]
    assert places == sorted(places)
    assert "\x1b[" not in shown


@pytest.mark.parametrize("last", ["/quit", "/exit"])
def test_quit_ends_before_the_input_does(library: Path, last: str) -> None:
    done = run("chat", folder=library, stdin=f"{last}\n{QUESTION}\n".encode())
    assert done.returncode == 0
    assert "第 47 页" not in done.stdout.decode()


def test_a_coordinator_hears_that_a_path_is_wrong(library: Path) -> None:
    done = run("chat", "--as", "coordinator", folder=library, stdin=b"/tmp/none/such.pdf\n")
    assert "找不到这个文件" in done.stdout.decode()


def test_every_setting_is_explained() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^# (YIDAO_[A-Z_]+)=", example, re.MULTILINE))
    assert named == {f"YIDAO_{name.upper()}" for name in Settings.model_fields}
