"""What is seen of announcements: the text as it was written, numbers that add up, in both languages, on a phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.announcing import audience_view, card_view, draft_view, report_view, view
from bot.announcing.audience import Reach, from_json, to_json
from bot.announcing.finding import find
from bot.announcing.moment import offered
from bot.announcing.proposal import proposed
from bot.announcing.sheet import workbook
from bot.conversation import CALLBACK_BYTES, Message
from bot.html import units as length_of
from bot.texts import texts
from knowledge.audience import Audience
from knowledge.domain import AnnouncementKind, Course, Language, Role
from knowledge.specialties import REGIONS, SPECIALTIES
from knowledge.store.announcement_tables import AnnouncementStatus as Status
from knowledge.store.announcement_tables import DeliveryStatus
from knowledge.store.announcements import Announcement
from knowledge.store.delivery_report import Delivery, DeliveryReport
from tests.journeys.markup import plain_text

ZH, EN = texts(Language.ZH), texts(Language.EN)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BOTH = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])

ANNOUNCEMENT = Announcement(
    id=12,
    status=Status.DRAFT,
    kind=AnnouncementKind.COURSE,
    course_id=7,
    text_zh="今晚讲座",
    text_en="Lecture tonight",
    picture=None,
    audience="{}",
    send_at=None,
    zone="Asia/Shanghai",
    at_least_once=False,
    revision=0,
    correcting=False,
    made_by=1,
    chat_id=1,
    message_id=None,
    made_at=NOW,
    confirmed_at=NOW,
    done_at=None,
)
COURSE = Course(
    id=7,
    title="老年高血压",
    summary="第一句。第二句。",
    url="https://example.org/c",
    provider="某学会",
    language="zh",
    credits=2.5,
)
EVERYTHING = DeliveryReport(
    queued=1, postponed=2, sending=3, sent=40, blocked=5, deleted=6, failed=7, in_doubt=8, muted=9, stopped=10, recalled=11,
    failed_by={"a": 4, "b": 3}, in_doubt_by={"interrupted": 8}, opened=20, mended=1, not_mended=2, postponed_until=NOW,
)  # fmt: skip

DELIVERY = Delivery(
    telegram_id=5, status=DeliveryStatus.FAILED, attempts=1, reason="a", sent_at=None, opened_at=NOW
)


def of(text: str) -> Announcement:
    return replace(ANNOUNCEMENT, text_zh=text, text_en="")


# ------------------------------------------------------------------------------------- for recipients
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=400))
def test_everyone_reads_the_text_as_it_was_written(text: str):
    if text.strip():
        assert plain_text(view.posting(of(text), Language.ZH).html) == text.strip()


def test_the_longest_text_is_sent_whole():
    """Markup characters take five times their length in HTML, and none of them may be lost to a limit."""
    text = "&" * view.LONGEST_TEXT
    assert plain_text(view.posting(of(text), Language.EN).html) == text


def test_lines_and_links_stay():
    text = "第一行\n\nhttps://example.org/a?b=1&c=2"
    assert plain_text(view.posting(of(text), Language.ZH).html) == text


def test_each_reader_gets_their_language_and_the_other_where_it_is_all_there_is():
    assert view.posting(ANNOUNCEMENT, Language.EN).html == "Lecture tonight"
    assert view.posting(of("讲座"), Language.EN).html == "讲座"


def test_a_course_can_be_asked_about_and_every_kind_be_muted():
    course = view.posting(ANNOUNCEMENT, Language.ZH)
    assert [row[0].data for row in course.buttons] == ["news:see:12", "news:mute:12"]
    notice = view.posting(replace(ANNOUNCEMENT, course_id=None, kind=AnnouncementKind.NOTICE), Language.EN)
    assert [row[0].text for row in notice.buttons] == ["No more notices"]


# ---------------------------------------------------------------------------------------- the numbers
@BOTH
def test_nobody_can_have_asked_about_a_course_where_there_is_none(words):
    notice = replace(ANNOUNCEMENT, course_id=None, kind=AnnouncementKind.NOTICE, status=Status.DONE)
    of_course = replace(ANNOUNCEMENT, status=Status.DONE)
    asked = words.get("announce.sheet.opened"), words.get("announce.sheet.opened_at")
    for announcement, is_told in ((of_course, True), (notice, False)):
        shown = view.final(announcement, EVERYTHING, words).html
        assert (view.interest(EVERYTHING, words) in shown) is is_told
        assert len(report_view.picture(announcement, EVERYTHING, words).panels) == 1 + is_told
        book = load_workbook(BytesIO(workbook(announcement, EVERYTHING, [DELIVERY], words)))
        totals, people = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
        assert (asked[0] in [row[0] for row in totals]) is is_told
        assert (asked[1] in people[0]) is is_told
        assert [len(row) for row in people] == [6 + is_told] * 2


@BOTH
def test_every_number_of_the_report_is_told_and_they_add_up(words):
    assert sum(count for _, count in view.parts(EVERYTHING)) == EVERYTHING.audience == 102
    html = view.final(replace(ANNOUNCEMENT, status=Status.DONE), EVERYTHING, words).html
    assert "102" in html
    told = [int(part.rsplit(" ", 1)[1]) for part in view.counts(EVERYTHING, words).split(" · ")]
    assert sum(told) == 102


def test_parts_that_nobody_is_in_are_left_out():
    assert view.counts(DeliveryReport(sent=3), ZH) == "已送达 3"


def test_doubt_is_explained_only_where_there_is_any():
    assert "存疑：" not in view.final(ANNOUNCEMENT, DeliveryReport(sent=1), ZH).html
    doubtful = view.final(ANNOUNCEMENT, DeliveryReport(in_doubt=1, in_doubt_by={"interrupted": 1}), ZH).html
    assert "存疑：" in doubtful
    assert "核对" not in doubtful, "nobody looked for it"
    assert "程序中断 1" in doubtful


def test_what_telegram_says_is_cut_and_cannot_be_markup():
    report = DeliveryReport(failed=1, failed_by={"<b>" + "x" * 500: 1})
    html = view.final(ANNOUNCEMENT, report, ZH).html
    assert "&lt;b&gt;" in html
    assert len(html) < 400


def test_progress_can_be_paused_resumed_and_stopped():
    sending = replace(ANNOUNCEMENT, status=Status.SENDING)
    shown = view.progress(sending, DeliveryReport(queued=2, sent=2), EN)
    assert "▓▓▓▓░░░░ 2/4" in shown.html
    assert [each.data for each in shown.buttons[0]] == ["announce:pause:12", "announce:askstop:12"]
    paused = view.progress(replace(ANNOUNCEMENT, status=Status.PAUSED), DeliveryReport(queued=2), EN)
    assert paused.buttons[0][0].data == "announce:resume:12"


def test_a_day_later_the_presses_are_told_with_their_share():
    assert (
        "40 人收到，20 人看了课程介绍（50%）"
        in view.followed_up(ANNOUNCEMENT, DeliveryReport(sent=40, opened=20), ZH).html
    )


# ------------------------------------------------------------------------------------------ every screen
def screens(words) -> list[Message]:
    reach = Reach(audience=312, muted=5)
    chosen = Audience(
        specialties=frozenset(each.id for each in SPECIALTIES),
        regions=frozenset(each.id for each in REGIONS),
        languages=frozenset({Language.ZH}),
        roles=frozenset({Role.DOCTOR}),
        joined_since=NOW,
    )
    long = replace(
        ANNOUNCEMENT,
        id=10**9,
        text_zh="长" * view.LONGEST_TEXT,
        audience=to_json(chosen),
        send_at=NOW,
        picture="F",
        zone="America/Argentina/Buenos_Aires",
    )
    courses = [replace(COURSE, id=10**9 + n, title="很长的课程名" * 20) for n in range(6)]
    shown = [
        draft_view.begin(3, words),
        draft_view.courses(courses, "高血压", words),
        draft_view.draft(long, courses[0], reach, words),
        audience_view.audience(long, reach, words),
        *(audience_view.specialties(long, reach, page, words) for page in range(4)),
        audience_view.regions(long, reach, words),
        draft_view.times(long, "Asia/Shanghai", offered("Asia/Shanghai", NOW), words),
        draft_view.confirm(long, reach, words),
        draft_view.scheduled(long, words),
        draft_view.ask_discard(long, words),
        draft_view.offer(courses[:5], 70, words),
        view.missed(long, words),
        view.followed_up(long, EVERYTHING, words),
    ]
    for status in Status:
        each = replace(long, status=status)
        shown.append(card_view.card(each, EVERYTHING, words))
        shown.append(card_view.listed([each] * 6, {"drafts": 60, "done": 3}, 2, words))
    return shown


@BOTH
def test_every_screen_fits_telegram(words):
    for each in screens(words):
        assert 0 < length_of(each.html) <= 4096
        for row in each.buttons:
            assert 0 < len(row) <= 8
            for button in row:
                assert len((button.data or "").encode()) <= CALLBACK_BYTES
                assert len(button.text) <= 64


@BOTH
def test_a_draft_fits_a_phone(words):
    html = draft_view.draft(ANNOUNCEMENT, COURSE, Reach(audience=312, muted=5), words).html
    assert html.count("\n") < 9


# -------------------------------------------------------------------------------------------- the rest
def test_an_audience_is_kept_and_read_again():
    chosen = Audience(
        specialties=frozenset({"cardiology"}),
        regions=frozenset({"east"}),
        languages=frozenset({Language.EN}),
        roles=frozenset({Role.DOCTOR}),
        joined_since=NOW,
    )
    assert from_json(to_json(chosen)) == chosen
    assert from_json("{}") == from_json("") == Audience()


def test_an_audience_is_named_in_words():
    chosen = Audience(specialties=frozenset({"cardiology"}), regions=frozenset({"east"}), joined_since=NOW)
    assert audience_view.described(chosen, ZH) == "心血管 · 华东 · 2026-11-22 后加入"
    assert audience_view.described(Audience(), EN) == "everyone"


def test_only_what_was_previewed_has_its_seal():
    seal = draft_view.seal(ANNOUNCEMENT)
    for change in (
        {"text_zh": "x"},
        {"text_en": "x"},
        {"picture": "F"},
        {"audience": "x"},
        {"send_at": NOW},
        {"course_id": 8},
    ):
        assert draft_view.seal(replace(ANNOUNCEMENT, **change)) != seal


def test_a_course_proposes_its_facts_and_its_link():
    assert proposed(COURSE, Language.ZH).splitlines() == [
        "新课程：老年高血压",
        "某学会 · 2.5 学分",
        "第一句。第二句。",
        "https://example.org/c",
    ]
    assert proposed(COURSE, Language.EN).splitlines()[1:] == [
        "某学会 · 2.5 credits · in Chinese",
        "https://example.org/c",
    ]


def test_a_long_summary_ends_with_a_sentence():
    long = replace(COURSE, summary="一句话。" * 200)
    assert proposed(long, Language.ZH).splitlines()[2].endswith("一句话。")
    assert length_of(proposed(long, Language.ZH)) < view.LONGEST_CAPTION


def test_every_word_must_be_in_the_course_and_titles_come_first():
    other = replace(COURSE, id=9, title="别的课", summary="也讲老年高血压")
    assert [course.id for course in find([COURSE, other], "老年高血压")] == [7, 9]
    assert find([COURSE, other], "老年 糖尿病") == []
    assert [course.id for course in find([COURSE, other], "老年高血壓 别的")] == [9]


@pytest.mark.parametrize("status", [Status.DONE, Status.STOPPED])
def test_those_in_doubt_can_be_written_to_once_it_is_over(status):
    """A send that was stopped is over when everybody else was looked for."""
    report = DeliveryReport(sent=1, in_doubt=1, checking=1)

    def offers(announcement: Announcement) -> bool:
        rows = card_view.card(announcement, report, EN).buttons
        return any((each.data or "").startswith("announce:askdoubt") for row in rows for each in row)

    stopped = replace(ANNOUNCEMENT, status=status)
    assert not offers(stopped)
    assert offers(replace(stopped, done_at=NOW))
