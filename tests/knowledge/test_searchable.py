"""A passage is found by its own words, by what its document and headings say, and by its best sentences."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from knowledge.domain import PassageKind
from knowledge.searchable import Encodable, passage_for_encoder, passage_tokens
from knowledge.text import encoded_text

TEXT, TABLE = PassageKind.TEXT, PassageKind.TABLE


def sentence(length: int) -> str:
    """So many ideographs, the full stop among them."""
    return "药" * (length - 1) + "。"


def sizes(text: str, kind: PassageKind = TEXT) -> list[int]:
    """How many characters each window has, the spaces between its sentences left out."""
    return [len(window.replace(" ", "")) for window in passage_for_encoder("", (), text, kind).windows]


# -------------------------------------------------------------------------------------------- the whole


def test_a_passage_is_encoded_with_its_title_and_headings() -> None:
    assert passage_for_encoder("指南", ("4 目标", "4.2 老年"), "正文。", TEXT) == Encodable(
        whole="指南 > 4 目标 > 4.2 老年\n正文。"
    )


def test_the_encoder_sees_simplified_characters() -> None:
    long = "老年患者的血壓應當緩慢地下降，並注意體位性低血壓的發生，每次就診均應測量立位血壓。" * 3
    for text in ("老年患者。", long):
        traditional = passage_for_encoder("高血壓", (), text, TEXT)
        assert traditional == passage_for_encoder("高血压", (), simplified(text), TEXT)


def simplified(text: str) -> str:
    return text.translate(str.maketrans("壓應當緩並體發測診", "压应当缓并体发测诊"))


# -------------------------------------------------------------------------------------------- windows


def test_a_short_passage_has_no_windows() -> None:
    """Its one vector says the same: a window of it would be the passage again."""
    assert passage_for_encoder("指南", ("目标",), "血压应降至<140/90 mmHg。", TEXT).windows == ()
    assert passage_for_encoder("指南", (), sentence(60) * 2, TEXT).windows != ()
    assert passage_for_encoder("指南", (), sentence(400), TEXT).windows == (), "one sentence is never cut"


def test_each_window_stands_behind_the_documents_title() -> None:
    windows = passage_for_encoder("指南", ("4 目标",), sentence(60) + sentence(70), TEXT).windows
    assert windows == (f"指南\n{sentence(60)}", f"指南\n{sentence(70)}")


def test_an_empty_title_leaves_no_trace() -> None:
    made = passage_for_encoder("", (), sentence(60) + sentence(70), TEXT)
    assert made.windows == (sentence(60), sentence(70))
    assert made.whole == sentence(60) + sentence(70)


def test_short_sentences_share_a_window_until_it_is_about_as_long_as_an_answer() -> None:
    assert sizes(sentence(20) * 9) == [60, 60, 60]


def test_a_window_that_has_enough_takes_in_no_more() -> None:
    assert sizes(sentence(50) + sentence(10) + sentence(60)) == [50, 70]


def test_a_window_takes_in_no_sentence_that_makes_it_too_long() -> None:
    assert sizes(sentence(30) + sentence(110)) == [30, 110]


def test_a_sentence_of_a_few_words_never_stands_alone_before_another_one() -> None:
    """「用法如下：」 says nothing by itself."""
    assert sizes(sentence(20) + sentence(200) + sentence(60)) == [220, 60]


def test_latin_text_needs_three_times_as_many_characters() -> None:
    words = "Metformin is the first drug to be given in type two diabetes. "
    assert len(words) > 50
    windows = passage_for_encoder("", (), words * 6, TEXT).windows
    assert [window.count("Metformin") for window in windows] == [3, 3]


def test_rows_of_a_table_are_never_cut() -> None:
    rows = [
        f"第{n}种常用口服药 | 每日一次，每次{n}毫克。餐后服用。肾功能不全者减量。" for n in "一二三四五六"
    ]
    windows = passage_for_encoder("", (), "\n".join(rows), TABLE).windows
    assert len(windows) > 1
    assert all(sum(encoded_text(row) in window for window in windows) == 1 for row in rows)


prose = st.lists(
    st.builds(
        lambda filler, times, end: filler * times + end,
        st.sampled_from(["控制血压", "每日 5 mg ", "be treated ", "（见表1）", "随访"]),
        st.integers(1, 40),
        st.sampled_from(["。", "！", ". ", "；", "\n", ""]),
    ),
    max_size=12,
).map("".join)


@given(prose, st.sampled_from(PassageKind))
def test_windows_hold_every_sentence_once_in_order(text: str, kind: PassageKind) -> None:
    windows = passage_for_encoder("", (), text, kind).windows
    assert len(windows) != 1
    if windows:
        assert bare("".join(windows)) == bare(encoded_text(text))


@given(prose, st.sampled_from(PassageKind))
def test_windows_have_the_title_and_are_else_the_same(text: str, kind: PassageKind) -> None:
    plain = passage_for_encoder("", ("一",), text, kind).windows
    assert passage_for_encoder("指南", (), text, kind).windows == tuple(f"指南\n{one}" for one in plain)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


# ----------------------------------------------------------------------------------------------- words


def test_tokens_stand_a_line_for_the_context_and_one_for_each_sentence() -> None:
    lines = passage_tokens("高血压", ("目标",), "先降压。再随访。", PassageKind.TEXT).split("\n")
    assert len(lines) == 3
    assert "血压" in lines[0].split()
    assert "降压" in lines[1].split()
    assert "随访" in lines[2].split()


def test_each_row_of_a_table_is_a_line() -> None:
    assert passage_tokens("药", (), "名称 | 剂量\n甲 | 5 mg\n乙 | 10 mg", PassageKind.TABLE).count("\n") == 3
