"""The figures that a question names, and which passages speak of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.answering.figures import Figure, figures_named, speaks_of


def named(question: str) -> list[str]:
    return [figure.text for figure in figures_named(question)]


def the_figure(question: str) -> Figure:
    (figure,) = figures_named(question)
    return figure


# ------------------------------------------------------------------------------------- what a question names


@pytest.mark.parametrize(
    "question, figures",
    [
        ("eGFR 38 的糖尿病患者能用二甲双胍吗？", ["38"]),
        ("发病 5 小时还能溶栓吗", ["5 小时"]),
        ("发病5小時還能溶栓嗎", ["5小時"]),
        ("83 岁高血压患者的降压目标", ["83 岁"]),
        ("阿司匹林负荷量 300mg 还是 160 mg", ["300mg", "160 mg"]),
        ("４０ ｍｇ 阿托伐他汀", ["４０ ｍｇ"]),
        ("胰岛素 10 单位", ["10 单位"]),
        ("血钾 5.6 mmol/L 怎么处理", ["5.6 mmol/L"]),
        ("HbA1c 7.5% 时如何用药", ["7.5%"]),
        ("血压 150/95 mmHg", ["150", "95 mmHg"]),
        ("a 40-year-old with eGFR of 38", ["40-year", "38"]),
        ("thrombolysis 5 hours after onset", ["5 hours"]),
        ("levothyroxine 25 µg or 50 mcg", ["25 µg", "50 mcg"]),
        ("amoxicillin for 14 days", ["14 days"]),
        ("HAS-BLED 3 points", ["3 points"]),
        ("二甲双胍 1,000 mg", ["1,000 mg"]),
        ("抗凝三个月还是十二个月", ["三个月", "十二个月"]),
        ("阿莫西林 10 mg/kg", ["10 mg/kg"]),
        ("泼尼松 30 mg/d", ["30 mg/d"]),
    ],
)
def test_amounts_are_named_with_their_units_as_the_question_writes_them(
    question: str, figures: list[str]
) -> None:
    """In either script of Chinese, in full width and in English."""
    assert named(question) == figures


@pytest.mark.parametrize(
    "question",
    [
        "2024 年的指南有什么变化",
        "what changed in the 2024 guideline",
        "2型糖尿病的首选药",
        "2 型糖尿病",
        "type 2 diabetes",
        "CKD 3 期能用吗",
        "CKD G3a",
        "CKD stage 3b",
        "1级高血压",
        "grade 2 hypertension",
        "第 3 代头孢菌素",
        "NYHA class 3",
        "β2 受体激动剂",
        "α1 受体阻滞剂",
        "SGLT2 抑制剂",
        "COVID-19",
        "CHA2DS2-VASc 评分",
        "维生素 B12",
        "HbA1c 的目标",
        "高血压的降压目标",
        "what is the blood pressure target",
        "阿莫西林一天几次，一次几片",
        "",
    ],
)
def test_years_and_the_numbers_in_names_are_no_amounts(question: str) -> None:
    assert named(question) == []


@pytest.mark.parametrize(
    "question, is_age",
    [
        ("5 岁患儿的剂量", True),
        ("5歲患兒的劑量", True),
        ("a 5-year-old child", True),
        ("a 5 year old child", True),
        ("a 5 yo child", True),
        ("a 5 y/o child", True),
        ("服药 5 年后", False),
        ("for 5 years", False),
        ("5 个月", False),
        ("5 mg", False),
    ],
)
def test_an_age_is_told_from_a_time(question: str, is_age: bool) -> None:
    assert the_figure(question).is_age is is_age


# ------------------------------------------------------------------------------- what a passage speaks of


@pytest.mark.parametrize(
    "question, passage",
    [
        ("eGFR 38", "eGFR 30～44 mL/min 时减量"),
        ("eGFR 38", "reduce the dose when eGFR is 30-44"),
        ("eGFR 38", "30 ≤ eGFR ≤ 44：30 至 44 者减半"),
        ("83 岁", "80岁及以上高龄者应降至<150/90 mmHg"),
        ("83 岁", "年龄超过 60 岁"),
        ("a 83-year-old", "80 years or older"),
        ("3 小时", "发病 4.5 h 以内"),
        ("7.5 mg", "每日 5～10 mg"),
        ("7.5 mg", "5 mg to 10 mg daily"),
        ("HbA1c 8%", "HbA1c≥7.0%"),
        ("140 mmHg", "血压应降至<140/90 mmHg"),
    ],
)
def test_a_range_or_limit_of_the_dimension_decides_about_an_amount(question: str, passage: str) -> None:
    assert speaks_of(passage, the_figure(question))


@pytest.mark.parametrize(
    "question, passage",
    [
        ("300 mg", "负荷剂量 0.3 g"),
        ("0.3 g", "负荷剂量 300 mg"),
        ("0.7 g", "每日 700 mg"),
        ("0.5 毫克", "起始 500 μg"),
        ("90 分钟", "1.5 小时"),
        ("48 h", "2 天"),
        ("12 months", "连用 1 年"),
        ("14 天", "for 2 weeks"),
        ("10 单位", "10 U 皮下注射"),
        ("5 小时", "发病 5 h 時"),
        ("28 周", "妊娠第 28 周"),
        ("300 mg", "剂量（mg）| 300"),
        ("1,000 mg", "每日 1000 mg"),
        ("1000 mg", "1,000 mg daily"),
        ("3 个月", "至少抗凝三个月"),
        ("三个月", "抗凝 3 个月"),
        ("12 周", "疗程十二周"),
        ("30 mg", "泼尼松 30 mg/d"),
        ("30 mg/天", "30 mg daily"),
        ("10 mg/kg", "每次 10 mg/kg，一日三次"),
        ("CURB-65 得 2 分", "0～1 分门诊治疗，2 分建议住院"),
        ("CURB-65 得 2 分", "CURB-65 score of 2: consider admission"),
    ],
)
def test_the_same_amount_may_be_written_in_another_unit_or_language(question: str, passage: str) -> None:
    """Or without its unit, which a table has in its header."""
    assert speaks_of(passage, the_figure(question))


@pytest.mark.parametrize(
    "question, passage",
    [
        ("300 mg", "每次 30 mg，一日三次"),
        ("30 mg", "每次 300 mg，一日三次"),
        ("3 mg", "每次 0.3 mg"),
        ("5 mg", "每次 5 g"),
        ("5 mg", "连用 5 天"),
        ("5 小时", "发病 4.5 h 内溶栓"),
        ("5 小时", "静脉滴注 3～4 小时"),
        ("20 mg", "每日 5～10 mg"),
        ("eGFR 50", "eGFR 30～44 mL/min 时减量"),
        ("10 岁", "每日 5～20 mg"),
        ("30 mmHg", "30%"),
        ("2 mg", "2型糖尿病、2 型糖尿病和 type 2 diabetes 的首选药物"),
        ("3 天", "CKD 3 期，第 3 代头孢菌素，grade 3"),
        ("300 mg", "二甲双胍是首选药物。"),
        ("300 mg", ""),
        ("10 mg", "每次 10 mg/kg"),
        ("10 mg/kg", "每次 10 mg"),
        ("5 mg", "5 治疗\n起始剂量 10 mg。"),
        ("2 mg", "见表 2，起始剂量 10 mg。"),
        ("2 mg", "Table 2 lists doses of 10 mg"),
        ("5 mg", "评分 5，无剂量"),
        ("1 mg", "每日 1,000 mg"),
    ],
)
def test_another_amount_or_dimension_says_nothing_on_the_one_asked_for(question: str, passage: str) -> None:
    assert not speaks_of(passage, the_figure(question))


@pytest.mark.parametrize(
    "passage", ["eGFR ≥30 者可用", "血小板 >200 个", "tier 2-4 or less than 500 people", "5 治疗\n1～400"]
)
def test_a_limit_of_something_else_says_nothing_on_an_amount(passage: str) -> None:
    assert not speaks_of(passage, the_figure("300 mg"))


# ------------------------------------------------------------------------------------------------- any text


fragments = st.lists(
    st.one_of(
        st.text(max_size=4),
        st.sampled_from(
            [*"0123456789", "1.5", ".", "-", "～", "至", " to ", "mg", "μg/kg", "mmol/l", "小时", "岁", "%", "≥", "以上", " ",
             "type ", "型", "第", "year-old", "٣", "²", "½", "1e9", "9" * 400]
        ),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(fragments, fragments)
def test_any_texts_whatever_can_be_compared(question: str, passage: str) -> None:
    for figure in figures_named(question):
        assert figure.text
        assert figure.number >= 0
        assert speaks_of(passage, figure) in (True, False)


def test_a_page_of_digits_takes_no_time() -> None:
    """Its length is that of what a hostile file may hold; were the time its square, this would take minutes."""
    assert not speaks_of("9" * 50_000, the_figure("300 mg"))


@given(
    st.integers(1, 999),
    st.sampled_from(["mg", "g", "mmHg", "%", "天", "h", "岁", "单位"]),
    st.sampled_from(["每次{}", "剂量为 {} 。", "at {}, then", "（{}）"]),
)
def test_a_passage_that_repeats_an_amount_speaks_of_it(number: int, unit: str, frame: str) -> None:
    amount = f"{number} {unit}"
    assert speaks_of(frame.format(amount), the_figure(amount))
