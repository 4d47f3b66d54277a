"""What the settings put together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.small_library import make_library

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "老年高血压患者的降压目标"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_library(folder).database.close()
    return folder


def ask(library: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return yidao_bot(library, "ask", QUESTION, "--json", **settings)


def yidao_bot(library: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("YIDAO_")}
    environment |= {"YIDAO_DATA_DIR": str(library), "YIDAO_EMBEDDING_MODEL": "fake", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        env=environment | settings,
        capture_output=True,
        text=True,
        check=False,
        cwd=library,
        timeout=120,
    )


def test_a_reranker_that_is_not_there_is_named_before_anything_is_answered(library: Path) -> None:
    done = ask(library, YIDAO_RERANKER_MODEL="/no/such/model")
    assert done.returncode == 1
    assert not done.stdout
    assert done.stderr.startswith(
        "yidao-bot: YIDAO_RERANKER_MODEL='/no/such/model': there is no such folder."
    )
    assert "Traceback" not in done.stderr


def test_on_telegram_too_although_another_process_loads_it(library: Path) -> None:
    """Told before Telegram is asked for anything: nobody listens at that address."""
    settings = {"YIDAO_BOT_TOKEN": "1:token", "YIDAO_TELEGRAM_BASE_URL": "http://127.0.0.1:9/bot"}
    done = yidao_bot(library, "run", YIDAO_RERANKER_MODEL="/no/such/model", **settings)
    assert done.returncode == 1
    assert "yidao-bot: YIDAO_RERANKER_MODEL='/no/such/model': there is no such folder." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reranker_and_its_time_are_taken_from_the_settings(library: Path, reranker_folder: Path) -> None:
    named = {"YIDAO_RERANKER_MODEL": str(reranker_folder), "YIDAO_LOG_LEVEL": "DEBUG"}
    ample = ask(library, **named, YIDAO_RERANKER_MS="60000")
    assert "action=rerank.done" in ample.stderr
    hurried = ask(library, **named, YIDAO_RERANKER_MS="1")
    assert "action=rerank.timed_out" in hurried.stderr
    for done in (ample, hurried):
        assert done.returncode == 0
        assert '"outcome": "answered"' in done.stdout
