"""One list of specialties and one of regions, for documents, courses and people."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import yaml

from knowledge.specialties import REGIONS, SPECIALTIES, specialty, specialty_of

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def test_ids_and_names_are_unique_and_fit_a_button() -> None:
    for entries in (SPECIALTIES, REGIONS):
        assert len({each.id for each in entries}) == len(entries)
        assert len({each.zh for each in entries}) == len(entries)
        assert len({each.en for each in entries}) == len(entries)
    for each in SPECIALTIES + REGIONS:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", each.id)
        assert len(each.id) <= 32
        assert len(each.en) <= 20


def test_no_name_means_two_specialties() -> None:
    names = [name for each in SPECIALTIES for name in {each.id, each.zh, each.en.casefold()} | each.others]
    assert len(names) == len(set(names))


def test_whatever_the_samples_name_is_in_the_list() -> None:
    with (SAMPLES / "courses.csv").open(encoding="utf-8") as file:
        named = {row["specialty"] for row in csv.DictReader(file)}
    for path in (SAMPLES / "guidelines").glob("*.yaml"):
        named |= set(yaml.safe_load(path.read_text("utf-8")).get("specialties", ()))
    assert all(specialty(name) for name in named if name)


@pytest.mark.parametrize(
    "name,id_",
    [
        ("心内科", "cardiology"),
        ("心血管内科", "cardiology"),
        ("消化科", "gastroenterology"),
        ("Cardiology", "cardiology"),
        ("infectious_disease", "infectious-disease"),
        ("Infectious  Disease", "infectious-disease"),
        ("hematology", "haematology"),
        ("骨科", "orthopaedics"),
    ],
)
def test_a_specialty_is_known_by_its_other_names(name: str, id_: str) -> None:
    found = specialty_of(name)
    assert found is not None
    assert found.id == id_


def test_an_unknown_name_is_none() -> None:
    assert specialty_of("") is None
    assert specialty_of("astrology") is None
