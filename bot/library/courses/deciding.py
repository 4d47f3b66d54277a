"""A coordinator's decision about a course list. What was shown is what is done, once, whoever else decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.library.courses.prospect import Prospect, prospect_of
from knowledge.store import Stores
from knowledge.store.jobs import Job, JobKind, JobStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Nobody has decided yet."""

    prospect: Prospect


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Its courses were added just now."""

    prospect: Prospect


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """It was decided before, here or elsewhere; the job tells how and by whom."""

    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """There is no such list, or it could not be read."""


Standing = Waiting | Settled | Gone
Decided = Added | Discarded | Waiting | Settled | Gone


def standing(stores: Stores, job_id: int) -> Standing:
    job = stores.jobs.get(job_id)
    if job is None or job.kind is not JobKind.COURSES:
        return Gone()
    if job.status is JobStatus.READY:
        return Waiting(prospect=prospect_of(stores, job))
    return Settled(job=job) if job.status in (JobStatus.APPROVED, JobStatus.DISCARDED) else Gone()


def add(stores: Stores, job_id: int, *, seen: str, who: str) -> Decided:
    """Adds a list's courses if that would do what the card said (`Prospect.seen`); else gives what it would do now.

    Raises:
        KnowledgeError: the library cannot be written, and nothing was changed.
    """
    with stores.database.together():
        found = standing(stores, job_id)
        if not isinstance(found, Waiting):
            return found
        prospect = found.prospect
        if prospect.seen != seen or not prospect.changes_something:
            return found
        stores.courses.put(stores.course_lists.take(job_id, (*prospect.new, *prospect.changed)))
        counts = {
            "added": len(prospect.new),
            "changed": len(prospect.changed),
            "unchanged": prospect.unchanged,
            "samples_withdrawn": prospect.samples,
        }
        _settle(stores, prospect.job, JobStatus.APPROVED, who, counts)
        return Added(prospect=prospect)


def discard(stores: Stores, job_id: int, *, seen: str, who: str) -> Decided:
    """Forgets a list if it is what the card said (`Prospect.seen`); else gives what it is now.

    Raises:
        KnowledgeError: the library cannot be written, and nothing was changed.
    """
    with stores.database.together():
        found = standing(stores, job_id)
        if not isinstance(found, Waiting) or found.prospect.seen != seen:
            return found
        job = found.prospect.job
        _settle(stores, job, JobStatus.DISCARDED, who, {"courses": len(found.prospect.courses)})
        return Discarded(file_name=job.file_name)


def _settle(stores: Stores, job: Job, status: JobStatus, who: str, counts: dict[str, Any]) -> None:
    """The job remembers who and what, for whoever presses the same card later."""
    stores.course_lists.forget(job.id)
    stores.jobs.settle(job.id, status, {"decided_by": who, **counts})
    action = "courses.add" if status is JobStatus.APPROVED else "courses.discard"
    stores.audit.note(who, action, f"courses:{job.id}", {"file": job.file_name, **counts})
