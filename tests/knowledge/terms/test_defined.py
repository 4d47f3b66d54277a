"""Abbreviations that a document defines: taken where the letters fit and the name's beginning is certain, else left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.terms.defined import Definition, definitions, glossary


def defined(text: str) -> list[tuple[str, str, str]]:
    return [(found.abbreviation, found.zh, found.en) for found in definitions(text)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("长效注射剂（long-acting injection，LAI）用于维持治疗。", ("LAI", "长效注射剂", "long-acting injection")),
        ("治疗，推荐疾病修正治疗（DMT，disease modifying therapy）。", ("DMT", "疾病修正治疗", "disease modifying therapy")),
        ("(2)钙通道阻滞剂(calcium channel blocker,CCB)", ("CCB", "钙通道阻滞剂", "calcium channel blocker")),
        ("高密度脂蛋白膽固醇（high-density lipoprotein cholesterol，HDL-C）", ("HDL-C", "高密度脂蛋白膽固醇", "high-density lipoprotein cholesterol")),
        ("噻唑烷二酮类（thiazolidinediones，TZDs）药物", ("TZD", "噻唑烷二酮类", "thiazolidinediones")),
        ("Treat with albendazole (ALB) daily.", ("ALB", "", "albendazole")),
        ("the dapivirine vaginal ring (DVR) for women", ("DVR", "", "dapivirine vaginal ring")),
        ("of coronary artery calcium (CAC) is", ("CAC", "", "coronary artery calcium")),
        ("hepatocellular carcinoma (HCC)", ("HCC", "", "hepatocellular carcinoma")),
        ("tuberculosis (TB)", ("TB", "", "tuberculosis")),
        ("rapid diagnostic tests (RDTs)", ("RDT", "", "rapid diagnostic tests")),
        ("DRESS (drug reaction with eosinophilia and systemic symptoms)", ("DRESS", "", "drug reaction with eosinophilia and systemic symptoms")),
        ("美国癌症学会（AmericanCancerSociety，ACS）", ("ACS", "美国癌症学会", "American Cancer Society")),
        ("棕榈酸帕利哌酮1月剂（PP1M）", ("PP1M", "棕榈酸帕利哌酮1月剂", "")),
        ("每月注射，棕榈酸帕利哌酮1月剂（PP1M），以及", ("PP1M", "棕榈酸帕利哌酮1月剂", "")),
        ("、2 型多发性内分泌腺瘤病（MEN2）", ("MEN2", "2型多发性内分泌腺瘤病", "")),
        ("SMBP: self-monitoring of blood pressure.", ("SMBP", "", "self-monitoring of blood pressure")),
    ],
)  # fmt: skip
def test_a_definition_is_found_in_the_forms_that_guidelines_use(
    text: str, expected: tuple[str, str, str]
) -> None:
    assert defined(text) == [expected]


def test_items_of_a_list_of_abbreviations_vouch_for_each_other() -> None:
    assert defined("注：BMI:体重指数;SMM:骨骼肌质量") == [("BMI", "体重指数", ""), ("SMM", "骨骼肌质量", "")]
    assert defined("BMI:体重指数") == []


@pytest.mark.parametrize(
    "text",
    [
        "病毒性肝炎（HBsAg阳性）",
        "第二期上（IIA）",  # a stage
        "long-acting cabotegravir (CAB-LA)",  # the letters stand in another order
        "patients treated at home (LAI)",  # no letter fits
        "World Health Organization (2022)",
        "剂量（mg）",
        "体温和血压（BP）",  # 和 joins two things
        "尿白蛋白 / 肌酐比值（UACR）",  # a part of the name
        "确定的残疾进展（CDP）",
        "除非磁共振成像（MRI）不能完成",
        "2.缓解期治疗（DMT）",  # a heading, not a name
        "反转\n录酶抑制剂（NNRTI）",  # begins in the line before
        "首次提到：非核苷类（non-NRTIs，NNRTIs）",
        "Instead, GDG discussions considered it",
        "Source: WHO handbook",
        "（LAI）",
        "",
    ],
)
def test_what_is_no_certain_definition_is_left(text: str) -> None:
    assert defined(text) == []


def test_an_english_name_counts_where_the_chinese_ones_beginning_is_uncertain() -> None:
    text = "有多囊卵巢综合征（polycystic ovary syndrome，PCOS）者"
    assert defined(text) == [("PCOS", "", "polycystic ovary syndrome")]


def test_a_glossary_has_one_definition_an_abbreviation_and_none_where_two_contradict() -> None:
    texts = [
        "多发性硬化（multiple sclerosis，MS）",
        "多发性硬化（MS）。Multiple Sclerosis (MS)",
        "alveolar echinococcosis (AE)",
        "adverse event (AE)",
        "病程，缓解期治疗法（DMT）",
        "疾病修正治疗（disease modifying therapy，DMT）",
        "community health workers (CHWs) and a community health worker (CHW)",
    ]
    assert glossary(texts) == (
        Definition(abbreviation="MS", zh="多发性硬化", en="multiple sclerosis"),
        Definition(abbreviation="DMT", zh="疾病修正治疗", en="disease modifying therapy"),
        Definition(abbreviation="CHW", en="community health workers"),
    )


def test_a_text_made_to_be_slow_is_not() -> None:
    assert definitions("a " * 5000 + "(AAAAAAAAAA) " + "(" * 2000 + "AB: " * 2000) is not None


@given(st.text(alphabet="ABab1 -/,，;；:：()（）\n。、长效注射剂的和的", max_size=200))
def test_any_text_gives_definitions_with_a_name(text: str) -> None:
    for found in definitions(text):
        assert found.zh or found.en
        assert found.abbreviation in text
