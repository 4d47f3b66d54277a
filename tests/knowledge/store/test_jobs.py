"""The life of an uploaded file: waiting, reading, ready or refused, decided."""

from __future__ import annotations

import pytest

from knowledge.store import Stores
from knowledge.store.jobs import MAX_ATTEMPTS, Job, JobKind, JobStatus


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
    assert stores.jobs.of_edition(7) == found
    stores.jobs.decided(7, JobStatus.APPROVED)
    stores.jobs.decided(7, JobStatus.DISCARDED)
    assert status(stores, job) is JobStatus.APPROVED


def test_a_file_that_is_not_read_yet_cannot_be_decided(stores: Stores) -> None:
    job = add(stores)
    stores.jobs.decided(7, JobStatus.APPROVED)
    assert status(stores, job) is JobStatus.WAITING
    assert stores.jobs.of_edition(7) is None


def test_a_refused_file_says_why(stores: Stores) -> None:
    job = add(stores)
    stores.jobs.claim()
    stores.jobs.refuse(job.id, "encrypted", {"message": "…"})
    found = stores.jobs.get(job.id)
    assert found is not None
    assert (found.status, found.reason) == (JobStatus.REFUSED, "encrypted")
    stores.jobs.decided(0, JobStatus.APPROVED)
    assert status(stores, job) is JobStatus.REFUSED


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


# ------------------------------------------------------------------------------------- files on their way


def announce(stores: Stores, update_id: int = 5) -> Job:
    return stores.jobs.announce(file_name="指南.pdf", sent_by=1, chat_id=2, update_id=update_id)


def test_a_file_is_known_before_it_is_here_and_read_only_then(stores: Stores) -> None:
    job = announce(stores)
    assert job.status is JobStatus.ARRIVING
    assert not stores.jobs.has_work()
    assert stores.jobs.claim() is None
    stores.jobs.arrived(job.id, "/uploads/5")
    claimed = stores.jobs.claim()
    assert claimed is not None
    assert (claimed.id, claimed.path) == (job.id, "/uploads/5")


def test_an_update_that_comes_again_finds_its_file_however_far_that_has_come(stores: Stores) -> None:
    job = announce(stores)
    assert announce(stores) == job
    stores.jobs.arrived(job.id, "/uploads/5")
    stores.jobs.claim()
    stores.jobs.arrived(job.id, "/uploads/again")
    again = announce(stores)
    assert (again.id, again.status, again.path) == (job.id, JobStatus.READING, "/uploads/5")


def test_two_files_that_became_one_draft_are_decided_together(stores: Stores) -> None:
    first, second = add(stores, 5), add(stores, 6)
    for job in (first, second):
        stores.jobs.ready(job.id, 7, {})
    stores.jobs.decided(7, JobStatus.DISCARDED)
    assert [status(stores, job) for job in (first, second)] == [JobStatus.DISCARDED] * 2


# ------------------------------------------------------------------------------------------ reading again


def reread(stores: Stores, edition_id: int = 7) -> tuple[Job, bool]:
    return stores.jobs.add_reread(edition_id, file_name="指南.pdf", sent_by=1, chat_id=2)


def test_a_document_that_is_read_again_is_queued_once(stores: Stores) -> None:
    job, is_new = reread(stores)
    assert (is_new, job.kind, job.rereads, job.path) == (True, JobKind.REREAD, 7, "")
    assert reread(stores) == (job, False)
    assert reread(stores, 8)[1]
    stores.jobs.ready(job.id, 9, {"title": "指南"})
    found = stores.jobs.get(job.id)
    assert found is not None
    assert (found.rereads, found.details["title"]) == (7, "指南")
    assert reread(stores)[1], "the next reading is a new one"
