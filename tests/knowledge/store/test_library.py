"""One current edition a document; every change of what answers is one step with a number."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from knowledge.domain import EditionStatus, Sharing
from knowledge.errors import EditionConflict, NotFound
from knowledge.store import Stores
from knowledge.store.library import Fact, FactValue, NewEdition, title_key
from tests.knowledge.editions import edition, publish


def statuses(stores: Stores) -> dict[int | None, EditionStatus]:
    """The standing of every edition, by its year."""
    return {e.year: e.status for e in stores.library.list_editions(list(EditionStatus))}


# -------------------------------------------------------------------------------------------------- drafts


def test_a_draft_does_not_answer_and_starts_no_generation(stores: Stores) -> None:
    before = stores.library.generation()
    draft = stores.library.add_draft(edition())
    assert draft.status is EditionStatus.DRAFT
    assert stores.library.generation() == before
    assert stores.library.status().documents == 0
    assert stores.library.status().drafts == 1
    assert stores.passages.current_with_windows([1], "") == {}


def test_an_edition_comes_back_as_it_was_stored(stores: Stores) -> None:
    new = edition(
        "慢阻肺指南", ("第一段。", "第二段。"), year=None, publisher="学会", source="https://e.org", language="zh-TW",
        warnings=(("pages_without_text", 2),), loaded_by="telegram:7", is_sample=True, pages=30,
    )  # fmt: skip
    record = stores.library.add_draft(new)
    assert stores.library.edition(record.id) == record
    assert (record.title, record.year, record.publisher, record.source) == (
        "慢阻肺指南",
        None,
        "学会",
        "https://e.org",
    )
    assert (record.language, record.pages, record.passages) == ("zh-TW", 30, 2)
    assert record.warnings == (("pages_without_text", 2),)
    assert record.loaded_by == "telegram:7"
    assert record.is_sample


def test_a_failure_in_storing_leaves_no_half_document(stores: Stores) -> None:
    whole = edition(texts=("第一段。", "第二段。"))
    broken = replace(whole, passages=(whole.passages[0], replace(whole.passages[1], text=None)))  # type: ignore[arg-type]
    with pytest.raises(Exception, match="NOT NULL"):
        stores.library.add_draft(broken)
    assert statuses(stores) == {}
    with stores.database.read() as connection:
        for table in ("documents", "editions", "passages"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_a_discarded_draft_is_forgotten_with_its_document(stores: Stores) -> None:
    draft = stores.library.add_draft(edition())
    stores.library.discard(draft.id)
    with pytest.raises(NotFound):
        stores.library.edition(draft.id)
    with stores.database.read() as connection:
        for table in ("documents", "editions", "passages"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_discarding_a_draft_leaves_the_current_edition_alone(stores: Stores) -> None:
    publish(stores, edition(year=2018))
    stores.library.discard(stores.library.add_draft(edition(texts=("新正文。",), year=2024)).id)
    assert statuses(stores) == {2018: EditionStatus.CURRENT}


def test_what_is_current_cannot_be_discarded(stores: Stores) -> None:
    approved = publish(stores, edition())
    with pytest.raises(EditionConflict):
        stores.library.discard(approved.edition.id)


# ------------------------------------------------------------------------------------------------- approval


def test_a_new_edition_replaces_the_old_one_in_one_step(stores: Stores, elsewhere: Stores) -> None:
    old = publish(stores, edition("高血压防治指南（2018年版）", ("旧。",), year=2018))
    new = stores.library.add_draft(edition("高血压防治指南（2024年版）", ("新。",), year=2024))
    before = elsewhere.library.generation()
    approved = stores.library.approve(new.id)
    assert [replaced.id for replaced in approved.replaced] == [old.edition.id]
    assert approved.edition.document_id == old.edition.document_id
    generation, changes = elsewhere.passages.changes_since(before)
    assert generation == before + 1
    assert {change.edition_id: change.is_current for change in changes} == {
        old.edition.id: False,
        new.id: True,
    }


def test_a_failed_approval_leaves_the_old_edition_answering(stores: Stores) -> None:
    publish(stores, edition(year=2018))
    draft = stores.library.add_draft(edition(texts=("新。",), year=2024))
    before = stores.library.generation()
    with stores.database.write() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER fail BEFORE UPDATE ON editions WHEN NEW.status = 'current' "
                "BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        )
    with pytest.raises(Exception, match="no"):
        stores.library.approve(draft.id)
    assert statuses(stores) == {2018: EditionStatus.CURRENT, 2024: EditionStatus.DRAFT}
    assert stores.library.generation() == before


def test_an_older_edition_loaded_later_does_not_answer(stores: Stores) -> None:
    publish(stores, edition(texts=("新。",), year=2024))
    late = publish(stores, edition(texts=("旧。",), year=2018))
    assert late.edition.status is EditionStatus.REPLACED
    assert late.replaced == ()
    assert statuses(stores) == {2024: EditionStatus.CURRENT, 2018: EditionStatus.REPLACED}


def test_editions_of_one_year_or_of_none_replace_in_the_order_of_loading(stores: Stores) -> None:
    publish(stores, edition(texts=("一。",), year=2024))
    publish(stores, edition(texts=("二。",), year=2024))
    last = publish(stores, edition(texts=("三。",), year=None))
    assert [e.id for e in stores.library.list_editions()] == [last.edition.id]


def test_approving_twice_is_a_conflict_and_changes_nothing(stores: Stores) -> None:
    approved = publish(stores, edition())
    before = stores.library.generation()
    with pytest.raises(EditionConflict):
        stores.library.approve(approved.edition.id)
    assert stores.library.generation() == before


def test_what_does_not_exist_is_not_found(stores: Stores) -> None:
    for change in (
        stores.library.edition,
        stores.library.approve,
        stores.library.withdraw,
        stores.library.discard,
    ):
        with pytest.raises(NotFound, match="77"):
            change(77)


# ----------------------------------------------------------------------------------------------- withdrawal


def test_a_withdrawn_edition_answers_nothing_from_then_on(stores: Stores) -> None:
    approved = publish(stores, edition())
    ids = [p.id for p in stores.passages.of_edition(approved.edition.id)]
    assert set(stores.passages.current_with_windows(ids, "")) == set(ids)
    assert stores.library.withdraw(approved.edition.id).status is EditionStatus.WITHDRAWN
    assert stores.passages.current_with_windows(ids, "") == {}
    assert stores.library.status().documents == 0


def test_a_withdrawn_edition_can_be_approved_again(stores: Stores) -> None:
    approved = publish(stores, edition())
    stores.library.withdraw(approved.edition.id)
    assert stores.library.approve(approved.edition.id).edition.status is EditionStatus.CURRENT


def test_only_a_current_edition_can_be_withdrawn(stores: Stores) -> None:
    draft = stores.library.add_draft(edition())
    with pytest.raises(EditionConflict):
        stores.library.withdraw(draft.id)


def test_every_change_of_what_answers_has_a_greater_number(stores: Stores) -> None:
    seen = [stores.library.generation()]
    old = publish(stores, edition(year=2018))
    seen.append(stores.library.generation())
    publish(stores, edition(texts=("新。",), year=2024))
    seen.append(stores.library.generation())
    stores.library.approve(old.edition.id)  # too old: it stays replaced, and says so
    seen.append(stores.library.generation())
    stores.library.withdraw(stores.library.list_editions()[0].id)
    seen.append(stores.library.generation())
    assert seen == sorted(set(seen))


# -------------------------------------------------------------------------------------------------- samples


def test_the_first_real_document_withdraws_the_samples(stores: Stores) -> None:
    publish(stores, edition("样例一", ("甲。",), is_sample=True))
    publish(stores, edition("样例二", ("乙。",), is_sample=True))
    assert stores.library.status().samples == 2
    approved = publish(stores, edition("真指南", ("丙。",)))
    assert approved.samples_withdrawn == 2
    assert [e.title for e in stores.library.list_editions()] == ["真指南"]
    assert publish(stores, edition("真指南二", ("丁。",))).samples_withdrawn == 0


def test_a_draft_leaves_the_samples_answering(stores: Stores) -> None:
    publish(stores, edition("样例一", ("甲。",), is_sample=True))
    stores.library.add_draft(edition("真指南", ("丙。",)))
    assert stores.library.status().samples == 1


def test_a_sample_and_a_guideline_of_one_title_are_two_documents(stores: Stores) -> None:
    sample = publish(stores, edition(texts=("摘要。",), is_sample=True))
    real = publish(stores, edition(texts=("正文。",)))
    assert sample.edition.document_id != real.edition.document_id


def test_a_guideline_with_the_very_words_of_a_sample_is_no_sample(stores: Stores) -> None:
    publish(stores, edition("样例", ("同一正文。",), is_sample=True))
    approved = publish(stores, edition("指南", ("同一正文。",)))
    assert not approved.edition.is_sample
    assert approved.samples_withdrawn == 1
    assert [e.title for e in stores.library.list_editions()] == ["指南"]


def test_an_edition_keeps_the_language_that_its_loader_corrected(stores: Stores) -> None:
    publish(stores, edition("指南", ("同一正文。",), language="zh"))
    assert publish(stores, edition("指南", ("同一正文。",), language="zh-TW")).edition.language == "zh-TW"


# ----------------------------------------------------------------------------------- one document or another


@pytest.mark.parametrize(
    "one, other",
    [
        ("中国高血压防治指南（2018年版）", "中国高血压防治指南(2024年修订版)"),
        ("中国高血压防治指南2018", "中国高血压防治指南 2024 年版"),
        ("Global Strategy for Asthma (2023)", "Global strategy for asthma, 2024"),
        ("KDIGO 2012 CKD Guideline", "KDIGO 2024 CKD guideline"),
    ],
)
def test_titles_that_differ_in_year_and_punctuation_name_one_document(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(
    "one, other",
    [
        ("高血压防治指南", "糖尿病防治指南"),
        ("Asthma in children", "Asthma in adults"),
        ("指南第1部分", "指南第2部分"),
    ],
)
def test_other_titles_name_other_documents(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


def test_the_same_content_is_the_same_document_whatever_its_title(stores: Stores) -> None:
    one = publish(stores, edition("甲", ("同一正文。",), year=2024))
    other = publish(stores, edition("乙", ("同一正文。",), year=2024))
    assert other.edition.document_id == one.edition.document_id
    assert [e.title for e in stores.library.list_editions()] == ["乙"]


def test_a_translation_of_one_title_is_another_document(stores: Stores) -> None:
    one = publish(stores, edition("GINA 2024", ("哮喘。",), language="zh"))
    other = publish(stores, edition("GINA 2024", ("Asthma.",), language="en"))
    assert other.edition.document_id != one.edition.document_id


def test_titles_without_letters_do_not_make_one_document(stores: Stores) -> None:
    one = publish(stores, edition("2024", ("甲。",)))
    other = publish(stores, edition("（2024）", ("乙。",)))
    assert other.edition.document_id != one.edition.document_id


@pytest.mark.parametrize("by", ["file_hash", "content_hash"])
def test_an_edition_is_found_by_its_file_and_by_its_content(stores: Stores, by: str) -> None:
    new: NewEdition = edition()
    record = stores.library.add_draft(new)
    assert stores.library.find(**{by: getattr(new, by)}) == record
    assert stores.library.find(**{by: "0" * 64}) is None


def test_the_status_counts_what_answers(stores: Stores) -> None:
    publish(stores, edition("甲", ("一。", "二。")))
    publish(stores, edition("A", ("One.",), language="en"))
    stores.library.add_draft(edition("乙", ("三。",)))
    status = stores.library.status()
    assert (status.documents, status.passages, status.drafts, status.samples) == (2, 3, 1, 0)
    assert status.by_language == {"zh": 1, "en": 1}


def test_a_title_that_was_corrected_decides_what_a_newer_edition_replaces(stores: Stores) -> None:
    """The first reading called it by its file's name; the sidecar then gave its title."""
    publish(stores, edition("amoxi", ("旧剂量。",), year=2023))
    corrected = publish(stores, edition("儿童肺炎诊疗指南（2019）", ("旧剂量。",), year=2019)).edition
    newer = publish(stores, edition("儿童肺炎诊疗指南（2024）", ("新剂量。",), year=2024))
    assert [old.id for old in newer.replaced] == [corrected.id]
    assert [now.year for now in stores.library.list_editions()] == [2024]


