"""A coordinator's decision about a file that was read; the same decision a second time changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowledge.domain import EditionStatus
from knowledge.errors import EditionConflict, NotFound
from knowledge.store import Stores
from knowledge.store.jobs import Job, JobStatus
from knowledge.store.library import Approved, EditionRecord


class Choice(StrEnum):
    LOAD = "yes"
    DISCARD = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """It answers from now on."""

    approved: Approved


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """It is in the library, but a newer edition answers."""

    edition: EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """There is nothing left to decide about: withdrawn since, or discarded elsewhere."""


Decided = Loaded | Kept | Discarded | Gone

_STATUS = {Choice.LOAD: JobStatus.APPROVED, Choice.DISCARD: JobStatus.DISCARDED}


def decide(stores: Stores, job_id: int, choice: Choice, who: str) -> Decided:
    """Carries the first decision out, also when a kill had cut it off half-way; later ones are told what holds.

    Raises:
        KnowledgeError: the library cannot be written; the same press again completes what was begun.
    """
    stores.jobs.decide(job_id, _STATUS[choice])
    job = stores.jobs.get(job_id)
    if job is None or job.edition_id is None:
        return Gone()
    if job.status is JobStatus.APPROVED:
        return _load(stores, job.edition_id, who)
    return _discard(stores, job, job.edition_id, who)


def _load(stores: Stores, edition_id: int, who: str) -> Decided:
    try:
        edition = stores.library.edition(edition_id)
        if edition.status is not EditionStatus.DRAFT:
            return _as_it_stands(edition)
        approved = stores.library.approve(edition_id)
    except (NotFound, EditionConflict):
        return Gone()
    replaced = [other.id for other in approved.replaced]
    stores.audit.note(who, "edition.approve", f"edition:{edition_id}", {"replaced": replaced})
    if approved.edition.status is EditionStatus.CURRENT:
        return Loaded(approved=approved)
    return Kept(edition=approved.edition)


def _as_it_stands(edition: EditionRecord) -> Decided:
    match edition.status:
        case EditionStatus.CURRENT:
            return Loaded(approved=Approved(edition=edition))
        case EditionStatus.REPLACED:
            return Kept(edition=edition)
        case _:
            return Gone()


def _discard(stores: Stores, job: Job, edition_id: int, who: str) -> Decided:
    if job.status is not JobStatus.DISCARDED:
        return Gone()
    try:
        stores.library.discard(edition_id)
    except (NotFound, EditionConflict):
        # Discarded by an earlier press.
        return Discarded(title=title_of(job))
    stores.audit.note(who, "edition.discard", f"edition:{edition_id}", {"file": job.file_name})
    return Discarded(title=title_of(job))


def title_of(job: Job) -> str:
    return str(job.details.get("title") or job.file_name)
