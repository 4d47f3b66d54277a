"""Files, commands, buttons and typed answers, as a coordinator uses them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversation import FileRefused, FileSent
from bot.library.handlers import Library
from bot.testing import FakeChat, incoming
from knowledge.domain import EditionStatus, Language, Role, Sharing
from knowledge.store import Stores
from knowledge.store.jobs import JobStatus
from tests.bot.library.drafts import TITLE, ready
from tests.bot.library.hand import Hand
from tests.knowledge.editions import edition, publish

FILE = FileSent(name="高血压.pdf", size=1000)


async def send(library: Library, chat: FakeChat, file: FileSent = FILE, **update) -> None:
    handler = library.document()
    assert handler is not None
    await handler(incoming(file, **{"role": Role.COORDINATOR, **update}), chat)


# ------------------------------------------------------------------------------------------------- files


async def test_a_file_is_received_stored_and_queued(library, stores, tmp_path):
    chat = FakeChat(file=b"%PDF-1.7")
    await send(library, chat, update_id=11)
    (job,) = stores.jobs.open()
    assert (job.file_name, job.sent_by, job.message_id) == ("高血压.pdf", 1001, 1)
    assert job.status is JobStatus.WAITING
    assert [path.read_bytes() for path in _files(tmp_path / "uploads", job.path)] == [b"%PDF-1.7"]
    assert chat.sent[0].html.startswith("已收到 高血压.pdf")


def _files(folder: Path, named: str) -> list[Path]:
    return [path for path in folder.iterdir() if str(path) == named]


async def test_an_update_that_comes_again_after_a_kill_queues_nothing_more(library, stores):
    chat = FakeChat()
    await send(library, chat, update_id=11)
    await send(library, chat, update_id=11)
    (job,) = stores.jobs.open()
    assert job.message_id == 1
    assert len(chat.sent) == 1


class Killed(BaseException):
    """The process ends here."""


class DyingChat(FakeChat):
    async def download(self, folder: Path) -> Path:
        raise Killed


async def test_a_kill_while_the_file_is_fetched_leaves_a_job_that_the_same_update_completes(library, stores):
    with pytest.raises(Killed):
        await send(library, DyingChat(), update_id=11)
    (job,) = stores.jobs.open()
    assert (job.status, job.message_id) == (JobStatus.ARRIVING, 1)
    assert not stores.jobs.has_work()
    again = FakeChat(file=b"%PDF")
    await send(library, again, update_id=11)
    (job,) = stores.jobs.open()
    assert (job.status, job.message_id) == (JobStatus.WAITING, 1)
    assert again.sent == [], "the message that says it was received stands there already"


class RefusingChat(FakeChat):
    async def download(self, folder: Path) -> Path:
        raise FileRefused


async def test_a_file_that_telegram_does_not_give_is_reported(library, stores, watcher):
    await send(library, RefusingChat(), update_id=11)
    (job,) = stores.jobs.open()
    assert (job.status, job.reason) == (JobStatus.REFUSED, "not_received")
    await watcher.look()
    assert stores.jobs.open() == []


@pytest.mark.parametrize("language", Language)
async def test_a_doctor_is_refused_with_their_id(library, stores, language):
    chat = FakeChat()
    await send(library, chat, role=Role.DOCTOR, language=language)
    assert "1001" in chat.sent[0].html
    assert stores.jobs.open() == []


async def test_a_file_that_cannot_be_read_is_refused_at_once(library, stores):
    chat = FakeChat()
    await send(library, chat, FileSent(name="课程.xls", size=10))
    assert "课程表请用 XLSX" in chat.sent[0].html
    assert stores.jobs.open() == []


# ----------------------------------------------------------------------------------------------- buttons


def refused(stores: Stores) -> list[str]:
    """What was refused, as the audit log has it."""
    with stores.database.read() as connection:
        return list(connection.exec_driver_sql("SELECT subject FROM audit_log").scalars())


async def reviewing(library: Library, stores: Stores, new=None) -> tuple[Hand, int]:
    """A coordinator in front of the card of a draft."""
    _, draft = ready(stores, new)
    hand = Hand(library)
    await hand.send_data(f"lib:card:{draft.id}")
    return hand, draft.id


async def test_a_press_loads_and_says_so_in_the_card(library, stores):
    hand, draft = await reviewing(library, stores)
    await hand.press("收录")
    loaded = stores.library.edition(draft)
    assert (loaded.status, loaded.decided_by) == (EditionStatus.CURRENT, "telegram:1001")
    assert "医生现在可以查到" in hand.text


async def test_a_second_press_says_who_decided(library, stores):
    stores.people.meet(1001, "刘老师", Language.ZH)
    hand, draft = await reviewing(library, stores)
    card = hand.shown
    await hand.press("收录")
    generation = stores.library.generation()
    hand.shown = card
    await hand.press("放弃")
    assert "处理过了" in hand.text
    assert "刘老师" in hand.text
    assert stores.library.generation() == generation
    assert stores.library.edition(draft).status is EditionStatus.CURRENT


async def test_a_card_that_is_out_of_date_is_shown_again_before_it_counts(library, stores):
    hand, draft = await reviewing(library, stores)
    publish(stores, edition(TITLE, ("旧。",), year=2019))
    await hand.press("收录")
    assert stores.library.edition(draft).status is EditionStatus.DRAFT
    assert "情况有变化" in hand.text
    assert "将取代现在的《成人高血压食养指南》（2019）" in hand.text
    await hand.press("收录")
    assert stores.library.edition(draft).status is EditionStatus.CURRENT


async def test_discarding_says_so_and_again_to_who_presses_after_a_kill(library, stores):
    stores.people.meet(1001, "刘老师", Language.ZH)
    hand, _ = await reviewing(library, stores)
    card = hand.shown
    await hand.press("放弃")
    assert "已放弃《成人高血压食养指南》" in hand.text
    assert stores.library.list_editions(EditionStatus) == []
    hand.shown = card
    await hand.press("放弃")
    assert hand.text.startswith("《成人高血压食养指南》（2023）已由刘老师放弃（")


async def test_a_discard_button_of_an_earlier_version_shows_the_card_first(library, stores):
    hand, draft = await reviewing(library, stores)
    await hand.send_data(f"lib:no:{draft}")
    assert stores.library.edition(draft).status is EditionStatus.DRAFT
    assert refused(stores) == []
    await hand.press("放弃")
    assert stores.library.list_editions(EditionStatus) == []


@pytest.mark.parametrize("data", ["lib:card:1", "lib:yes:1:00000000", "lib:stop2:1", "load:yes:1"])
async def test_who_is_no_coordinator_any_more_cannot_decide(library, stores, data):
    _, draft = ready(stores)
    hand = Hand(library, role=Role.DOCTOR)
    await hand.send_data(data)
    assert hand.chat.edits == []
    assert hand.chat.notes == ["只有指南管理员可以操作。"]
    assert refused(stores) == [f"button:{data}"]
    assert stores.library.edition(draft.id).status is EditionStatus.DRAFT


@pytest.mark.parametrize(
    "data",
    [
        "lib", "lib:yes", "lib:yes:1", "lib:yes:1:x", "lib:yes:²:00000000", "lib:as:1", "lib:as:1:-1", "lib:pick:1:title",
        "lib:ask:1:language", "lib:set:1:title:x", "lib:set:1:specialties:+x", "lib:list:0:x::", "load:yes:", "load:yes:99",
    ],
)  # fmt: skip
async def test_forged_data_changes_nothing(library, stores, data):
    _, draft = ready(stores)
    hand = Hand(library)
    await hand.send_data(data)
    assert hand.chat.edits == []
    assert len(hand.chat.notes) == 1
    assert hand.chat.notes[0]
    assert refused(stores) == ([] if data.startswith("load:") else [f"button:{data}"])
    assert stores.library.edition(draft.id) == draft


@pytest.mark.parametrize("action", ["card:99", "yes:99:00000000", "no:99", "sample:99:0", "edit:99", "set:99:language:en",
                                    "other:99", "as:99:0", "doc:99", "stop:99", "stop2:99", "back:99:98", "back2:99:0",
                                    "again:99", "ask:99:title", "pick:99:language"])  # fmt: skip
async def test_a_button_of_what_is_gone_says_so(library, stores, action):
    hand = Hand(library)
    await hand.send_data(f"lib:{action}")
    assert "不在" in hand.text or "没有" in hand.text


async def test_a_card_of_an_earlier_version_becomes_one_of_this(library, stores):
    job, draft = ready(stores)
    hand = Hand(library)
    await hand.send_data(f"load:yes:{job.id}")
    assert stores.library.edition(draft.id).status is EditionStatus.DRAFT
    await hand.press("收录")
    assert stores.library.edition(draft.id).status is EditionStatus.CURRENT


# ---------------------------------------------------------------------------------------------- the facts


async def test_a_title_is_typed_and_stands_on_the_card(library, stores):
    hand, draft = await reviewing(library, stores)
    await hand.press("修改信息")
    await hand.press("书名")
    assert "现在：成人高血压食养指南" in hand.text
    assert await hand.types("《成人高血压食养指南（2023年版）》")
    assert stores.library.edition(draft).title == "成人高血压食养指南（2023年版）"
    assert hand.chat.deleted == [5], "the question above, which was answered"
    assert not await hand.types("现在是问题了"), "the next text is a question again"
    claimed = stores.jobs.claim()
    assert claimed is not None
    assert claimed.encodes == draft, "its passages are found by the new title"
    await hand.press("‹ 返回")
    assert hand.text.startswith("《成人高血压食养指南（2023年版）》")


@pytest.mark.parametrize(
    "label, text, corrected",
    [
        ("年份", "2021年版", {"year": 2021}),
        ("年份", "-", {"year": None}),
        ("发布机构", "国家 卫生健康委", {"publisher": "国家 卫生健康委"}),
        ("发布机构", "-", {"publisher": None}),
    ],
)
async def test_other_facts_are_typed(library, stores, label, text, corrected):
    hand, draft = await reviewing(library, stores)
    before = stores.library.edition(draft)
    await hand.press("修改信息")
    await hand.press(label)
    await hand.types(text)
    assert stores.library.edition(draft) == replace(before, **corrected)


@pytest.mark.parametrize("text", ["去年", "20244", "1066", "２０２４x", "-1"])
async def test_a_year_that_is_none_is_asked_for_again(library, stores, text):
    hand, draft = await reviewing(library, stores)
    await hand.press("修改信息")
    await hand.press("年份")
    await hand.types(text)
    assert "四位数字" in hand.text
    assert stores.library.edition(draft).year == 2023
    assert await hand.types("2022")
    assert stores.library.edition(draft).year == 2022


@pytest.mark.parametrize("text", ["-", "《》", "。。。", "长" * 201])
async def test_a_title_that_is_none_is_asked_for_again(library, stores, text):
    hand, draft = await reviewing(library, stores)
    await hand.press("修改信息")
    await hand.press("书名")
    await hand.types(text)
    assert "书名要有文字" in hand.text
    assert stores.library.edition(draft).title == TITLE


async def test_whoever_presses_on_is_not_asked_any_more(library, stores):
    hand, draft = await reviewing(library, stores)
    await hand.press("修改信息")
    await hand.press("书名")
    await hand.press("不改")
    assert not await hand.types("高血压怎么治？")
    assert stores.library.edition(draft).title == TITLE


async def test_choices_are_tapped(library, stores):
    hand, draft = await reviewing(library, stores)
    await hand.press("修改信息")
    await hand.press("语言")
    await hand.press("繁体")
    await hand.press("可发给医生")
    await hand.press("原文件")
    await hand.press("科室")
    await hand.press("心血管")
    await hand.press("肾内")
    await hand.press("✓ 心血管")
    corrected = stores.library.edition(draft)
    assert (corrected.language, corrected.sharing) == ("zh-TW", Sharing.FILE)
    assert corrected.specialties == ("nephrology",)
    await hand.press("下一页")
    await hand.press("骨科")
    assert stores.library.edition(draft).specialties == ("nephrology", "orthopaedics")
    await hand.press("✓ 骨科")
    assert stores.library.edition(draft).specialties == ("nephrology",)


async def test_five_samples_are_leafed_through_in_one_message(library, stores):
    new = edition("厚书", tuple(f"第{n}段。" for n in range(9)))
    hand, _ = await reviewing(library, stores, new)
    await hand.press("看 5 段样例")
    seen = [hand.text]
    for _ in range(4):
        await hand.press("下一段")
        seen.append(hand.text)
    assert [f"第{n}段。" in text for n, text in zip((0, 2, 4, 6, 8), seen, strict=True)] == [True] * 5
    assert "样例 5/5 · 第 9 页" in hand.text
    await hand.press("‹ 上一段")
    await hand.press("‹ 返回")
    assert hand.text.startswith("《厚书》")


# ------------------------------------------------------------------------------------- an edition of what


async def test_a_draft_is_made_the_edition_of_a_document_that_was_searched_for(library, stores):
    old = publish(stores, edition("食养指南 旧名", ("旧。",), year=2019)).edition
    hand, draft = await reviewing(library, stores)
    assert "将作为新文档收录" in hand.text
    await hand.press("是别的文档的新版")
    await hand.press("搜索")
    assert await hand.types("旧名")
    await hand.press("2019 · 食养指南 旧名")
    assert "将取代现在的《食养指南 旧名》（2019）" in hand.text
    await hand.press("收录")
    assert stores.library.edition(old.id).status is EditionStatus.REPLACED
    assert stores.library.edition(draft).document_id == old.document_id


async def test_a_draft_that_is_no_new_edition_after_all_is_made_a_new_document(library, stores):
    old = publish(stores, edition(TITLE, ("旧。",), year=2019)).edition
    hand, _ = await reviewing(library, stores)
    await hand.press("不是它的新版")
    await hand.press("作为新文档")
    assert "将作为新文档收录" in hand.text
    await hand.press("收录")
    assert stores.library.edition(old.id).status is EditionStatus.CURRENT


# ---------------------------------------------------------------------------------------------- /library


async def in_library(library: Library, stores: Stores) -> tuple[Hand, int, int]:
    """In front of a document with two editions, 2019 and 2023."""
    old = publish(stores, edition(TITLE, ("旧。",), year=2019)).edition
    new = publish(stores, edition(TITLE, ("新。",), year=2023)).edition
    hand = Hand(library)
    await hand.command("library")
    await hand.press("2023 · 成人高血压食养指南")
    return hand, old.id, new.id


async def test_a_document_says_who_loaded_and_decided_and_what_it_is_used_for(library, stores):
    hand, _, _ = await in_library(library, stores)
    assert "2023 · 在用" in hand.text
    assert "2019 · 已被取代" in hand.text
    assert "被引用 0 次" in hand.text


async def test_a_document_is_withdrawn_after_a_question_and_restored(library, stores):
    hand, _, new = await in_library(library, stores)
    await hand.press("停用")
    assert stores.library.edition(new).status is EditionStatus.CURRENT
    await hand.press("确认停用")
    assert stores.library.edition(new).status is EditionStatus.WITHDRAWN
    assert "医生查不到" in hand.text
    await hand.press("恢复 2023")
    restored = stores.library.edition(new)
    assert (restored.status, restored.decided_by) == (EditionStatus.CURRENT, "telegram:1001")


async def test_what_was_withdrawn_is_named_also_where_a_newer_edition_heads_the_document(library, stores):
    hand, _, _ = await in_library(library, stores)
    await hand.press("退回 2019")
    await hand.press("确认换成 2019")
    await hand.press("停用")
    await hand.press("确认停用")
    said, heading = hand.text.splitlines()[:2]
    assert "（2019）" in said
    assert "2019" not in heading


async def test_a_document_is_rolled_back_after_a_question_and_put_in_again(library, stores):
    hand, old, new = await in_library(library, stores)
    await hand.press("退回 2019")
    assert "《成人高血压食养指南》（2023）将不再用来回答" in hand.text
    await hand.press("确认换成 2019")
    assert stores.library.edition(old).status is EditionStatus.CURRENT
    assert stores.library.edition(new).status is EditionStatus.WITHDRAWN
    await hand.press("换成 2023")
    await hand.press("确认换成 2023")
    assert [e.id for e in stores.library.list_editions()] == [new]


async def test_a_decision_that_somebody_else_overtook_is_not_carried_out(library, stores):
    hand, _, new = await in_library(library, stores)
    await hand.press("退回 2019")
    stores.library.withdraw(new)
    generation = stores.library.generation()
    await hand.press("确认换成 2019")
    assert stores.library.generation() == generation
    assert hand.chat.notes[-1] == "刚才已有人改动过，这次没有执行。"
    assert "医生查不到" in hand.text


async def test_a_document_is_read_again_once(library, stores):
    hand, _, new = await in_library(library, stores)
    await hand.press("重新读取")
    await hand.press("重新读取")
    (job,) = stores.jobs.open()
    assert (job.rereads, job.sent_by, job.message_id) == (new, 1001, len(hand.chat.sent))
    assert hand.chat.notes[-1] == "正在重新读取，请稍等。"


async def test_the_facts_of_what_answers_are_corrected_at_once(library, stores):
    hand, _, new = await in_library(library, stores)
    generation = stores.library.generation()
    await hand.press("修改信息")
    assert "马上对医生生效" in hand.text
    await hand.press("发布机构")
    await hand.types("国家卫生健康委")
    assert stores.library.edition(new).publisher == "国家卫生健康委"
    assert stores.library.generation() == generation + 1


async def test_the_library_is_searched_by_argument_and_by_typing(library, stores):
    await in_library(library, stores)
    hand = Hand(library)
    await hand.command("library", "食养")
    assert "找到 1 份" in hand.text
    await hand.press("搜索")
    assert await hand.types("没有这个")
    assert "没有找到" in hand.text


async def test_the_library_is_filtered_and_turned(library, stores):
    for number in range(10):
        publish(stores, edition(f"指南{number}", (f"{number}。",), language="en" if number else "zh"))
    hand = Hand(library)
    await hand.command("library")
    assert "10 份，第 1/2 页" in hand.text
    await hand.press("下一页")
    assert "第 2/2 页" in hand.text
    await hand.press("筛选")
    await hand.press("英文")
    await hand.press("显示")
    assert "9 份，第 1/2 页" in hand.text


async def test_drafts_are_listed(library, stores):
    _, draft = ready(stores)
    hand = Hand(library)
    await hand.command("drafts")
    await hand.press("[待收录] 2023")
    await hand.press("待收录：2023")
    await hand.press("收录")
    assert stores.library.edition(draft.id).status is EditionStatus.CURRENT
    await hand.command("drafts")
    assert "没有文档" in hand.text


@pytest.mark.parametrize("name", ["library", "drafts"])
async def test_the_library_is_no_doctors_and_no_groups(library, stores, name):
    doctor = Hand(library, role=Role.DOCTOR)
    await doctor.command(name)
    assert "1001" in doctor.text
    group = Hand(library)
    await group.command(name, is_group=True)
    assert "私聊" in group.text


async def test_every_change_is_audited_with_what_was_before(library, stores):
    hand, _, new = await in_library(library, stores)
    await hand.press("修改信息")
    await hand.press("语言")
    await hand.press("英文")
    await hand.press("‹ 返回")
    await hand.press("停用")
    await hand.press("确认停用")
    await hand.press("恢复")
    await hand.press("重新读取")
    with stores.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT who, action, subject, details FROM audit_log").all()
    assert [(row.who, row.action, row.subject) for row in rows] == [
        ("telegram:1001", action, f"edition:{new}")
        for action in ("edition.edit.language", "edition.withdraw", "edition.restore", "edition.reread")
    ]
    assert '"before": {"language": "zh"}, "after": {"language": "en"}' in rows[0].details
