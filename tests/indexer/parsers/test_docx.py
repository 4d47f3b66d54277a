"""DOCX: headings by style, tables where they stand, merged cells once."""

from __future__ import annotations

import docx

from indexer.parsed import BlockKind
from indexer.parsers import parse


def test_headings_paragraphs_and_tables_in_order(tmp_path):
    document = docx.Document()
    document.add_heading("治疗", level=1)
    document.add_paragraph("目标为 HbA1c <7.0%。")
    table = document.add_table(rows=2, cols=2)
    for row, cells in enumerate([["药物", "剂量"], ["甲", "5 mg"]]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.add_paragraph("每日一次", style="List Bullet")
    document.core_properties.title = "某某指南"
    document.save(str(tmp_path / "a.docx"))
    parsed = parse(tmp_path / "a.docx")
    assert [(block.kind, block.level, block.text) for block in parsed.blocks] == [
        (BlockKind.HEADING, 1, "治疗"),
        (BlockKind.PARAGRAPH, 0, "目标为 HbA1c <7.0%。"),
        (BlockKind.TABLE, 0, "药物 | 剂量\n甲 | 5 mg"),
        (BlockKind.LIST_ITEM, 0, "每日一次"),
    ]
    assert parsed.metadata.title == "某某指南"
    assert parsed.pages is None


def test_a_merged_cell_is_shown_once(tmp_path):
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "药物"
    table.cell(0, 2).text = "剂量"
    for column, text in enumerate(("甲", "片剂", "5 mg")):
        table.cell(1, column).text = text
    document.save(str(tmp_path / "a.docx"))
    assert parse(tmp_path / "a.docx").blocks[0].text == "药物 |  | 剂量\n甲 | 片剂 | 5 mg"
