"""Unanswered questions become gaps; what asks the same becomes one."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.answering import open_answerer
from knowledge.domain import OutOfScope, RefusalReason, Refused, Related
from knowledge.gaps import Gatherer
from knowledge.store import Stores
from knowledge.testing import FakeEncoder
from tests.knowledge.asked import answered_from, asked, disliked, in_vain, quoting
from tests.knowledge.editions import ENCODER, edition, publish


@pytest.fixture
def gatherer(stores: Stores, tmp_path: Path) -> Gatherer:
    return Gatherer(stores.gaps, open_answerer(stores, ENCODER, tmp_path))


def texts(stores: Stores) -> list[str]:
    return [gap.text for gap in stores.gaps.page(offset=0, limit=50).gaps]


def test_what_was_not_answered_is_gathered_and_nothing_else(stores: Stores, gatherer: Gatherer) -> None:
    loaded = publish(stores, edition()).edition.id
    in_vain(stores, "手足口病隔离几天")
    quotations = quoting(stores, loaded).quotations
    asked(stores, "川崎病用什么药", Related(question="x", quotations=quotations, missing=(), courses=()))
    disliked(stores, loaded, "血压降到多少")
    answered_from(stores, loaded, "一般成人的血压目标")
    asked(stores, "今天天气", OutOfScope(question="今天天气"))
    asked(stores, "？", Refused(question="？", reason=RefusalReason.NO_WORDS))
    stores.questions.ask(text="还没有回答", asked_by=1, chat_id=1, update_id=None)
    assert gatherer.gather() == 3
    assert gatherer.gather() == 0
    assert sorted(texts(stores)) == ["川崎病用什么药", "手足口病隔离几天", "血压降到多少"]


def test_the_same_words_are_one_gap(stores: Stores, gatherer: Gatherer) -> None:
    for by, text in enumerate(("手足口病隔离几天？", "手足口病 隔離幾天", "手足口病隔离几天"), start=1001):
        in_vain(stores, text, by=by)
        gatherer.gather()
    (gap,) = stores.gaps.page(offset=0, limit=5).gaps
    assert (gap.text, gap.askers, gap.times) == ("手足口病隔离几天？", 3, 3)


def test_near_duplicates_are_one_gap_and_another_drug_is_not(stores: Stores, gatherer: Gatherer) -> None:
    in_vain(stores, "outpatient pneumonia amoxicillin dose in healthy adults")
    in_vain(stores, "amoxicillin dose in healthy adults: outpatient pneumonia")
    in_vain(stores, "outpatient pneumonia doxycycline dose in healthy adults")
    in_vain(stores, "doxycycline dose in healthy adults: outpatient pneumonia")
    gatherer.gather()
    assert [gap.times for gap in stores.gaps.page(offset=0, limit=5).gaps] == [2, 2]


def test_a_follow_up_is_gathered_as_it_was_understood(stores: Stores, gatherer: Gatherer) -> None:
    first = in_vain(stores, "手足口病隔离几天")
    reply = Related(
        question="水痘呢",
        quotations=quoting(stores, publish(stores, edition()).edition.id).quotations,
        missing=(),
        courses=(),
        context="水痘隔离几天",
    )
    second = stores.questions.ask(text="水痘呢", asked_by=1001, chat_id=1001, update_id=None)
    stores.questions.answered(second.id, reply, took_ms=1, message_id=2, context_id=first.id)
    gatherer.gather()
    assert "水痘隔离几天" in texts(stores)


def test_what_was_misunderstood_and_asked_anew_is_no_gap(stores: Stores, gatherer: Gatherer) -> None:
    stores.questions.ask_alone(in_vain(stores).id)
    assert gatherer.gather() == 0


def test_what_cannot_be_looked_up_any_more_is_gathered_by_its_words(
    stores: Stores, gatherer: Gatherer
) -> None:
    in_vain(stores, "5")
    in_vain(stores, "5")
    gatherer.gather()
    (gap,) = stores.gaps.page(offset=0, limit=5).gaps
    assert gap.times == 2


def test_vectors_of_another_model_are_not_compared(
    stores: Stores, gatherer: Gatherer, tmp_path: Path
) -> None:
    in_vain(stores, "outpatient pneumonia amoxicillin dose in healthy adults")
    gatherer.gather()
    in_vain(stores, "amoxicillin dose in healthy adults: outpatient pneumonia")
    other = FakeEncoder("fake/2")
    Gatherer(stores.gaps, open_answerer(stores, other, tmp_path)).gather()
    assert len(texts(stores)) == 2


def test_what_was_cut_off_is_gathered_the_next_time(stores: Stores, gatherer: Gatherer) -> None:
    for number in range(10):
        in_vain(stores, f"第 {number} 种病怎么治", by=1001 + number)
    assert gatherer.gather() == 4
    while gatherer.gather():
        pass
    assert stores.gaps.page(offset=0, limit=1).total == 10


def test_a_gap_without_questions_is_forgotten(stores: Stores, gatherer: Gatherer) -> None:
    in_vain(stores)
    gatherer.gather()
    with stores.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM questions")
    gatherer.gather()
    assert stores.gaps.known(ENCODER.fingerprint) == []


def test_a_question_like_one_that_was_erased_becomes_a_gap(stores: Stores, gatherer: Gatherer) -> None:
    in_vain(stores, "手足口病隔离几天", by=1)
    gatherer.gather()
    with stores.database.write() as connection:
        for table in ("questions", "gaps"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    in_vain(stores, "手足口病隔离几天", by=2)
    while gatherer.gather():
        pass
    assert texts(stores) == ["手足口病隔离几天"]


def test_gaps_that_another_process_added_are_joined(
    stores: Stores, gatherer: Gatherer, tmp_path: Path
) -> None:
    gatherer.gather()
    in_vain(stores, "手足口病隔离几天", by=1)
    Gatherer(stores.gaps, open_answerer(stores, ENCODER, tmp_path)).gather()
    in_vain(stores, "手足口病，隔离几天？", by=2)
    gatherer.gather()
    assert texts(stores) == ["手足口病隔离几天"]


def test_an_id_that_is_given_again_is_not_taken_for_the_gap_that_had_it(
    stores: Stores, gatherer: Gatherer
) -> None:
    in_vain(stores, "手足口病隔离几天", by=1)
    gatherer.gather()
    with stores.database.write() as connection:
        for table in ("questions", "gaps"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    for text in ("川崎病用什么药", "手足口病隔离几天"):
        in_vain(stores, text, by=2)
        gatherer.gather()
    assert sorted(texts(stores)) == ["川崎病用什么药", "手足口病隔离几天"]
