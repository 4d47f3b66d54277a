"""Course lists that wait: kept apart from the catalogue, and compared with it as it is."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.store import Stores
from knowledge.store.courses import NewCourse
from knowledge.store.jobs import Job, JobKind
from tests.knowledge.editions import MODEL, course, offer


@pytest.fixture
def job(stores: Stores) -> Job:
    return stores.jobs.announce(
        file_name="课程.csv", sent_by=1, chat_id=1, update_id=None, kind=JobKind.COURSES
    )


FULL = course(
    "高血压规范管理", "https://e.org/1", summary="降压目标", provider="学院", language="zh", specialty="心内科",
    credits=1.5, starts=date(2026, 1, 1), ends=date(2026, 6, 30),
)  # fmt: skip
BARE = course("痛风", "https://e.org/2")


def standing(stores: Stores, job: Job) -> list[tuple[bool, bool]]:
    """Of each course: whether it is new, and whether it is the same."""
    return [(each.course_id is None, each.is_same) for each in stores.course_lists.standing(job.id)]


def test_a_list_that_waits_is_not_in_the_catalogue(stores: Stores, job: Job) -> None:
    generation = stores.library.generation()
    stores.course_lists.keep(job.id, [FULL, BARE])
    assert stores.courses.current() == []
    assert stores.library.generation() == generation
    assert standing(stores, job) == [(True, False), (True, False)]


def test_what_is_taken_is_what_was_kept(stores: Stores, job: Job) -> None:
    stores.course_lists.keep(job.id, [FULL, BARE])
    assert stores.course_lists.take(job.id, [0, 1]) == [FULL, BARE]
    assert stores.course_lists.take(job.id, [1]) == [BARE]


def test_keeping_again_is_keeping_once(stores: Stores, job: Job) -> None:
    stores.course_lists.keep(job.id, [FULL, BARE])
    stores.course_lists.keep(job.id, [BARE])
    assert stores.course_lists.take(job.id, [0, 1]) == [BARE]


def test_each_list_is_its_own(stores: Stores, job: Job) -> None:
    other = stores.jobs.announce(
        file_name="b.csv", sent_by=1, chat_id=1, update_id=None, kind=JobKind.COURSES
    )
    stores.course_lists.keep(job.id, [FULL])
    stores.course_lists.keep(other.id, [BARE])
    stores.course_lists.forget(job.id)
    assert stores.course_lists.take(job.id, [0]) == []
    assert stores.course_lists.take(other.id, [0]) == [BARE]


def test_what_the_catalogue_has_already_is_the_same(stores: Stores, job: Job) -> None:
    offer(stores, FULL, BARE)
    stores.course_lists.keep(job.id, [BARE, FULL])
    assert standing(stores, job) == [(False, True), (False, True)]


@pytest.mark.parametrize(
    "field, value",
    [
        ("title", "另一个名称"),
        ("summary", "另一份简介"),
        ("provider", "另一个学院"),
        ("language", "en"),
        ("specialty", None),
        ("credits", 2.0),
        ("starts", None),
        ("ends", date(2027, 1, 1)),
    ],
)
def test_each_field_that_differs_is_a_change(stores: Stores, job: Job, field: str, value: object) -> None:
    values = {name: getattr(FULL, name) for name in NewCourse.__slots__}
    offer(stores, FULL)
    stores.course_lists.keep(job.id, [NewCourse(**{**values, field: value})])
    assert standing(stores, job) == [(False, False)]
    ((after, before),) = stores.course_lists.pairs(job.id, [0])
    assert before is not None
    assert (getattr(before, field), getattr(after, field)) == (getattr(FULL, field), value)


def test_a_sample_that_becomes_a_real_course_changes(stores: Stores, job: Job) -> None:
    values = {name: getattr(BARE, name) for name in NewCourse.__slots__}
    offer(stores, NewCourse(**{**values, "is_sample": True}))
    stores.course_lists.keep(job.id, [BARE])
    assert standing(stores, job) == [(False, False)]


def test_samples_that_stay_out_of_the_list_are_counted(stores: Stores, job: Job) -> None:
    samples = [course(f"样例{n}", f"https://e.org/s{n}", is_sample=True) for n in range(3)]
    offer(stores, *samples)
    stores.course_lists.keep(job.id, [BARE, course("样例0", "https://e.org/s0")])
    assert stores.course_lists.samples_on_offer(job.id) == 2


def test_what_waits_is_encoded_with_a_new_model_too(stores: Stores, job: Job) -> None:
    offer(stores, FULL)
    stores.course_lists.keep(job.id, [FULL, BARE])
    assert [each.title for _, each in stores.course_lists.unencoded(MODEL)] == ["痛风"]
    keys = {key for key, _ in stores.course_lists.unencoded("other/1")}
    assert keys == {FULL.vector_key, BARE.vector_key}


def test_lists_that_wait_are_found_again(stores: Stores, job: Job) -> None:
    assert stores.jobs.course_lists() == []
    stores.jobs.ready(job.id, None, {})
    assert [each.id for each in stores.jobs.course_lists()] == [job.id]
