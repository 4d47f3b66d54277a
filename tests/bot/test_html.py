"""Telegram HTML: whatever goes in, what comes out is balanced, escaped and short enough."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.html import Block, Line, Quote, Section, Text, bold, fit, italic, line, page, quote, render, units

ALLOWED = {"b", "i", "blockquote"}

words = st.text(
    st.one_of(st.sampled_from("<>&\"'\n 。.；mgβ≥😀"), st.characters(codec=None)),
    max_size=60,
)
texts = st.builds(Text, text=words, bold=st.booleans(), italic=st.booleans())
lines = st.builds(Line, parts=st.lists(texts, max_size=4).map(tuple))
quotes = st.builds(
    Quote,
    units=st.lists(st.lists(texts, min_size=1, max_size=3).map(tuple), max_size=6).map(tuple),
    folded=st.booleans(),
)
sections = st.builds(Section, blocks=st.lists(st.one_of(lines, quotes), max_size=4).map(tuple))
pages = st.lists(st.one_of(lines, quotes, sections), max_size=6).map(tuple)


class Reader(HTMLParser):
    """Reads as Telegram does: known tags only, closed in order, quotes never nested."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        assert tag not in self.open
        assert not attrs or (tag == "blockquote" and attrs == [("expandable", None)])
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(shown: str) -> str:
    reader = Reader()
    reader.feed(shown)
    reader.close()
    assert not reader.open
    return reader.text


@given(pages, st.integers(1, 400))
def test_any_blocks_fit_any_limit_and_stay_balanced(blocks: tuple[Block, ...], limit: int) -> None:
    shown = page(blocks, limit)
    assert units(shown) <= limit
    assert units(read(shown)) <= limit


@given(st.lists(texts, min_size=1, max_size=5))
def test_what_is_shown_is_what_was_given(parts: list[Text]) -> None:
    shown = read(render((Line(parts=tuple(parts)),)))
    given = "".join(part.text for part in parts).strip()
    assert shown.strip() == given.encode("utf-8", "replace").decode().strip()


@given(st.lists(words.filter(str.strip), min_size=1, max_size=8), st.integers(40, 300))
def test_a_quote_loses_whole_units_from_its_end_only(sentences: list[str], limit: int) -> None:
    (fitted,) = fit((Quote(units=tuple((Text(text=s),) for s in sentences), folded=True),), limit)
    assert isinstance(fitted, Quote)
    kept = [unit[0].text for unit in fitted.units]
    assert kept == sentences[: len(kept)]
    assert fitted.dropped == len(sentences) - len(kept)


def test_units_are_utf16_code_units() -> None:
    assert units("a≥😀") == 4
    assert units("𠮷") == 2


def test_a_page_that_fits_is_left_alone() -> None:
    blocks = (line("一"), quote("二"), Section(blocks=(quote("三", folded=True), line("四"))))
    assert fit(blocks) == blocks


def test_folded_text_goes_before_sections_and_sections_before_open_text() -> None:
    def section(name: str) -> Section:
        return Section(blocks=(quote(name * 20), quote("折" * 20, folded=True), line(name)))

    blocks = (section("甲"), section("乙"))
    without_folds = page(blocks, units(render(blocks)) - 1)
    assert without_folds.count("折" * 20) == 1
    assert "甲" * 20 in without_folds
    assert "乙" * 20 in without_folds
    one_section = page(blocks, 75)
    assert "甲" * 20 in one_section
    assert "乙" not in one_section


def test_the_mark_of_what_is_left_out_stands_on_a_line_of_its_own() -> None:
    sentences = tuple((Text(text=f"第{n}句，剂量 {n} mg。"),) for n in range(9))
    shown = page((Quote(units=sentences, folded=True),), 120)
    assert re.search(r"mg。\n<i>…</i></blockquote>$", shown)


def test_an_open_sentence_that_cannot_fit_is_dropped_rather_than_cut() -> None:
    shown = page((quote("长" * 5000), line("第 3 页")))
    assert shown == "<blockquote><i>…</i></blockquote>\n第 3 页"


def test_neighbours_of_one_style_share_a_tag_for_telegram_takes_100_entities() -> None:
    many = Line(parts=tuple(bold(f"{n} ") for n in range(200)))
    assert render((many,)).count("<b>") == 1


@pytest.mark.parametrize("text", ["<s>x</s>", "a & b", "&lt;", "<140/90 mmHg", "</blockquote>"])
def test_markup_in_a_text_is_text(text: str) -> None:
    assert html.unescape(render((line(text),))) == text


def test_styles_nest_and_white_space_stays_outside_of_them() -> None:
    assert render((line(bold(" a "), italic("b")),)) == "<b>a</b> <i>b</i>"


def test_a_section_is_set_off_by_a_blank_line() -> None:
    assert render((line("a"), Section(blocks=(line("b"), line("c"))))) == "a\n\nb\nc"
