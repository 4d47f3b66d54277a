"""An answer, what is only related, or neither: with the shipped term list, over passages that name what they are about."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.answering.answer import Answerer
from knowledge.domain import Answer, NoEvidence, OutOfScope, Related, Reply
from knowledge.store import Stores, open_stores
from knowledge.terms.termlist import TermKind, shipped, shipped_rows
from tests.knowledge.answering.topics import FOREIGN, answerer, make_library
from tests.knowledge.editions import edition, passage, publish

DIABETES = "2型糖尿病的首选药物是二甲双胍，成人起始剂量为每日 500 mg，随餐服用。"
PNEUMONIA = "成人社区获得性肺炎首选阿莫西林，每次 250 mg，每日三次，疗程 7 天。"
GOUT = "For adults with gout the first-line drug is allopurinol, and the starting dose is 100 mg once daily."


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A folder with the library and its cache, made once."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copyfile(migrated, folder / "yidao.sqlite3")
    stores = open_stores(f"sqlite:///{folder / 'yidao.sqlite3'}")
    make_library(stores)
    title = "用药手册"
    sections = {"糖尿病": DIABETES, "肺炎": PNEUMONIA}
    texts = [passage(text, title=title, section=(section,)) for section, text in sections.items()]
    publish(stores, edition(title, texts))
    publish(stores, edition("Gout guideline", (GOUT,), language="en"))
    answerer(stores, folder / "cache").warm()
    stores.database.close()
    return folder


@pytest.fixture
def library_file(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path / "yidao.sqlite3"


@pytest.fixture
def ask(stores: Stores, tmp_path: Path) -> Answerer:
    return answerer(stores, tmp_path / "cache", terms=shipped())


def shown(reply: Reply) -> list[str]:
    return [q.passage.text for q in reply.quotations] if isinstance(reply, Answer | Related) else []


#: The library is only read, so examples may share it.
over_one_library = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


# ------------------------------------------------------------------------------------------ what is answered


@pytest.mark.parametrize(
    "question, text",
    [
        ("2型糖尿病的首选药物是什么", DIABETES),
        ("2型糖尿病二甲双胍的起始剂量", DIABETES),
        ("2型糖尿病二甲雙胍的起始劑量", DIABETES),
        ("2型糖尿病二甲双胍起始剂量 500 mg 可以吗", DIABETES),
        ("2型糖尿病二甲双胍起始剂量 0.5 g 可以吗", DIABETES),
        ("40 岁2型糖尿病二甲双胍的起始剂量", DIABETES),
        ("社区获得性肺炎阿莫西林 7 天疗程", PNEUMONIA),
        ("first-line drug for gout", GOUT),
    ],
)
def test_a_passage_that_names_all_that_is_named_answers(ask: Answerer, question: str, text: str) -> None:
    """In the other script of Chinese and in another unit too."""
    reply = ask.answer(question)
    assert isinstance(reply, Answer)
    assert shown(reply)[0] == text


# ------------------------------------------------------------------------------------------- what is related


@pytest.mark.parametrize(
    "question, text, missing",
    [
        ("2型糖尿病阿卡波糖的起始剂量", DIABETES, "阿卡波糖"),
        ("2型糖尿病達格列淨的起始劑量", DIABETES, "達格列淨"),
        ("Starting dose of Febuxostat for gout", GOUT, "Febuxostat"),
        ("儿童2型糖尿病二甲双胍的起始剂量", DIABETES, "儿童"),
        ("孕妇2型糖尿病首选药物", DIABETES, "孕妇"),
        ("5 岁2型糖尿病二甲双胍的起始剂量", DIABETES, "5 岁"),
        ("83 歲2型糖尿病二甲雙胍的起始劑量", DIABETES, "83 歲"),
        ("starting dose of allopurinol for gout in pregnancy", GOUT, "pregnancy"),
        ("2型糖尿病二甲双胍起始剂量 850 mg 可以吗", DIABETES, "850 mg"),
        ("starting dose of allopurinol 300 mg for gout", GOUT, "300 mg"),
        ("社区获得性肺炎阿莫西林 14 天疗程", PNEUMONIA, "14 天"),
    ],
)
def test_a_passage_that_misses_what_is_named_is_related_and_says_what_is_missing(
    ask: Answerer, question: str, text: str, missing: str
) -> None:
    """A drug, a patient, an age or an amount, in the question's own words."""
    reply = ask.answer(question)
    assert isinstance(reply, Related)
    assert shown(reply)[0] == text
    assert reply.missing == (missing,)


def test_what_is_related_takes_little_room(ask: Answerer) -> None:
    reply = ask.answer("儿童2型糖尿病二甲双胍的起始剂量")
    assert isinstance(reply, Related)
    assert 1 <= len(reply.quotations) <= 2


