"""Whether a question asks for a dose or a time, and whether a passage has one."""

from __future__ import annotations

import pytest

from knowledge.answering.asked_figure import asks_for_dose, asks_for_time, has_dose, has_dose_of, has_time
from knowledge.answering.naming import Named
from knowledge.text import search_text, tokens

METFORMIN = Named(words="二甲双胍", names=(frozenset(tokens("二甲双胍")), frozenset(tokens("metformin"))))


@pytest.mark.parametrize(
    "question",
    ["二甲双胍的起始剂量", "二甲雙胍的起始劑量", "每天吃几片", "阿司匹林多少毫克", "胰岛素泵速", "胰岛素打多少单位", "dose of metformin",
     "Dosing in renal impairment", "How many mg of aspirin?", "how much is given, 80 mg?", "when to titrate"],
)  # fmt: skip
def test_a_question_for_a_dose_is_told_in_either_language_and_script(question: str) -> None:
    assert asks_for_dose(search_text(question))


@pytest.mark.parametrize(
    "question", ["高血压的降压目标", "首选药物是什么", "疗程多久", "an overdosed patient", "how long to treat", "images of the lung"]
)  # fmt: skip
def test_a_question_for_something_else_asks_for_no_dose(question: str) -> None:
    assert not asks_for_dose(search_text(question))


@pytest.mark.parametrize(
    "question",
    ["疗程多久", "療程多長", "抗生素用几天", "多少周后复查", "双联抗血小板用几个月", "how long should it be taken", "How many weeks?",
     "duration of therapy", "screening interval", "how soon after the bite"],
)  # fmt: skip
def test_a_question_for_a_time_is_told_in_either_language_and_script(question: str) -> None:
    assert asks_for_time(search_text(question))


@pytest.mark.parametrize("question", ["二甲双胍的剂量", "首选药物", "first-line drug", "how much is given"])
def test_a_question_for_something_else_asks_for_no_time(question: str) -> None:
    assert not asks_for_time(search_text(question))


@pytest.mark.parametrize(
    "text", ["每次 500 mg", "0.5g", "25 µg", "10 單位", "2 片", "5 ML", "1 喷", "0.9%", "40 万 U", "3 puffs"]
)
def test_an_amount_with_its_unit_is_a_dose(text: str) -> None:
    assert has_dose(text)


@pytest.mark.parametrize("text", ["", "按说明书使用", "3 grades", "2 型糖尿病", "5 天", "一片"])
def test_a_number_of_something_else_is_no_dose(text: str) -> None:
    assert not has_dose(text)


def dosed(*sentences: str) -> bool:
    return has_dose_of([METFORMIN], sentences, [set(tokens(sentence)) for sentence in sentences])


def test_a_dose_counts_where_its_sentence_or_the_one_before_names_the_drug() -> None:
    assert dosed("二甲双胍起始 500 mg。")
    assert dosed("Start with metformin.", "Give 500 mg once daily.")


def test_the_dose_of_another_drug_does_not_count() -> None:
    assert not dosed("阿卡波糖起始 50 mg。")
    assert not dosed("二甲双胍是首选药物。", "不耐受者可换药。", "阿卡波糖起始 50 mg。")
    assert not dosed("阿卡波糖起始 50 mg。", "二甲双胍是首选药物。")


@pytest.mark.parametrize(
    "text",
    ["疗程 14 天", "療程 14 週", "for 6 Months", "每 8 h 一次", "终身服用", "終身", "lifelong", "立即"],
)
def test_a_time_is_told_in_either_language_and_script(text: str) -> None:
    assert has_time(text)


@pytest.mark.parametrize(
    "text", ["", "每次 500 mg", "按疗程使用", "a 3-hydroxy acid", "5 hypertensive patients"]
)
def test_what_names_no_time_has_none(text: str) -> None:
    assert not has_time(text)
