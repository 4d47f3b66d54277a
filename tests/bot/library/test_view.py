from __future__ import annotations

from dataclasses import replace

import pytest

from bot.library import view
from bot.library.deciding import Discarded, Gone, Kept, Loaded
from bot.library.plan import NewDocument, OlderThan, Replaces
from bot.library.upload import UploadRefusal
from bot.texts import texts
from indexer.errors import IndexerError, _tree
from knowledge.domain import EditionStatus, Language, Sharing
from knowledge.store.jobs import Job, JobStatus
from knowledge.store.library import Approved, EditionRecord
from tests.journeys.markup import plain_text

ZH, EN = texts(Language.ZH), texts(Language.EN)
HOSTILE = "<b>&amp;《甲》{title}</i>"
JOB = Job(
    id=5,
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
)


def test_the_card_names_what_was_read_and_what_loading_would_do():
    message = view.card(5, DRAFT, NewDocument(), ZH)
    text = plain_text(message.html)
    assert "《成人高血压食养指南》\n2023 年版 · 国家卫生健康委 · 中文 · 28 页 · 96 段" in text
    assert "2 页没有文字" in text
    assert "a_newer_code" in text
    assert "将作为新文档收录" in text
    assert [(b.text, b.data) for b in message.buttons[0]] == [
        ("收录", "load:yes:5"),
        ("放弃", "load:no:5"),
    ]


def test_the_card_says_what_is_unknown():
    bare = replace(DRAFT, year=None, publisher=None, pages=None, language="fr", warnings=())
    text = plain_text(view.card(5, bare, NewDocument(), EN).html)
    assert "year not stated · publisher not stated · another language · passages: 96" in text


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("plan", [Replaces(edition=DRAFT), OlderThan(edition=DRAFT)])
def test_the_card_names_the_other_edition_with_its_year(words, plan):
    assert "2023" in plain_text(view.card(5, replace(DRAFT, year=2020), plan, words).html)


def test_progress_says_what_is_being_done():
    waiting = replace(JOB, status=JobStatus.WAITING)
    assert "前面还有 2 个文件" in view.progress(waiting, 2, ZH).html
    assert view.progress(waiting, 0, ZH) == view.received(JOB.file_name, ZH)
    assert "▓▓▓▓░░░░ 48/96" in view.progress(replace(JOB, done=48, total=96), 0, ZH).html
    assert "不用重发" in view.progress(waiting, 0, ZH, delayed=True).html


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("code", [error.code for error in _tree(IndexerError)])
def test_every_reason_that_the_indexer_gives_has_its_words(words, code: str):
    """A coordinator never reads a code."""
    if code not in ("invalid_catalogue", "invalid_set"):  # neither is loaded by chat
        assert {f"library.refused.{code}"} <= words.keys()


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("reason", ["encrypted", "already_loaded", "model_changed", "never_heard_of", None])
def test_a_refusal_is_one_plain_line(words, reason):
    job = replace(JOB, status=JobStatus.REFUSED, reason=reason, details={"title": "甲", "year": 2020})
    text = plain_text(view.refused(job, words).html)
    assert "\n" not in text
    assert ("甲" if reason == "already_loaded" else JOB.file_name) in text


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_names_cannot_inject_markup(words):
    """File names and titles come from outside."""
    job = replace(JOB, file_name=HOSTILE, details={"title": HOSTILE})
    draft = replace(DRAFT, title=HOSTILE, publisher=HOSTILE)
    shown = [
        view.received(HOSTILE, words),
        view.progress(job, 0, words),
        view.finished(job, words),
        view.refused(job, words),
        view.gone(HOSTILE, words),
        view.card(5, draft, Replaces(edition=draft), words),
        view.decided(Loaded(approved=Approved(edition=draft, replaced=(draft,), samples_withdrawn=2)), words),
        view.decided(Kept(edition=draft), words),
        view.decided(Discarded(title=HOSTILE), words),
        *(view.upload_refused(reason, HOSTILE, 20, words) for reason in UploadRefusal),
    ]
    for message in shown:
        assert "<" not in plain_text(message.html).replace(HOSTILE, "")
    assert plain_text(view.decided(Gone(), words).html)


def test_loading_says_what_was_replaced():
    old = replace(DRAFT, year=2020, title="成人高血压食养指南（2020）")
    approved = Approved(edition=DRAFT, replaced=(old,), samples_withdrawn=12)
    text = plain_text(view.decided(Loaded(approved=approved), ZH).html)
    assert text.splitlines() == [
        "已收录《成人高血压食养指南》（2023），医生现在可以查到。",
        "《成人高血压食养指南（2020）》已被取代，不再用来回答。",
        "已停用样例摘要 12 份。",
    ]
