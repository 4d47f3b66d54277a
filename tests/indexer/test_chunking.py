"""Passages: offsets exact, no text lost, no dose cut, no high heading crossed."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings

from indexer.chunking import chunk, document_text
from indexer.packing import packed
from indexer.parsed import Block, BlockKind, Parsed
from indexer.pieces import LARGEST, weight
from knowledge.domain import PassageKind, QualityMark
from knowledge.sentences import sentence_ends
from tests.indexer.strategies import DOSES, documents, paragraphs

_SENTENCE = "高血压患者应当限制钠盐摄入，每日食盐不超过五克，并且控制体重。"


def _paragraph(text: str, **more) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=text, **more)


def _heading(text: str, level: int, **more) -> Block:
    return Block(kind=BlockKind.HEADING, text=text, level=level, **more)


def _table(rows: int) -> Block:
    lines = [
        "药物 | 剂量",
        *(f"药物{number} | 每次 6.25~12.5 mg，每日 {number % 3 + 1} 次" for number in range(rows)),
    ]
    return Block(kind=BlockKind.TABLE, text="\n".join(lines))


@settings(max_examples=60, deadline=None)
@given(documents)
def test_offsets_are_exact(parsed):
    text = document_text(parsed)
    for made in chunk(parsed):
        if made.kind is PassageKind.TEXT:
            assert text[made.start : made.end] == made.text
        else:
            assert made.text.endswith(text[made.start : made.end].split("\n", 1)[-1])


@settings(max_examples=60, deadline=None)
@given(documents)
def test_no_text_is_lost(parsed):
    """Whatever has words and is no heading stands in some passage, or is too short to say anything."""
    text = document_text(parsed)
    covered = bytearray(len(text))
    for made in chunk(parsed):
        covered[made.start : made.end] = b"\1" * (made.end - made.start)
    start = 0
    for block in parsed.blocks:
        end = start + len(block.text)
        lost = "".join(text[at] for at in range(start, end) if not covered[at]).strip()
        assert block.kind is BlockKind.HEADING or not lost or len(re.findall(r"[^\W\d_]", lost)) < 15
        start = end + 1


@settings(max_examples=60, deadline=None)
@given(documents)
def test_no_dose_is_cut(parsed):
    text = document_text(parsed)
    edges = {edge for made in chunk(parsed) for edge in (made.start, made.end)}
    for dose in DOSES:
        for match in re.finditer(re.escape(dose), text):
            assert not edges & set(range(match.start() + 1, match.end()))


@settings(max_examples=60, deadline=None)
@given(documents)
def test_pages_are_those_of_the_blocks(parsed):
    for made in chunk(parsed):
        assert made.page_first is not None
        assert made.page_last is not None
        assert 1 <= made.page_first <= made.page_last <= (parsed.pages or 0)


@settings(max_examples=60, deadline=None)
@given(documents)
def test_a_passage_crosses_no_heading_of_the_first_two_levels(parsed):
    text = document_text(parsed)
    start = 0
    for block in parsed.blocks:
        if block.kind is BlockKind.HEADING and block.level <= 2:
            assert not any(
                made.start < start and made.end > start + len(block.text) for made in chunk(parsed)
            )
        start += len(block.text) + 1
    assert len(text) == start - 1


@given(paragraphs)
def test_sentences_put_together_are_the_text(text):
    ends = sentence_ends(text)
    assert ends == sorted(set(ends))
    assert ends[-1] == len(text)


@pytest.mark.parametrize(
    "text, sentences",
    [
        ("剂量为6.25~12.5 mg。每日1次。", ["剂量为6.25~12.5 mg。", "每日1次。"]),
        ("Give 2.5 mg (e.g. once daily). See Fig. 2 and Dr. Li. Then stop.",
         ["Give 2.5 mg (e.g. once daily). ", "See Fig. 2 and Dr. Li. ", "Then stop."]),
        ("在美国（U.S. guideline。2020）有效。完。", ["在美国（U.S. guideline。2020）有效。", "完。"]),
        ("他说：“停药。”然后离开。", ["他说：“停药。”", "然后离开。"]),
        ("pH 7.35. Next", ["pH 7.35. ", "Next"]),
        ("注：1. WHO为世界卫生组织", ["注：1. WHO为世界卫生组织"]),
        ("P < 0.05 vs. placebo", ["P < 0.05 vs. placebo"]),
    ],
)  # fmt: skip
def test_where_sentences_end(text, sentences):
    ends = [0, *sentence_ends(text)]
    assert [text[begin:end] for begin, end in itertools.pairwise(ends)] == sentences


def test_a_sentence_that_begins_with_but_stays_with_the_one_before():
    blocks = [_paragraph(_SENTENCE * 12 + "但肾功能不全者禁用。" + _SENTENCE * 12)]
    for made in chunk(Parsed(blocks=tuple(blocks))):
        assert not made.text.startswith("但")


def test_a_passage_has_a_size_that_can_be_read():
    made = chunk(Parsed(blocks=(_paragraph(_SENTENCE * 60),)))
    assert all(150 <= weight(each.text) <= LARGEST for each in made)


def test_a_long_list_is_cut_at_its_semicolons():
    text = "禁忌证包括：" + "；".join(f"第{number}种情况下的严重肝肾功能不全" for number in range(60)) + "。"
    made = chunk(Parsed(blocks=(_paragraph(text),)))
    assert len(made) > 1
    assert all(each.text.endswith(("；", "。")) for each in made)


def test_a_caption_goes_with_its_table_and_a_note_behind_it():
    blocks = (_paragraph("表1 常用药物"), _table(3), _paragraph("注：mg 为毫克"))
    made = chunk(Parsed(blocks=blocks))
    assert [each.kind for each in made] == [PassageKind.TABLE]
    assert made[0].text.startswith("表1 常用药物\n药物 | 剂量\n")
    assert made[0].text.endswith("注：mg 为毫克")


def test_a_long_table_repeats_its_header():
    made = chunk(Parsed(blocks=(_paragraph("表1 常用药物"), _table(90))))
    assert len(made) > 1
    assert all(each.text.startswith("表1 常用药物\n药物 | 剂量\n") for each in made)
    assert sum(each.text.count("\n") - 1 for each in made) == 90


def test_the_section_is_the_path_of_headings():
    blocks = (
        _heading("一、治疗", 1),
        _heading("（一）降压", 2),
        _paragraph(_SENTENCE * 8),
        _heading("二、随访", 1),
        _paragraph(_SENTENCE * 8),
    )
    sections = [made.section for made in chunk(Parsed(blocks=blocks))]
    assert ("一、治疗", "（一）降压") in sections
    assert sections[-1] == ("二、随访",)


def test_small_neighbours_below_one_heading_are_one_passage():
    blocks = (
        _heading("一、治疗", 1),
        _heading("1.1.1 甲", 3),
        _paragraph(_SENTENCE),
        _heading("1.1.2 乙", 3),
        _paragraph(_SENTENCE),
    )
    (made,) = chunk(Parsed(blocks=blocks))
    assert made.section == ("一、治疗",)
    assert "1.1.2 乙" in made.text


def test_marks_of_blocks_reach_their_passages():
    blocks = (_paragraph(_SENTENCE), _paragraph(_SENTENCE, marks=frozenset({QualityMark.FORMULA})))
    (made,) = chunk(Parsed(blocks=blocks))
    assert made.marks == {QualityMark.FORMULA}


def test_headings_alone_are_no_passage():
    assert chunk(Parsed(blocks=(_heading("一、治疗", 1), _heading("二、随访", 1)))) == ()


def test_a_sentence_over_a_page_break_is_never_parted():
    blocks = (
        _paragraph(_SENTENCE * 10 + "患者应当", page=1),
        _paragraph("按时服药。" + _SENTENCE * 10, page=2),
    )
    whole = next(made for made in chunk(Parsed(blocks=blocks)) if "患者应当\n按时服药。" in made.text)
    assert (whole.page_first, whole.page_last) == (1, 2)


def test_packing_nothing_gives_nothing():
    assert packed([]) == []


def test_captions_in_two_languages_go_with_their_table():
    blocks = (_paragraph("表1 常用药物"), _paragraph("Table 1 Drugs in use"), _table(3))
    (made,) = chunk(Parsed(blocks=blocks))
    assert made.text.startswith("表1 常用药物\nTable 1 Drugs in use\n药物 | 剂量\n")


def test_slices_of_a_table_are_of_even_size():
    sizes = [weight(made.text) for made in chunk(Parsed(blocks=(_table(31),)))]
    assert min(sizes) > 0.6 * max(sizes)


@pytest.mark.parametrize("before", [_paragraph(_SENTENCE * 12), _table(3)])
def test_a_source_in_brackets_stays_with_what_it_is_the_source_of(before):
    """A block that is one remark in brackets never begins a passage, behind a text or a table."""
    blocks = (before, _paragraph("（来源：《高血压指南》，2024，用药）"), _paragraph(_SENTENCE * 14))
    made = chunk(Parsed(blocks=blocks))
    assert not any(each.text.startswith("（来源") for each in made)
    assert any(each.text.endswith("用药）") or "用药）\n" in each.text for each in made)
