"""Scanned pages are read within limits, in reading order, and what was read in them is marked as doubtful."""

from __future__ import annotations

import io
import json
from itertools import count

import pytest
from PIL import Image, ImageDraw, ImageFont

from indexer import errors, recognition
from indexer.reading import read
from indexer.recognition.cache import RecognitionCache, hash_of
from indexer.recognition.columns import in_reading_order
from indexer.recognition.lines import RecognisedLine, lines_in, lines_out
from indexer.recognition.recogniser import Recogniser
from indexer.rendering.drawing import PageWanted, draw
from indexer.sandbox import Sandbox
from knowledge.domain import QualityMark
from tests.indexer.pdfs import chinese_pdf, paragraph
from tests.indexer.rendering.marked import reduced

SENTENCES = (
    "Metformin is the first-line drug for adults with type 2 diabetes.",
    "Start with 500 mg once daily and increase it every week.",
    "Avoid it when the estimated filtration rate is below 30.",
    "Measure the renal function before treatment and every year.",
)
PRINTED = "本页有文字层：高血压患者应限制钠盐摄入，每人每日食盐不超过五克，并增加富钾食物的摄入，规律运动。"


def scan_pdf(pages: int = 1) -> bytes:
    """Pages that are pictures of print, as a scanner makes them."""
    picture = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=30)
    for number, sentence in enumerate(SENTENCES):
        pen.text((100, 200 + 60 * number), sentence, font=font, fill=0)
    buffer = io.BytesIO()
    picture.save(buffer, "PDF", resolution=150, save_all=True, append_images=[picture] * (pages - 1))
    return buffer.getvalue()


def _line(text: str, x0: float, top: float, x1: float, *, height: float = 10) -> RecognisedLine:
    return RecognisedLine(text=text, box=(x0, top - height, x1, top))


LINES = tuple(_line(text, 48, 700 - 29 * at, 420, height=14) for at, text in enumerate(SENTENCES))


class FakeEngine:
    """Fulfils Asked; answers what it is told for each page, and notes what it was asked."""

    def __init__(self, answers=None) -> None:
        self.answers = answers or {}
        self.asked: list[int] = []

    def ask(self, request, allowed):
        self.asked.append(request["page"])
        answer = self.answers.get(request["page"], {"lines": lines_out(LINES)})
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        pass


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_pdf())
    return path


def test_without_recognition_a_scan_is_refused_and_says_which_pages_are_pictures(scan):
    with pytest.raises(errors.NoText) as caught:
        read(scan)
    assert caught.value.scans == (1,)


def test_recognised_text_is_read_page_true_and_marked_as_doubtful(scan):
    document = read(scan, {1: LINES})
    assert " ".join(SENTENCES) in " ".join(chunk.text for chunk in document.chunks)
    assert all(QualityMark.OCR in chunk.marks for chunk in document.chunks)
    assert {(chunk.page_first, chunk.page_last) for chunk in document.chunks} == {(1, 1)}
    assert dict(document.parsed.warnings) == {"pages_recognised": 1}


def test_a_page_with_text_of_its_own_is_never_read_from_its_picture(tmp_path):
    path = tmp_path / "printed.pdf"
    path.write_bytes(chinese_pdf([paragraph(60, 700, PRINTED)]))
    document = read(path, {1: LINES})
    assert PRINTED in document.chunks[0].text
    assert not document.chunks[0].marks


def test_a_page_that_cannot_be_read_costs_itself_only(tmp_path, scan):
    engine = FakeEngine({2: errors.Timeout("after 45 s"), 3: {"error": "damaged"}, 4: {"lines": 7}})
    found = Recogniser(RecognitionCache(tmp_path / "kept"), child=engine).pages(scan, (1, 2, 3, 4, 5))
    assert sorted(found) == [1, 5]


def test_a_long_scan_leaves_the_rest_unread_when_its_time_is_up_and_goes_on_next_time(tmp_path, scan):
    """Others wait no longer than that; a page that was read once is not read again."""
    times = count(0, 10)
    cache, engine = RecognitionCache(tmp_path / "kept"), FakeEngine()
    first = Recogniser(cache, child=engine, a_document=100, clock=lambda: next(times))
    found = first.pages(scan, range(1, 101))
    assert 0 < len(found) < 10
    again = Recogniser(cache, child=engine).pages(scan, range(1, 101))
    assert len(again) == 100
    assert sorted(engine.asked) == list(range(1, 101))


