"""PDF: text in reading order, tables as tables, headings by number, each block on its own page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from fpdf import FPDF

from indexer.parsed import BlockKind
from indexer.parsers import parse
from indexer.reading import read
from indexer.sandbox import Sandbox
from knowledge.domain import PassageKind
from tests.indexer.pages_true import violations
from tests.indexer.pdfs import Put, Rule, chinese_pdf, grid, paragraph
from tests.indexer.zoo import plain_pdf

_TEXT = "高血压患者应当限制钠盐摄入，每日食盐不超过五克，并且控制体重，规律运动，戒烟限酒，保持心理平衡。"


@pytest.fixture
def made(tmp_path):
    def make(pages) -> Path:
        path: Path = tmp_path / "made.pdf"
        path.write_bytes(chinese_pdf(pages))
        return path

    return make


def _with_furniture(number: int, body) -> list[Put | Rule]:
    return [Put(60, 770, "某某指南（2022）"), *body, Put(295, 30, f"· {number + 20} ·")]


def test_lines_of_a_paragraph_are_joined_without_spaces(made):
    blocks = parse(made([paragraph(60, 700, _TEXT * 2)])).blocks
    assert [block.text for block in blocks] == [_TEXT * 2]


def test_two_columns_are_not_interleaved(made):
    left, right = "甲" * 15 + "栏左" + "。", "乙" * 15 + "栏右" + "。"
    page = [*paragraph(60, 700, left * 4, columns=20), *paragraph(330, 700, right * 4, columns=20)]
    text = "".join(block.text for block in parse(made([page])).blocks)
    assert text == left * 4 + right * 4


def test_running_heads_and_page_numbers_are_dropped_and_give_labels(made):
    """The printed number comes from the foot; neither foot nor head is text."""
    parsed = parse(made([_with_furniture(number, paragraph(60, 700, _TEXT)) for number in range(5)]))
    assert {block.text for block in parsed.blocks} == {_TEXT}
    assert parsed.page_labels == {page: str(page + 19) for page in range(1, 6)}
    assert [block.page for block in parsed.blocks] == [1, 2, 3, 4, 5]


def test_headings_nest_by_their_numbers(made):
    page = [
        Put(60, 700, "第一章 总则", 16),
        Put(60, 660, "一、目的", 12),
        *paragraph(60, 630, _TEXT),
        Put(60, 560, "（一）范围", 12),
        *paragraph(60, 530, _TEXT),
    ]
    headings = [
        (block.level, block.text) for block in parse(made([page])).blocks if block.kind is BlockKind.HEADING
    ]
    assert headings == [(1, "第一章 总则"), (2, "一、目的"), (3, "（一）范围")]


def test_a_table_is_one_block_and_its_text_stands_nowhere_else(made):
    rows = [["药物", "剂量"], ["甲药", "6.25~12.5 mg"], ["乙药", "10 mg"]]
    page = [
        *paragraph(60, 740, _TEXT),
        Put(60, 660, "表1 常用药物"),
        *grid(60, 650, rows),
        *paragraph(60, 540, _TEXT),
    ]
    blocks = parse(made([page])).blocks
    assert [block.text for block in blocks if block.kind is BlockKind.TABLE] == [
        "药物 | 剂量\n甲药 | 6.25~12.5 mg\n乙药 | 10 mg"
    ]
    assert sum("6.25" in block.text for block in blocks) == 1
    assert [block.kind for block in blocks[-2:]] == [BlockKind.TABLE, BlockKind.PARAGRAPH]


def test_a_frame_around_text_is_no_table(made):
    frame = [
        Rule(40, 750, 560, 750),
        Rule(40, 600, 560, 600),
        Rule(40, 750, 40, 600),
        Rule(560, 750, 560, 600),
    ]
    blocks = parse(made([[*frame, *paragraph(60, 700, _TEXT)]])).blocks
    assert [block.kind for block in blocks] == [BlockKind.PARAGRAPH]


def test_raised_digits_become_superscripts(made):
    page = [
        Put(60, 700, "肾小球滤过率低于45 mL·min"),
        Put(190, 704, "-1", 5),
        Put(198, 700, "时应当停用本药。"),
    ]
    assert "min⁻¹" in parse(made([page])).blocks[0].text


def test_a_paragraph_over_a_page_break_keeps_a_page_for_each_part(made):
    first, second = _TEXT[:40], _TEXT[40:]
    parsed = parse(made([paragraph(60, 60, first), paragraph(60, 700, second)]))
    assert [(block.page, block.text) for block in parsed.blocks] == [(1, first), (2, second)]


def test_every_passage_stands_on_the_pages_that_it_cites(made):
    """The promise of the product, told by the extractors' own text of each page."""
    rows = [["指标", "目标"], *([f"指标{number}", f"小于{number}.5 mmol/L"] for number in range(60))]
    pages = [
        [
            Put(60, 740, "一、治疗", 12),
            *paragraph(60, 700, _TEXT * 6),
            *paragraph(330, 400, _TEXT, columns=20),
        ],
        [*paragraph(60, 700, _TEXT * 12)],
        [Put(60, 760, "表1 目标"), *grid(60, 750, rows[:36])],
    ]
    path = made([_with_furniture(number, page) for number, page in enumerate(pages)])
    document = read(path)
    assert any(chunk.kind is PassageKind.TABLE for chunk in document.chunks)
    assert any(chunk.page_first != chunk.page_last for chunk in document.chunks)
    assert violations(path, document.chunks) == []


