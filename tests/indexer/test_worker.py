"""Files sent in chat become drafts, or are refused with a reason; none is lost."""

from __future__ import annotations

import argparse
import errno
import hashlib
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.app import App
from indexer.commands import worker as worker_command
from indexer.loading import Loader
from indexer.reading import READER
from indexer.worker import Stopped, Worker, tidy
from knowledge.domain import EditionStatus
from knowledge.engines.ports import Encoder
from knowledge.errors import EncoderUnavailable, KnowledgeError, LibraryUnusable
from knowledge.searchable import passage_for_encoder
from knowledge.settings import Settings
from knowledge.store import Stores
from knowledge.store.jobs import MAX_ATTEMPTS, Job, JobStatus
from knowledge.store.library import EditionRecord, Fact
from knowledge.testing import FakeEncoder
from tests.indexer.guidelines import DRUGS, TARGET, TITLE, Workshop, guideline


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


def send(stores: Stores, path: Path, file_name: str) -> Job:
    return stores.jobs.add(path=str(path), file_name=file_name, sent_by=7, chat_id=70, update_id=None)


def work(workshop: Workshop, encoder: Encoder | None = None) -> None:
    worker = Worker(workshop.stores, workshop.loader, encoder or workshop.encoder)
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
    (edition,) = workshop.stores.library.list_editions()
    assert (done.details["title"], done.details["document"]) == (TITLE, edition.document_id)


def test_what_was_replaced_is_not_called_loaded(workshop: Workshop, uploads: Path) -> None:
    path = guideline(uploads, "1.md")
    workshop.loader.load(path, loaded_by="test", approve=True)
    newer = guideline(
        uploads, "2.md", title="中国高血压防治指南（2025年版）", target="新目标为<130/80 mmHg。"
    )
    workshop.loader.load(newer, loaded_by="test", approve=True)
    job = send(workshop.stores, path, "高血压.md")
    work(workshop)
    assert after(workshop.stores, job).reason == "replaced"


# -------------------------------------------------------------------------------- a corrected title


@pytest.mark.parametrize("is_current", [True, False])
def test_a_corrected_title_is_what_passages_are_encoded_with(
    workshop: Workshop, uploads: Path, is_current: bool
) -> None:
    stores = workshop.stores
    edition = workshop.loader.load(guideline(uploads), loaded_by="test", approve=is_current).edition
    assert edition is not None
    stores.library.edit(edition.id, Fact.TITLE, "老年高血压手册")
    stores.jobs.add_encode(edition.id, asked_by=7, chat_id=70)
    stores.jobs.add_encode(edition.id, asked_by=7, chat_id=70)
    assert stores.jobs.open() == [], "nobody is told of it"
    generation = stores.library.generation()
    work(workshop)
    assert not stores.jobs.has_work()
    expected = {
        hashlib.sha256(
            passage_for_encoder("老年高血压手册", p.citation.section, p.text, p.kind).whole.encode()
        ).hexdigest()
        for p in stores.passages.of_edition(edition.id)
    }
    with stores.database.read() as connection:
        keys = connection.exec_driver_sql("SELECT vector_key FROM passages").scalars()
        assert set(keys) == expected
    assert stores.vectors.known(sorted(expected), workshop.encoder.fingerprint) == expected
    assert stores.library.generation() == generation + is_current


def test_a_title_that_was_corrected_once_more_keeps_what_it_is_found_by(
    workshop: Workshop, uploads: Path
) -> None:
    edition = workshop.loader.load(guideline(uploads), loaded_by="test", approve=True).edition
    assert edition is not None
    generation = workshop.stores.library.generation()
    assert not workshop.stores.library.encoded_as(edition.id, "老年高血压手册", {1: "x" * 64})
    assert workshop.stores.library.generation() == generation


def test_a_draft_that_was_discarded_is_not_encoded_and_the_next_file_is_read(
    workshop: Workshop, uploads: Path
) -> None:
    workshop.stores.jobs.add_encode(99, asked_by=7, chat_id=70)
    job = send(workshop.stores, guideline(uploads, "1.md"), "高血压.md")
    work(workshop)
    assert after(workshop.stores, job).status is JobStatus.READY
    assert not workshop.stores.jobs.has_work()