def test_a_year_that_was_corrected_downwards_still_takes_over(stores: Stores) -> None:
    """The same content with another year is a correction, not an older edition."""
    publish(stores, edition("指南（2024）", ("同一正文。",), year=2024))
    corrected = publish(stores, edition("指南（2019）", ("同一正文。",), year=2019))
    assert [old.year for old in corrected.replaced] == [2024]
    assert [now.year for now in stores.library.list_editions()] == [2019]


# --------------------------------------------------------------------------------------- made to be measured


def test_editions_added_apart_all_answer_though_they_share_a_title(stores: Stores) -> None:
    before = stores.library.generation()
    draft = stores.library.add_draft(edition("别的草稿"))
    ids = stores.library.add_apart(edition(texts=(text,), year=None) for text in ("其一。", "其二。"))
    added = stores.library.list_editions()
    assert [e.id for e in added] == ids
    assert len({e.document_id for e in added}) == len(ids)
    assert stores.library.generation() == before + 1
    assert stores.library.edition(draft.id).status is EditionStatus.DRAFT
    generation, changes = stores.passages.changes_since(before)
    assert generation == before + 1
    assert [change.edition_id for change in changes if change.is_current] == ids


# -------------------------------------------------------------------------------------------- restoring

WHO = "telegram:9"


