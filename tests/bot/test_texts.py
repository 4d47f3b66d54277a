"""The words that people read: complete in both languages, and none without a use."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.texts import catalogue_files, texts
from knowledge.domain import Language

SOURCE = Path(bot.__file__).parent
KEYS = texts(Language.ZH).keys()
PREFIXES = {key.partition(".")[0] for key in KEYS}
#: None ends so: what does is the beginning of a key that code puts together.
_KEY = re.compile(r"[a-z]+(\.[a-z0-9_]+)+(?<!_)")


def literals() -> Iterator[str]:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def made_keys() -> Iterator[re.Pattern[str]]:
    """Keys that code puts together, such as f"library.mark.{mark}", as patterns."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else None for p in node.values]
                pattern = "".join(re.escape(str(p)) if p is not None else "[A-Za-z0-9_-]+" for p in parts)
                if isinstance(parts[0], str) and parts[0].partition(".")[0] in PREFIXES and "." in parts[0]:
                    yield re.compile(pattern)


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    assert texts(Language.EN).keys() == KEYS


@pytest.mark.parametrize("key", sorted(KEYS))
def test_each_text_is_translated_and_takes_the_same_values(key: str) -> None:
    zh, en = (texts(language)._words[key] for language in Language)
    assert zh.strip()
    assert en.strip()
    assert placeholders(zh) == placeholders(en)
    assert None not in placeholders(zh)
    assert "" not in placeholders(zh)


@pytest.mark.parametrize("language", Language)
def test_no_text_shouts(language: Language) -> None:
    shouting = [key for key in KEYS if set("!！") & set(texts(language)._words[key])]
    assert not shouting


@pytest.mark.parametrize("language", Language)
def test_no_key_is_there_twice(language: Language) -> None:
    source = "".join(path.read_text("utf-8") for path in catalogue_files(language))
    ids = re.findall(r'^msgid "(.+)"$', source, re.MULTILINE)
    assert len(ids) == len(set(ids))


def test_each_key_in_the_code_exists() -> None:
    named = {word for word in literals() if _KEY.fullmatch(word) and word.partition(".")[0] in PREFIXES}
    assert not named - KEYS


def test_each_text_is_used() -> None:
    used = set(literals())
    patterns = list(made_keys())
    unused = {key for key in KEYS - used if not any(pattern.fullmatch(key) for pattern in patterns)}
    assert not unused


def test_a_missing_value_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(KeyError):
        texts(Language.ZH).get("ask.no_evidence")
