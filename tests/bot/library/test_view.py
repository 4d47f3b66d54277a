from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.conversation import Message
from bot.html import MESSAGE_UNITS
from bot.library import card_view, facts_view, shelf_view, view
from bot.library.deciding import Discarded, Dropped, Gone, Loaded, Settled
from bot.library.naming import Staff
from bot.library.plan import (
    Likeness,
    NewDocument,
    OlderThan,
    Plan,
    Proposal,
    ReadAgain,
    Replaces,
    Returns,
    SameContent,
)
from bot.library.shelf import Filter, Waiting, entries_of, page_of
from bot.library.upload import UploadRefusal
from bot.texts import Texts, texts
from indexer.errors import IndexerError, _tree
from knowledge.domain import (
    Citation,
    EditionStatus,
    Language,
    Passage,
    PassageKind,
    QualityMark,
    Script,
    Sharing,
)
from knowledge.store import Stores
from knowledge.store.jobs import Job, JobKind, JobStatus
from knowledge.store.library import Approved, EditionRecord, Fact
from tests.journeys.markup import plain_text

ZH, EN = texts(Language.ZH), texts(Language.EN)
HOSTILE = "<b>&amp;《甲》{title}</i>"
JOB = Job(
    id=5,
    kind=JobKind.UPLOAD,
    status=JobStatus.READING,
    sent_by=1,
    chat_id=1,
    message_id=7,
    path="/nowhere",
    file_name="高血压.pdf",
    done=0,
    total=0,
    edition_id=None,
    reason=None,
)
DRAFT = EditionRecord(
    id=9,
    document_id=3,
    title="成人高血压食养指南",
    year=2023,
    publisher="国家卫生健康委",
    language="zh",
    status=EditionStatus.DRAFT,
    file_name="高血压.pdf",
    content_hash="c",
    pages=28,
    passages=96,
    warnings=(("pages_without_text", 2), ("a_newer_code", 1)),
    is_sample=False,
    source=None,
    specialties=(),
    sharing=Sharing.PAGE_PICTURE,
    loaded_by="telegram:1",
    loaded_at=datetime(2026, 2, 1, tzinfo=UTC),
    decided_by=None,
    decided_at=None,
    replaced_by=None,
    file_hash="f",
    reader=None,
)


def card(draft: EditionRecord, plan: Plan, words: Texts, **more: Any) -> Message:
    return card_view.card(Proposal(draft=draft, plan=plan, **more), words)


def labels(message: Message) -> list[list[str]]:
    return [[button.text for button in row] for row in message.buttons]


def test_the_card_names_what_was_read_and_what_loading_would_do():
    message = card(DRAFT, NewDocument(), ZH)
    assert plain_text(message.html).splitlines() == [
        "《成人高血压食养指南》",
        "2023 年版 · 国家卫生健康委 · 中文",
        "科室未填 · 可发原页图片",
        "28 页 · 96 段",
        "⚠ 2 页没有读到文字（可能是扫描件），这些页查不到。服务器装有文字识别时，收录后点“重新读取”会接着读。",
        "⚠ 其他提示：a_newer_code（1）",
        "",
        "将作为新文档收录，没有发现旧版。",
    ]
    assert labels(message) == [["收录", "放弃"], ["修改信息", "看 5 段样例"], ["是别的文档的新版"]]


@pytest.mark.parametrize("language", Language)
def test_the_words_about_scans_name_the_button_that_goes_on_reading_them(language):
    words = texts(language)
    scanned = replace(DRAFT, warnings=(("pages_without_text", 2),))
    assert words.get("library.button.reread") in plain_text(card(scanned, NewDocument(), words).html)


def test_the_card_says_what_is_unknown():
    bare = replace(DRAFT, year=None, publisher=None, pages=None, language="fr", warnings=())
    text = plain_text(card(bare, NewDocument(), EN).html)
    assert "year not stated · publisher not stated · another language" in text
    assert "specialty not stated · may be sent: page pictures\npassages: 96" in text


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("plan", [Replaces, OlderThan, ReadAgain, SameContent, Returns])
def test_the_card_names_the_other_edition_with_its_year(words, plan):
    assert "2023" in plain_text(card(replace(DRAFT, year=2020), plan(edition=DRAFT), words).html)


def test_discarding_comes_first_where_the_library_has_the_very_words():
    assert labels(card(DRAFT, SameContent(edition=DRAFT), ZH))[0] == ["放弃", "收录"]


def test_what_is_read_again_stays_an_edition_of_its_document():
    assert labels(card(DRAFT, ReadAgain(edition=DRAFT), ZH)) == [
        ["收录", "放弃"],
        ["修改信息", "看 5 段样例"],
    ]


