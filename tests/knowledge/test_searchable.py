"""A passage is found by its own words and by what its document and headings say."""

from __future__ import annotations

from knowledge.domain import PassageKind
from knowledge.searchable import passage_for_encoder, passage_tokens


def test_a_passage_is_encoded_with_its_title_and_headings() -> None:
    assert passage_for_encoder("指南", ("4 目标", "4.2 老年"), "正文。") == "指南 > 4 目标 > 4.2 老年\n正文。"


def test_the_encoder_sees_simplified_characters() -> None:
    assert passage_for_encoder("高血壓", (), "老年患者。") == passage_for_encoder("高血压", (), "老年患者。")


def test_tokens_stand_a_line_for_the_context_and_one_for_each_sentence() -> None:
    lines = passage_tokens("高血压", ("目标",), "先降压。再随访。", PassageKind.TEXT).split("\n")
    assert len(lines) == 3
    assert "血压" in lines[0].split()
    assert "降压" in lines[1].split()
    assert "随访" in lines[2].split()


def test_each_row_of_a_table_is_a_line() -> None:
    assert passage_tokens("药", (), "名称 | 剂量\n甲 | 5 mg\n乙 | 10 mg", PassageKind.TABLE).count("\n") == 3
