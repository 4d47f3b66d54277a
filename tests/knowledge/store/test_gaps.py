"""The unanswered queue: who asks most comes first, and a gap closes with notes to its askers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from knowledge.domain import Rating
from knowledge.store import Stores
from knowledge.store.database import now
from knowledge.store.gaps import GapStatus
from knowledge.store.questions import Question
from tests.knowledge.asked import disliked, in_vain
from tests.knowledge.editions import edition, publish

LONG_AGO = now() - timedelta(days=180)


def gap_of(stores: Stores, *questions: Question) -> int:
    """One gap with these questions, which are all that belong to none."""
    first, *others = stores.gaps.unqueued(50)
    assert {first.id, *(other.id for other in others)} == {question.id for question in questions}
    gap_id = stores.gaps.add(first, model=None, vector=None)
    for other in others:
        stores.gaps.join(other, gap_id)
    return gap_id


def status(stores: Stores, gap_id: int) -> GapStatus:
    gap = stores.gaps.get(gap_id)
    assert gap is not None
    return gap.status


def close(stores: Stores, gap_id: int) -> int:
    edition_id = publish(stores, edition(f"手册 {stores.library.generation()}")).edition.id
    generation = stores.library.generation()
    return stores.gaps.close(gap_id, generation=generation, edition_id=edition_id, since=LONG_AGO)


def test_what_most_people_ask_comes_first_and_pages_follow_each_other(stores: Stores) -> None:
    gap_of(stores, in_vain(stores, "甲", by=1), in_vain(stores, "甲", by=1), in_vain(stores, "甲", by=1))
    gap_of(stores, in_vain(stores, "乙", by=1), in_vain(stores, "乙", by=2))
    gap_of(stores, in_vain(stores, "丙", by=3))
    first = stores.gaps.page(offset=0, limit=2)
    second = stores.gaps.page(offset=2, limit=2)
    assert [(gap.text, gap.askers, gap.times) for gap in (*first.gaps, *second.gaps)] == [
        ("乙", 2, 2),
        ("甲", 1, 3),
        ("丙", 1, 1),
    ]
    assert first.total == 3


def test_who_changes_their_mind_about_an_answer_leaves_the_gap(stores: Stores) -> None:
    question = disliked(stores, publish(stores, edition()).edition.id)
    gap_id = gap_of(stores, question)
    stores.questions.rate(question.id, question.asked_by, Rating.UP)
    assert stores.gaps.get(gap_id) is None
    assert stores.gaps.page(offset=0, limit=5).total == 0


def test_a_dismissed_gap_leaves_the_list_and_can_come_back(stores: Stores) -> None:
    gap_id = gap_of(stores, in_vain(stores))
    assert stores.gaps.decide(gap_id, GapStatus.DISMISSED, "telegram:7")
    assert not stores.gaps.decide(gap_id, GapStatus.DISMISSED, "telegram:8")
    assert stores.gaps.page(offset=0, limit=5).total == 0
    in_vain(stores)
    stores.gaps.join(stores.gaps.unqueued(1)[0], gap_id)
    assert status(stores, gap_id) is GapStatus.DISMISSED
    assert stores.gaps.decide(gap_id, GapStatus.OPEN, "telegram:7")
    assert stores.gaps.page(offset=0, limit=5).total == 1


def test_each_gap_is_tried_once_a_generation_in_which_something_came_in(stores: Stores) -> None:
    gap_id = gap_of(stores, in_vain(stores))
    assert stores.gaps.to_try(LONG_AGO) == [gap_id]
    loaded = publish(stores, edition()).edition.id
    generation = stores.library.generation()
    stores.gaps.tried(gap_id, generation)
    assert stores.gaps.to_try(LONG_AGO) == []
    assert stores.gaps.due(gap_id, generation) is None
    stores.library.withdraw(loaded)
    assert stores.gaps.to_try(LONG_AGO) == []
    publish(stores, edition("别的指南"))
    assert stores.gaps.to_try(LONG_AGO) == [gap_id]
    assert stores.gaps.due(gap_id, generation + 2) is not None


def test_a_dismissed_gap_is_tried_too_for_its_askers_were_promised_to_hear(stores: Stores) -> None:
    gap_id = gap_of(stores, in_vain(stores))
    stores.gaps.decide(gap_id, GapStatus.DISMISSED, "telegram:7")
    publish(stores, edition())
    assert stores.gaps.to_try(LONG_AGO) == [gap_id]
    assert close(stores, gap_id) == 1


def test_what_nobody_asked_for_long_is_not_tried(stores: Stores) -> None:
    gap_of(stores, in_vain(stores))
    publish(stores, edition())
    assert stores.gaps.to_try(now() + timedelta(days=1)) == []


def test_the_editions_that_were_disliked_are_known(stores: Stores) -> None:
    loaded = publish(stores, edition()).edition.id
    gap_id = gap_of(stores, disliked(stores, loaded))
    due = stores.gaps.due(gap_id, stores.library.generation())
    assert due is not None
    assert due.disliked == {loaded}


def test_the_same_content_or_file_under_another_name_was_disliked_too(stores: Stores) -> None:
    old = edition("高血压指南", ("甲。",))
    gap_id = gap_of(stores, disliked(stores, publish(stores, old).edition.id))
    renamed = publish(stores, replace(old, title="另一个名字", file_hash="0" * 64)).edition.id
    reread = publish(stores, replace(edition("高血压指南", ("甲乙。",)), file_hash=old.file_hash)).edition.id
    other = publish(stores, edition("糖尿病指南", ("丙。",))).edition.id
    due = stores.gaps.due(gap_id, stores.library.generation())
    assert due is not None
    assert {renamed, reread} < due.disliked
    assert other not in due.disliked


def test_closing_queues_one_note_a_person_and_happens_once(stores: Stores) -> None:
    questions = [in_vain(stores, by=by) for by in (1, 1, 2)]
    gap_id = gap_of(stores, *questions)
    assert close(stores, gap_id) == 2
    assert status(stores, gap_id) is GapStatus.ANSWERED
    assert close(stores, gap_id) == 0


def test_a_gap_that_is_asked_again_after_it_closed_is_open_again_and_tells_only_who_asked_anew(
    stores: Stores,
) -> None:
    gap_id = gap_of(stores, in_vain(stores, by=1), in_vain(stores, by=2))
    close(stores, gap_id)
    in_vain(stores, by=2)
    stores.gaps.join(stores.gaps.unqueued(1)[0], gap_id)
    assert status(stores, gap_id) is GapStatus.OPEN
    assert stores.gaps.to_try(LONG_AGO) == [gap_id]
    assert close(stores, gap_id) == 1


def test_who_asked_long_ago_does_not_wait_any_more(stores: Stores) -> None:
    gap_id = gap_of(stores, in_vain(stores))
    tomorrow = now() + timedelta(days=1)
    assert stores.gaps.close(gap_id, generation=1, edition_id=1, since=tomorrow) == 0


def test_a_question_is_declined_by_its_asker_only(stores: Stores) -> None:
    question = in_vain(stores, by=1)
    gap_id = gap_of(stores, question, in_vain(stores, by=2))
    assert not stores.notes.decline(question.id, 2)
    assert not stores.notes.decline(99, 1)
    assert stores.notes.decline(question.id, 1)
    assert close(stores, gap_id) == 1
