"""What the shipped list must hold: enough concepts, medicines told from what else a text is about, and whom it is about."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from knowledge.terms.termlist import SHIPPED, Concept, TermKind, shipped


def concept(name: str) -> Concept:
    """The concept that the name means when it stands alone."""
    (mention,) = shipped().mentions(name)
    return mention.concept


def kinds(name: str) -> set[TermKind]:
    return {mention.concept.kind for mention in shipped().mentions(name)}


def test_it_holds_the_field() -> None:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        kinds = Counter(row["kind"] for row in csv.DictReader(file))
    assert set(kinds) == set(TermKind)
    assert kinds[TermKind.TOPIC] >= 2000
    assert kinds[TermKind.DRUG] >= 1200


@pytest.mark.parametrize(
    "name",
    [
        "二甲双胍", "metformin", "SGLT2抑制剂", "beta-blocker", "甘精胰岛素", "狂犬病疫苗", "hepatitis B immunoglobulin",
        "连花清瘟", "丹参", "normal saline", "造影剂", "阿达木单抗", "长效针剂", "免疫检查点抑制剂", "oxytocin", "叶酸",
        "局麻药", "口服补液盐",
    ],
)  # fmt: skip
def test_medicines_of_all_kinds_are_drugs(name: str) -> None:
    assert kinds(name) == {TermKind.DRUG}
    assert concept(name).is_subject


@pytest.mark.parametrize(
    "name",
    [
        "高血压", "insulin resistance", "青霉素过敏", "疫苗接种", "疫苗犹豫", "药物过量", "胆固醇", "白蛋白", "血糖",
        "大肠埃希菌", "起搏器", "宫内节育器", "胰岛素泵", "抗菌药物耐药", "化疗", "局部麻醉", "blood glucose", "安慰剂",
    ],
)  # fmt: skip
def test_diseases_tests_procedures_organisms_and_devices_are_topics(name: str) -> None:
    assert kinds(name) == {TermKind.TOPIC}
    assert concept(name).is_subject


@pytest.mark.parametrize(
    "name",
    [
        "老年患者", "older adults", "肾功能受损", "renal impairment", "血液透析", "dialysis", "腹膜透析", "肝功能不全", "机械瓣",
        "hepatic impairment", "肾移植受者", "transplant recipients", "免疫功能低下", "immunocompromised", "绝经后女性",
        "mechanical valve", "G6PD deficiency", "asplenia", "postmenopausal women", "育龄妇女", "孕妇", "哺乳期", "儿童", "新生儿", "preterm infant",
    ],
)  # fmt: skip
def test_people_whom_drugs_and_doses_differ_for_are_populations(name: str) -> None:
    assert TermKind.POPULATION in kinds(name)
    assert kinds(name) <= {TermKind.POPULATION, TermKind.TOPIC}


@pytest.mark.parametrize(
    "text",
    ["老年性痴呆", "绝经后骨质疏松症", "急性肾损伤", "肾移植", "免疫抑制剂", "妊娠期高血压疾病", "医务人员"],
)
def test_a_disease_or_drug_named_after_people_is_none_of_them(text: str) -> None:
    assert TermKind.POPULATION not in kinds(text)


@pytest.mark.parametrize(
    "name", ["抗生素", "antibiotics", "抗病毒药", "降压药", "blood thinner", "疫苗", "止痛药", "激素"]
)
def test_what_names_no_definite_drug_need_not_be_named_by_an_answer(name: str) -> None:
    assert not kinds(name) & {TermKind.DRUG, TermKind.POPULATION}


@pytest.mark.parametrize(
    "name", ["手术", "operation", "切除", "隔离", "住院", "门诊", "检查", "药物", "medication"]
)
def test_what_stands_in_a_text_on_anything_is_general(name: str) -> None:
    assert kinds(name) == {TermKind.GENERAL}


@pytest.mark.parametrize(
    "everyday, listed",
    [
        ("小女孩", "儿童"),
        ("boys", "child"),
        ("老爷子", "老年人"),
        ("seniors", "elderly"),
        ("baby", "newborn"),
        ("洗腎", "透析"),
    ],
)
def test_people_are_known_by_what_they_are_called_every_day(everyday: str, listed: str) -> None:
    meant = [mention.concept for mention in shipped().mentions(everyday)]
    assert concept(listed) in meant


def test_baby_aspirin_is_a_dose_and_no_baby() -> None:
    assert kinds("baby aspirin") == {TermKind.DRUG}


def test_a_mother_of_higher_age_is_pregnant_and_not_old() -> None:
    assert concept("高龄产妇") == concept("孕产妇")
    assert concept("高龄产妇") != concept("高龄")


@pytest.mark.parametrize(
    "graded, bare",
    [("CKD5", "CKD"), ("CKD3b", "CKD"), ("COPD4", "COPD"), ("NYHA3", "NYHA"), ("eGFR3", "eGFR")],
)
def test_abbreviations_are_known_with_their_grade(graded: str, bare: str) -> None:
    meant = [mention.concept for mention in shipped().mentions(bare)]
    assert meant
    assert [mention.concept for mention in shipped().mentions(graded)] == meant


def test_what_looks_like_a_word_with_a_grade_is_not_that_word() -> None:
    assert shipped().mentions("MEN1") == []


def test_what_is_said_of_a_subject_is_none() -> None:
    assert not concept("剂量").is_subject
    assert not concept("老年人").is_subject
