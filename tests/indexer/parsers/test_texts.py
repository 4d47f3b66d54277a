"""Markdown, HTML and plain text: structure kept, nothing between < and > lost, encodings told or refused."""

from __future__ import annotations

import pytest

from indexer import errors
from indexer.parsed import BlockKind
from indexer.parsers import parse
from knowledge.domain import QualityMark

_CHINESE = (
    "高血压患者应当限制钠盐摄入，每日食盐不超过五克，并且控制体重，规律运动，戒烟限酒，保持心理平衡。" * 4
)
_TRADITIONAL = (
    "高血壓患者應當限制鈉鹽攝入，每日食鹽不超過五克，並且控制體重，規律運動，戒菸限酒，保持心理平衡。" * 4
)


@pytest.fixture
def parsed(tmp_path):
    def read(name: str, content: str | bytes):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return parse(path)

    return read


def _pairs(parsed):
    return [(block.kind, block.level, block.text) for block in parsed.blocks]


def test_markdown_headings_take_the_level_of_their_numbers(parsed):
    """OCR makes every heading a first-level one."""
    blocks = parsed("a.md", "# 1 总则\n\n# 1.1 目的\n\n文字。\n\n# 1.1.1 细则\n\n文字。").blocks
    assert [block.level for block in blocks if block.kind is BlockKind.HEADING] == [1, 2, 3]


def test_markdown_that_has_levels_keeps_them(parsed):
    blocks = parsed("a.md", "# 题\n\n## 1.1.1 节\n\n文字。").blocks
    assert [block.level for block in blocks if block.kind is BlockKind.HEADING] == [1, 2]


def test_markdown_tables_of_both_kinds(parsed):
    source = '前文。\n<table><tr><td rowspan="2">甲药</td><td>晨 $5 ~ \\mathrm { m g }$</td></tr><tr><td>晚</td></tr></table>\n后文。\n\n| a | b |\n|---|---|\n| c | d |'
    tables = [block.text for block in parsed("a.md", source).blocks if block.kind is BlockKind.TABLE]
    assert tables == ["甲药 | 晨 5 mg\n甲药 | 晚", "a | b\nc | d"]


def test_markdown_formulas_without_a_rule_are_marked_and_counted(parsed):
    result = parsed("a.md", "剂量 $\\sqrt { 2 }$ 每日。\n\n另一段。")
    assert result.blocks[0].marks == {QualityMark.FORMULA}
    assert not result.blocks[1].marks
    assert ("formulas_left", 1) in result.warnings


def test_markdown_pictures_are_dropped_and_lists_kept(parsed):
    assert _pairs(parsed("a.md", "![图](x.png)\n\n- 第一\n- 第二")) == [
        (BlockKind.LIST_ITEM, 0, "第一"),
        (BlockKind.LIST_ITEM, 0, "第二"),
    ]


def test_signs_of_comparison_survive_everywhere(parsed):
    for name, source in (
        ("a.md", "目标为 HbA1c <7.0% 且 LDL-C <1.8 mmol/L，血压 >90 mmHg。"),
        ("a.txt", "目标为 HbA1c <7.0% 且 LDL-C <1.8 mmol/L，血压 >90 mmHg。"),
        (
            "a.html",
            "<html><body><article><p>目标为 HbA1c &lt;7.0% 且 LDL-C <1.8 mmol/L，血压 >90 mmHg。</p></article></body></html>",
        ),
    ):
        text = " ".join(block.text for block in parsed(name, source).blocks)
        assert [sign for sign in ("<7.0%", "<1.8", ">90") if sign not in text] == [], name


def test_html_keeps_the_article_and_drops_the_navigation(parsed):
    page = (
        "<html><head><title>指南</title></head><body><nav><a href=/>首页</a><a href=/b>登录</a></nav><article><h1>降压目标</h1>"
        f"<p>{_CHINESE}</p><h2>药物</h2><ul><li>甲药每日一次</li><li>乙药每日两次</li></ul>"
        f"<table><tr><th>药物</th><th>剂量</th></tr><tr><td>甲</td><td>5 mg</td></tr></table><p>{_CHINESE}</p></article>"
        "<footer>版权</footer></body></html>"
    )
    result = parsed("a.html", page)
    kinds = [block.kind for block in result.blocks]
    text = "\n".join(block.text for block in result.blocks)
    assert BlockKind.HEADING in kinds
    assert BlockKind.LIST_ITEM in kinds
    assert BlockKind.TABLE in kinds
    assert "药物 | 剂量\n甲 | 5 mg" in text
    assert "登录" not in text


@pytest.mark.parametrize("name", ["gb2312", "gb18030", "utf-8"])
def test_html_says_its_own_encoding(parsed, name):
    source = (
        f'<html><head><meta charset="{name}"></head><body><article><p>{_CHINESE}</p></article></body></html>'
    )
    assert (
        _CHINESE[:40]
        in parsed("a.html", source.encode("gb18030" if name != "utf-8" else name)).blocks[0].text
    )


@pytest.mark.parametrize(
    "text, encoding",
    [
        (_CHINESE, "gb18030"),
        (_TRADITIONAL, "big5"),
        (_CHINESE, "utf-8"),
        (_CHINESE, "utf-8-sig"),
        (_CHINESE, "utf-16"),
        (_CHINESE, "utf-32"),
    ],
)
def test_encodings_of_text(parsed, text, encoding):
    assert parsed("a.txt", text.encode(encoding)).blocks[0].text == text


def test_an_encoding_that_cannot_be_told_is_refused(parsed):
    with pytest.raises(errors.UnknownEncoding):
        parsed("a.txt", bytes((7 * number * number + 13) % 251 for number in range(5000)))


def test_text_has_headings_paragraphs_and_items(parsed):
    source = "一、总则\n本指南适用于成人\n高血压患者。\n\n（一）用药\n（1）甲药。\n（2）乙药。\n"
    assert _pairs(parsed("a.txt", source)) == [
        (BlockKind.HEADING, 1, "一、总则"),
        (BlockKind.PARAGRAPH, 0, "本指南适用于成人高血压患者。"),
        (BlockKind.HEADING, 2, "（一）用药"),
        (BlockKind.LIST_ITEM, 0, "（1）甲药。"),
        (BlockKind.LIST_ITEM, 0, "（2）乙药。"),
    ]


def test_private_use_characters_are_marked_and_counted(parsed):
    result = parsed("a.txt", "剂量\ue010五毫克，每日两次。")
    assert result.blocks[0].marks == {QualityMark.PRIVATE_USE}
    assert result.warnings == (("private_use_characters", 1),)


def test_full_width_is_kept_as_it_is(parsed):
    assert parsed("a.txt", "剂量１２．５ｍｇ，10⁻³。").blocks[0].text == "剂量１２．５ｍｇ，10⁻³。"