def test_only_what_all_that_is_shown_misses_is_missing(stores: Stores, ask: Answerer) -> None:
    """Of two passages one may name the child and the other the drug."""
    publish(stores, edition("儿科手册", ("儿童2型糖尿病的首选药物及其起始剂量按体重计算，每日 300 mg。",)))
    reply = ask.answer("儿童2型糖尿病二甲双胍 850 mg 的起始剂量")
    assert isinstance(reply, Related)
    assert len(reply.quotations) == 2
    assert reply.missing == ("850 mg",)


# ---------------------------------------------------------------------------------- what is never an answer


def _drugs(*, chinese: bool) -> list[str]:
    """Names of drugs, of which no passage of the library has any."""
    there = {"二甲双胍", "阿莫西林", "allopurinol", "metformin"}
    held = [row for row in shipped_rows() if row.kind is TermKind.DRUG and not there & {*row.zh, *row.en}]
    return [name for row in held for name in (row.zh if chinese else row.en)[:1]]


@over_one_library
@given(st.sampled_from(_drugs(chinese=True)))
def test_no_passage_answers_for_a_drug_that_it_does_not_name(ask: Answerer, drug: str) -> None:
    reply = ask.answer(f"2型糖尿病{drug}的起始剂量")
    assert not isinstance(reply, Answer)
    assert isinstance(reply, NoEvidence) or reply.missing  # type: ignore[union-attr]


@over_one_library
@given(st.sampled_from(_drugs(chinese=False)))
def test_no_passage_answers_for_a_drug_that_it_does_not_name_in_english(ask: Answerer, drug: str) -> None:
    reply = ask.answer(f"What is the starting dose of {drug} for gout in adults?")
    assert not isinstance(reply, Answer)


#: Of no passage of the library.
amounts = st.integers(1, 5_000).filter(lambda number: number not in (100, 250, 500))


@over_one_library
@given(amounts, st.sampled_from([" mg", "mg", " 毫克"]))
def test_no_passage_answers_for_an_amount_that_it_does_not_have(
    ask: Answerer, number: int, unit: str
) -> None:
    reply = ask.answer(f"2型糖尿病二甲双胍起始剂量{number}{unit}可以吗")
    assert isinstance(reply, Related)
    assert reply.missing == (f"{number}{unit}".strip(),)


@pytest.mark.parametrize(
    "whom",
    [
        "儿童",
        "患儿",
        "新生儿",
        "孕妇",
        "妊娠期",
        "哺乳期",
        "肾功能不全",
        "透析患者",
        "肝功能不全",
        "兒童",
        "孕婦",
    ],
)
def test_no_passage_answers_for_a_patient_whom_it_does_not_name(ask: Answerer, whom: str) -> None:
    for question in (f"{whom}2型糖尿病二甲双胍的起始剂量", f"社区获得性肺炎{whom}首选药物的疗程"):
        assert isinstance(ask.answer(question), Related)


@pytest.mark.parametrize(
    "whom", ["children", "a 5-year-old", "pregnancy", "breastfeeding", "renal impairment"]
)
def test_no_passage_answers_for_a_patient_whom_it_does_not_name_in_english(ask: Answerer, whom: str) -> None:
    assert isinstance(ask.answer(f"What is the starting dose of allopurinol for gout in {whom}?"), Related)


def test_what_a_follow_up_leans_on_must_be_named_too(ask: Answerer) -> None:
    reply = ask.answer("孕妇呢？", earlier="2型糖尿病二甲双胍的起始剂量")
    assert isinstance(reply, Related)
    assert reply.missing == ("孕妇",)
    assert reply.context


# ------------------------------------------------------------------------------------------- what is neither


@pytest.mark.parametrize("question", [q for q in FOREIGN if q != "骨折如何固定"])
def test_a_question_that_is_not_medical_is_out_of_scope(ask: Answerer, question: str) -> None:
    assert ask.answer(question) == OutOfScope(question=question)


@pytest.mark.parametrize(
    "question", ["骨折如何固定", "抑郁症怎么治疗", "how to treat depression", "孕妇能拔牙吗"]
)
def test_a_medical_question_that_nothing_comes_near_has_no_evidence(ask: Answerer, question: str) -> None:
    """However it is asked: it names a disease, a test, a drug or a patient."""
    assert ask.answer(question) == NoEvidence(question=question, documents_searched=6)


def test_an_empty_library_does_not_say_that_a_question_is_not_medical(migrated: Path, tmp_path: Path) -> None:
    """It has seen no passages that it could be near to."""
    stores = open_stores(f"sqlite:///{shutil.copyfile(migrated, tmp_path / 'empty.sqlite3')}")
    reply = answerer(stores, tmp_path / "none", terms=shipped()).answer(FOREIGN[0])
    stores.database.close()
    assert reply == NoEvidence(question=FOREIGN[0], documents_searched=0)
