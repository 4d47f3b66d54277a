"""Settings come from the environment or a .env file, and a bad one is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from knowledge.settings import Settings


@pytest.fixture(autouse=True)
def a_folder_without_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Neither the developer's environment nor their .env plays in."""
    for name in list(os.environ):
        if name.upper().startswith("YIDAO_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def complaint(**given: str) -> str:
    with pytest.raises(ValidationError) as caught:
        Settings()
    return str(caught.value)


def test_everything_has_a_default() -> None:
    settings = Settings()
    assert settings.bot_token is None
    assert settings.coordinator_ids == frozenset()
    assert settings.embedding_model == "multilingual-e5-small"
    assert (settings.reranker_model, settings.reranker_ms) == ("", 400)


def test_a_env_file_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(
        "YIDAO_LOG_LEVEL=debug\nYIDAO_DATA_DIR=from-file\n中文=1\nOTHER=2\n", "utf-8"
    )
    monkeypatch.setenv("YIDAO_DATA_DIR", "from-environment")
    settings = Settings()
    assert settings.log_level == "DEBUG"
    assert settings.data_dir == Path("from-environment")


@pytest.mark.parametrize(
    "text, ids",
    [
        ("1001", {1001}),
        ("1001, 1002", {1001, 1002}),
        ("1001，1002", {1001, 1002}),
        ("1001 1002 ，1003,", {1001, 1002, 1003}),
        ("", set()),
        ("-100123", {-100123}),
    ],
)
def test_ids_may_be_separated_by_commas_of_either_width_or_spaces(
    monkeypatch: pytest.MonkeyPatch, text: str, ids: set[int]
) -> None:
    monkeypatch.setenv("YIDAO_COORDINATOR_IDS", text)
    assert Settings().coordinator_ids == ids


def test_ids_in_an_env_file_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("YIDAO_ADMIN_IDS=7，8\n", "utf-8")
    assert Settings().admin_ids == {7, 8}


@pytest.mark.parametrize(
    "name, value, said",
    [
        ("YIDAO_ADMIN_IDS", "@zhang", "Telegram ids"),
        ("YIDAO_LOG_LEVEL", "loud", "DEBUG, INFO, WARNING or ERROR"),
        ("YIDAO_THREADS", "0", "greater than or equal to 1"),
        ("YIDAO_RERANKER_MS", "0", "greater than or equal to 1"),
        ("YIDAO_READ_TIMEOUT", "-1", "greater than 0"),
        ("YIDAO_READ_MEMORY_MB", "much", "integer"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_says_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    said_in_all = complaint()
    assert name.removeprefix("YIDAO_").lower() in said_in_all
    assert said in said_in_all


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_token_is_none(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    monkeypatch.setenv("YIDAO_BOT_TOKEN", blank)
    assert Settings().bot_token is None


def test_a_token_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIDAO_BOT_TOKEN", "1:secret")
    assert "secret" not in repr(Settings())


def test_everything_written_is_in_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YIDAO_DATA_DIR", str(tmp_path / "数据 1"))
    settings = Settings()
    assert settings.library_url == f"sqlite:///{tmp_path / '数据 1' / 'yidao.sqlite3'}"
    for folder in (settings.files_dir, settings.uploads_dir, settings.cache_dir):
        assert folder.is_relative_to(settings.data_dir)


def test_another_database_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIDAO_DATABASE_URL", "postgresql+psycopg://db/yidao")
    assert Settings().library_url == "postgresql+psycopg://db/yidao"
