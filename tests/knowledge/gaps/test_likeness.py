"""What counts as the same question: never another drug, another patient, another number, another disease."""

from __future__ import annotations

import pytest

from knowledge.answering.question import PreparedQuestion, prepare
from knowledge.gaps.likeness import names_the_same, plain
from knowledge.terms.termlist import shipped


def prepared(text: str) -> PreparedQuestion:
    found = prepare(text, shipped())
    assert isinstance(found, PreparedQuestion)
    return found


@pytest.mark.parametrize(
    "one, other",
    [
        ("阿托伐他汀起始剂量", "瑞舒伐他汀起始剂量"),
        ("二甲双胍 500 mg 一天几次", "二甲双胍 1000 mg 一天几次"),
        ("孕妇高血压用什么药", "老年高血压用什么药"),
        ("高血压患者的降压目标", "糖尿病患者的降压目标"),
        ("1型糖尿病的筛查", "2型糖尿病的筛查"),
        ("tofacitinib dose in rheumatoid arthritis", "baricitinib dose in rheumatoid arthritis"),
        ("二甲双胍最大剂量", "糖尿病最大剂量"),
    ],
)
def test_another_drug_patient_number_or_disease_is_another_question(one: str, other: str) -> None:
    assert not names_the_same(prepared(one), prepared(other))
    assert not names_the_same(prepared(other), prepared(one))


@pytest.mark.parametrize(
    "one, other",
    [
        ("手足口病隔离几天？", "请问手足口病要隔离几天"),
        ("麻疹疫苗什么时候打", "麻疹疫苗何时接种"),
        ("CURB-65 2分的肺炎要住院吗", "CURB-65 得 2 分，收不收住院"),
    ],
)
def test_other_words_for_the_same_name_the_same(one: str, other: str) -> None:
    assert names_the_same(prepared(one), prepared(other))


@pytest.mark.parametrize("other", ["高血壓 怎麼治?", "高血压怎么治", "  高血压，怎么治？？ "])
def test_script_width_spaces_and_punctuation_make_no_difference(other: str) -> None:
    assert plain(other) == plain("高血压怎么治？")


@pytest.mark.parametrize(
    "one, other", [("给 1.5 mg", "给 15 mg"), ("6 12 月", "612 月"), ("4-6 周", "46 周")]
)
def test_what_parts_two_digits_makes_one(one: str, other: str) -> None:
    assert plain(one) != plain(other)