def two_editions(stores: Stores) -> tuple[int, int]:
    """The ids of 2018, which is replaced, and of 2024, which answers."""
    old = publish(stores, edition(texts=("旧。",), year=2018)).edition
    return old.id, publish(stores, edition(texts=("新。",), year=2024)).edition.id


def test_whoever_decides_is_remembered_with_the_moment(stores: Stores) -> None:
    old, new = two_editions(stores)
    assert stores.library.edition(new).decided_by == "test", "whoever loaded it, where nobody else is named"
    draft = stores.library.add_draft(edition(texts=("更新。",), year=2025))
    assert (draft.decided_by, draft.decided_at, draft.replaced_by) == (None, None, None)
    approved = stores.library.approve(draft.id, decided_by=WHO).edition
    replaced = stores.library.edition(new)
    assert {approved.decided_by, replaced.decided_by} == {WHO}
    assert approved.decided_at == replaced.decided_at
    assert replaced.replaced_by == draft.id
    assert stores.library.edition(old).decided_by == "test"


def test_rolling_back_lets_the_edition_before_answer_in_one_step(stores: Stores, elsewhere: Stores) -> None:
    old, new = two_editions(stores)
    before = elsewhere.library.generation()
    exchanged = stores.library.restore(old, instead_of=new, decided_by=WHO)
    assert (exchanged.edition.id, exchanged.edition.status) == (old, EditionStatus.CURRENT)
    assert exchanged.instead_of is not None
    assert exchanged.instead_of.id == new
    generation, changes = elsewhere.passages.changes_since(before)
    assert generation == before + 1
    assert {change.edition_id: change.is_current for change in changes} == {old: True, new: False}
    taken_back = stores.library.edition(new)
    assert (taken_back.status, taken_back.replaced_by) == (EditionStatus.WITHDRAWN, old)