# ------------------------------------------------------------------------------- told by what it says


def sections(folder: Path, name: str, title: str, numbers: range) -> Path:
    """A guideline of which another one of ours repeats those sections that both have."""
    folder.mkdir(parents=True, exist_ok=True)
    body = "".join(
        f"## 第{n}节\n\n第{n}种药物的起始剂量为每日 {n} mg，每两周可加量一次，并应随访肾功能与血钾。\n\n"
        for n in numbers
    )
    path = folder / name
    path.write_text(f"# {title}\n\n{body}", "utf-8")
    return path


def test_a_new_edition_under_another_title_is_found_by_its_sentences(
    workshop: Workshop, uploads: Path
) -> None:
    old = sections(uploads, "1.md", "中国用药指南（2020年版）", range(1, 21))
    known = workshop.loader.load(old, loaded_by="test", approve=True).edition
    assert known is not None
    new = sections(uploads, "2.md", "临床合理用药专家共识（2024）", range(8, 29))
    job = send(workshop.stores, new, "共识2024.md")
    work(workshop)
    done = after(workshop.stores, job)
    assert done.edition_id is not None
    draft = workshop.stores.library.edition(done.edition_id)
    assert draft.document_id == known.document_id
    ((document, share),) = done.details["alike"]
    assert document == known.document_id
    assert 0.5 < share < 0.8
    assert workshop.stores.library.edition(known.id).status is EditionStatus.CURRENT


def test_what_was_discarded_before_does_not_stand_for_the_next_draft(
    workshop: Workshop, uploads: Path
) -> None:
    """SQLite gives a discarded draft's id to the next one, which its file's job must not be taken for."""
    old = sections(uploads, "1.md", "中国用药指南（2020年版）", range(1, 21))
    known = workshop.loader.load(old, loaded_by="test", approve=True).edition
    assert known is not None
    send(workshop.stores, sections(uploads, "0.md", "别的手册", range(90, 99)), "别的.md")
    work(workshop)
    (discarded,) = workshop.stores.library.list_editions([EditionStatus.DRAFT])
    workshop.stores.library.discard(discarded.id)
    workshop.stores.jobs.decided(discarded.id, JobStatus.DISCARDED)
    job = send(
        workshop.stores,
        sections(uploads, "2.md", "临床合理用药专家共识（2024）", range(8, 29)),
        "共识2024.md",
    )
    work(workshop)
    (draft,) = workshop.stores.library.list_editions([EditionStatus.DRAFT])
    assert (draft.id, draft.document_id) == (discarded.id, known.document_id)
    assert workshop.stores.jobs.of_edition(draft.id) == after(workshop.stores, job)


@pytest.mark.parametrize("is_sent_before", [False, True])
def test_a_draft_that_a_coordinator_set_apart_stays_apart_when_it_is_sent_again(
    workshop: Workshop, uploads: Path, *, is_sent_before: bool
) -> None:
    """Whether it came as a file first, or was left by the command line."""
    old = sections(uploads, "1.md", "中国用药指南（2020年版）", range(1, 21))
    known = workshop.loader.load(old, loaded_by="test", approve=True).edition
    assert known is not None
    new = sections(uploads, "2.md", "临床合理用药专家共识（2024）", range(8, 29))
    if is_sent_before:
        send(workshop.stores, new, "共识2024.md")
        work(workshop)
    else:
        workshop.loader.load(new, loaded_by="test", approve=False)
    (draft,) = workshop.stores.library.list_editions([EditionStatus.DRAFT])
    apart = workshop.stores.library.assign(draft.id, None)
    assert apart.document_id != known.document_id
    job = send(workshop.stores, new, "共识2024.md")
    work(workshop)
    assert workshop.stores.library.edition(draft.id).document_id == apart.document_id
    assert [document for document, _ in after(workshop.stores, job).details["alike"]] == [known.document_id]


