"""A page is drawn in a process of its own, and what ends that process costs one page."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from bot.asking.drawing_process import DrawingProcess, Drawn, NotDrawn, PageWanted
from tests.indexer import zoo
from tests.indexer.pdfs import chinese_pdf, paragraph

TEXT = "高血压患者应限制钠盐摄入，每人每日食盐不超过五克，并增加富钾食物。"


@pytest.fixture
async def drawing():
    process = DrawingProcess()
    yield process
    await process.close()


@pytest.fixture
def wanted(tmp_path) -> PageWanted:
    path = tmp_path / "guideline.pdf"
    path.write_bytes(chinese_pdf([paragraph(60, 700, TEXT)]))
    return PageWanted(path=str(path), page=1, page_first=1, page_last=1, texts=(TEXT,))


def _speaking(program: str) -> DrawingProcess:
    return DrawingProcess((sys.executable, "-c", program), longest_s=5)


async def _outcome(process: DrawingProcess, wanted: PageWanted) -> Drawn | NotDrawn:
    try:
        return await process.draw(wanted)
    finally:
        await process.close()


async def test_a_page_comes_back_as_a_marked_jpeg(drawing, wanted):
    first, second = await drawing.draw(wanted), await drawing.draw(wanted)
    assert isinstance(first, Drawn)
    assert first.is_marked
    assert first.jpeg.startswith(b"\xff\xd8\xff")
    assert first == second


async def test_pages_asked_for_at_once_come_back_each_to_who_asked(drawing, wanted, tmp_path):
    missing = PageWanted(path=str(tmp_path / "no.pdf"), page=1, page_first=1, page_last=1, texts=(TEXT,))
    outcomes = await asyncio.gather(*(drawing.draw(each) for each in (wanted, missing, wanted, missing)))
    assert [isinstance(each, Drawn) for each in outcomes] == [True, False, True, False]


async def test_the_next_page_is_drawn_after_the_process_was_killed(drawing, wanted):
    assert isinstance(await drawing.draw(wanted), Drawn)
    drawing._process.kill()
    await drawing._process.wait()
    assert isinstance(await drawing.draw(wanted), Drawn)


@pytest.mark.parametrize("name", sorted(name for name in zoo.ZOO if name.endswith(".pdf")))
async def test_a_hostile_file_costs_its_own_page_only(drawing, wanted, tmp_path, name):
    path = zoo.caged(tmp_path, name)
    hostile = PageWanted(path=str(path), page=1, page_first=1, page_last=1, texts=(TEXT,))
    outcome = await drawing.draw(hostile)
    assert isinstance(outcome, NotDrawn) or not outcome.is_marked
    assert isinstance(await drawing.draw(wanted), Drawn)


async def test_a_page_that_takes_too_long_is_given_up(wanted):
    process = DrawingProcess((sys.executable, "-c", "import time; time.sleep(60)"), longest_s=0.2)
    assert await _outcome(process, wanted) == NotDrawn(reason="timeout")


async def test_whoever_no_longer_waits_leaves_no_picture_for_the_next(drawing, wanted):
    waiting = asyncio.create_task(drawing.draw(wanted))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert isinstance(await drawing.draw(wanted), Drawn)


@pytest.mark.parametrize(
    "line",
    ["[]", "nonsense", '{"jpeg": 5}', '{"jpeg": "!!"}', '{"jpeg": "aGVsbG8="}', "{}", "x" * 15_000_000],
)
async def test_what_is_no_picture_is_never_taken_for_one(wanted, tmp_path, line):
    """A hostile file may have taken the process over."""
    (tmp_path / "line").write_text(line + "\n")
    program = f"input(); print(open({str(tmp_path / 'line')!r}).read(), flush=True); input()"
    assert isinstance(await _outcome(_speaking(program), wanted), NotDrawn)


async def test_the_process_has_no_environment_of_ours(wanted, monkeypatch):
    """The bot's token never reaches the process that opens strangers' files."""
    monkeypatch.setenv("YIDAO_BOT_TOKEN", "secret")
    program = "import json, os; input(); print(json.dumps({'error': ' '.join(sorted(os.environ))}), flush=True); input()"
    outcome = await _outcome(_speaking(program), wanted)
    assert isinstance(outcome, NotDrawn)
    assert "YIDAO" not in outcome.reason
    assert "PATH" in outcome.reason


async def test_it_leaves_when_idle_and_comes_back(wanted):
    process = DrawingProcess(idle_s=0.0)
    assert isinstance(await process.draw(wanted), Drawn)
    for _ in range(5):
        await asyncio.sleep(0)
    assert process._leaving is not None
    await process._leaving
    assert process._process is None
    assert isinstance(await process.draw(wanted), Drawn)
    await process.close()


async def test_a_request_is_one_line_of_json(wanted, tmp_path):
    """Whatever stands in the passage: a line break must not become a second request."""
    program = f"open({str(tmp_path / 'seen')!r}, 'w').write(input()); print('{{}}', flush=True)"
    await _outcome(
        _speaking(program), PageWanted(path="p", page=1, page_first=1, page_last=2, texts=("a\nb\u2028",))
    )
    assert json.loads((tmp_path / "seen").read_text())["texts"] == ["a\nb\u2028"]
