"""Which words of a passage are set in bold."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering.coverage import Clue, Clues, clues_in_own_script
from knowledge.answering.highlight import begins_with_exception, highlights
from knowledge.domain import Citation, Passage, PassageKind, QualityMark, Script
from knowledge.searchable import passage_tokens
from knowledge.sentences import pieces
from knowledge.text import question_terms


def passage(text: str, kind: PassageKind = PassageKind.TEXT, *marks: QualityMark) -> Passage:
    citation = Citation(
        title="指南", year=2024, publisher=None, language="zh", section=(), page_first=1, page_last=1, page_label=None, source="a.pdf"
    )  # fmt: skip
    return Passage(
        id=1, document_id=1, edition_id=1, ordinal=0, kind=kind, script=Script.CHINESE, text=text,
        tokens=passage_tokens("指南", (), text, kind), citation=citation, marks=frozenset(marks),
    )  # fmt: skip


def clues(question: str) -> Clues:
    return clues_in_own_script(question_terms(question), (), Script.CHINESE, lambda _: 1.0)


def marked(question: str, text: str, kind: PassageKind = PassageKind.TEXT, *marks: QualityMark) -> list[str]:
    spans = highlights(passage(text, kind, *marks), question, clues(question))
    return [text[span.start : span.end] for span in spans]


def test_the_sentence_that_answers_is_marked() -> None:
    text = "高血压很常见。降压目标为<140/90 mmHg。应定期随访。"
    assert marked("高血压的降压目标", text) == ["降压目标为<140/90 mmHg。"]


@pytest.mark.parametrize(
    "exception",
    [
        "但高龄者除外。",
        "然而应慎用。",
        "除非不能耐受。",
        "禁忌：妊娠。",
        "不包括终末期患者。",
        "除外继发者。",
    ],
)
def test_what_takes_back_a_sentence_is_marked_with_it(exception: str) -> None:
    text = f"降压目标为<140/90 mmHg。{exception}应定期随访。"
    assert marked("降压目标", text) == ["降压目标为<140/90 mmHg。", exception]


@pytest.mark.parametrize(
    "exception", ["However, avoid it in pregnancy.", "Unless contraindicated, go on.", "Except in children."]
)
def test_what_takes_back_a_sentence_in_english_is_marked_with_it(exception: str) -> None:
    text = f"The first-line drug is metformin. {exception} Follow up."
    assert marked("first-line drug metformin", text)[:2] == ["The first-line drug is metformin.", exception]


def test_several_exceptions_in_a_row_are_all_marked() -> None:
    text = "降压目标为<140/90 mmHg。但高龄者放宽。\n禁忌：休克。应定期随访。"
    assert len(marked("降压目标", text)) == 3


@pytest.mark.parametrize(
    "sentence", ["1. 但老年人除外", "（2）禁忌证：休克", "• However, avoid it.", "- Do not use."]
)
def test_an_exception_is_known_behind_its_number_or_bullet(sentence: str) -> None:
    assert begins_with_exception(sentence)


@pytest.mark.parametrize("sentence", ["高龄者但求稳妥。", "The target is lower.", ""])
def test_an_ordinary_sentence_is_no_exception(sentence: str) -> None:
    assert not begins_with_exception(sentence)


def test_a_table_is_marked_by_its_rows_and_never_at_its_header() -> None:
    text = "药物 | 起始剂量\n二甲双胍 | 500 mg. 每日 1 次\n达格列净 | 10 mg"
    assert marked("二甲双胍的起始剂量", text, PassageKind.TABLE) == ["二甲双胍 | 500 mg. 每日 1 次"]


def test_a_table_whose_header_alone_fits_is_not_marked_at_the_header() -> None:
    text = "药物 | 起始剂量\n甲 | 1\n乙 | 2"
    assert "药物 | 起始剂量" not in marked("药物起始剂量", text, PassageKind.TABLE)


@pytest.mark.parametrize("mark", list(QualityMark))
def test_text_in_doubt_is_found_like_any_other(mark: QualityMark) -> None:
    """So that it opens where it answers; what shows it never sets it in bold."""
    assert marked("降压目标", "降压目标为<140/90 mmHg。", PassageKind.TEXT, mark) == [
        "降压目标为<140/90 mmHg。"
    ]


@pytest.mark.parametrize(
    "apparatus",
    ["（来源：《高血压指南》，2024，降压目标）", "注：降压目标见表。", "Note: target of blood pressure."],
)
def test_a_source_or_a_note_never_answers(apparatus: str) -> None:
    assert marked("降压目标", f"{apparatus}\n老年人降压应平稳，目标因人而异。") == [
        "老年人降压应平稳，目标因人而异。"
    ]


def test_neither_caption_nor_header_of_a_table_answers() -> None:
    table = "表 1 老年降压目标\n人群 | 老年降压目标\n老年 | <140/90 mmHg"
    assert marked("老年降压目标", table, PassageKind.TABLE) == ["老年 | <140/90 mmHg"]


def test_where_no_sentence_stands_out_none_is_marked() -> None:
    assert marked("降压目标", "骨折应固定。应拍片。") == []
    assert highlights(passage("骨折应固定。"), "降压目标", Clues([Clue(weight=1, alternatives=())])) == ()
    assert highlights(passage("骨折应固定。"), "", Clues([])) == ()


@given(
    st.text(st.sampled_from("血压目标。；\n. 1a但|除"), min_size=1, max_size=60), st.sampled_from(PassageKind)
)
def test_marks_are_whole_pieces_one_behind_the_other(text: str, kind: PassageKind) -> None:
    parts = pieces(text, kind)
    for before, after in pairwise(parts):
        assert before.end <= after.start
    assert all(text[part.start : part.end].strip() == text[part.start : part.end] for part in parts)
    assert "".join("".join(text[p.start : p.end] for p in parts).split()) == "".join(text.split())
    spans = highlights(passage(text, kind), "血压目标", clues("血压目标"))
    assert set(spans) <= set(parts)
    first = parts.index(spans[0]) if spans else 0
    assert list(spans) == parts[first : first + len(spans)]
