"""What a question names, and a passage must name too before it counts as an answer."""

from __future__ import annotations

import pytest

from knowledge.answering.naming import Names, names_in
from knowledge.answering.question import PreparedQuestion, prepare
from knowledge.domain import Citation, Passage, PassageKind, Script
from knowledge.searchable import passage_tokens
from knowledge.terms.termlist import TermKind, TermList, TermRow
from knowledge.text import script_of

TERMS = TermList(
    [
        TermRow(zh=("糖尿病",), en=("diabetes",)),
        TermRow(zh=("二甲双胍",), en=("metformin",), kind=TermKind.DRUG),
        TermRow(zh=("沙库巴曲缬沙坦",), en=("sacubitril/valsartan",), abbreviations=("ARNI",), kind=TermKind.DRUG),
        TermRow(zh=("妊娠期", "孕妇"), en=("pregnancy", "pregnant"), kind=TermKind.POPULATION),
        TermRow(zh=("孕妇", "围产期"), en=("perinatal",), kind=TermKind.POPULATION),
        TermRow(zh=("儿童", "小儿"), en=("children", "paediatric"), kind=TermKind.POPULATION),
        TermRow(zh=("妊娠期高血压",), en=("hypertension in pregnancy",)),
        TermRow(zh=("小儿阿司匹林",), en=("paediatric aspirin",), kind=TermKind.DRUG),
        TermRow(zh=("剂量",), en=("dose",), kind=TermKind.GENERAL),
    ]
)  # fmt: skip


def asked(question: str) -> Names:
    prepared = prepare(question, TERMS)
    assert isinstance(prepared, PreparedQuestion)
    return names_in(prepared)


def missing(
    question: str, text: str, *, title: str = "指南", section: tuple[str, ...] = ()
) -> tuple[str, ...]:
    citation = Citation(
        title=title, year=2024, publisher=None, language="zh", section=section, page_first=1, page_last=1, page_label=None,
        source="a.pdf",
    )  # fmt: skip
    passage = Passage(
        id=1, document_id=1, edition_id=1, ordinal=0, kind=PassageKind.TEXT, script=script_of(text), text=text,
        tokens=passage_tokens(title, section, text, PassageKind.TEXT), citation=citation,
    )  # fmt: skip
    return asked(question).missing(passage, set(passage.tokens.split()))


ADULTS = "成人每日 500 mg，随餐服用。"


@pytest.mark.parametrize(
    "question, text, words",
    [
        ("二甲双胍的剂量", "阿卡波糖每次 50 mg。", ("二甲双胍",)),
        ("dose of Metformin", "Acarbose 50 mg.", ("Metformin",)),
        ("二甲双胍能用于孕妇吗", "二甲双胍是首选药物。", ("孕妇",)),
        ("小儿二甲双胍的剂量", "二甲双胍，成人每日 500 mg。", ("小儿",)),
        ("5 岁患者二甲双胍的剂量", "二甲双胍，成人每日 500 mg。", ("5 岁",)),
        ("metformin for a 5-year-old", "Metformin 500 mg for adults.", ("5-year",)),
        ("二甲双胍 850 mg 可以吗", "二甲双胍每日 500 mg。", ("850 mg",)),
        ("孕妇用 ARNI 200 mg 可以吗", ADULTS, ("ARNI", "孕妇", "200 mg")),
        ("妊娠期高血压的一线降压药", "高血压的一线降压药有 ACEI。", ("妊娠期高血压",)),
        ("drug for hypertension in pregnancy", "高血压的一线降压药有 ACEI。", ("hypertension in pregnancy",)),
    ],
)
def test_a_drug_a_patient_or_an_amount_that_a_passage_does_not_name_is_missing(
    question: str, text: str, words: tuple[str, ...]
) -> None:
    """In the question's own words."""
    assert missing(question, text) == words


@pytest.mark.parametrize(
    "question, text",
    [
        ("二甲双胍的剂量", "Metformin is given at 500 mg."),
        ("妊娠期高血压的一线降压药", "孕妇可用拉贝洛尔。"),
        ("小儿阿司匹林的剂量", "Paediatric aspirin: 75 mg for adults at risk."),
        ("二甲雙胍的劑量", "二甲双胍每日 500 mg。"),
        ("二甲双胍的剂量", "二甲雙胍每日 500 mg。"),
        ("dose of metformin", "二甲双胍每日 500 mg。"),
        ("沙库巴曲缬沙坦的剂量", "ARNI 起始 50 mg。"),
        ("ARNI 的剂量", "沙库巴曲缬沙坦起始 50 mg。"),
        ("孕妇能用吗，糖尿病", "妊娠期糖尿病首选胰岛素。"),
        ("孕妇能用吗，糖尿病", "围产期糖尿病首选胰岛素。"),
        ("is it safe in pregnancy, diabetes", "孕妇禁用。"),
        ("5 岁患者二甲双胍的剂量", "儿童：二甲双胍每日 500 mg。"),
        ("metformin for a 5-year-old", "Metformin in children: 500 mg."),
        ("metformin for a 5-year-old", "小儿二甲双胍每日 500 mg。"),
        ("二甲双胍 750 mg 可以吗", "二甲双胍每日 0.5～1 g。"),
    ],
)
def test_what_is_named_by_a_synonym_or_in_the_other_language_is_not_missing(question: str, text: str) -> None:
    """孕妇 is a name of two concepts: one of them is enough."""
    assert missing(question, text) == ()


def test_title_and_headings_name_as_the_text_does() -> None:
    assert missing("孕妇的剂量", ADULTS) == ("孕妇",)
    assert missing("孕妇的剂量", ADULTS, section=("4 妊娠期",)) == ()
    assert missing("二甲双胍的剂量", ADULTS, title="二甲双胍临床应用共识") == ()
    assert missing("糖尿病 850 mg", ADULTS, section=("每次 850 mg 者",)) == ()


@pytest.mark.parametrize("question", ["40 岁糖尿病患者", "a 40-year-old with diabetes", "64 岁糖尿病患者"])
def test_the_age_of_an_adult_who_is_not_old_need_not_be_named(question: str) -> None:
    """Guidelines for adults name no ages."""
    assert missing(question, ADULTS) == ()


def test_the_age_of_an_old_patient_must_be_spoken_of() -> None:
    assert missing("83 岁糖尿病患者", ADULTS) == ("83 岁",)
    assert missing("83 岁糖尿病患者", "80 岁及以上者 HbA1c 可放宽。") == ()


def test_a_disease_need_not_be_named() -> None:
    """A guideline on a disease seldom repeats it; whether it is named is a sign among others."""
    assert missing("糖尿病的剂量", ADULTS) == ()
    assert [subject.words for subject in asked("糖尿病的剂量").subjects] == ["糖尿病"]


def test_each_thing_named_is_of_one_kind_and_general_terms_are_of_none() -> None:
    names = asked("糖尿病孕妇二甲双胍的剂量")
    assert [[thing.words for thing in some] for some in (names.subjects, names.drugs, names.people)] == [
        ["糖尿病"],
        ["二甲双胍"],
        ["孕妇"],
    ]


def test_each_thing_is_missing_once() -> None:
    assert missing("儿童 850 mg 还是 850 mg", ADULTS) == ("儿童", "850 mg")


def test_names_are_of_both_scripts() -> None:
    """A Chinese text may write ARNI, an English one 二甲双胍 in brackets."""
    (drug,) = asked("二甲双胍的剂量").drugs
    for script in Script:
        assert set(TERMS.mentions("二甲双胍")[0].concept.names(script)) <= set(drug.names)
