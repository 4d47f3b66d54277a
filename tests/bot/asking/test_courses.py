"""Course buttons: readable in 60 characters, and never one that Telegram would refuse."""

from __future__ import annotations

import pytest

from bot.asking.courses import course_buttons, course_label
from bot.texts import texts
from knowledge.domain import Language
from tests.bot.asking.cases import course

ZH = texts(Language.ZH)


def test_title_provider_and_credits() -> None:
    assert course_label(course(), ZH) == "课程：老年高血压规范管理 · 示例学院 · 2 学分"
    assert course_label(course(credits=None), texts(Language.EN)) == "Course: 老年高血压规范管理 · 示例学院"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("title,provider", [("题" * 200, "校" * 200), ("题" * 200, "校"), ("题", "校" * 200)])
def test_a_label_never_exceeds_60_characters(language: Language, title: str, provider: str) -> None:
    label = course_label(course(title=title, provider=provider, credits=12.5), texts(language))
    assert len(label) <= 60
    assert "题" in label
    assert "校" in label
    assert "12.5" in label


def test_an_address_that_telegram_would_refuse_makes_no_button() -> None:
    good, bad = course(url="https://example.org/a"), course(url="javascript:alert(1)")
    assert [row[0].url for row in course_buttons((bad, good), ZH)] == ["https://example.org/a"]