def test_what_was_rolled_back_can_be_put_in_again(stores: Stores) -> None:
    old, new = two_editions(stores)
    stores.library.restore(old, instead_of=new, decided_by=WHO)
    stores.library.restore(new, instead_of=old, decided_by=WHO)
    assert statuses(stores) == {2018: EditionStatus.REPLACED, 2024: EditionStatus.CURRENT}
    assert stores.library.edition(new).replaced_by is None


def test_a_withdrawn_edition_is_restored(stores: Stores) -> None:
    _, new = two_editions(stores)
    stores.library.withdraw(new, decided_by=WHO)
    assert stores.library.restore(new, instead_of=None, decided_by=WHO).instead_of is None
    assert statuses(stores)[2024] is EditionStatus.CURRENT


def test_nothing_is_restored_over_what_whoever_decided_did_not_see(stores: Stores) -> None:
    old, new = two_editions(stores)
    newest = publish(stores, edition(texts=("更新。",), year=2025)).edition.id
    before = stores.library.generation()
    for instead_of in (new, None, old):
        with pytest.raises(EditionConflict):
            stores.library.restore(old, instead_of=instead_of, decided_by=WHO)
    with pytest.raises(EditionConflict):
        stores.library.restore(newest, instead_of=newest, decided_by=WHO)
    draft = stores.library.add_draft(edition("别的", ("丁。",)))
    with pytest.raises(EditionConflict):
        stores.library.restore(draft.id, instead_of=None, decided_by=WHO)
    assert stores.library.generation() == before