def test_all_sentences_are_the_same_only_where_all_are():
    for share, percent in ((0.999, 99), (1.0, 100)):
        text = plain_text(card(DRAFT, Replaces(edition=DRAFT), ZH, by_content=share).html)
        assert f"有 {percent}% 的句子相同" in text


def test_the_card_says_by_what_it_was_taken_for_an_edition_and_what_it_resembles():
    other = Likeness(edition=replace(DRAFT, title="另一本", year=2018), share=0.214)
    text = plain_text(card(DRAFT, Replaces(edition=DRAFT), ZH, by_content=0.456, samples=12).html)
    assert "有 46% 的句子相同" in text
    assert "12 份样例摘要将停用" in text
    assert "与《另一本》（2018）有 21% 的句子相同" in card(DRAFT, NewDocument(), ZH, alike=(other,)).html


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_the_longest_passage_is_shown_in_whole_units(words):
    long = passage("句子一句。" * 2000)
    shown = card_view.sample(9, 7, [long], back=facts_view.back(DRAFT, words), words=words)
    assert len(shown.html) <= MESSAGE_UNITS
    assert "句子一句。" in shown.html
    assert [button.text for row in shown.buttons for button in row] == [facts_view.back(DRAFT, words).text]


def passage(text: str) -> Passage:
    citation = Citation(
        title=DRAFT.title, year=2023, publisher=None, language="zh", section=("一", "二", "三"),
        page_first=12, page_last=12, page_label=None, source="x",
    )  # fmt: skip
    return Passage(
        id=1, document_id=3, edition_id=9, ordinal=0, kind=PassageKind.TEXT, script=Script.CHINESE, text=text,
        tokens="", citation=citation, marks=frozenset({QualityMark.OCR}),
    )  # fmt: skip


def test_a_sample_says_where_it_stands_and_that_its_text_is_in_doubt():
    shown = card_view.sample(9, 0, [passage("正文。")], back=facts_view.back(DRAFT, ZH), words=ZH)
    assert plain_text(shown.html).splitlines() == [
        "样例 1/1 · 第 12 页",
        "二 › 三",
        "正文。",
        "这一段的文字可能有误，显示时会注明“请核对原文”。",
    ]


def test_progress_says_what_is_being_done():
    waiting = replace(JOB, status=JobStatus.WAITING)
    assert "前面还有 2 个文件" in view.progress(waiting, 2, ZH).html
    assert view.progress(waiting, 0, ZH) == view.received(JOB, ZH)
    assert "▓▓▓▓░░░░ 48/96" in view.progress(replace(JOB, done=48, total=96), 0, ZH).html
    assert "不用重发" in view.progress(waiting, 0, ZH, delayed=True).html


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("code", [error.code for error in _tree(IndexerError)])
def test_every_reason_that_the_indexer_gives_has_its_words(words, code: str):
    """A coordinator never reads a code."""
    if code != "invalid_set":  # none is loaded by chat
        assert {f"library.refused.{code}", f"library.courses.refused.{code}"} & words.keys()


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("reason", ["encrypted", "already_loaded", "model_changed", "never_heard_of", None])
def test_a_refusal_is_one_plain_line(words, reason):
    job = replace(JOB, status=JobStatus.REFUSED, reason=reason, details={"title": "甲", "year": 2020})
    text = plain_text(view.refused(job, words).html)
    assert "\n" not in text
    assert ("甲" if reason == "already_loaded" else JOB.file_name) in text


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_names_cannot_inject_markup(words, staff):
    """File names and titles come from outside."""
    job = replace(JOB, file_name=HOSTILE, details={"title": HOSTILE})
    draft = replace(DRAFT, title=HOSTILE, publisher=HOSTILE, specialties=(HOSTILE,), loaded_by=HOSTILE)
    current = replace(draft, status=EditionStatus.CURRENT)
    page = page_of(entries_of([draft, current]), 0)
    loaded = Loaded(approved=Approved(edition=draft, replaced=(draft,), samples_withdrawn=2))
    back = facts_view.back(draft, words)
    shown = [
        view.received(job, words),
        view.progress(job, 0, words),
        view.finished(job, words),
        view.refused(job, words),
        view.gone(HOSTILE, words),
        card(draft, Replaces(edition=draft), words, alike=(Likeness(edition=draft, share=0.2),)),
        card_view.decided(loaded, staff, words),
        card_view.decided(Settled(edition=current), staff, words),
        card_view.decided(Discarded(title=HOSTILE), staff, words),
        card_view.decided(
            Dropped(title=HOSTILE, year=2020, who="shell:root", at=datetime(2026, 3, 1, tzinfo=UTC)),
            staff,
            words,
        ),
        card_view.sample(9, 0, [passage(HOSTILE)], back=back, words=words),
        card_view.other_documents(Proposal(draft=draft, plan=NewDocument()), [current], words, HOSTILE),
        facts_view.menu(draft, words),
        *(facts_view.ask(draft, fact, words) for fact in facts_view.TYPED),
        *(facts_view.choices(draft, fact, words) for fact in set(Fact) - set(facts_view.TYPED)),
        shelf_view.shelf(page, Filter(), Waiting(drafts=1), words),
        shelf_view.hits(page, HOSTILE, words),
        shelf_view.document([draft, current], {}, staff, words),
        shelf_view.ask_withdraw(current, 3, words),
        shelf_view.ask_exchange(draft, current, words),
        *(view.upload_refused(reason, HOSTILE, 20, words) for reason in UploadRefusal),
    ]
    for message in shown:
        assert "<" not in plain_text(message.html).replace(HOSTILE, "")
    assert plain_text(card_view.decided(Gone(), staff, words).html)