def test_a_document_that_shares_little_is_named_and_stays_a_new_one(
    workshop: Workshop, uploads: Path
) -> None:
    old = sections(uploads, "1.md", "中国用药指南（2020年版）", range(1, 41))
    known = workshop.loader.load(old, loaded_by="test", approve=True).edition
    assert known is not None
    new = sections(uploads, "2.md", "临床合理用药专家共识（2024）", range(33, 73))
    job = send(workshop.stores, new, "共识2024.md")
    work(workshop)
    done = after(workshop.stores, job)
    assert done.edition_id is not None
    assert workshop.stores.library.edition(done.edition_id).document_id != known.document_id
    assert [document for document, _ in done.details["alike"]] == [known.document_id]


def test_a_document_that_shares_a_phrase_is_not_named(workshop: Workshop, uploads: Path) -> None:
    workshop.loader.load(guideline(uploads, "1.md"), loaded_by="test", approve=True)
    job = send(workshop.stores, sections(uploads, "2.md", "用药共识（2024）", range(1, 20)), "共识.md")
    work(workshop)
    assert after(workshop.stores, job).details["alike"] == []


# ------------------------------------------------------------------------------------- reading again


def loaded_and_read_otherwise_now(workshop: Workshop, uploads: Path) -> EditionRecord:
    """As an earlier reader left it: its first passage is another one."""
    edition = workshop.loader.load(guideline(uploads), loaded_by="test", approve=True).edition
    assert edition is not None
    with workshop.stores.database.write() as connection:
        connection.exec_driver_sql("UPDATE passages SET text = 'x' WHERE ordinal = 0")
    workshop.stores.library.edit(edition.id, Fact.PUBLISHER, "国家心血管病中心")
    return workshop.stores.library.edition(edition.id)


def read_again(workshop: Workshop, edition: EditionRecord) -> Job:
    job, _ = workshop.stores.jobs.add_reread(edition.id, file_name="高血压.md", sent_by=7, chat_id=70)
    work(workshop)
    return after(workshop.stores, job)


def test_what_is_read_again_waits_as_a_draft_with_the_facts_that_people_corrected(
    workshop: Workshop, uploads: Path
) -> None:
    edition = loaded_and_read_otherwise_now(workshop, uploads)
    done = read_again(workshop, edition)
    assert done.status is JobStatus.READY
    assert done.edition_id is not None
    draft = workshop.stores.library.edition(done.edition_id)
    assert (draft.status, draft.document_id) == (EditionStatus.DRAFT, edition.document_id)
    assert (draft.title, draft.year, draft.publisher) == (TITLE, 2024, "国家心血管病中心")
    assert (draft.reader, draft.file_hash) == (READER, edition.file_hash)
    assert workshop.stores.library.edition(edition.id).status is EditionStatus.CURRENT
    workshop.stores.library.approve(draft.id)
    assert [each.id for each in workshop.stores.library.list_editions()] == [draft.id]


def test_what_reads_the_same_is_told_and_makes_no_draft(workshop: Workshop, uploads: Path) -> None:
    edition = workshop.loader.load(guideline(uploads), loaded_by="test", approve=True).edition
    assert edition is not None
    done = read_again(workshop, edition)
    assert (done.status, done.reason) == (JobStatus.REFUSED, "reads_the_same")
    assert len(workshop.stores.library.list_editions(EditionStatus)) == 1


def test_what_a_kill_left_of_reading_again_is_no_second_draft(workshop: Workshop, uploads: Path) -> None:
    """The draft was stored, and the process was killed before the job said so."""
    edition = loaded_and_read_otherwise_now(workshop, uploads)
    first = read_again(workshop, edition).edition_id
    assert read_again(workshop, edition).edition_id == first
    assert len(workshop.stores.library.editions_of(edition.document_id)) == 2


def test_a_document_whose_file_is_gone_cannot_be_read_again(workshop: Workshop, uploads: Path) -> None:
    edition = loaded_and_read_otherwise_now(workshop, uploads)
    for path in workshop.files.rglob("*.md"):
        path.unlink()
    done = read_again(workshop, edition)
    assert (done.status, done.reason) == (JobStatus.REFUSED, "not_found")


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
    work(workshop, FakeEncoder("fake/2"))
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