@pytest.mark.parametrize("attempt", range(3))
def test_however_many_decide_at_once_one_edition_answers(stores: Stores, attempt: int) -> None:
    """Approving, withdrawing, rolling back and restoring, all at the same moment."""
    old, new = two_editions(stores)
    draft = stores.library.add_draft(edition(texts=("更新。",), year=2025)).id
    before = stores.library.generation()
    deeds: list[Callable[[], object]] = [
        lambda: stores.library.approve(draft, decided_by=WHO),
        lambda: stores.library.withdraw(new, decided_by=WHO),
        lambda: stores.library.restore(old, instead_of=new, decided_by=WHO),
        lambda: stores.library.restore(new, instead_of=old, decided_by=WHO),
        lambda: stores.library.restore(new, instead_of=None, decided_by=WHO),
    ]
    deeds = deeds[attempt:] + deeds[:attempt]
    start = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> bool:
        start.wait()
        try:
            deed()
        except EditionConflict:
            return False
        return True

    with ThreadPoolExecutor(len(deeds)) as threads:
        done = sum(threads.map(do, deeds))
    current = [e.id for e in stores.library.list_editions()]
    assert len(current) <= 1
    assert stores.library.generation() == before + done, (
        "each deed that was done is one generation, none is lost"
    )


# --------------------------------------------------------------------------------------------- correcting


def test_a_corrected_title_is_what_a_current_edition_is_cited_and_found_by(
    stores: Stores, elsewhere: Stores
) -> None:
    current = publish(stores, edition("scan_0001")).edition
    before = stores.library.generation()
    edited = stores.library.edit(current.id, Fact.TITLE, "高血压防治指南（2024）")
    assert (edited.before.title, edited.after.title) == ("scan_0001", "高血压防治指南（2024）")
    generation, changes = elsewhere.passages.changes_since(before)
    assert (generation, [change.edition_id for change in changes]) == (before + 1, [current.id])
    (passage,) = stores.passages.of_edition(current.id)
    assert passage.citation.title == "高血压防治指南（2024）"
    assert passage.tokens == edition("高血压防治指南（2024）").passages[0].tokens


def test_passages_that_were_cut_for_another_title_are_cut_anew(stores: Stores) -> None:
    """Two who correct it at the same time: what one of them had cut does not fit any more."""
    current = publish(stores, edition("scan_0001")).edition
    recut = stores.library.cut_anew(current.id, "糖尿病指南")
    assert stores.library.cut_anew(current.id, "scan_0001") is None
    stores.library.edit(current.id, Fact.TITLE, "高血压防治指南", recut=recut)
    (passage,) = stores.passages.of_edition(current.id)
    assert passage.tokens == edition("高血压防治指南").passages[0].tokens


def test_what_was_corrected_decides_what_a_later_edition_replaces(stores: Stores) -> None:
    current = publish(stores, edition("scan_0001", year=2018)).edition
    stores.library.edit(current.id, Fact.TITLE, "高血压防治指南（2018）")
    assert publish(stores, edition("高血压防治指南（2024）", ("新。",))).replaced[0].id == current.id


@pytest.mark.parametrize(
    "fact, value",
    [
        (Fact.YEAR, 2020),
        (Fact.YEAR, None),
        (Fact.PUBLISHER, "学会"),
        (Fact.LANGUAGE, "zh-TW"),
        (Fact.SPECIALTIES, ("cardiology", "nephrology")),
        (Fact.SHARING, Sharing.FILE),
    ],
)
def test_each_fact_can_be_corrected(stores: Stores, fact: Fact, value: FactValue) -> None:
    draft = stores.library.add_draft(edition())
    before = stores.library.generation()
    after = stores.library.edit(draft.id, fact, value).after
    assert getattr(after, fact) == value
    assert replace(after, **{fact: getattr(draft, fact)}) == draft
    assert stores.library.generation() == before, "a draft answers nothing, so that nothing has to catch up"