def test_a_false_page_is_found(made):
    """The check itself: it does not say yes to everything."""
    from dataclasses import replace

    path = made(
        [
            paragraph(60, 700, _TEXT),
            paragraph(60, 700, "另一页上是别的内容，与前文毫无关系可言，仅供检验之用。"),
        ]
    )
    chunks = [
        replace(chunk, page_first=2, page_last=2) for chunk in read(path).chunks if chunk.page_first == 1
    ]
    assert violations(path, [replace(chunks[0], text=_TEXT)])


@pytest.mark.documents
@pytest.mark.slow
@pytest.mark.skipif("YIDAO_TEST_DOCUMENTS" not in os.environ, reason="no folder of documents named")
def test_every_passage_of_real_documents_stands_on_its_pages():
    with Sandbox() as sandbox:
        for path in sorted(Path(os.environ["YIDAO_TEST_DOCUMENTS"]).rglob("*.pdf")):
            assert violations(path, sandbox.read_document(path).chunks) == []


def test_english_words_are_joined_and_parted(tmp_path):
    path = tmp_path / "plain.pdf"
    path.write_bytes(plain_pdf("Metformin is the first line drug. " * 20))
    assert read(path).chunks[0].text.startswith("Metformin is the first line drug. Metformin is")


def _three_lines(
    rows: Sequence[tuple[float, str, str]], head: float, header: float, foot: float
) -> list[Put | Rule]:
    """A table between three rules: texts of two columns by height."""
    texts = [put for y, left, right in rows for put in (Put(64, y, left), Put(300, y, right)) if put.text]
    return [*(Rule(60, y, 540, y) for y in (head, header, foot)), *texts]


def test_a_table_with_three_rules_has_columns_and_rows(made):
    """Rows end where there is more space and the first column begins again."""
    rows = [
        (684, "药物", "用法"),
        (666, "甲药", "起始剂量六点二五毫克，"),
        (654, "", "每日两次"),
        (636, "乙药", "十毫克，每日一次，"),
        (624, "", "随餐服用"),
    ]
    page = [
        *paragraph(60, 760, _TEXT),
        Put(240, 706, "表1 药物用法"),
        *_three_lines(rows, 698, 680, 616),
        *paragraph(60, 590, _TEXT),
    ]
    blocks = parse(made([page])).blocks
    assert [block.text for block in blocks if block.kind is BlockKind.TABLE] == [
        "药物 | 用法\n甲药 | 起始剂量六点二五毫克，每日两次\n乙药 | 十毫克，每日一次，随餐服用"
    ]
    assert [block.kind for block in blocks].count(BlockKind.PARAGRAPH) == 3


def test_rows_that_cannot_be_told_stay_as_they_are_printed(made):
    """Without more space between rows, no line is given to another row's drug."""
    rows = [
        (684, "药物", "用法"),
        (666, "甲药", "五毫克，"),
        (654, "", "每日两次"),
        (642, "乙药", "十毫克，"),
        (630, "", "每日一次"),
    ]
    page = [*paragraph(60, 760, _TEXT), Put(240, 706, "表1 药物用法"), *_three_lines(rows, 698, 680, 620)]
    (table,) = [block for block in parse(made([page])).blocks if block.kind is BlockKind.TABLE]
    assert table.text == "药物 | 用法\n甲药 | 五毫克，\n | 每日两次\n乙药 | 十毫克，\n | 每日一次"


def test_white_text_on_bare_paper_is_not_read(tmp_path):
    """What no reader of the page sees must not be quoted."""
    path = tmp_path / "white.pdf"
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=11)
    document.cell(
        text="Visible text about metformin for adults with diabetes.", new_x="LMARGIN", new_y="NEXT"
    )
    document.set_text_color(255, 255, 255)
    document.cell(text="Hidden text about a dose of ten grams.", new_x="LMARGIN", new_y="NEXT")
    document.output(str(path))
    assert [block.text for block in parse(path).blocks] == [
        "Visible text about metformin for adults with diabetes."
    ]


@pytest.mark.parametrize(
    "boxes",
    [
        b"/MediaBox [0 0 600 800] /CropBox [20 20 580 780]",
        b"/MediaBox [-50 -40 600 800]",
        b"/MediaBox [20 100 620 900]",
    ],
)
def test_tables_are_found_whatever_the_boxes_of_the_page(tmp_path, boxes):
    """Two libraries measure the page; cells and characters must meet."""
    rows = [["药物", "剂量"], ["甲药", "五毫克"], ["乙药", "十毫克"]]
    path = tmp_path / "boxes.pdf"
    path.write_bytes(chinese_pdf([[*paragraph(60, 740, _TEXT), *grid(60, 650, rows)]], boxes=boxes))
    assert "药物 | 剂量\n甲药 | 五毫克\n乙药 | 十毫克" in [block.text for block in parse(path).blocks]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_that_lies_on_its_side_is_read_all_the_same(tmp_path, turn):
    path = tmp_path / "turned.pdf"
    boxes = b"/MediaBox [0 0 600 800] /Rotate %d" % turn
    path.write_bytes(chinese_pdf([paragraph(60, 740, _TEXT * 2)], boxes=boxes))
    assert [block.text for block in parse(path).blocks] == [_TEXT * 2]


def test_a_file_with_an_owner_password_only_is_read(tmp_path):
    """Whoever may open it may quote it; pdfplumber's own trouble with it costs no text."""
    path = tmp_path / "owner.pdf"
    document = FPDF()
    document.set_encryption(owner_password="owner")
    document.add_page()
    document.set_font("Helvetica", size=11)
    document.multi_cell(0, 6, "Metformin is the first line drug for adults with type 2 diabetes.")
    document.output(str(path))
    assert "Metformin" in parse(path).blocks[0].text
