"""Reads uploaded files one after the other; the only one of its kind in a data folder."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from indexer.catalogue import BadRow, read_catalogue
from indexer.courses import encoded_courses
from indexer.errors import IndexerError
from indexer.likeness import SAME_DOCUMENT, alike
from indexer.loading import Loader, LoadRecord, LoadStatus, Progress
from indexer.originals import is_full, safe_name
from indexer.retitling import encode_again
from knowledge.domain import EditionStatus
from knowledge.engines.ports import Encoder
from knowledge.errors import EditionConflict, KnowledgeError, LibraryUnusable, ModelChanged, NotFound
from knowledge.store import Stores
from knowledge.store.courses import NewCourse
from knowledge.store.jobs import Job, JobKind
from knowledge.store.library import EditionRecord

log = logging.getLogger(__name__)

#: How often a worker that stays looks for new files, in seconds.
_LOOK_EVERY = 1.0
#: A coordinator mends a list row by row; nobody reads a thousand numbers on a phone.
_MOST_ROWS_NAMED = 100
_FOLDER_PREFIX = "reading-"


class Stopped(BaseException):  # no error, and nothing that reads files may take it for one
    """The worker was told to end, and ends in the middle of what it does."""


class Worker:
    """Turns waiting jobs into drafts. Whoever runs one holds the data folder's worker lock."""

    def __init__(self, stores: Stores, loader: Loader, encoder: Encoder) -> None:
        self._stores = stores
        self._loader = loader
        self._encoder = encoder

    def run(self, stop: threading.Event, *, until_idle: bool) -> None:
        """Works until told to stop, or until nothing waits. A job cut short by a kill waits again.

        Raises:
            KnowledgeError: what is wrong with the library, the model or the disk; the job at hand waits again.
        """
        taken_up = self._stores.jobs.requeue_abandoned()
        if taken_up:
            log.info("action=worker.resume jobs=%d", taken_up)
        while not stop.is_set():
            job = self._stores.jobs.claim()
            if job is not None:
                self._take_up(job)
            elif until_idle:
                return
            else:
                stop.wait(_LOOK_EVERY)

    def _take_up(self, job: Job) -> None:
        try:
            self._read(job)
        except (KnowledgeError, KeyboardInterrupt, Stopped):
            # The file is not to blame. Where even this cannot be written, the next worker takes it up as after a kill.
            with suppress(KnowledgeError):
                self._stores.jobs.put_back(job.id)
            raise

    def _read(self, job: Job) -> None:
        try:
            self._stores.vectors.check_model(self._encoder.fingerprint)
        except ModelChanged:
            self._stores.jobs.refuse(job.id, "model_changed", {})
            return
        if job.encodes is not None:
            self._encode_again(job, job.encodes)
            return
        if job.kind is JobKind.COURSES:
            self._read_courses(job)
            return
        record = self._load(job) if job.rereads is None else self._load_again(job, job.rereads)
        log.info("action=worker.read job=%d status=%s reason=%s", job.id, record.status, record.reason)
        if record.status is LoadStatus.LOADED and record.edition is not None:
            details = {**_details(record), **self._kinship(job, record.edition)}
            self._stores.jobs.ready(job.id, record.edition.id, details)
        else:
            self._stores.jobs.refuse(job.id, _reason(record), _details(record))

    def _read_courses(self, job: Job) -> None:
        try:
            with _under_its_own_name(Path(job.path), job.file_name) as path:
                catalogue = read_catalogue(path)
        except IndexerError as error:
            log.info("action=worker.refused job=%d reason=%s", job.id, error.code)
            self._stores.jobs.refuse(job.id, error.code, {"message": str(error)})
            return
        except OSError as error:
            _blame(error)
            self._stores.jobs.refuse(job.id, "unreadable", {"message": error.strerror})
            return
        faults = {"bad_rows": _by_fault(catalogue.bad_rows)}
        if not catalogue.rows:
            self._stores.jobs.refuse(job.id, "no_course", faults)
            return
        courses = encoded_courses(catalogue, self._stores, self._encoder, on_progress=self._note_of(job))
        self._keep(job, courses, faults)
        log.info(
            "action=worker.read job=%d courses=%d bad_rows=%d", job.id, len(courses), len(catalogue.bad_rows)
        )

    def _keep(self, job: Job, courses: Sequence[NewCourse], faults: Mapping[str, Any]) -> None:
        """The list waits for a decision, unless adding it would change nothing."""
        lists = self._stores.course_lists
        with self._stores.database.together():
            lists.keep(job.id, courses)
            if all(each.is_same for each in lists.standing(job.id)):
                lists.forget(job.id)
                self._stores.jobs.refuse(job.id, "courses_known", faults)
            else:
                self._stores.jobs.ready(job.id, None, faults)

    def _kinship(self, job: Job, draft: EditionRecord) -> dict[str, Any]:
        """What its text says it may be an edition of; a new draft that stands alone joins what it is most like."""
        if job.rereads is not None:
            return {}
        found = alike(self._stores, draft)
        is_same = found and found[0].share >= SAME_DOCUMENT
        if is_same and self._stands_alone(draft) and not self._was_there_before(job, draft):
            with suppress(NotFound, EditionConflict):  # the document was forgotten, or the draft decided
                self._stores.library.assign(draft.id, found[0].edition.document_id)
        return {"alike": [[each.edition.document_id, each.share] for each in found]}

    def _stands_alone(self, draft: EditionRecord) -> bool:
        return len(self._stores.library.editions_of(draft.document_id)) == 1

    def _was_there_before(self, job: Job, draft: EditionRecord) -> bool:
        """Whether the draft is of an earlier file: what it is an edition of may have been decided already."""
        jobs = self._stores.jobs
        return jobs.of_edition(draft.id) is not None or draft.loaded_at < jobs.sent_at(job.id)

    def _load_again(self, job: Job, edition_id: int) -> LoadRecord:
        """Reads what is loaded already once more, from the file that was kept."""
        try:
            edition = self._stores.library.edition(edition_id)
            return self._loader.load_again(
                edition, loaded_by=f"telegram:{job.sent_by}", on_progress=self._note_of(job)
            )
        except NotFound:
            return LoadRecord(file=job.file_name, status=LoadStatus.REFUSED, reason="not_found")

    def _encode_again(self, job: Job, edition_id: int) -> None:
        """A title that was corrected once more meanwhile has a job of its own."""
        with suppress(NotFound):  # the draft was discarded
            encode_again(self._stores, self._encoder, edition_id)
        self._stores.jobs.done(job.id)
        log.info("action=worker.encoded job=%d edition=%d", job.id, edition_id)

    def _note_of(self, job: Job) -> Progress:
        return lambda done, total: self._stores.jobs.progress(job.id, done, total)

    def _load(self, job: Job) -> LoadRecord:
        who, name, note = f"telegram:{job.sent_by}", job.file_name, self._note_of(job)
        try:
            with _under_its_own_name(Path(job.path), name) as path:
                return self._loader.load(path, loaded_by=who, approve=False, name=name, on_progress=note)
        except OSError as error:
            _blame(error)
            message = error.strerror
            return LoadRecord(file=name, status=LoadStatus.REFUSED, reason="unreadable", message=message)