def test_a_correction_that_changes_nothing_is_no_new_generation(stores: Stores) -> None:
    current = publish(stores, edition()).edition
    before = stores.library.generation()
    assert stores.library.edit(current.id, Fact.YEAR, 2024).after == current
    assert stores.library.generation() == before


def test_corrections_of_two_people_at_once_are_both_kept(stores: Stores) -> None:
    draft = stores.library.add_draft(edition())
    changes: list[tuple[Fact, FactValue]] = [
        (Fact.YEAR, 2020),
        (Fact.PUBLISHER, "学会"),
        (Fact.TITLE, "新名"),
    ]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda change: stores.library.edit(draft.id, *change), changes))
    after = stores.library.edition(draft.id)
    assert (after.year, after.publisher, after.title) == (2020, "学会", "新名")


# ------------------------------------------------------------------------------------ an edition of what


def test_a_draft_whose_title_is_corrected_joins_the_document_of_that_name(stores: Stores) -> None:
    current = publish(stores, edition("高血压防治指南（2018）", year=2018)).edition
    draft = stores.library.add_draft(edition("scan_0001", ("新。",)))
    assert draft.document_id != current.document_id
    joined = stores.library.edit(draft.id, Fact.TITLE, "高血压防治指南（2024）").after
    assert joined.document_id == current.document_id
    assert [r.id for r in stores.library.approve(draft.id).replaced] == [current.id]


def test_a_draft_becomes_an_edition_of_the_document_that_is_named(stores: Stores) -> None:
    current = publish(stores, edition("甲", year=2018)).edition
    draft = stores.library.add_draft(edition("乙", ("新。",)))
    assert stores.library.assign(draft.id, current.document_id).document_id == current.document_id
    assert {e.id for e in stores.library.editions_of(current.document_id)} == {current.id, draft.id}
    assert stores.library.editions_of(draft.document_id) == []
    assert [r.id for r in stores.library.approve(draft.id).replaced] == [current.id]


def test_a_draft_can_be_made_a_document_of_its_own(stores: Stores) -> None:
    current = publish(stores, edition("甲", year=2018)).edition
    draft = stores.library.add_draft(edition("甲", ("新。",), year=2024))
    apart = stores.library.assign(draft.id, None)
    assert apart.document_id != current.document_id
    assert stores.library.assign(draft.id, None) == apart
    assert stores.library.approve(draft.id).replaced == ()
    assert len(stores.library.list_editions()) == 2


def test_only_a_draft_is_moved_and_only_to_what_exists(stores: Stores) -> None:
    one, other = publish(stores, edition("甲")).edition, publish(stores, edition("乙", ("乙。",))).edition
    with pytest.raises(EditionConflict):
        stores.library.assign(one.id, other.document_id)
    draft = stores.library.add_draft(edition("丙", ("丙。",)))
    with pytest.raises(NotFound):
        stores.library.assign(draft.id, 77)
    with pytest.raises(NotFound):
        stores.library.add_draft(edition("丁", ("丁。",)), document_id=77)


def test_what_was_quoted_is_counted_once_an_answer(stores: Stores) -> None:
    current = publish(stores, edition()).edition
    assert stores.library.times_cited([current.id]) == {}
    with stores.database.write() as connection:
        for question in (1, 2):
            connection.execute(
                text(
                    "INSERT INTO questions (id, asked_by, chat_id, text, asked_at) "
                    "VALUES (:id, 1, 1, 'x', '2026-01-01')"
                ),
                {"id": question},
            )
            for position in (0, 1):
                connection.execute(
                    text("INSERT INTO citations VALUES (:q, :p, :e, 1)"),
                    {"q": question, "p": position, "e": current.id},
                )
    assert stores.library.times_cited([current.id, 99]) == {current.id: 2}
