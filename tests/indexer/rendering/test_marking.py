"""What is marked on a page is the passage, all of it and little else."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from indexer import errors
from indexer.parsed import Chunk
from indexer.reading import read
from indexer.rendering.drawing import PageWanted, draw, window
from knowledge.domain import PassageKind
from tests.indexer.pdfs import Page, Put, chinese_pdf, grid, paragraph
from tests.indexer.rendering.marked import coverage

_HEAD = Put(220, 770, "某某病基层防治指南（二〇二四年）", 8)
_FIRST = (
    "高血压患者应限制钠盐摄入，每人每日食盐不超过五克，并增加富钾食物；肾功能不全者补钾前应咨询医师，"
    "定期复查血钾与肾功能，不宜自行使用低钠盐，必要时转上级医院评估后再决定。"
)
_SECOND = (
    "老年患者先降至每百毫升一百五十以下，能耐受者再进一步降低；衰弱或体位性低血压者应个体化，"
    "先评估整体状况，再与患者和家属共同决定目标，避免过快降压引起跌倒与器官灌注不足。"
)
_ROWS = (
    ("药物", "起始剂量", "最大剂量"),
    ("甲地平", "二点五毫克", "十毫克"),
    ("乙沙坦", "八十毫克", "一百六十毫克"),
    ("丙普利", "五毫克", "四十毫克"),
)
#: Of the passages, and of the characters under the marks.
_LEAST_COVERED, _MOST_FOREIGN = 0.95, 0.05


def _pages() -> list[Page]:
    columns = [
        *paragraph(40, 700, _FIRST, columns=22),
        *paragraph(320, 700, _SECOND, columns=22),
    ]
    tables = [*paragraph(40, 700, _SECOND), Put(40, 560, "表 1 常用药物的剂量"), *grid(40, 540, _ROWS)]
    broken = [*paragraph(40, 160, _FIRST[:60])]
    rest = [*paragraph(40, 700, _FIRST[60:]), *paragraph(40, 560, _SECOND)]
    return [[_HEAD, *page] for page in (columns, tables, broken, rest)]


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    path = tmp_path_factory.mktemp("pages") / "guideline.pdf"
    path.write_bytes(chinese_pdf(_pages()))
    return path


def _violations(path: Path, chunks: list[Chunk]) -> list[str]:
    found = []
    for chunk in chunks:
        assert chunk.page_first is not None
        assert chunk.page_last is not None
        share = coverage(path, chunk.text, chunk.page_first, chunk.page_last)
        if share.covered < _LEAST_COVERED or share.foreign > _MOST_FOREIGN:
            pages = f"{chunk.page_first}-{chunk.page_last}"
            found.append(f"{path.name} p. {pages}: covered {share.covered:.3f}, foreign {share.foreign:.3f}")
    return found


def test_the_marks_cover_each_passage_and_little_else(document):
    """Columns, tables, and a sentence that a page break cut."""
    chunks = read(document).chunks
    assert any(chunk.kind is PassageKind.TABLE for chunk in chunks)
    assert any(chunk.page_last != chunk.page_first for chunk in chunks)
    assert not _violations(document, list(chunks))


@pytest.mark.documents
@pytest.mark.slow
@pytest.mark.skipif("YIDAO_TEST_DOCUMENTS" not in os.environ, reason="no folder of documents named")
def test_the_marks_cover_sixty_passages_of_real_documents():
    """Of all but two, which no reader could: the same words stand hidden elsewhere on the page."""
    paths = sorted(Path(os.environ["YIDAO_TEST_DOCUMENTS"]).rglob("*.pdf"))
    assert paths
    chosen, each, violations = random.Random(4), -(-60 // len(paths)), []
    for path in paths:
        chunks = list(read(path).chunks)
        violations += _violations(path, chosen.sample(chunks, min(each, len(chunks))))
    assert len(violations) <= 2, violations


def test_a_cropped_or_turned_page_is_marked_at_its_text(tmp_path):
    """The places of characters are those of the whole sheet; the picture shows what is left of it, upright."""
    for name, boxes in {
        "cropped": b"/MediaBox [0 0 600 800] /CropBox [30 100 580 780]",
        "shifted": b"/MediaBox [-50 -20 600 800]",
        "turned": b"/MediaBox [0 0 600 800] /Rotate 90",
        "turned_and_cropped": b"/MediaBox [0 0 600 800] /CropBox [30 100 580 780] /Rotate 270",
    }.items():
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(chinese_pdf([paragraph(60, 700, _FIRST)], boxes=boxes))
        share = coverage(path, _FIRST, 1, 1)
        assert share.covered >= _LEAST_COVERED, name
        assert share.foreign <= _MOST_FOREIGN, name


def test_the_print_under_the_marks_is_where_the_marks_are(tmp_path):
    """In the picture itself: the marked area holds the ink of the passage and the rest of the page none of it."""
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_font("helvetica", size=12)
    pdf.add_page()
    text = "Metformin is the first-line drug for type 2 diabetes unless it is contraindicated."
    pdf.text(30, 100, text)
    path = tmp_path / "one.pdf"
    pdf.output(str(path))
    picture = draw(PageWanted(path=path, page=1, page_first=1, page_last=1, texts=(text,)))
    shown = Image.open(io.BytesIO(picture.jpeg)).convert("RGB")
    red, _, blue = shown.split()
    ink = red.point(lambda level: 255 * (level < 100)).getbbox()
    # Yellow is bright in red and not in blue.
    bright, dull = red.point(lambda level: 255 * (level > 200)), blue.point(lambda level: 255 * (level < 180))
    yellow = ImageChops.multiply(bright, dull).getbbox()
    assert ink
    assert yellow
    assert yellow[0] <= ink[0]
    assert yellow[1] <= ink[1]
    assert yellow[2] >= ink[2]
    assert yellow[3] >= ink[3]
    assert picture.found == (1.0,)


def test_two_passages_of_a_page_are_marked_together(document):
    """Each of them as it would be alone."""
    apart = [
        draw(PageWanted(path=document, page=1, page_first=1, page_last=1, texts=(text,))).boxes
        for text in (_FIRST, _SECOND)
    ]
    both = draw(PageWanted(path=document, page=1, page_first=1, page_last=1, texts=(_FIRST, _SECOND)))
    assert both.boxes == (*apart[0], *apart[1])


def test_text_that_is_not_on_the_page_marks_nothing(document):
    """What is found by chance is not shown as the passage."""
    text = "妊娠期糖尿病患者首选胰岛素治疗，口服降糖药需充分知情同意。"
    picture = draw(PageWanted(path=document, page=1, page_first=1, page_last=1, texts=(text,)))
    assert picture.boxes == ()


def test_pictures_fit_telegram_whatever_the_shape_of_the_page(tmp_path):
    """Width and height 10,000 together at most, a ratio of 20 at most, 10 MB at most; sharp on a phone."""
    for name, size in {
        "a4": b"595 842",
        "strip": b"600 14000",
        "banner": b"14000 300",
        "slide": b"960 540",
    }.items():
        path = tmp_path / f"{name}.pdf"
        height = int(size.split()[1])
        page = paragraph(40, height - 60, _FIRST)
        path.write_bytes(chinese_pdf([page], boxes=b"/MediaBox [0 0 %s]" % size))
        picture = draw(PageWanted(path=path, page=1, page_first=1, page_last=1, texts=(_FIRST,)))
        width, tall = Image.open(io.BytesIO(picture.jpeg)).size
        assert width + tall <= 10_000, name
        assert max(width, tall) <= 20 * min(width, tall), name
        assert len(picture.jpeg) < 10_000_000, name
        assert width >= 1000, name
        assert picture.boxes, name


def test_a_long_page_is_shown_around_the_passage():
    assert window(600, 10_000, [(50, 400, 300, 420)]) == (0.0, 0.0, 600, 1500.0)
    assert window(600, 10_000, [(50, 5000, 300, 5100)]) == (0.0, 4300.0, 600, 5800.0)
    assert window(600, 800, [(50, 400, 300, 420)]) == (0.0, 0.0, 600, 800)


def test_a_page_that_is_not_there_is_refused(document, tmp_path):
    for page in (0, 5, 10**9):
        with pytest.raises(errors.Damaged):
            draw(PageWanted(path=document, page=page, page_first=page, page_last=page, texts=(_FIRST,)))
    other = tmp_path / "text.txt"
    other.write_text("没有页码的文字。", encoding="utf-8")
    with pytest.raises(errors.UnsupportedKind):
        draw(PageWanted(path=other, page=1, page_first=1, page_last=1, texts=(_FIRST,)))
