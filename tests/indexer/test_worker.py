"""Files sent in chat become drafts, or are refused with a reason; none is lost."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from indexer.worker import Worker, tidy
from knowledge.domain import EditionStatus
from knowledge.store import Stores
from knowledge.store.jobs import MAX_ATTEMPTS, Job, JobStatus
from tests.indexer.guidelines import DRUGS, TARGET, TITLE, Workshop, guideline


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


def send(stores: Stores, path: Path, file_name: str) -> Job:
    return stores.jobs.add(path=str(path), file_name=file_name, sent_by=7, chat_id=70, update_id=None)


def work(workshop: Workshop, model: str | None = None) -> None:
    worker = Worker(workshop.stores, workshop.loader, model or workshop.encoder.fingerprint)
    worker.run(threading.Event(), until_idle=True)


def after(stores: Stores, job: Job) -> Job:
    found = stores.jobs.get(job.id)
    assert found is not None
    return found


def test_a_sent_file_becomes_a_draft_that_names_itself(workshop: Workshop, uploads: Path) -> None:
    job = send(workshop.stores, guideline(uploads, "17.md"), "高血压.md")
    work(workshop)
    done = after(workshop.stores, job)
    assert done.status is JobStatus.READY
    assert done.edition_id is not None
    edition = workshop.stores.library.edition(done.edition_id)
    assert edition.status is EditionStatus.DRAFT
    assert edition.loaded_by == "telegram:7"
    assert edition.file_name == "高血压.md"
    details: dict[str, Any] = dict(done.details)
    assert (details["title"], details["year"], details["passages"]) == (TITLE, 2024, 2)
    assert (done.done, done.total) == (2, 2)


def test_title_and_year_come_from_the_name_the_file_was_sent_with(workshop: Workshop, uploads: Path) -> None:
    """It is kept under another one."""
    path = uploads / "upload-17.txt"
    uploads.mkdir()
    path.write_text(f"{TARGET}\n\n{DRUGS}\n", "utf-8")
    job = send(workshop.stores, path, "中国慢阻肺诊治指南（2021年修订版）.txt")
    work(workshop)
    details = after(workshop.stores, job).details
    assert "慢阻肺诊治指南" in details["title"]
    assert details["year"] == 2021


@pytest.mark.parametrize(
    "name", ["../../etc/高血压.md", "a\\b\\高血压.md", "\0高血压.md", ".高血压.md", "高" * 300 + ".md"]
)
def test_a_hostile_name_stays_in_its_folder(
    workshop: Workshop, uploads: Path, tmp_path: Path, name: str
) -> None:
    job = send(workshop.stores, guideline(uploads, "17.md"), name)
    before = {file for file in tmp_path.rglob("*") if file.is_file() and workshop.files not in file.parents}
    work(workshop)
    assert after(workshop.stores, job).status is JobStatus.READY
    inside = {file for file in tmp_path.rglob("*") if file.is_file() and workshop.files not in file.parents}
    assert {file for file in inside - before if "sqlite3" not in file.name} == set()
    assert all(path.parent.parent == uploads for path in workshop.sandbox.read)


def test_a_file_that_cannot_be_read_is_refused_and_the_next_is_read(
    workshop: Workshop, uploads: Path
) -> None:
    uploads.mkdir()
    (uploads / "1.pdf").write_bytes(b"<html>no pdf</html>")
    bad = send(workshop.stores, uploads / "1.pdf", "指南.pdf")
    good = send(workshop.stores, guideline(uploads, "2.md"), "高血压.md")
    work(workshop)
    refused = after(workshop.stores, bad)
    assert (refused.status, refused.reason) == (JobStatus.REFUSED, "wrong_kind")
    assert refused.details["message"]
    assert after(workshop.stores, good).status is JobStatus.READY


def test_what_is_loaded_already_is_refused_as_such(workshop: Workshop, uploads: Path) -> None:
    path = guideline(uploads, "1.md")
    workshop.loader.load(path, loaded_by="test", approve=True)
    job = send(workshop.stores, path, "高血压.md")
    work(workshop)
    done = after(workshop.stores, job)
    assert (done.status, done.reason) == (JobStatus.REFUSED, "already_loaded")
    assert done.details["title"] == TITLE


def test_a_withdrawn_document_that_is_sent_again_waits_for_a_decision(
    workshop: Workshop, uploads: Path
) -> None:
    path = guideline(uploads, "1.md")
    edition = workshop.loader.load(path, loaded_by="test", approve=True).edition
    assert edition is not None
    workshop.stores.library.withdraw(edition.id)
    job = send(workshop.stores, path, "高血压.md")
    work(workshop)
    assert after(workshop.stores, job).status is JobStatus.READY


def test_an_upload_that_is_gone_is_refused_and_the_worker_goes_on(workshop: Workshop, uploads: Path) -> None:
    uploads.mkdir()
    gone = send(workshop.stores, uploads / "gone.md", "高血压.md")
    good = send(workshop.stores, guideline(uploads, "2.md"), "高血压.md")
    work(workshop)
    assert after(workshop.stores, gone).status is JobStatus.REFUSED
    assert after(workshop.stores, good).status is JobStatus.READY


def test_a_changed_model_refuses_the_file_and_says_so(workshop: Workshop, uploads: Path) -> None:
    workshop.loader.load(guideline(uploads, "1.md"), loaded_by="test", approve=True)
    job = send(workshop.stores, guideline(uploads, "2.md", target=TARGET + "又。"), "高血压.md")
    work(workshop, model="fake/2")
    done = after(workshop.stores, job)
    assert (done.status, done.reason) == (JobStatus.REFUSED, "model_changed")


def test_what_a_killed_worker_left_is_read_by_the_next(workshop: Workshop, uploads: Path) -> None:
    job = send(workshop.stores, guideline(uploads, "1.md"), "高血压.md")
    assert workshop.stores.jobs.claim() is not None
    work(workshop)
    assert after(workshop.stores, job).status is JobStatus.READY


def test_a_file_that_brought_the_worker_down_too_often_is_refused(workshop: Workshop, uploads: Path) -> None:
    job = send(workshop.stores, guideline(uploads, "1.md"), "高血压.md")
    for _ in range(MAX_ATTEMPTS):
        assert workshop.stores.jobs.claim() is not None
        workshop.stores.jobs.requeue_abandoned()
    work(workshop)
    done = after(workshop.stores, job)
    assert (done.status, done.reason) == (JobStatus.REFUSED, "crashed")
    assert workshop.sandbox.read == [], "it was not touched again"


def test_a_worker_that_is_told_to_stop_takes_nothing_up(workshop: Workshop, uploads: Path) -> None:
    job = send(workshop.stores, guideline(uploads, "1.md"), "高血压.md")
    stop = threading.Event()
    stop.set()
    Worker(workshop.stores, workshop.loader, workshop.encoder.fingerprint).run(stop, until_idle=False)
    assert after(workshop.stores, job).status is JobStatus.WAITING


def test_what_a_killed_worker_left_among_the_uploads_is_removed(uploads: Path) -> None:
    (uploads / "reading-x1").mkdir(parents=True)
    (uploads / "reading-x1" / "高血压.md").write_text("x", "utf-8")
    (uploads / "17.md").write_text("x", "utf-8")
    tidy(uploads)
    assert [path.name for path in uploads.iterdir()] == ["17.md"]
