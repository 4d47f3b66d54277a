"""A course list's card, and its buttons as a coordinator uses them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.conversation import FileSent
from bot.library.courses import card_view
from bot.library.courses.card_view import ranges
from bot.library.courses.reviewing import CourseReviewing, spread
from bot.library.watcher import LoadWatcher
from bot.testing import FakeChat, FakeMessenger, incoming
from bot.texts import texts
from indexer.catalogue import RowFault
from knowledge.domain import Language, Role
from knowledge.store.jobs import JobKind, JobStatus
from tests.bot.library.courses.lists import listed, sent
from tests.bot.library.drafts import ready
from tests.bot.library.hand import Hand
from tests.journeys.markup import plain_text
from tests.knowledge.editions import course, offer

ZH, EN = texts(Language.ZH), texts(Language.EN)
OLD = course("痛风", "https://e.org/1", credits=1.0, ends=date(2026, 1, 1))
NEWER = course("痛风", "https://e.org/1", credits=1.5, summary="更长的简介")
NEW = course("心衰的 <b>规范</b> 管理", "https://e.org/2", provider="示例学院")
BAD = {
    "url_missing": {"count": 3, "rows": [3, 4, 9]},
    "date_invalid": {"count": 120, "rows": [*range(20, 60, 2)]},
}


async def at_the_card(library, stores, *courses, **more) -> Hand:
    job = listed(stores, *courses, **more)
    hand = Hand(library)
    await hand.send_data(f"lib:courses:{job.id}")
    return hand


async def test_the_card_tells_what_would_change(library, stores):
    offer(stores, OLD)
    offer(stores, course("样例", is_sample=True))
    hand = await at_the_card(library, stores, NEWER, NEW, bad_rows=BAD)
    assert hand.text.splitlines() == [
        "课程表 课程.xlsx",
        "新增 1 门 · 更新 1 门 · 不变 0 门",
        "⚠ 有问题、不会添加的行：123 行",
        "· 第 3–4、9 行：没有链接",
        "· 第 20、22、24、26、28、30、32、34、36、38 行等共 120 行：日期要写成 2026-03-31 这样",
        "",
        "新增，例如：",
        "· 心衰的 <b>规范</b> 管理 · 示例学院",
        "",
        "更新，例如：",
        "· 痛风：简介；学分 1 → 1.5；结课 2026-01-01 → –",
        "",
        "添加后，1 门样例课程会撤下。",
        "点“添加”之前，课程不变。",
    ]
    assert hand.choices == ["添加 2 门", "放弃"]
    assert [each.title for each in stores.courses.current()] == ["痛风", "样例"]


def test_the_card_speaks_english(stores):
    offer(stores, OLD)
    job = listed(stores, NEWER, NEW, bad_rows=BAD)
    text = plain_text(CourseReviewing(stores).card(job.id, EN).html)
    assert "New: 1 · changed: 1 · unchanged: 0" in text
    assert "rows 3–4, 9: there is no link" in text
    assert "痛风: summary; credits 1 → 1.5; ends 2026-01-01 → –" in text
    assert "Nothing changes before you add them." in text


async def test_adding_says_what_was_done_and_a_second_press_by_whom(library, stores):
    stores.people.meet(1001, "刘老师", Language.ZH)
    hand = await at_the_card(library, stores, NEW)
    card = hand.shown
    await hand.press("添加")
    assert hand.text.startswith("课程.xlsx 已添加：新增 1 门，更新 0 门。")
    assert hand.choices == []
    hand.shown = card
    await hand.press("放弃")
    assert "刘老师已经添加过了：新增 1 门" in hand.text
    assert [each.title for each in stores.courses.current()] == [NEW.title]


async def test_discarding_says_so(library, stores):
    hand = await at_the_card(library, stores, NEW)
    card = hand.shown
    await hand.press("放弃")
    assert "没有添加课程" in hand.text
    hand.shown = card
    await hand.press("添加")
    assert "已经放弃了" in hand.text
    assert stores.courses.current() == []


async def test_a_card_that_is_out_of_date_is_shown_again_before_it_counts(library, stores):
    hand = await at_the_card(library, stores, NEW)
    offer(stores, course("别人的心衰", NEW.url))
    await hand.press("添加")
    assert hand.text.startswith("内容刚才有变化，还没有做任何处理。")
    assert "更新 1 门" in hand.text
    assert [each.title for each in stores.courses.current()] == ["别人的心衰"]
    await hand.press("添加")
    assert [each.title for each in stores.courses.current()] == [NEW.title]


async def test_a_discard_button_of_an_earlier_version_shows_the_card_first(library, stores):
    hand, job = Hand(library), listed(stores, NEW)
    await hand.send_data(f"lib:cno:{job.id}")
    assert hand.text.startswith("内容刚才有变化")
    await hand.press("放弃")
    assert "没有添加课程" in hand.text


async def test_a_list_that_changes_nothing_can_only_be_put_away(library, stores):
    offer(stores, NEW)
    hand = await at_the_card(library, stores, NEW)
    assert "不用再添加" in hand.text
    assert hand.choices == ["放弃"]


async def test_a_doctor_presses_in_vain(library, stores):
    job = listed(stores, NEW)
    hand = Hand(library, Role.DOCTOR)
    for data in (f"lib:cyes:{job.id}:00000000", f"lib:cno:{job.id}", f"lib:courses:{job.id}"):
        await hand.send_data(data)
    assert hand.chat.edits == []
    assert stores.jobs.get(job.id).status is JobStatus.READY


async def test_lists_that_wait_stand_among_the_drafts(library, stores):
    ready(stores)
    listed(stores, NEW)
    hand = Hand(library)
    await hand.command("library")
    await hand.press("待收录 2 份")
    assert "待决定的课程表：1 份" in hand.text
    await hand.press("课程表 课程.xlsx")
    assert "新增 1 门" in hand.text


async def test_only_lists_wait(library, stores):
    listed(stores, NEW)
    hand = Hand(library)
    await hand.command("drafts")
    assert hand.text.splitlines()[1:] == ["待决定的课程表：1 份"], "that there is no document is no news"


async def test_a_list_is_queued_as_one(library, stores):
    chat = FakeChat(file=b"title,url\n")
    await library.receive(incoming(FileSent(name="课程.CSV", size=10), role=Role.COORDINATOR), chat)
    (job,) = stores.jobs.open()
    assert (job.kind, job.status) == (JobKind.COURSES, JobStatus.WAITING)
    assert chat.sent[0].html.startswith("已收到课程表 课程.CSV")


# ------------------------------------------------------------------------------------------------- told


async def test_the_sender_gets_the_card_once(stores):
    job = listed(stores, NEW)
    messenger = FakeMessenger()
    telling = LoadWatcher(stores=stores, messenger=messenger)
    assert await telling.look() is False
    assert await telling.look() is False
    ((chat, card),) = messenger.sent
    assert chat == 1
    assert (card.buttons[0][0].data or "").startswith(f"lib:cyes:{job.id}:")


@pytest.mark.parametrize(
    "reason, words",
    [
        ("no_course", "没有能添加的行"),
        ("courses_known", "内容相同"),
        ("invalid_catalogue", "第一行要写列名"),
        ("too_many_rows", "超过 20000 行"),
        ("unknown_encoding", "另存为 UTF-8"),
        ("archive_bomb", "没有打开"),
        ("something_newer", "无法读取"),
    ],
)
async def test_a_refused_list_is_told_with_its_rows(stores, reason, words):
    job = sent(stores)
    stores.jobs.refuse(job.id, reason, {"bad_rows": BAD if reason == "no_course" else {}})
    messenger = FakeMessenger()
    await LoadWatcher(stores=stores, messenger=messenger).look()
    text = plain_text(messenger.sent[0][1].html)
    assert words in text
    assert ("第 3–4、9 行：没有链接" in text) is (reason == "no_course")


async def test_a_list_that_was_decided_elsewhere_needs_no_card(stores):
    job = listed(stores, NEW)
    stores.jobs.settle(job.id, JobStatus.DISCARDED, {})
    messenger = FakeMessenger()
    await LoadWatcher(stores=stores, messenger=messenger).look()
    assert messenger.sent == []
    assert stores.jobs.open() == []


# ------------------------------------------------------------------------------------------------ pieces


@pytest.mark.parametrize(
    "numbers, text, count",
    [
        ([7], "7", 1),
        ([7, 8], "7–8", 2),
        ([1, 3, 4, 5, 9], "1, 3–5, 9", 5),
        ([*range(0, 40, 2)], "0, 2, 4, 6, 8, 10, 12, 14, 16, 18", 10),
    ],
)
def test_rows_are_named_in_ranges(numbers, text, count):
    found = ranges(numbers, EN)
    assert (found.text, found.count) == (text, count)


def test_examples_are_spread_over_the_list():
    assert spread(tuple(range(100))) == [16, 50, 83]
    assert spread((4, 8)) == [4, 8]
    assert spread(()) == []


async def test_a_card_of_thousands_fits_a_message(library, stores):
    many = [course("长" * 900, f"https://e.org/{n}", provider="院" * 900) for n in range(50)]
    hand = await at_the_card(library, stores, *many, bad_rows=dict.fromkeys(FAULTS, BAD["date_invalid"]))
    assert hand.shown is not None
    assert len(hand.shown.html) <= 4096
    assert "新增 50 门" in hand.text


FAULTS = [key.rpartition(".")[2] for key in ZH.keys() if key.startswith("library.courses.fault.")]  # noqa: SIM118


def test_each_fault_of_the_indexer_has_its_words():
    assert {fault.value for fault in RowFault} == set(FAULTS) - {"other"}


def test_a_fault_of_a_newer_indexer_is_told_all_the_same(stores):
    job = listed(stores, NEW, bad_rows={"newer": {"count": 1, "rows": [2]}})
    assert [part.text for part in card_view.left_out(job, ZH)[1].parts] == ["· ", "第 2 行：看不懂"]
