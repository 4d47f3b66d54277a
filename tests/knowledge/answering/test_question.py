"""From any text whatever to a question that can be looked up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering.question import PreparedQuestion, prepare
from knowledge.domain import QUESTION_MAX_CHARACTERS, RefusalReason, Refused, Script
from knowledge.terms.termlist import TermList, TermRow

TERMS = TermList([TermRow(zh=("高血压",), en=("hypertension",))])


def prepared(raw: str) -> PreparedQuestion:
    question = prepare(raw, TERMS)
    assert isinstance(question, PreparedQuestion)
    return question


@pytest.mark.parametrize("raw", ["", "  \n\t ", "\x00\u200b", "\ud800"])
def test_nothing_is_refused_as_empty(raw: str) -> None:
    assert prepare(raw, TERMS) == Refused(question="", reason=RefusalReason.EMPTY)


@pytest.mark.parametrize("raw", ["？？！", "😀😀", "—— …", "13812345678", "zhang.san@example.com"])
def test_a_text_without_words_is_refused_as_such(raw: str) -> None:
    """What is left of a text that was nothing but a telephone number has none."""
    question = prepare(raw, TERMS)
    assert isinstance(question, Refused)
    assert question.reason is RefusalReason.NO_WORDS
    assert "138" not in question.question


def test_a_text_may_be_as_long_as_is_said_and_no_longer() -> None:
    assert prepared("血" * QUESTION_MAX_CHARACTERS).text == "血" * QUESTION_MAX_CHARACTERS
    question = prepare("血" * (QUESTION_MAX_CHARACTERS + 1), TERMS)
    assert isinstance(question, Refused)
    assert question.reason is RefusalReason.TOO_LONG


@pytest.mark.parametrize("raw", ["血压" * 50_000, "\ufdfa" * 3000, "a" * 100_000, "<s>" * 5000])
def test_of_a_text_that_is_too_long_only_the_beginning_is_repeated(raw: str) -> None:
    question = prepare(raw, TERMS)
    assert isinstance(question, Refused)
    assert question.reason is RefusalReason.TOO_LONG
    assert 0 < len(question.question) < QUESTION_MAX_CHARACTERS
    assert raw.startswith(question.question)


def test_space_around_a_question_does_not_count() -> None:
    assert prepared("\n  高血压？ " + " " * 100_000).text == "高血压？"


def test_identifiers_are_masked_and_not_looked_up() -> None:
    question = prepared("患者 13812345678，高血压目标？")
    assert "13812345678" not in question.text
    assert "■" in question.text
    assert not any("1381" in term for term in question.terms)
    assert "■" not in question.encoded
    assert "1381" not in question.encoded


def test_both_scripts_of_chinese_are_the_same_question() -> None:
    one, other = prepared("高血压的目标"), prepared("高血壓的目標")
    assert (one.terms, one.encoded, one.script) == (other.terms, other.encoded, other.script)
    assert other.text == "高血壓的目標", "shown as it was written"


def test_the_concepts_and_the_script_are_those_of_the_question() -> None:
    chinese, english = prepared("高血压的目标"), prepared("target in hypertension")
    assert (chinese.script, english.script) == (Script.CHINESE, Script.OTHER)
    assert [m.concept for m in chinese.mentions] == [m.concept for m in english.mentions] != []


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=700))
def test_whatever_is_written_can_be_stored_and_shown(raw: str) -> None:
    question = prepare(raw, TERMS)
    text = question.text if isinstance(question, PreparedQuestion) else question.question
    text.encode("utf-8")
    assert len(text) <= QUESTION_MAX_CHARACTERS
    assert "\0" not in text
    if isinstance(question, PreparedQuestion):
        question.encoded.encode("utf-8")


@pytest.mark.parametrize("text", ["x", "药", "7", "a ?", "？x！"])
def test_a_single_letter_or_figure_is_no_question(text: str) -> None:
    """It stands in any text, so any passage would cover it in full."""
    reply = prepare(text, TermList([]))
    assert isinstance(reply, Refused)
    assert reply.reason is RefusalReason.NO_WORDS


# -------------------------------------------------------------------------------------------- follow-ups


def test_a_follow_up_is_looked_up_with_the_earlier_question_and_keeps_its_own_words() -> None:
    question = prepare("合并糖尿病呢？", TERMS, "高血压患者的降压目标是多少")
    assert isinstance(question, PreparedQuestion)
    assert question.text == "合并糖尿病呢？"
    assert question.context == "高血压患者的降压目标是多少"
    assert question.understood == question.combined == "高血压患者的降压目标，合并糖尿病"
    whole = prepared("高血压患者的降压目标，合并糖尿病")
    assert (question.encoded, question.terms, question.mentions) == (
        whole.encoded,
        whole.terms,
        whole.mentions,
    )


def test_a_question_that_stands_alone_is_prepared_as_if_nothing_came_before() -> None:
    assert prepare("高血压的目标", TERMS, "二甲双胍怎么用") == prepared("高血压的目标")


@pytest.mark.parametrize(
    "earlier", ["患者 13812345678 的高血压目标", "高血压的目标" + "很长" * 3000, "\0\ud800高血压"]
)
def test_the_earlier_question_is_made_safe_too(earlier: str) -> None:
    question = prepare("合并糖尿病呢？", TERMS, earlier)
    assert isinstance(question, PreparedQuestion)
    assert "138" not in question.encoded + question.understood
    assert len(question.understood) <= QUESTION_MAX_CHARACTERS
    question.understood.encode("utf-8")


@pytest.mark.parametrize("text", ["", "x", "？", "7"])
def test_an_earlier_question_makes_no_question_of_what_is_none(text: str) -> None:
    assert isinstance(prepare(text, TERMS, "高血压的目标"), Refused)


def test_pairs_that_are_no_word_count_less_unless_a_known_name_has_them() -> None:
    question = prepared("高血压合并冠心病")
    assert {"冠心", "心病", "压合", "并冠"} <= question.lesser
    assert not {"高血压", "高血", "血压", "冠心病", "合并"} & question.lesser


def test_no_word_of_latin_script_counts_less() -> None:
    assert prepared("metformin XR 500 mg bid").lesser == frozenset()


def test_what_a_named_thing_is_a_kind_of_is_told_by_its_name() -> None:
    kinds = TermList([TermRow(zh=("高血压急症",), en=()), TermRow(zh=("高血压",), en=("hypertension",))])
    question = prepare("高血压急症怎么处理", kinds)
    assert isinstance(question, PreparedQuestion)
    assert [mention.words for mention in question.mentions] == ["高血压急症"]
    assert [mention.concept.en for mention in question.broader] == [(frozenset({"hypertens"}),)]
