"""Misspelt English words are read as the nearest term; what anything knows stands, and no drug becomes another."""

from __future__ import annotations

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.terms.spelling import Correction, Spelled, Spelling, spelling_of
from knowledge.terms.termlist import SHIPPED, TermKind, TermList, TermRow, shipped, shipped_rows
from knowledge.text import tokens

FEW = Spelling(
    [
        TermRow(zh=("泼尼松",), en=("prednisone",), kind=TermKind.DRUG),
        TermRow(zh=("泼尼松龙",), en=("prednisolone",), kind=TermKind.DRUG),
        TermRow(zh=("二甲双胍",), en=("metformin",), kind=TermKind.DRUG),
        TermRow(zh=("出血",), en=("haemorrhage", "hemorrhage")),
        TermRow(zh=("小腿",), en=("carpal tunnel",)),
        TermRow(zh=("腕",), en=("tarsal tunnel",)),
    ]
)
ALL = spelling_of(shipped())


def nothing(token: str) -> bool:
    """A library that holds no word."""
    return False


def read(text: str, spelling: Spelling = ALL) -> str:
    return spelling.corrected(text, nothing).text


def drug_words() -> list[str]:
    rows = (row for row in shipped_rows() if row.kind is TermKind.DRUG)
    return sorted({word for row in rows for name in row.en for word in re.findall("[a-z]{6,}", name.lower())})


@pytest.mark.parametrize(
    "written, meant",
    [
        ("metfromin", "metformin"),
        ("amoxicilin", "amoxicillin"),
        ("carbamezapine", "carbamazepine"),
        ("hypertention", "hypertension"),
        ("diabetis", "diabetes"),
        ("pnuemonia", "pneumonia"),
        ("tubercolosis", "tuberculosis"),
        ("schistosomiais", "schistosomiasis"),
        ("anaphilaxis", "anaphylaxis"),
        ("losarten", "losartan"),
        ("thyriod", "thyroid"),
    ],
)
def test_a_misspelt_word_is_read_as_the_term_it_is_nearest_to(written: str, meant: str) -> None:
    assert read(f"dose of {written} in CKD?") == f"dose of {meant} in CKD?"
    assert read(f"{written}的剂量是多少") == f"{meant}的剂量是多少"
    assert read(f"insulin/{written}, beta-{written}.") == f"insulin/{meant}, beta-{meant}."


def test_what_was_read_otherwise_is_told_as_it_was_written() -> None:
    assert ALL.corrected("Metfromin for hypertention?", nothing) == Spelled(
        text="metformin for hypertension?",
        corrections=(
            Correction(written="Metfromin", read="metformin"),
            Correction(written="hypertention", read="hypertension"),
        ),
    )


def test_what_is_spelt_right_stands_to_the_letter() -> None:
    text = "Which β-blocker, Metoprolol or carvedilol? 高血压 140/90 HFrEF"
    assert ALL.corrected(text, nothing) == Spelled(text=text)


# ------------------------------------------------------------------------------------------------- drugs


def test_no_name_in_the_list_is_ever_read_as_another() -> None:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        names = [
            name
            for row in csv.DictReader(file)
            for column in ("en", "abbreviations")
            for name in row[column].split("|")
        ]
    text = " ; ".join(names)
    assert ALL.corrected(text, nothing).corrections == ()


def test_every_form_of_a_drugs_name_is_known() -> None:
    assert drug_words()
    words = [*drug_words(), *(f"{word}s" for word in drug_words() if not word.endswith("s"))]
    assert [word for word in words if not ALL.knows(word)] == []


@pytest.mark.parametrize(
    "one, other",
    [("prednisone", "prednisolone"), ("hydroxyzine", "hydralazine"), ("clonidine", "clozapine")],
)
def test_drugs_with_like_names_are_not_exchanged(one: str, other: str) -> None:
    for name in (one, other, one.upper(), other.title()):
        assert ALL.corrected(name, nothing) == Spelled(text=name)


@pytest.mark.parametrize("written", ["prednisolne", "prednisalone", "prednislone"])
def test_a_word_that_is_near_to_two_drugs_is_left(written: str) -> None:
    assert read(written) == written
    assert read(written, FEW) == written


@pytest.mark.parametrize(
    "name",
    ["nisoldipine", "rivoglitazone", "quinidine", "cefradine", "dicloxacillin", "trapidil", "iproniazid"],
)  # fmt: skip
def test_a_real_drug_that_the_list_may_not_have_is_not_read_as_one_that_it_has(name: str) -> None:
    assert read(name) == name


def test_one_slip_in_a_drugs_name_never_gives_another_drug() -> None:
    concepts: dict[str, set[int]] = {}
    for place, row in enumerate(shipped_rows()):
        for word in re.findall("[a-z]{5,}", " ".join(row.en).lower()):
            concepts.setdefault(word, set()).add(place)
    drugs = set(drug_words())
    wrong = []
    for word in drug_words()[::3]:
        for place in range(1, len(word), 3):
            slipped = word[:place] + word[place + 1 :]
            found = None if ALL.knows(slipped) else ALL.nearest(slipped)
            if found in drugs and not concepts[found] & concepts[word]:
                wrong.append((word, slipped, found))
    assert wrong == []


# ------------------------------------------------------------------------------------ what is left alone


@pytest.mark.parametrize(
    "text",
    [
        "infraction",  # an English word beside infarction
        "contract workers",
        "asma",  # too short
        "the METFROMIN study",  # a name among words that are none
        "www.metfromin.org",
        "a@metfromin.org",
        "metfromin2",
        "cd4metfromin",
        "naïvemetfromin",
        "xqzvkwjh",
    ],
)
def test_what_is_a_word_a_name_or_part_of_something_else_stands(text: str) -> None:
    assert read(text) == text


def test_a_question_in_capitals_is_read_like_any_other() -> None:
    assert read("METFROMIN DOSE") == "metformin DOSE"


def test_a_word_that_the_library_holds_stands() -> None:
    held = set(tokens("metfromin"))
    assert ALL.corrected("metfromins", lambda token: token in held).corrections == ()


def test_a_word_that_is_as_near_to_two_different_things_is_left() -> None:
    assert read("tarpal tunnel", FEW) == "tarpal tunnel"
    assert read("carpel tunnel", FEW) == "carpal tunnel"


def test_two_spellings_of_one_thing_are_no_two_things() -> None:
    assert read("hemmorrhage", FEW) == "hemorrhage"


def test_short_words_may_hold_one_slip_and_long_ones_two() -> None:
    few = Spelling([TermRow(zh=(), en=("plague", "leptospirosis"))])
    assert read("plagew", few) == "plagew"
    assert read("plagua", few) == "plague"
    assert read("leptosporosys", few) == "leptospirosis"
    assert read("leptosparosys x", Spelling([])) == "leptosparosys x"


def test_only_the_first_unknown_words_of_a_long_text_are_looked_at() -> None:
    text = " ".join(["metfromin"] * 50)
    assert len(ALL.corrected(text, nothing).corrections) == 5


def test_a_list_keeps_its_spelling() -> None:
    terms = TermList([TermRow(zh=(), en=("metformin",))])
    assert spelling_of(terms) is spelling_of(terms)


@given(st.text(max_size=200))
def test_any_text_is_read_and_all_but_the_corrections_stands(text: str) -> None:
    spelled = ALL.corrected(text, nothing)
    written = text
    for correction in spelled.corrections:
        written = written.replace(correction.written, correction.read, 1)
    assert spelled.text == written
