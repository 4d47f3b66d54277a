"""What was asked in vain is asked again when documents came in: once, politely, and whatever is killed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.asking.answering_process import AnsweringFailed, AnsweringUnavailable
from bot.gaps.watcher import GapWatcher
from knowledge.answering import open_answerer
from knowledge.domain import Answer, NoEvidence, Reply
from knowledge.errors import LibraryUnusable
from knowledge.gaps import Gatherer
from knowledge.store import Stores
from tests.knowledge.asked import disliked, in_vain, quoting
from tests.knowledge.editions import ENCODER, edition, publish


class Answers:
    """Fulfils PatientAnswers: what it does not know, it has no evidence for."""

    def __init__(self) -> None:
        self.known: dict[str, Reply | Exception] = {}
        self.asked: list[str] = []

    async def answer_when_idle(self, question: str) -> Reply:
        self.asked.append(question)
        found = self.known.get(question, NoEvidence(question=question, documents_searched=1))
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def watcher(stores: Stores, answers: Answers, tmp_path: Path, slept: list[float]) -> GapWatcher:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    return GapWatcher(
        stores=stores,
        gather=partial(
            asyncio.to_thread, Gatherer(stores.gaps, open_answerer(stores, ENCODER, tmp_path)).gather
        ),
        answers=answers,
        within=timedelta(days=180),
        sleep=sleep,
    )


def load(stores: Stores, title: str = "手足口病指南") -> int:
    return publish(stores, edition(title, (f"{title}的正文。",), loaded_by="telegram:7")).edition.id


def answered(stores: Stores, edition_id: int) -> Answer:
    return quoting(stores, edition_id)


def open_gaps(stores: Stores) -> int:
    return stores.gaps.page(offset=0, limit=5).total


async def test_a_gap_closes_when_a_document_answers_it(
    stores: Stores, watcher: GapWatcher, answers: Answers
) -> None:
    in_vain(stores, "手足口病隔离几天")
    await watcher.gather()
    await watcher.try_all()
    assert open_gaps(stores) == 1
    answers.known["手足口病隔离几天"] = answered(stores, load(stores))
    await watcher.try_all()
    assert open_gaps(stores) == 0
    assert stores.notes.has_queued()
    await watcher.try_all()
    assert answers.asked == ["手足口病隔离几天"] * 2


async def test_each_gap_is_asked_once_a_generation_most_asked_first(
    stores: Stores, watcher: GapWatcher, answers: Answers
) -> None:
    in_vain(stores, "少有人问", by=1)
    for by in (1, 2):
        in_vain(stores, "多人问", by=by)
    load(stores)
    await watcher.gather()
    for _ in range(3):
        await watcher.try_all()
    assert answers.asked == ["多人问", "少有人问"]


async def test_nothing_is_asked_while_a_folder_is_being_loaded(
    stores: Stores, watcher: GapWatcher, answers: Answers
) -> None:
    """It is looked at every few seconds, and only what has stood still is asked again."""
    in_vain(stores)
    await watcher.gather()
    for number in range(5):
        load(stores, f"指南 {number}")
        await watcher.look()
    assert answers.asked == []
    await watcher.look()
    assert len(answers.asked) == 1


async def test_after_each_gap_it_rests_longer_than_that_took(
    stores: Stores, watcher: GapWatcher, slept: list[float]
) -> None:
    for number in range(10):
        in_vain(stores, f"第 {number} 种病怎么治")
    await watcher.gather()
    gathered = len(slept)
    assert gathered == 2
    await watcher.try_all()
    assert len(slept) == gathered + 10
    assert min(slept) > 0


async def test_what_a_doctor_disliked_is_no_answer_the_second_time(
    stores: Stores, watcher: GapWatcher, answers: Answers
) -> None:
    old = load(stores)
    disliked(stores, old, "手足口病隔离几天")
    await watcher.gather()
    answers.known["手足口病隔离几天"] = answered(stores, old)
    await watcher.try_all()
    assert open_gaps(stores) == 1
    answers.known["手足口病隔离几天"] = answered(stores, load(stores, "新指南"))
    await watcher.try_all()
    assert open_gaps(stores) == 0


@pytest.mark.parametrize("error", [RuntimeError("broken"), AnsweringFailed()])
async def test_a_question_that_fails_does_not_hold_up_the_others(
    stores: Stores, watcher: GapWatcher, answers: Answers, error: Exception
) -> None:
    """Nor is it tried again: it may be what ends the answering process each time."""
    in_vain(stores, "一", by=1)
    in_vain(stores, "二", by=1)
    await watcher.gather()
    answers.known["一"] = error
    await watcher.try_all()
    await watcher.try_all()
    assert answers.asked == ["一", "二"]


@pytest.mark.parametrize("error", [LibraryUnusable(), AnsweringUnavailable()])
async def test_where_nobody_could_look_it_is_tried_again_later(
    stores: Stores, watcher: GapWatcher, answers: Answers, error: Exception
) -> None:
    """The library could not be read, or no process could be had to look."""
    in_vain(stores, "一")
    await watcher.gather()
    answers.known["一"] = error
    with pytest.raises(type(error)):
        await watcher.try_all()
    del answers.known["一"]
    await watcher.try_all()
    assert answers.asked == ["一", "一"]


async def test_it_runs_by_itself_and_gathers_what_it_is_told_of(
    stores: Stores, watcher: GapWatcher, answers: Answers
) -> None:
    task = asyncio.create_task(watcher.run())
    try:
        async with asyncio.timeout(20):
            while not answers.asked:
                if not stores.gaps.known(""):
                    in_vain(stores, "手足口病隔离几天")
                    watcher.gather_soon()
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