def test_a_page_without_a_line_is_kept_as_such(tmp_path, scan):
    engine = FakeEngine({1: {"lines": []}})
    recogniser = Recogniser(RecognitionCache(tmp_path / "kept"), child=engine)
    assert recogniser.pages(scan, (1,)) == {}
    assert recogniser.pages(scan, (1,)) == {}
    assert engine.asked == [1]


def test_the_sandbox_reads_scans_where_it_has_a_recogniser(tmp_path, scan):
    recogniser = Recogniser(RecognitionCache(tmp_path / "kept"), child=FakeEngine())
    with Sandbox(recogniser=recogniser) as sandbox:
        document = sandbox.read_document(scan)
    assert SENTENCES[0] in document.chunks[0].text
    assert QualityMark.OCR in document.chunks[0].marks


def test_a_damaged_file_of_the_cache_is_read_again(tmp_path):
    cache = RecognitionCache(tmp_path)
    assert cache.get("ab", 1) is None
    cache.put("ab", 1, LINES)
    assert cache.get("ab", 1) == LINES
    (path,) = tmp_path.rglob("1.json")
    for damage in ("", "{", "[[1]]", '{"a": 1}', "[[1, 2, 3, 4, null]]"):
        path.write_text(damage)
        assert not cache.get("ab", 1)


def test_lines_survive_the_way_through_json():
    assert lines_in(json.loads(json.dumps(lines_out(LINES)))) == LINES


def test_columns_are_read_one_after_the_other_and_rows_of_a_table_across():
    """The engine tells lines from top to bottom, whatever column they are of."""
    title = _line("title", 50, 790, 550)
    left = [_line(f"left {n}", 50, 750 - 14 * n, 290) for n in range(6)]
    right = [_line(f"right {n}", 310, 750 - 14 * n, 550) for n in range(6)]
    foot = _line("foot", 50, 640, 550)
    mixed = [title, *(line for pair in zip(right, left, strict=True) for line in pair), foot]
    assert [line.text for line in in_reading_order(mixed)] == [
        line.text for line in (title, *left, *right, foot)
    ]
    cells = [
        _line(f"{row}{column}", 50 + 150 * column, 700 - 20 * row, 90 + 150 * column)
        for row in range(5)
        for column in range(3)
    ]
    assert [line.text for line in in_reading_order(cells[::-1])] == [line.text for line in cells]


def test_the_passage_is_marked_on_the_picture_of_its_page(tmp_path, scan):
    cache = RecognitionCache(tmp_path / "kept")
    cache.put(hash_of(scan), 1, LINES)
    wanted = PageWanted(
        path=scan, page=1, page_first=1, page_last=1, texts=(SENTENCES[1],), recognised=tmp_path / "kept"
    )
    (box,) = draw(wanted).boxes
    assert box[1] <= LINES[1].box[1] + 3
    assert box[3] >= LINES[1].box[3] - 3


@pytest.mark.slow
@pytest.mark.skipif(not recognition.is_installed(), reason="the extra ocr is not installed")
def test_a_picture_of_print_is_read_in_the_child_without_a_network(tmp_path):
    """With the engine itself: every sentence, on both pages, and where it stands."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_pdf(pages=2))
    cache = RecognitionCache(tmp_path / "kept")
    with Sandbox(recogniser=Recogniser(cache)) as sandbox:
        document = sandbox.read_document(path)
    text = reduced(" ".join(chunk.text for chunk in document.chunks))
    for sentence in SENTENCES:
        assert text.count(reduced(sentence)) == 2
    assert all(QualityMark.OCR in chunk.marks for chunk in document.chunks)
    lines = cache.get(hash_of(path), 2)
    assert lines is not None
    assert [round(line.box[0]) for line in lines] == [48] * 4 or all(40 < line.box[0] < 56 for line in lines)
