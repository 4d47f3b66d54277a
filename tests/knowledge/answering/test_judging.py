"""What the whole library tells of a question: above all, whether what it names is treated or mentioned in passing."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.answering.evidence import Calibration, Signs, Tone, Weights, calibration_for
from knowledge.answering.index import PassageIndex
from knowledge.answering.judging import Judged, judge
from knowledge.answering.question import PreparedQuestion, prepare
from knowledge.answering.retrieval import retrieve
from knowledge.store import Stores
from knowledge.terms.termlist import shipped
from tests.knowledge.editions import ENCODER, MODEL, edition, passage, publish

GOUT_IN_PASSING = "有痛风者慎用噻嗪类利尿剂，需监测血钾。"


@pytest.fixture
def index(stores: Stores, tmp_path: Path) -> PassageIndex:
    title = "高血压防治指南"
    texts = [
        passage(GOUT_IN_PASSING, title=title, section=("药物", "禁忌")),
        passage("子痫前期的血压目标为<140/90 mmHg。", title=title, section=("子痫前期",)),
    ]
    publish(stores, edition(title, texts))
    made = PassageIndex(stores, MODEL, tmp_path / "cache")
    made.catch_up()
    return made


def judged(index: PassageIndex, text: str, calibration: Calibration) -> list[Judged]:
    """What was found, best first."""
    question = prepare(text, shipped())
    assert isinstance(question, PreparedQuestion)
    (vector,) = ENCODER.encode_questions([question.encoded])
    return judge(question, retrieve(question, vector, index).found, index, calibration)


def signs(index: PassageIndex, text: str) -> Signs:
    """Of the passage that was found first."""
    return judged(index, text, calibration_for(MODEL))[0].signs


#: For which everything answers, as far as no rule forbids it.
_ALL = {own: Weights(intercept=9, weights={}) for own in (True, False)}
EVERYTHING = Calibration(related=_ALL, about=_ALL, answers=_ALL)


@pytest.mark.parametrize(
    "question, untreated",
    [
        ("痛风急性期怎么治疗", 1.0),
        ("acute gout treatment", 1.0),
        ("高血压的首选药物", 0.0),
        ("first-line drug for hypertension", 0.0),
        ("子痫前期的血压目标", 0.0),
        ("高血压合并痛风用什么药", 0.0),
        ("血钾多久监测一次", 0.0),
    ],
)
def test_a_disease_is_treated_where_a_title_or_heading_names_it(
    stores: Stores, index: PassageIndex, question: str, untreated: float
) -> None:
    """In either language; a question that names none asks of none that is not treated."""
    assert signs(index, question).untreated == untreated


def test_a_title_names_the_disease_or_what_it_is_a_kind_of(stores: Stores, index: PassageIndex) -> None:
    plain, kind, other = (
        signs(index, text) for text in ("高血压的首选药物", "难治性高血压的首选药物", "痛风的首选药物")
    )
    assert (plain.titled, kind.titled, kind.titled_broadly) == (1.0, 0.0, 1.0)
    assert (other.titled, other.titled_broadly) == (0.0, 0.0)


@pytest.mark.parametrize(
    "question, tone",
    [
        ("痛风患者能用噻嗪类利尿剂吗", Tone.ANSWERS),
        ("高血压患者能用噻嗪类利尿剂吗", Tone.ANSWERS),
        ("难治性高血压能用噻嗪类利尿剂吗", Tone.ANSWERS),
        ("噻嗪类利尿剂什么时候慎用", Tone.ANSWERS),
        ("哮喘患者能用噻嗪类利尿剂吗", Tone.RELATED),
        ("asthma and thiazide diuretics", Tone.RELATED),
        ("哮喘患者什么时候监测血压", Tone.NEITHER),
        ("asthma: when to measure blood pressure", Tone.NEITHER),
    ],
)
def test_a_passage_on_another_disease_never_answers_however_well_it_fits(
    index: PassageIndex, question: str, tone: Tone
) -> None:
    """It is related where it names the drug at least."""
    (found,) = (
        each for each in judged(index, question, EVERYTHING) if each.found.passage.text == GOUT_IN_PASSING
    )
    assert found.tone is tone
