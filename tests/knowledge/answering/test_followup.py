"""Which questions lean on the one before, and what the two are looked up as."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering.followup import read_with
from knowledge.domain import QUESTION_MAX_CHARACTERS
from knowledge.terms.termlist import shipped

TERMS = shipped()
TARGET = "老年高血压患者的降压目标是多少？"
DOSE = "缬沙坦治疗心衰的剂量"
BENCHMARK = Path(__file__).resolve().parents[3] / "benchmarks" / "followups.jsonl"


def read(earlier: str, question: str, *, replies: bool = False) -> str | None:
    return read_with(earlier, question, TERMS, replies=replies)


@pytest.mark.parametrize(
    "earlier,question,understood",
    [
        # What narrows the earlier question down is added to it.
        (TARGET, "合并糖尿病呢？", "老年高血压患者的降压目标，合并糖尿病"),
        (TARGET, "那糖尿病患者呢", "老年高血压患者的降压目标，糖尿病患者"),
        ("metformin dose", "and in CKD?", "metformin dose, in CKD"),
        ("first-line drug for type 2 diabetes", "with heart failure?",
         "first-line drug for type 2 diabetes, with heart failure"),
        # What is of the same kind takes the old one's place.
        (TARGET, "孕妇呢？", "孕妇高血压患者的降压目标是多少"),
        (DOSE, "那氨氯地平呢", "氨氯地平治疗心衰的剂量"),
        ("糖尿病的诊断标准", "那高血压呢？", "高血压的诊断标准"),
        ("valsartan dose for hypertension", "what about telmisartan?", "telmisartan dose for hypertension"),
        ("達比加群酯的劑量", "那艾多沙班呢", "艾多沙班的劑量"),
        # What asks something else asks it of the same.
        ("二甲双胍的剂量是多少？", "副作用有哪些", "二甲双胍，副作用有哪些"),
        ("二甲双胍的剂量是多少？", "它的副作用有哪些", "二甲双胍，副作用有哪些"),
        ("What is the dose of metformin?", "side effects?", "metformin, side effects"),
        # What tied the earlier question to one before it is gone.
        ("那房颤患者利伐沙班的剂量是多少？", "阿哌沙班呢？", "房颤患者阿哌沙班的剂量是多少"),
        ("What about the dose of rivaroxaban in AF?", "and apixaban?", "the dose of apixaban in AF"),
        # Together is not instead.
        ("缬沙坦", "它和氨氯地平能合用吗", "缬沙坦，和氨氯地平能合用吗"),
    ],
)  # fmt: skip
def test_what_leans_is_read_with_the_earlier_question(earlier: str, question: str, understood: str) -> None:
    assert read(earlier, question) == understood


@pytest.mark.parametrize(
    "question",
    [
        "剂量？", "疗程多长", "孕妇可以用吗", "老年人呢", "这个药有什么禁忌", "该药怎么服用", "如果肾功能不好呢",
        "換成纈沙坦呢", "懷孕可以吃嗎", "還要吃多久", "合併腎功能不全時要減量嗎",
        "side effects?", "and in pregnancy?", "is it safe in renal impairment?", "what about the elderly?",
        "how long?", "can this drug be used in children?", "same dose in dialysis?",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_alone_leans(question: str) -> None:
    understood = read("氨氯地平怎么用", question)
    assert understood is not None
    assert "氨氯地平" in understood or "纈沙坦" in understood


@pytest.mark.parametrize(
    "question",
    [
        # Complete, whatever it begins or ends with.
        "2型糖尿病的一线用药是什么？", "那哮喘的首选药物是什么？", "慢阻肺急性加重的激素疗程是几天呢？",
        "如果高血压患者合并糖尿病，降压目标是多少", "氣喘的首選藥物是什麼", "阿托伐他汀 剂量",
        "What about the duration of antibiotics in pneumonia?", "And what is the LDL goal in diabetes?",
        # Refers back within itself, or to nothing.
        "二甲双胍有哪些副作用，它什么时候要停用", "Is it safe to give labetalol in asthma?",
        "When should metformin be stopped and how is it titrated?",
        # Another topic and no more.
        "糖尿病肾病", "hypertension",
        # Not to be looked up at all.
        "你好", "谢谢", "thanks, that was helpful", "今天晚饭吃什么", "明天天气怎么样", "？", "呢", "那", "",
        "what is the weather like tomorrow", "帮我写一首关于秋天的诗",
    ],
)  # fmt: skip
def test_what_stands_alone_does_not_lean(question: str) -> None:
    assert read(TARGET, question) is None


def test_a_reply_leans_unless_it_is_complete() -> None:
    assert read(TARGET, "糖尿病肾病") is None
    assert read(TARGET, "糖尿病肾病", replies=True) is not None
    assert read(TARGET, "2型糖尿病的一线用药是什么？", replies=True) is None
    assert read(TARGET, "👍", replies=True) is None


def test_follow_ups_chain() -> None:
    """Each leans on what the one before was understood as, so the first topic is still there."""
    first = read(TARGET, "合并糖尿病呢？")
    assert first is not None
    second = read(first, "孕妇呢")
    assert second == "孕妇高血压患者的降压目标，合并糖尿病"


def test_nothing_leans_on_what_names_nothing() -> None:
    assert read("？？", "剂量？") is None
    assert read("你好", "孕妇呢？") is None


def test_both_scripts_of_chinese_lean_alike() -> None:
    assert read("高血壓患者的降壓目標", "合併糖尿病呢") == "高血壓患者的降壓目標，合併糖尿病"


def test_where_both_are_too_long_the_earlier_one_gives_way() -> None:
    understood = read("高血压" * 150, "孕妇可以用吗")
    assert understood is not None
    assert len(understood) <= QUESTION_MAX_CHARACTERS
    assert understood.endswith("孕妇可以用吗")


pieces = st.sampled_from(
    [
        "那",
        "它",
        "呢",
        "？",
        "合并",
        "糖尿病",
        "的",
        "剂量",
        "孕妇",
        "what about ",
        "it ",
        "in ",
        "CKD",
        "1",
        "İ",
        "ﬃ",
        "\n",
        "，",
    ]
)
any_text = st.one_of(
    st.text(max_size=80),
    st.lists(pieces, max_size=12).map("".join),
)


@given(st.one_of(st.none(), any_text), any_text, st.booleans())
def test_any_texts_are_read_without_an_error(earlier: str | None, question: str, replies: bool) -> None:
    understood = read_with(earlier, question, TERMS, replies=replies)
    if not earlier:
        assert understood is None
    if understood is not None:
        assert 0 < len(understood) <= QUESTION_MAX_CHARACTERS


@given(any_text, st.booleans())
def test_without_an_earlier_question_nothing_leans(question: str, replies: bool) -> None:
    assert read_with(None, question, TERMS, replies=replies) is None


@pytest.mark.parametrize(
    "text", ["的" * 500, "in the " * 70, "那" * 500, "it is " * 80, "（" * 500, "a " * 250]
)
def test_no_text_takes_long(text: str) -> None:
    began = process_time()
    read(text, text)
    assert process_time() - began < 1.0


def test_the_benchmark_is_decided_as_well_as_it_was() -> None:
    """The floor only rises; the share of phrases found needs the real encoder and is in docs/measurements.md."""
    pairs = [json.loads(line) for line in BENCHMARK.read_text("utf-8").splitlines()]
    leaning = {pair["id"] for pair in pairs if read(pair["earlier"], pair["question"]) is not None}
    meant = {pair["id"] for pair in pairs if pair["leans"]}
    assert len(leaning & meant) / len(leaning) >= 0.98
    assert len(leaning & meant) / len(meant) >= 0.93
