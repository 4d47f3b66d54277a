"""The line under a quotation says where it stands and what to beware of, in both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.asking.citation import citation_line
from bot.texts import texts
from knowledge.domain import Language, QualityMark
from tests.bot.asking.cases import citation, quotation

ZH, EN = Language.ZH, Language.EN


def shown(words: Language, /, *, chinese: bool = True, naming: bool = False, **changes: object) -> str:
    passage = quotation(cited=citation(**changes)).passage
    return citation_line(
        passage,
        texts(words),
        today=date(2026, 6, 1),
        question_is_chinese=chinese,
        names_publisher=naming,
    )


def test_title_year_section_and_page() -> None:
    assert shown(ZH) == "《中国高血压防治指南》（2024） · 6 特殊人群 · 6.1 老年高血压 · 第 47 页"
    assert shown(EN) == "中国高血压防治指南 (2024) · 6 特殊人群 · 6.1 老年高血压 · p. 47"


@pytest.mark.parametrize(
    "changes,zh,en",
    [
        ({"page_last": 48}, "第 47–48 页", "pp. 47–48"),
        (
            {"page_first": 30, "page_last": 30, "page_label": "22"},
            "第 30 页（印刷页码 22）",
            "p. 30 (printed 22)",
        ),
        ({"year": None}, "年份未注明", "year not stated"),
        ({"year": 2020}, "已超过 5 年", "over 5 years old"),
        ({"is_sample": True}, "样例摘要，非指南原文", "sample summary"),
        ({"publisher": "国家卫生健康委"}, "国家卫生健康委", "国家卫生健康委"),
    ],
)
def test_each_part_and_label(changes: dict[str, Any], zh: str, en: str) -> None:
    assert zh in shown(ZH, naming=True, **changes)
    assert en in shown(EN, naming=True, **changes)


def test_five_years_are_not_more_than_five() -> None:
    assert "5 年" not in shown(ZH, year=2021)


def test_another_language_than_the_questions_is_named() -> None:
    assert "英文原文" in shown(ZH, language="en")
    assert "original in English" in shown(EN, language="en")
    assert "original in Chinese" in shown(EN, chinese=False, language="zh-TW")
    assert "原文" not in shown(ZH, language="zh-TW")
    assert "original" not in shown(EN, chinese=False, language="en")


def test_text_in_doubt_says_check_the_page() -> None:
    passage = quotation(marks=frozenset({QualityMark.FORMULA})).passage
    for language, words in ((ZH, "请核对原文"), (EN, "check the page")):
        line = citation_line(passage, texts(language), today=date(2026, 1, 1), question_is_chinese=True)
        assert words in line


def test_without_pages_none_is_claimed() -> None:
    line = shown(ZH, page_first=None, page_last=None)
    assert "页" not in line


def test_a_year_that_the_title_has_is_not_said_twice() -> None:
    assert shown(ZH, title="成人高血压食养指南（2024 年版）").count("2024") == 1


def test_a_printed_page_that_is_the_same_is_not_said_twice() -> None:
    assert "印刷" not in shown(ZH, page_label="47")


def test_long_names_are_shortened_and_a_heading_that_repeats_the_title_is_left_out() -> None:
    line = shown(ZH, title="长" * 300, section=("长" * 300, "节" * 300))
    assert len(line) < 200
    assert line.count("长" * 20) <= 5
    assert "…" in line


def test_a_heading_that_is_most_of_the_title_is_left_out() -> None:
    """A title set in two lines on its page is read as a line and a heading."""
    title = "Self-care of asthma in adults"
    line = shown(EN, title=title, section=("of asthma in adults", "Peak flow"))
    assert line.count("of asthma in adults") == 1
    assert "Peak flow" in line
    assert "in adults · " in shown(EN, title=title, section=("in adults", "Peak flow"))


def test_two_long_headings_leave_the_inner_one() -> None:
    line = shown(ZH, section=("外" * 30, "内" * 30))
    assert "外" not in line
    assert "内" * 30 in line
