"""What is shown for each kind of reply."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asking import view
from bot.conversation import Message
from bot.html import units
from knowledge.domain import (
    Answer,
    Language,
    NoEvidence,
    OutOfScope,
    Quotation,
    Rating,
    RefusalReason,
    Refused,
    Related,
    Reply,
)
from tests.bot.asking.cases import TEXT, answer, citation, course, quotation
from tests.bot.test_html import read

ZH, EN = Language.ZH, Language.EN
BEST = "65～79 岁者应降至<140/90 mmHg。"


def shown(reply: Reply, language: Language = ZH, *, masked: bool = False) -> Message:
    return view.reply(reply, language, question_id=12, today=date(2026, 6, 1), was_masked=masked)


def test_an_answer_is_the_sentence_its_passage_its_source_the_courses_and_two_hands() -> None:
    message = shown(answer(quotation(TEXT * 3, BEST), courses=(course(),)))
    assert f"<b>{html.escape(BEST, quote=False)}</b>" in message.html
    assert "<blockquote expandable>" in message.html
    assert message.html.endswith("第 47 页")
    assert [button.text for row in message.buttons for button in row][1:] == ["👍", "👎"]
    assert [button.data for button in message.buttons[-1]] == ["rate:12:up", "rate:12:down"]


def test_each_quotation_has_its_own_source_below_it() -> None:
    pages = [quotation(TEXT, BEST, cited=citation(page_first=n, page_last=n)) for n in (3, 5, 8)]
    text = read(shown(answer(*pages)).html)
    assert [int(page) for page in re.findall(r"第 (\d+) 页", text)] == [3, 5, 8]
    assert text.count(BEST) >= 3


def test_publishers_are_named_where_two_differ_and_only_there() -> None:
    one, other = (quotation(TEXT, BEST, cited=citation(publisher=name)) for name in ("甲学会", "乙学会"))
    assert "甲学会" in shown(answer(one, other)).html
    assert "乙学会" in shown(answer(one, other)).html
    assert "甲学会" not in shown(answer(one, one)).html


def test_labels_follow_the_person_and_the_language_note_follows_the_question() -> None:
    english = quotation(TEXT, BEST, cited=citation(language="en"))
    assert "original in English" in shown(answer(english, question="老年降压目标"), EN).html
    assert "英文原文" not in shown(answer(english, question="blood pressure target"), ZH).html


def test_no_evidence_says_how_much_was_searched_and_what_to_do() -> None:
    nothing = NoEvidence(question="x", documents_searched=214)
    assert "214" in shown(nothing).html
    assert "换个说法" in shown(nothing).html
    assert "214" in shown(nothing, EN).html
    assert "rephrase" in shown(nothing, EN).html
    assert not shown(nothing).buttons


def test_an_empty_library_has_a_text_of_its_own() -> None:
    empty = shown(NoEvidence(question="x", documents_searched=0)).html
    assert "还没有收录" in empty
    assert "0" not in empty


@pytest.mark.parametrize("language", Language)
def test_each_refusal_has_a_text_of_its_own(language: Language) -> None:
    texts = {shown(Refused(question="x", reason=reason), language).html for reason in RefusalReason}
    assert len(texts) == len(RefusalReason)
    assert any("500" in text for text in texts)


@pytest.mark.parametrize(
    "reply",
    [
        answer(),
        NoEvidence(question="x", documents_searched=1),
        Refused(question="x", reason=RefusalReason.EMPTY),
    ],
)
def test_whoever_sent_identifiers_is_told_kindly_whatever_the_reply(reply: Reply) -> None:
    assert "患者信息" in shown(reply, masked=True).html
    assert "patient details" in shown(reply, EN, masked=True).html
    assert "患者信息" not in shown(reply).html


def test_ratings_are_noted_in_words() -> None:
    assert "👍" in view.noted(Rating.UP, ZH)
    assert "👎" in view.noted(Rating.DOWN, EN)
    assert view.not_yours(ZH) != view.gone(ZH)


hostile = st.text(st.one_of(st.sampled_from("<>&。.\n 一aβ😀"), st.characters()), min_size=1, max_size=3000)


@given(st.lists(hostile, min_size=1, max_size=3), hostile, st.sampled_from(Language))
def test_any_passage_and_title_make_a_message_that_telegram_takes(
    passages: list[str], title: str, language: Language
) -> None:
    found: list[Quotation] = [
        quotation(text, text[: len(text) // 2 + 1], cited=citation(title=title)) for text in passages
    ]
    message = shown(answer(*found), language, masked=True)
    assert units(message.html) <= 4096
    read(message.html)


# ------------------------------------------------------------------------------------------- three tones

LONG = quotation(TEXT * 3, BEST)


def related(*missing: str, quotations: tuple[Quotation, ...] = (LONG, LONG, LONG)) -> Related:
    return Related(question="华法林", quotations=quotations, missing=missing, courses=())


def test_what_is_related_says_first_that_it_is_no_answer_and_what_is_missing() -> None:
    first, _, _ = read(shown(related("华法林", "INR")).html).partition("\n")
    assert first == "在这个问题上，已收录的指南没有提到“华法林”、“INR”。下面是最接近的内容，不是答案。"
    first, _, _ = read(shown(related("warfarin"), EN).html).partition("\n")
    assert first.startswith("On this question, the guidelines loaded here do not mention “warfarin”.")
    assert "not an answer" in first


def test_where_nothing_is_known_to_be_missing_none_is_named() -> None:
    first, _, _ = read(shown(related()).html).partition("\n")
    assert first == "已收录的指南没有回答这个问题。下面是最接近的内容，不是答案。"


def test_what_is_related_is_short_and_nothing_in_it_is_bold() -> None:
    """An answer in bold misleads; so does a page of quotations."""
    close, answered = shown(related("华法林")), shown(answer(LONG, LONG, LONG))
    assert "<b>" not in close.html
    assert "expandable" not in close.html
    assert close.html.count("第 47 页") == 2
    assert answered.html.count("第 47 页") == 3
    assert len(read(close.html)) < len(read(answered.html)) / 2


def test_what_is_left_out_of_a_related_passage_leaves_a_mark() -> None:
    html = shown(related(quotations=(LONG,))).html
    assert "<i>…</i></blockquote>" in html
    short = shown(related(quotations=(quotation("血压应降至<140/90 mmHg。"),))).html
    assert "…" not in short


@pytest.mark.parametrize("language", Language)
def test_no_two_tones_share_a_text(language: Language) -> None:
    replies: list[Reply] = [
        answer(LONG),
        related("华法林"),
        related(),
        NoEvidence(question="x", documents_searched=3),
        NoEvidence(question="x", documents_searched=0),
        OutOfScope(question="x"),
        *(Refused(question="x", reason=reason) for reason in RefusalReason),
    ]
    lines = [line for reply in replies for line in read(shown(reply, language).html).splitlines()[:1]]
    assert len(set(lines)) == len(replies)


# -------------------------------------------------------------------------------------------- follow-ups


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "reply",
    [
        replace(answer(LONG, courses=(course(),)), context="降压目标，合并糖尿病"),
        replace(related("x"), context="降压目标，合并糖尿病"),
        NoEvidence(question="x", documents_searched=3, context="降压目标，合并糖尿病"),
    ],
    ids=["answered", "related", "no evidence"],
)
def test_a_follow_up_says_how_it_was_understood_above_all_else(reply: Reply, language: Language) -> None:
    message = shown(reply, language)
    assert "降压目标，合并糖尿病" in read(message.html).splitlines()[0]
    assert [b.data for row in message.buttons for b in row if b.data and b.data.startswith("alone")] == [
        "alone:12"
    ]
    if isinstance(reply, Answer | Related):
        assert [button.text for button in message.buttons[-1]] == ["👍", "👎"]


def test_the_line_stays_short_and_safe() -> None:
    context = "<b>&" + "高血压" * 150
    message = shown(replace(answer(), context=context))
    first = read(message.html).splitlines()[0]
    assert len(first) < 100
    assert "<b>&" in first


def test_a_question_that_stands_alone_has_neither_line_nor_button() -> None:
    assert "查找" not in shown(answer()).html
    assert "alone" not in str(shown(answer()).buttons)
