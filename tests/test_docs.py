"""What the documents promise exists: commands, targets, settings, files; and what the code reads is shipped with it."""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import parser as bot_parser
from indexer.commands import parser as index_parser
from knowledge.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def commands_of(parser: argparse.ArgumentParser) -> set[str]:
    return {
        name
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name in action.choices
    }


def mentioned(pattern: str) -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        for found in re.findall(pattern, document.read_text("utf-8")):
            yield document.name, found


def test_the_documents_are_there() -> None:
    assert len(DOCUMENTS) > 5


@pytest.mark.parametrize("program, parser", [("yidao-index", index_parser), ("yidao-bot", bot_parser)])
def test_every_command_that_a_document_names_exists(program: str, parser: object) -> None:
    known = commands_of(parser())  # type: ignore[operator]  # both are functions without arguments
    named = dict.fromkeys(mentioned(rf"{program} ([a-z]+)"))
    assert named
    assert [(document, name) for document, name in named if name not in known] == []


def test_every_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = [*mentioned(r"`make ([a-z-]+)`"), *mentioned(r"^    make ([a-z-]+)$")]
    assert named
    assert [(document, name) for document, name in named if name not in targets] == []


def test_every_setting_that_a_document_names_exists() -> None:
    known = {f"YIDAO_{name.upper()}" for name in Settings.model_fields}
    assert [pair for pair in mentioned(r"YIDAO_[A-Z_]+") if pair[1] not in known] == []


def test_the_example_explains_every_setting_and_no_other() -> None:
    named = re.findall(r"^# (YIDAO_[A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(f"YIDAO_{name.upper()}" for name in Settings.model_fields)


def test_every_file_that_the_way_of_a_question_names_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = re.findall(r"`((?:bot|knowledge|indexer)/[\w/.]+)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_file_that_lies_beside_the_code_is_in_the_wheel() -> None:
    """A word list or a calibration that is left out is missed at the first question only."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    shipped = {
        path
        for package, patterns in settings["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package).glob(pattern)
    }
    there = {
        path
        for package in ("bot", "knowledge", "indexer")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }
    assert there
    assert sorted(there - shipped) == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^\| \[\d{4}\]\((.+?)\)", (folder / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in folder.glob("0*.md"))
