"""Course lists sent in chat are read and wait, or are refused with a reason; the catalogue stays as it is."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from indexer import worker as worker_module
from indexer.worker import Worker
from knowledge.store.jobs import MAX_ATTEMPTS, Job, JobKind, JobStatus
from tests.indexer.guidelines import Workshop
from tests.indexer.offices import archive_of, spreadsheet

LIST = """课程名称,链接,学分,开课日期
痛风的诊治,https://e.org/1,1.5,2026-03-31
没有链接,,,
心衰管理,https://e.org/2,,
日期不对,https://e.org/3,,someday
也没有链接,,,
"""


class Desk:
    """A coordinator's chat, as far as the worker knows it."""

    def __init__(self, workshop: Workshop, folder: Path) -> None:
        self.workshop = workshop
        self.folder = folder
        folder.mkdir()

    def send(self, content: str | bytes, name: str = "课程.csv") -> Job:
        path = self.folder / "17"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        jobs = self.workshop.stores.jobs
        job = jobs.announce(file_name=name, sent_by=7, chat_id=70, update_id=None, kind=JobKind.COURSES)
        jobs.arrived(job.id, str(path))
        return job

    def read(self, content: str | bytes, name: str = "课程.csv") -> Job:
        job = self.send(content, name)
        self.work()
        return self.after(job)

    def work(self) -> None:
        shop = self.workshop
        Worker(shop.stores, shop.loader, shop.encoder).run(threading.Event(), until_idle=True)

    def after(self, job: Job) -> Job:
        found = self.workshop.stores.jobs.get(job.id)
        assert found is not None
        return found


@pytest.fixture
def desk(workshop: Workshop, tmp_path: Path) -> Desk:
    return Desk(workshop, tmp_path / "uploads")


def test_a_list_is_read_encoded_and_waits(desk: Desk) -> None:
    stores = desk.workshop.stores
    generation = stores.library.generation()
    job = desk.read(LIST)
    assert job.status is JobStatus.READY
    assert job.details["bad_rows"] == {
        "url_missing": {"count": 2, "rows": [3, 6]},
        "date_invalid": {"count": 1, "rows": [5]},
    }
    kept = stores.course_lists.take(job.id, [0, 1])
    assert [(each.title, each.url, each.credits) for each in kept] == [
        ("痛风的诊治", "https://e.org/1", 1.5),
        ("心衰管理", "https://e.org/2", None),
    ]
    assert stores.course_lists.unencoded(desk.workshop.encoder.fingerprint) == []
    assert stores.courses.current() == []
    assert stores.library.generation() == generation
    assert (job.done, job.total) == (2, 2)


def test_a_spreadsheet_is_read_likewise(desk: Desk) -> None:
    job = desk.read(spreadsheet([["title", "url"], ["Gout", "https://e.org/1"]]), "courses.xlsx")
    assert job.status is JobStatus.READY


def test_what_is_in_the_catalogue_already_has_nothing_to_decide(desk: Desk) -> None:
    stores = desk.workshop.stores
    first = desk.read(LIST)
    stores.courses.put(stores.course_lists.take(first.id, [0, 1]))
    again = desk.read(LIST)
    assert (again.status, again.reason) == (JobStatus.REFUSED, "courses_known")
    assert again.details["bad_rows"]["url_missing"]["rows"] == [3, 6]
    assert stores.course_lists.take(again.id, [0]) == []


def test_a_list_without_a_usable_row_names_what_is_wrong(desk: Desk) -> None:
    job = desk.read("title,url\nGout,\n,https://e.org/1\n")
    assert (job.status, job.reason) == (JobStatus.REFUSED, "no_course")
    assert job.details["bad_rows"] == {
        "url_missing": {"count": 1, "rows": [2]},
        "title_missing": {"count": 1, "rows": [3]},
    }


def test_many_bad_rows_are_counted_and_the_first_named(desk: Desk) -> None:
    job = desk.read("title,url\nGout,https://e.org/1\n" + "Gout,\n" * 5000)
    found = job.details["bad_rows"]["url_missing"]
    assert found["count"] == 5000
    assert found["rows"][:2] == [3, 4]
    assert len(found["rows"]) == worker_module._MOST_ROWS_NAMED


@pytest.mark.parametrize(
    "name, content, reason",
    [
        ("课程.xlsx", archive_of({"xl/workbook.xml": "0" * 20_000_000}), "archive_bomb"),
        ("课程.xlsx", b"title,url\n", "wrong_kind"),
        ("课程.xlsx", b"PK\x03\x04 cut short", "damaged"),
        ("课程.csv", bytes(range(128, 256)) * 4, "unknown_encoding"),
        ("课程.csv", b"a table of something else,x\n1,2\n", "invalid_catalogue"),
        ("课程.csv", b"title,url\n" + b"a,https://a.cn\n" * 100_000, "too_many_rows"),
        ("课程.csv", b"", "empty_file"),
    ],
)
def test_a_hostile_or_wrong_list_is_refused_and_the_next_is_read(
    desk: Desk, name: str, content: bytes, reason: str
) -> None:
    bad = desk.read(content, name)
    assert (bad.status, bad.reason) == (JobStatus.REFUSED, reason)
    assert desk.read(LIST).status is JobStatus.READY


def test_an_upload_that_is_gone_is_refused(desk: Desk) -> None:
    job = desk.send(LIST)
    Path(desk.folder / "17").unlink()
    desk.work()
    assert (desk.after(job).status, desk.after(job).reason) == (JobStatus.REFUSED, "unreadable")


def test_a_killed_worker_leaves_a_list_that_the_next_one_reads_once(desk: Desk) -> None:
    stores, job = desk.workshop.stores, desk.send(LIST)
    stores.jobs.claim()
    desk.work()
    assert desk.after(job).status is JobStatus.READY
    assert len(stores.course_lists.standing(job.id)) == 2


def test_a_list_that_breaks_the_worker_is_given_up(desk: Desk) -> None:
    job = desk.send(LIST)
    for _ in range(MAX_ATTEMPTS):
        desk.workshop.stores.jobs.claim()
        desk.workshop.stores.jobs.requeue_abandoned()
    desk.work()
    assert (desk.after(job).status, desk.after(job).reason) == (JobStatus.REFUSED, "crashed")