class Faulty(FakeEncoder):
    """Something of the machine's, or somebody, ends each encoding."""

    def __init__(self, end: Callable[[], object]) -> None:
        super().__init__()
        self._end = end

    def encode_passages(self, *_: Any, **__: Any) -> Any:
        self._end()
        raise AssertionError


def no_model() -> None:
    raise EncoderUnavailable


def full_disk() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def stopped() -> None:
    raise Stopped


@pytest.mark.parametrize("end", [no_model, full_disk, stopped])
def test_faults_of_the_machine_are_never_the_files(
    workshop: Workshop, uploads: Path, end: Callable[[], object]
) -> None:
    encoder = Faulty(end)
    loader: Any = Loader(workshop.stores, encoder, workshop.sandbox, workshop.files)  # type: ignore[arg-type]
    job = send(workshop.stores, guideline(uploads, "1.md"), "高血压.md")
    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises((KnowledgeError, Stopped)):
            Worker(workshop.stores, loader, encoder).run(threading.Event(), until_idle=True)
        assert after(workshop.stores, job).status is JobStatus.WAITING
    assert [path.name for path in uploads.iterdir()] == ["1.md"]
    work(workshop)
    assert after(workshop.stores, job).status is JobStatus.READY


def test_an_upload_that_a_full_disk_kept_from_being_copied_waits(
    workshop: Workshop, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = send(workshop.stores, guideline(uploads, "1.md"), "高血压.md")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", lambda *_: full_disk())
        with pytest.raises(LibraryUnusable):
            work(workshop)
    work(workshop)
    assert after(workshop.stores, job).status is JobStatus.READY


def test_a_corrected_title_is_encoded_when_the_machine_lets_it(workshop: Workshop, uploads: Path) -> None:
    edition = workshop.loader.load(guideline(uploads), loaded_by="test", approve=True).edition
    assert edition is not None
    workshop.stores.library.edit(edition.id, Fact.TITLE, "老年高血压手册")
    workshop.stores.jobs.add_encode(edition.id, asked_by=7, chat_id=70)
    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises(KnowledgeError):
            work(workshop, Faulty(no_model))
    generation = workshop.stores.library.generation()
    work(workshop)
    assert workshop.stores.library.generation() == generation + 1
    assert not workshop.stores.jobs.has_work()


def test_a_worker_that_is_terminated_ends_at_once_and_its_file_waits(
    stores: Stores, tmp_path: Path, uploads: Path
) -> None:
    """However often that happens, and however long the file would have taken."""
    settings = Settings(_env_file=None, data_dir=tmp_path, embedding_model="fake")
    encoder = Faulty(lambda: signal.raise_signal(signal.SIGTERM))
    app = App(settings=settings, stores=stores, encoder=encoder)
    job = send(stores, guideline(uploads, "1.md"), "高血压.md")
    before = signal.getsignal(signal.SIGTERM)
    try:
        for _ in range(MAX_ATTEMPTS + 1):
            assert worker_command.run(app, argparse.Namespace(until_idle=True)) == 0
            assert after(stores, job).status is JobStatus.WAITING
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_worker_that_is_told_to_stop_takes_nothing_up(workshop: Workshop, uploads: Path) -> None:
    job = send(workshop.stores, guideline(uploads, "1.md"), "高血压.md")
    stop = threading.Event()
    stop.set()
    Worker(workshop.stores, workshop.loader, workshop.encoder).run(stop, until_idle=False)
    assert after(workshop.stores, job).status is JobStatus.WAITING


def test_what_a_killed_worker_left_among_the_uploads_is_removed(uploads: Path) -> None:
    (uploads / "reading-x1").mkdir(parents=True)
    (uploads / "reading-x1" / "高血压.md").write_text("x", "utf-8")
    (uploads / "17.md").write_text("x", "utf-8")
    tidy(uploads)
    assert [path.name for path in uploads.iterdir()] == ["17.md"]
