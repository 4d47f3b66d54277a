"""Where sentences end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sentences import semicolon_ends, sentence_ends

LIKELY = st.text(st.sampled_from("血压a Be1.5。！？!?()（）「」;；“”\n.,eg"), max_size=60)


def sentences(text: str) -> list[str]:
    cuts = [0, *sentence_ends(text)]
    return [text[start:end].strip() for start, end in pairwise(cuts)]


@given(st.one_of(LIKELY, st.text()))
def test_the_sentences_are_the_text(text: str) -> None:
    ends = sentence_ends(text)
    assert ends == sorted(set(ends))
    assert all(0 < end <= len(text) for end in ends)
    assert not text or ends[-1] == len(text)


@given(LIKELY)
def test_the_parts_between_semicolons_are_the_text(text: str) -> None:
    ends = semicolon_ends(text)
    assert ends == sorted(set(ends))
    assert ends[-1] == len(text)


def test_an_empty_text_has_no_sentence() -> None:
    assert sentence_ends("") == []


@pytest.mark.parametrize(
    "text, expected",
    [
        ("目标为<140/90 mmHg。但高龄者例外！", ["目标为<140/90 mmHg。", "但高龄者例外！"]),
        ("Start low. Go slow. Stop?", ["Start low.", "Go slow.", "Stop?"]),
        ("他说：「可以。」然后停药。", ["他说：「可以。」", "然后停药。"]),
        ("Use 500 mg. 二甲双胍首选。", ["Use 500 mg.", "二甲双胍首选。"]),
    ],
)
def test_sentences_end_at_their_marks_with_what_closes_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "whole",
    [
        "Start with 6.25 mg twice daily.",
        "Give a beta blocker (e.g. bisoprolol) first.",
        "Compared with placebo, i.e. nothing, it helped.",
        "See Fig. 2 and Smith et al. 2019 for details.",
        "二甲双胍（起始 500 mg。晚餐时服）可加量。",
        "1. Metformin is first-line.",
        "目标 7.0%，空腹 4.4~7.0 mmol/L。",
        "Dose: approx. 3 mL.",
    ],
)
def test_no_sentence_ends_inside_a_dose_an_abbreviation_or_a_bracket(whole: str) -> None:
    assert sentences(whole) == [whole]


def test_a_bracket_that_never_closes_does_not_swallow_the_text() -> None:
    text = "（" + "血压要控制。" * 200
    assert len(sentence_ends(text)) > 100


def test_semicolons_part_outside_brackets_only() -> None:
    text = "一线用药；（A；B）二线用药; 三线"
    assert [text[:end] for end in semicolon_ends(text)] == ["一线用药；", "一线用药；（A；B）二线用药;", text]