def _blame(error: OSError) -> None:
    """Raises LibraryUnusable where the disk is full; else the upload is gone, and the next is not to wait for it."""
    if is_full(error):
        raise LibraryUnusable(f"the file cannot be read: {error.strerror}") from error


def tidy(uploads_dir: Path) -> None:
    """Removes what a killed worker left among the uploads. Only whoever holds the worker lock may call it."""
    for left in uploads_dir.glob(f"{_FOLDER_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _under_its_own_name(path: Path, name: str) -> Iterator[Path]:
    """The upload under the name it was sent with: a file's name often tells its title and year."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=_FOLDER_PREFIX) as folder:
        # A copy: a link would be resolved to the name that the upload is kept under.
        yield Path(shutil.copyfile(path, Path(folder) / safe_name(name)))


def _by_fault(bad_rows: Iterable[BadRow]) -> dict[str, dict[str, Any]]:
    """Which rows have which fault: how many, and the first of them."""
    found: dict[str, list[int]] = {}
    for bad in bad_rows:
        found.setdefault(bad.fault.value, []).append(bad.number)
    return {fault: {"count": len(rows), "rows": rows[:_MOST_ROWS_NAMED]} for fault, rows in found.items()}


def _reason(record: LoadRecord) -> str:
    """Why there is nothing to decide: of what was loaded before, whether it still answers."""
    is_replaced = record.edition is not None and record.edition.status is EditionStatus.REPLACED
    if record.reason == "already_loaded" and is_replaced:
        return "replaced"
    return record.reason or "already_loaded"


def _details(record: LoadRecord) -> dict[str, Any]:
    edition = record.edition
    if edition is None:
        return {"message": record.message}
    return {
        "document": edition.document_id,
        "title": edition.title,
        "year": edition.year,
        "publisher": edition.publisher,
        "language": edition.language,
        "pages": edition.pages,
        "passages": edition.passages,
        "warnings": [[code, count] for code, count in record.warnings],
    }
