"""Patient identifiers are masked; what a doctor asks about is not."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.privacy import MASK, is_masked, mask
from tests.knowledge.privacy.identifiers import questions

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"

ID_CARDS = [
    "11010519491231002X",
    "11010519491231002x",
    "440524188001010014",
    "110105 19491231 002X",
    "110105-19491231-002X",
    "110105 1949 1231 002X",
    "1101 0519 4912 3100 2X",
    "1101\u200b0519\u200b4912\u200b3100\u200b2X",
    "110105 194912 31002X",
    "１１０１０５１９４９１２３１００２Ｘ",
    "110105491231002",
]
PHONES = [
    "13812345678",
    "138 1234 5678",
    "138-1234-5678",
    "+8613812345678",
    "+86 138 1234 5678",
    "008613812345678",
    "１３８１２３４５６７８",
    "0755-12345678",
    "(010)12345678",
    "（０２０）１２３４５６７８",
]
INTERNATIONAL = ["+1 (415) 555-2671", "+44 20 7946 0958", "+852 9123 4567", "+886-2-2720-8889", "+6591234567"]
EMAILS = [
    "zhang.san@example.com",
    "a_b+c@mail.hospital.org.cn",
    "13812345678@qq.com",
    "ｚｓ＠ example.com".replace(" ", "").replace("ｚｓ", "zs"),
]
IDENTIFIERS = [*ID_CARDS, *PHONES, *INTERNATIONAL, *EMAILS]

STAYS = [
    "比索洛尔 6.25~12.5 mg，每日 1 次",
    "血压 <140/90 mmHg，130/80~139/89",
    "收缩压 120-129 和舒张压 70-79",
    "HBV DNA 2×10^5 IU/mL，1.5×10⁵",
    "FEV1 改变 +200 mL 或 +12%",
    "体重 +10 20 30",
    "HbA1c 7.0%, eGFR 30-45 mL/min/1.73 m2",
    "血小板 100000-300000 /μL",
    "Na+ 135-145 mmol/L, Ca2+ 2.25",
    "CD4+ 350 cells/μL",
    "2019-2024 年，2024年10月31日，20241031",
    "ICD-10 I10.x02, E11.900, J44.1",
    "PMID: 31234567, PMC7654321",
    "NCT01234567, NCT04567890123",
    "ChiCTR1800012345, ChiCTR-IPR-15007654, ISRCTN13812345678",
    "EudraCT 2013-001234-56",
    "doi:10.1056/NEJMoa1813812345",
    "10.3760/cma.j.cn112138-20230101-00012",
    "10.1016/S0140-6736(20)30183-5",
    "ISSN 0253-3758, ISBN 978-7-117-13912-3, 9787117139123",
    "GB/T 19489-2008, WS 310.2-2016",
    "0.125-0.25 mg qd",
    "1,000,000 U",
    "氯丙嗪等效剂量 400-500 | 650-800-1000",
    "国药准字H20123456, ATC C09AA05, A10BA02, I48.91",
    "CAS 657-24-9, UMLS C0011849, RxNorm 860975, SNOMED 73211009",
    "PMID: 9742976，GSE12345678，rs1801133，JX-594",
    "住院 7 天，住院7d，门诊 3 次，ICU 10 床，每千人 6.5 床",
    "WHO 2021;23(4):1234-1245. N Engl J Med 2019;380:11-22",
    "LDL-C 1.4 mmol/L (55 mg/dL), NT-proBNP 125-450 pg/mL",
    "CHA2DS2-VASc 评分 2 分，HAS-BLED ≥3，Child-Pugh B，NYHA III",
    "0.9% 氯化钠 500 mL，0.5-1.0 mg/kg，2000-3000 IU",
]

#: What follows 患者 or "patient" and is nobody's name.
NO_NAMES = [
    "患者，男，65岁，高血压",
    "患者，女，70 岁，房颤",
    "患者高血压，目标是多少",
    "患者：高血压，糖尿病",
    "患者何时启动胰岛素？",
    "患者黄疸，怎么处理",
    "患者于术后 3 天发热",
    "患者白细胞 2.0×10⁹/L",
    "患者高敏C反应蛋白升高",
    "病人安全，患者方便，患者水肿",
    "患者曾用阿司匹林，患者易感，患者严重",
    "患者张力性气胸、患者李斯特菌感染",
    "患者陈旧性心梗，患者左侧偏瘫",
    "孕妇贫血，产妇温度 38.5，患儿常规接种",
    "病人李某，患者王某某，男",
    "姓名不详，男，昏迷",
    "patient with diabetes",
    "Patient With Type 2 Diabetes",
    "Patient Health Questionnaire-9, patient Global Assessment",
    "patients with Killip Class II, patient Child-Pugh B",
    "Patient: male, 65 years, hypertension",
    "Patient: Elderly Man with COPD",
    "drug name: Metformin Hydrochloride; brand name: Lipitor",
    "the patient is Asian; the patient has Crohn disease",
    "MS patients on natalizumab; ID consult in 2023",
]

NAMES = {
    "患者{}，男，65岁": ["张三", "王建国", "欧阳娜娜", "司马光", "高建国", "何丽", "白洁", "安志强"],
    "姓名：{}，住院": ["张三", "李四", "阿卜杜拉·买买提", "高敏", "全智"],
    "病人{}男65岁": ["李小明", "赵六"],
    "患者{}因胸痛入院": ["陈静", "刘德海"],
    "患者姓名：{} 性别：女": ["上官婉儿", "马兰"],
    "patient: {}, 65": ["John Smith", "Mary-Jane O'Neil", "Zhang San", "Anna B. McDonald", "李雷"],
    "Patient name: {}. Target?": ["Smith, John", "Maria Rossi", "john smith"],
    "The patient, {}, has gout": ["Li Xiaoming", "Susan Fitzgerald"],
    "Mr. {} has gout": ["Smith", "John Smith"],
}
RECORDS = {
    "住院号{}，肺炎": ["123456", "ZY0012345", "00123"],
    "住院号：{} 肺炎": ["12345678"],
    "病历号 {}，肺炎": ["A-123456"],
    "床号{}。": ["3", "12", "B12"],
    "{}床患者发热": ["3", "12"],
    "MRN: {}, pneumonia": ["1234567", "AB12345"],
    "Hospital number {}.": ["K123456"],
    "身份证{}，肺炎": ["123456789"],
    "电话：{}。": ["64215576", "6421 5576"],
    "微信：{}，高血压": ["zhangsan_88", "wx123456"],
    "护照号{}": ["E12345678", "H1234567"],
}


@pytest.mark.parametrize("identifier", IDENTIFIERS)
@pytest.mark.parametrize("around", ["{}", "65 岁，{}，高血压", "patient ({}) asks", "电话：{}。"])
def test_an_identifier_is_hidden_whole_and_nothing_else_is(identifier: str, around: str) -> None:
    assert mask(around.format(identifier)) == around.format(MASK * len(identifier))


@pytest.mark.parametrize("text", STAYS)
def test_what_medicine_writes_stays(text: str) -> None:
    assert mask(text) == text


def test_every_identifier_of_a_text_is_hidden() -> None:
    assert mask("13812345678、13912345678 a@b.cn") == f"{MASK * 11}、{MASK * 11} {MASK * 6}"


def test_it_is_told_whether_something_was_hidden() -> None:
    assert is_masked(mask("电话 13812345678"))
    assert not is_masked(mask("血压 140/90"))


@given(st.text())
@example("138𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖")
@example("😀13812345678😀")
def test_a_masked_text_has_as_many_utf_16_units(text: str) -> None:
    """Telegram's offsets count them."""
    assert len(mask(text).encode("utf-16-le")) == len(text.encode("utf-16-le"))


