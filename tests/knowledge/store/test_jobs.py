"""The life of an uploaded file: waiting, reading, ready or refused, decided."""

from __future__ import annotations

import pytest

from knowledge.store import Stores
from knowledge.store.jobs import MAX_ATTEMPTS, Job, JobStatus


def add(stores: Stores, update_id: int | None = 5, name: str = "指南.pdf") -> Job:
    return stores.jobs.add(
        path=f"/uploads/{update_id}", file_name=name, sent_by=1, chat_id=2, update_id=update_id
    )


def status(stores: Stores, job: Job) -> JobStatus:
    found = stores.jobs.get(job.id)
    assert found is not None
    return found.status


def test_a_sent_file_waits(stores: Stores) -> None:
    job = add(stores)
    assert job.status is JobStatus.WAITING
    assert (job.file_name, job.sent_by, job.chat_id, job.done, job.total) == ("指南.pdf", 1, 2, 0, 0)
    assert stores.jobs.has_work()
    assert stores.jobs.get(99) is None


def test_the_same_update_is_the_same_job(stores: Stores) -> None:
    assert add(stores).id == add(stores).id
    assert add(stores, update_id=6).id != add(stores).id
    assert add(stores, update_id=None).id != add(stores, update_id=None).id


def test_jobs_are_claimed_once_each_oldest_first(stores: Stores, elsewhere: Stores) -> None:
    first, second = add(stores, 5), add(stores, 6)
    claimed = [stores.jobs.claim(), elsewhere.jobs.claim(), stores.jobs.claim()]
    assert [job and job.id for job in claimed] == [first.id, second.id, None]
    assert status(stores, first) is JobStatus.READING
    assert stores.jobs.has_work(), "what is being read may still be left by a kill"


def test_a_read_file_waits_for_one_decision(stores: Stores) -> None:
    job = add(stores)
    stores.jobs.claim()
    stores.jobs.progress(job.id, 3, 10)
    stores.jobs.ready(job.id, 7, {"title": "指南"})
    found = stores.jobs.get(job.id)
    assert found is not None
    assert (found.status, found.edition_id, found.details, found.done, found.total) == (
        JobStatus.READY, 7, {"title": "指南"}, 3, 10,
    )  # fmt: skip
    assert not stores.jobs.has_work()
    assert stores.jobs.decide(job.id, JobStatus.APPROVED)
    assert not stores.jobs.decide(job.id, JobStatus.DISCARDED)
    assert status(stores, job) is JobStatus.APPROVED


def test_a_file_that_is_not_read_yet_cannot_be_decided(stores: Stores) -> None:
    job = add(stores)
    assert not stores.jobs.decide(job.id, JobStatus.APPROVED)
    assert status(stores, job) is JobStatus.WAITING


def test_a_refused_file_says_why(stores: Stores) -> None:
    job = add(stores)
    stores.jobs.claim()
    stores.jobs.refuse(job.id, "encrypted", {"message": "…"})
    found = stores.jobs.get(job.id)
    assert found is not None
    assert (found.status, found.reason) == (JobStatus.REFUSED, "encrypted")
    assert not stores.jobs.decide(job.id, JobStatus.APPROVED)


def test_what_a_killed_worker_left_waits_again(stores: Stores) -> None:
    job = add(stores)
    stores.jobs.claim()
    stores.jobs.progress(job.id, 3, 10)
    assert stores.jobs.requeue_abandoned() == 1
    assert stores.jobs.requeue_abandoned() == 0
    again = stores.jobs.claim()
    assert again is not None
    assert (again.id, again.done, again.total) == (job.id, 0, 0)


def test_a_file_that_keeps_bringing_the_worker_down_is_refused_and_the_next_is_read(stores: Stores) -> None:
    bad, good = add(stores, 5), add(stores, 6)
    for _ in range(MAX_ATTEMPTS):
        claimed = stores.jobs.claim()
        assert claimed is not None
        assert claimed.id == bad.id
        stores.jobs.requeue_abandoned()
    claimed = stores.jobs.claim()
    assert claimed is not None
    assert claimed.id == good.id
    found = stores.jobs.get(bad.id)
    assert found is not None
    assert (found.status, found.reason) == (JobStatus.REFUSED, "crashed")


@pytest.mark.parametrize("result", [JobStatus.READY, JobStatus.REFUSED])
def test_a_job_is_open_until_its_sender_was_told(stores: Stores, result: JobStatus) -> None:
    job, other = add(stores, 5), add(stores, 6)
    stores.jobs.show_in(job.id, 77)
    stores.jobs.claim()
    if result is JobStatus.READY:
        stores.jobs.ready(job.id, 1, {})
    else:
        stores.jobs.refuse(job.id, "damaged", {})
    assert [(j.id, j.message_id) for j in stores.jobs.open()] == [(job.id, 77), (other.id, None)]
    stores.jobs.told(job.id)
    assert [j.id for j in stores.jobs.open()] == [other.id]