@pytest.fixture
def staff(stores: Stores) -> Staff:
    stores.people.meet(1, "刘老师", Language.ZH)
    return Staff(stores)


def test_people_are_called_by_their_names(staff):
    assert staff.called("telegram:1", ZH) == "刘老师"
    assert staff.called("telegram:77", ZH) == "用户 77"
    assert staff.called("shell:root", ZH) == "服务器（root）"
    assert staff.called("test", ZH) == "test"


def test_loading_says_what_was_replaced_and_offers_the_way_back(staff):
    old = replace(DRAFT, id=8, year=2020, title="成人高血压食养指南（2020）")
    current = replace(DRAFT, status=EditionStatus.CURRENT)
    message = card_view.decided(
        Loaded(approved=Approved(edition=current, replaced=(old,), samples_withdrawn=12)), staff, ZH
    )
    assert plain_text(message.html).splitlines() == [
        "已收录《成人高血压食养指南》（2023），医生现在可以查到。",
        "《成人高血压食养指南（2020）》已被取代，不再用来回答。",
        "已停用样例摘要 12 份。",
    ]
    assert labels(message) == [["退回 2020", "查看文档"]]


def test_a_kept_older_edition_says_that_it_does_not_answer(staff):
    kept = replace(DRAFT, status=EditionStatus.REPLACED)
    text = plain_text(card_view.decided(Loaded(approved=Approved(edition=kept)), staff, ZH).html)
    assert "更新的版本仍在使用" in text


def test_a_document_lists_its_editions_and_what_can_be_done(staff):
    current = replace(
        DRAFT,
        status=EditionStatus.CURRENT,
        decided_by="shell:root",
        decided_at=datetime(2026, 3, 1, 17, tzinfo=UTC),
    )
    old = replace(current, id=8, year=2020, status=EditionStatus.REPLACED)
    message = shelf_view.document([replace(DRAFT, id=10, year=2026), current, old], {9: 37}, staff, ZH)
    assert plain_text(message.html).splitlines()[5:] == [
        "2023 · 在用",
        "刘老师 2026-02-01 读入 · 服务器（root） 2026-03-02 决定 · 被引用 37 次",
        "2020 · 已被取代",
        "刘老师 2026-02-01 读入 · 服务器（root） 2026-03-02 决定 · 被引用 0 次",
    ]
    assert labels(message) == [
        ["待收录：2026"],
        ["修改信息", "看样例"],
        ["退回 2020"],
        ["停用", "重新读取"],
        ["‹ 指南库"],
    ]


def test_an_edition_of_another_title_names_it_and_one_hand_is_named_once(staff):
    current = replace(
        DRAFT, status=EditionStatus.CURRENT, decided_by="telegram:1", decided_at=DRAFT.loaded_at
    )
    old = replace(current, id=8, year=2020, title="高血压食养手册", status=EditionStatus.REPLACED)
    text = plain_text(shelf_view.document([current, old], {}, staff, ZH).html)
    assert text.splitlines()[5:] == [
        "2023 · 在用",
        "刘老师 2026-02-01 读入并决定 · 被引用 0 次",
        "2020 · 已被取代",
        "高血压食养手册",
        "刘老师 2026-02-01 读入并决定 · 被引用 0 次",
    ]


def test_what_is_read_again_is_never_said_not_to_be_loaded():
    job = replace(JOB, kind=JobKind.REREAD, status=JobStatus.REFUSED, reason="reads_the_same")
    assert view.finished(job, ZH).html == "高血压.pdf 已重新读完，没有改变。"


def test_a_refusal_leads_to_what_is_loaded_already():
    job = replace(
        JOB, status=JobStatus.REFUSED, reason="already_loaded", details={"title": "甲", "document": 3}
    )
    assert view.refused(job, ZH).buttons[0][0].data == "lib:doc:3"
