"""Cleaning drops what no author wrote, and not a character of what one did."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.cleaning import clean_heading, clean_text, cleaned, running_lines, without_pinyin
from indexer.matter import is_contents_line, is_contributors, is_head_matter
from indexer.parsed import Block, BlockKind, Parsed
from tests.indexer.strategies import documents, paragraphs


def _paragraph(text: str, page: int | None = None) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=text, page=page)


@pytest.mark.parametrize(
    "before, after",
    [
        ("內(nèi)容", "內容"),
        ("长(cháng)期服药", "长期服药"),
        ("长(zhǎng)大", "长大"),
        ("内(bù)容", "内(bù)容"),
        ("β(beta)", "β(beta)"),
        ("浓度(mg/L)", "浓度(mg/L)"),
        ("每日两次(bid)", "每日两次(bid)"),
        ("转氨酶(ALT)", "转氨酶(ALT)"),
        ("SpO2(%)", "SpO2(%)"),
    ],
)
def test_stray_pinyin(before, after):
    assert without_pinyin(before) == after


@pytest.mark.parametrize(
    "before, after",
    [
        ("高 血 压 患 者", "高血压患者"),
        ("病 变 ，病 变", "病变，病变"),
        ("年龄 ≥ 65 岁", "年龄 ≥ 65 岁"),
        ("用 mg 计", "用 mg 计"),
        ("HbA1c <7.0% 时", "HbA1c <7.0% 时"),
        ("10⁻³ mol", "10⁻³ mol"),
        ("mL·min ⁻¹", "mL·min⁻¹"),
        ("１２.５ｍｇ", "１２.５ｍｇ"),
        ("a\u200bb\u00adc\u0007d\ufeff", "abcd"),
    ],
)
def test_spaces_and_unseen_characters(before, after):
    assert clean_text(before) == after


def test_a_chapter_keeps_its_space():
    assert clean_heading("第一章 总 则") == "第一章 总则"


def test_running_lines_differ_in_digits_only():
    running = running_lines([["某某指南 1"], ["某某指南 2"], ["某某指南 3"], ["正文", "正文"]])
    assert running.matches("某某指南 27")
    assert not running.matches("正文")


@pytest.mark.parametrize(
    "line", ["第一章 总则..........1", "1.1 Background ...... 12", "附件·········3", "References …………… 40"]
)
def test_lines_of_contents(line):
    assert is_contents_line(line)


def test_an_ellipsis_is_no_line_of_contents():
    assert not is_contents_line("他说……然后停药。")


def test_the_reference_list_ends_at_the_next_heading_as_high():
    blocks = (
        Block(kind=BlockKind.HEADING, text="参 考 文 献", level=1),
        _paragraph("[1] Li A. A trial of nothing. J Nothing, 2020."),
        Block(kind=BlockKind.HEADING, text="附录", level=1),
        _paragraph("用药剂量见说明书。"),
    )
    assert [block.text for block in cleaned(Parsed(blocks=blocks)).blocks] == ["附录", "用药剂量见说明书。"]


def test_a_page_of_contents_goes_whole():
    contents = [_paragraph(f"第{number}节........{number}", page=2) for number in range(4)]
    blocks = (*contents, _paragraph("目录的其他行", page=2), _paragraph("正文在此。", page=3))
    assert [block.text for block in cleaned(Parsed(blocks=blocks)).blocks] == ["正文在此。"]


@pytest.mark.parametrize(
    "text",
    [
        "DOI：10.3760/cma.j.cn",
        "收稿日期 2023-09-18",
        "通信作者：某某，某医院",
        "·指南·",
        "【中图分类号】R512",
    ],
)
def test_head_matter(text):
    assert is_head_matter(text)


def test_names_with_hospitals_are_contributors():
    assert is_contributors("张三（某某大学第一医院）、李四（某某市医院）、王五（某某学院）")
    assert not is_contributors("高血压（收缩压升高）患者（尤其在大医院）应当服药。")


@settings(max_examples=60, deadline=None)
@given(paragraphs)
def test_cleaning_changes_spaces_only(text):
    assert re.sub(r"\s", "", clean_text(text)) == re.sub(r"\s", "", text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_cleaning_twice_is_cleaning_once(text):
    assert clean_text(clean_text(text)) == clean_text(text)


@settings(max_examples=40, deadline=None)
@given(documents)
def test_paragraphs_of_text_survive(parsed):
    kept = {block.text for block in cleaned(parsed).blocks}
    assert all(clean_text(block.text) in kept for block in parsed.blocks if block.kind is BlockKind.PARAGRAPH)
