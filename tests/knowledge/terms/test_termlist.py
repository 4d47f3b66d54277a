"""The terms that bridge a question to passages which say the same in other words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.domain import Script
from knowledge.terms.termlist import TermKind, TermList, TermRow, read
from knowledge.text import tokens

ROWS = [
    TermRow(zh=("高血压", "高血压病"), en=("hypertension", "high blood pressure"), abbreviations=("HTN",)),
    TermRow(
        zh=("2型糖尿病", "二型糖尿病"),
        en=("type 2 diabetes", "type 2 diabetes mellitus"),
        abbreviations=("T2DM",),
    ),
    TermRow(zh=("糖尿病",), en=("diabetes",)),
    TermRow(
        zh=("慢性阻塞性肺疾病", "慢阻肺"),
        en=("chronic obstructive pulmonary disease",),
        abbreviations=("COPD",),
    ),
    TermRow(zh=("β受体阻滞剂",), en=("beta-blocker", "beta blocker")),
    TermRow(zh=("他汀",), en=("statin",)),
    TermRow(zh=("老年",), en=("elderly",), kind=TermKind.GENERAL),
]
TERMS = TermList(ROWS)
FIRST_NAME = {TERMS.mentions(row.en[0])[0].concept.en: row.en[0] for row in ROWS}


def named(text: str) -> set[str]:
    """The first English name of each concept that the text names."""
    return {FIRST_NAME[mention.concept.en] for mention in TERMS.mentions(text)}


@pytest.mark.parametrize(
    "text",
    [
        "高血压的目标",
        "高血壓的目標",
        "HTN targets",
        "target in Hypertension?",
        "high blood pressure in men",
        "ｈｔｎ",
    ],
)
def test_a_concept_is_found_by_any_of_its_names_in_either_script(text: str) -> None:
    assert named(text) == {"hypertension"}


@pytest.mark.parametrize("text", ["2型糖尿病", "二型糖尿病", "type 2 diabetes mellitus"])
def test_what_a_part_of_a_name_names_is_within_it(text: str) -> None:
    """And not what all of it names."""
    (mention,) = TERMS.mentions(text)
    within = {FIRST_NAME[concept.en] for concept in TERMS.within(mention)}
    assert "diabetes" in within
    assert (FIRST_NAME[mention.concept.en] in within) == (text == "type 2 diabetes mellitus")


def test_nothing_is_within_a_name_of_one_piece() -> None:
    (mention,) = TERMS.mentions("HTN")
    assert TERMS.within(mention) == []


@pytest.mark.parametrize("text", ["COPD3", "copd4 期", "GOLD COPD3b"])
def test_an_abbreviation_with_its_grade_is_known(text: str) -> None:
    assert named(text) == {"chronic obstructive pulmonary disease"}


def test_a_word_is_no_abbreviation_and_has_no_grade() -> None:
    """MEN1 is a disease of both sexes."""
    men = TermList([TermRow(zh=("男性",), en=("male", "men"), kind=TermKind.GENERAL)])
    assert len(men.mentions("men with gout")) == 1
    assert men.mentions("MEN1 的筛查") == []


def test_a_name_that_ends_in_a_figure_is_not_taken_for_a_grade() -> None:
    both = TermList(
        [TermRow(zh=(), en=(), abbreviations=("HER",)), TermRow(zh=(), en=(), abbreviations=("HER2",))]
    )
    (mention,) = both.mentions("HER2")
    assert mention.words == "HER2"
    assert mention.concept.en == (frozenset({"her2"}),)


def test_the_longest_name_at_a_place_is_meant() -> None:
    assert named("type 2 diabetes mellitus") == {"type 2 diabetes"}
    assert named("二型糖尿病") == {"type 2 diabetes"}
    assert named("diabetes") == {"diabetes"}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2型糖尿病的首选药", "type 2 diabetes"),
        ("β受体阻滞剂的剂量", "beta-blocker"),
        ("老年2型糖尿病", "type 2 diabetes"),
    ],
)
def test_a_chinese_name_that_begins_with_a_figure_or_letter_is_found(text: str, expected: str) -> None:
    assert named(text) - {"elderly"} == {expected}


def test_a_text_names_several_concepts_each_once() -> None:
    assert named("慢阻肺合并高血压，COPD") == {"chronic obstructive pulmonary disease", "hypertension"}
    mentions = TERMS.mentions("慢阻肺与慢性阻塞性肺疾病与慢阻肺")
    assert len(mentions) == 1


@pytest.mark.parametrize("text", ["statins", "Statin", "beta blockers", "beta-blockers", "Beta-Blocker"])
def test_plurals_and_hyphens_do_not_matter(text: str) -> None:
    assert len(TERMS.mentions(text)) == 1


@pytest.mark.parametrize("text", ["", "今天天气", "血压", "a b c", "？！"])
def test_what_is_not_named_is_not_found(text: str) -> None:
    assert named(text) == set()


def test_a_passage_names_a_concept_when_it_holds_every_token_of_a_name() -> None:
    (mention,) = TERMS.mentions("HTN")
    concept = mention.concept
    assert concept.is_named_in(set(tokens("老年高血压患者")), Script.CHINESE)
    assert concept.is_named_in(set(tokens("Patients with high blood pressure")), Script.OTHER)
    assert not concept.is_named_in(set(tokens("high fever and low pressure")), Script.OTHER)
    assert not concept.is_named_in(set(tokens("高血糖")), Script.CHINESE)


def test_an_abbreviation_names_its_concept_in_passages_of_both_scripts() -> None:
    (mention,) = TERMS.mentions("慢阻肺")
    for script in Script:
        assert mention.concept.is_named_in(set(tokens("COPD")), script)


def test_a_mention_holds_the_tokens_it_was_named_with() -> None:
    (mention,) = TERMS.mentions("高血压的目标")
    assert mention.tokens == set(tokens("高血压"))
    assert not mention.tokens & set(tokens("目标"))


def test_an_empty_list_names_nothing() -> None:
    assert TermList([]).mentions("高血压 hypertension") == []


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_may_be_looked_through(text: str) -> None:
    TERMS.mentions(text)


@given(
    st.lists(
        st.sampled_from([name for row in ROWS for name in (*row.zh, *row.en, *row.abbreviations)]), max_size=4
    )
)
def test_names_set_apart_are_all_found(names: list[str]) -> None:
    whole = {id(m.concept) for m in TERMS.mentions("。".join(names))}
    assert whole == {id(m.concept) for name in names for m in TERMS.mentions(name)}


def test_what_a_text_can_be_about_is_told_from_what_it_says_of_it() -> None:
    topics = {mention.concept.kind is TermKind.TOPIC for mention in TERMS.mentions("高血压")}
    assert topics == {True}
    assert [mention.concept.kind is TermKind.TOPIC for mention in TERMS.mentions("elderly")] == [False]


def test_a_list_is_read_from_a_table_with_alternatives(tmp_path: Path) -> None:
    table = tmp_path / "terms.csv"
    table.write_text(
        "zh,en,abbreviations,kind\n"
        "高血压|高血压病,hypertension | high blood pressure,HTN,topic\n"
        "房颤,,AF,topic\n"
        "剂量,dose,,general\n",
        "utf-8",
    )
    terms = read(table)
    for text in ("高血压病", "high blood pressure", "HTN", "房颤", "AF", "dose"):
        assert len(terms.mentions(text)) == 1, text
    assert terms.mentions("") == []
    assert terms.mentions("剂量")[0].concept.kind is not TermKind.TOPIC
    assert terms.mentions("房颤")[0].concept.kind is TermKind.TOPIC


@pytest.mark.parametrize(
    "row, is_disease",
    [
        (TermRow(zh=("痛风",), en=("gout",)), True),
        (TermRow(zh=("肺炎",), en=()), True),
        (TermRow(zh=(), en=("bronchiectasis", "cystic fibrosis of the lung", "nephropathy")), True),
        (TermRow(zh=("呼气试验",), en=("breath test",)), False),
        (TermRow(zh=("心脏手术",), en=("cardiac surgery",)), False),
        (TermRow(zh=("抗癌药物",), en=("antineoplastic",), kind=TermKind.DRUG), False),
        (TermRow(zh=("出血",), en=("bleeding",), kind=TermKind.GENERAL), False),
    ],
)
def test_a_topic_whose_name_ends_as_those_of_diseases_is_one(row: TermRow, is_disease: bool) -> None:
    (mention,) = TermList([row]).mentions((*row.zh, *row.en)[0])
    assert mention.concept.is_disease is is_disease
