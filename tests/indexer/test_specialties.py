"""The specialty is guessed from what the title names, and not where it names nothing."""

from __future__ import annotations

import pytest

from indexer.specialties import _SIGNS, specialties_of
from knowledge.specialties import specialty


@pytest.mark.parametrize(
    "title, ids",
    [
        ("中国高血压防治指南（2024年修订版）", ("cardiology",)),
        ("中國高血壓防治指南", ("cardiology",)),
        ("妊娠期糖尿病诊治指南", ("obstetrics", "endocrinology")),
        ("老年乳腺癌治疗专家共识", ("geriatrics", "gynaecology", "oncology")),
        ("Global Strategy for Asthma Management (GINA 2024)", ("respiratory",)),
        ("Self-monitoring of BLOOD PRESSURE during pregnancy", ("cardiology", "obstetrics")),
        ("NSAIDs_in_Acute_Respiratory_Infection", ("respiratory", "infectious-disease")),
        ("Acute chest disorders", ()),
        ("scan_0001", ()),
        ("", ()),
    ],
)
def test_a_title_names_its_specialties_in_order(title: str, ids: tuple[str, ...]) -> None:
    assert specialties_of(title) == ids


def test_an_english_word_is_no_part_of_another() -> None:
    assert specialties_of("Restroke and preheart words") == ()


def test_every_specialty_that_is_guessed_can_be_chosen() -> None:
    assert all(specialty(id_) for id_ in _SIGNS)