@given(st.text(st.sampled_from("0123456789 -+()Xx@.１３＋年患a"), max_size=60))
def test_a_masked_text_has_nothing_left_to_mask(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.sampled_from(IDENTIFIERS), st.text(st.characters(categories=["Lo", "So"], codec="utf-8")))
def test_chinese_words_around_an_identifier_do_not_hide_it_from_us(identifier: str, words: str) -> None:
    assert identifier not in mask(f"{words}{identifier}{words}")


@given(
    st.integers(1, 9999),
    st.integers(1, 999),
    st.sampled_from([" mg", " mmHg", " mL/min", "%", " 岁", " U/L"]),
)
def test_no_figure_with_its_unit_is_taken_for_a_number_of_a_person(whole: int, other: int, unit: str) -> None:
    for text in (
        f"{whole}.{other}{unit}",
        f"{whole}/{other}{unit}",
        f"{whole}-{other}{unit}",
        f"+{whole}{unit}",
    ):
        assert mask(text) == text


@pytest.mark.parametrize("text", NO_NAMES)
def test_a_word_that_follows_patient_is_not_taken_for_a_name(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "frame, told", [(frame, told) for frame, all_ in (NAMES | RECORDS).items() for told in all_]
)
def test_what_a_word_announces_is_hidden_whole_and_the_rest_stays(frame: str, told: str) -> None:
    assert mask(frame.format(told)) == frame.format(MASK * len(told))


def test_of_ten_thousand_questions_each_loses_its_identifier_and_nothing_else() -> None:
    left = [each for each in questions(10_000) if mask(each.text) != each.masked]
    assert left == []


def clean_questions() -> list[str]:
    """Every question of the benchmarks, none of which names anybody."""
    asked = [
        json.loads(line)
        for path in sorted(BENCHMARKS.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return sorted(
        {text for each in asked for text in each.values() if isinstance(text, str)} | {*STAYS, *NO_NAMES}
    )


def test_of_the_clean_questions_none_is_changed() -> None:
    clean = clean_questions()
    assert len(clean) >= 500
    assert [text for text in clean if mask(text) != text] == []


@pytest.mark.parametrize(
    "piece", ["患者", "1", "1 ", "姓名：", "a@", "John Smith ", "0-", "(1", "张", "住院号", "1-", "+1 "]
)
def test_a_long_text_of_any_kind_takes_no_time(piece: str) -> None:
    began = time.perf_counter()
    mask((piece * 4096)[:4096])
    assert time.perf_counter() - began < 0.5
