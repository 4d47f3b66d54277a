from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.announcing import view
from bot.html import units as length_of
from bot.texts import texts
from knowledge.domain import Language
from knowledge.store.announcements import DeliveryReport
from tests.journeys.markup import plain_text

ZH, EN = texts(Language.ZH), texts(Language.EN)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=400))
def test_everyone_reads_the_text_as_it_was_written(text: str):
    if text.strip():
        assert plain_text(view.announcement(text).html) == text.strip()


def test_the_longest_text_is_sent_whole():
    """Markup characters take five times their length in HTML, and none of them may be lost to a limit."""
    text = "&" * view.LONGEST_TEXT
    assert plain_text(view.announcement(text).html) == text


def test_lines_and_links_stay():
    text = "第一行\n\nhttps://example.org/a?b=1&c=2"
    assert plain_text(view.announcement(text).html) == text


def test_the_question_names_the_audience():
    message = view.confirm(4, "今晚讲座", 312, ZH)
    assert "312 人" in message.html
    assert [(b.text, b.data) for b in message.buttons[0]] == [
        ("发送给 312 人", "announce:send:4"),
        ("放弃", "announce:cancel:4"),
    ]


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_masked_contact_details_are_pointed_out(words):
    """The administrator would otherwise wonder where the number went."""
    assert "■" in view.confirm(4, "电话 ■■■", 2, words).html
    assert "■" not in view.confirm(4, "电话", 2, words).html


def test_the_report_adds_up():
    report = DeliveryReport(sent=301, blocked=6, failed=2, in_doubt=3)
    assert view.final(report, ZH).html.splitlines()[0] == "完成：送达 301 · 屏蔽 6 · 失败 2 · 存疑 3 · 共 312"


def test_doubt_is_explained_only_where_there_is_any():
    assert view.final(DeliveryReport(sent=1), ZH).html.count("\n") == 0
    assert view.final(DeliveryReport(in_doubt=1), ZH).html.count("\n") == 1


def test_a_pause_is_told():
    report = DeliveryReport(queued=2, sent=2)
    text = view.progress(report, EN, paused_s=2282.1).html
    assert "▓▓▓▓░░░░ 2/4" in text
    assert "2282 s" in text


def test_length_is_counted_as_telegram_counts():
    assert length_of("😀") == 2
