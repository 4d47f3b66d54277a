"""A coordinator's decision about a draft. What was shown is what is done, once, whoever else decides meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.library.plan import Proposal, proposal_for
from knowledge.domain import EditionStatus
from knowledge.errors import NotFound
from knowledge.store import Stores
from knowledge.store.jobs import JobStatus
from knowledge.store.library import Approved, EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Nobody has decided yet."""

    proposal: Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """It was approved just now."""

    approved: Approved


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """It was decided before, here or elsewhere: it is no draft any more."""

    edition: EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """It was discarded before, here or elsewhere."""

    #: Of the file, where it was discarded on the command line.
    title: str
    year: int | None
    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """There never was such a draft."""


Standing = Waiting | Settled | Dropped | Gone
Decided = Loaded | Discarded | Waiting | Settled | Dropped | Gone


def standing(stores: Stores, edition_id: int) -> Standing:
    try:
        edition = stores.library.edition(edition_id)
    except NotFound:
        return _dropped(stores, edition_id)
    if edition.status is not EditionStatus.DRAFT:
        return Settled(edition=edition)
    return Waiting(proposal=proposal_for(stores, edition))


def _dropped(stores: Stores, edition_id: int) -> Dropped | Gone:
    """The audit log alone remembers what was discarded."""
    entry = stores.audit.last("edition.discard", f"edition:{edition_id}")
    if entry is None:
        return Gone()
    before = entry.details.get("before", entry.details)
    title = str(before.get("title", before.get("file", "")))
    return Dropped(title=title, year=before.get("year"), who=entry.who, at=entry.at)


def approve(stores: Stores, edition_id: int, *, seen: str, who: str) -> Decided:
    """Approves a draft if it would do what the card said (`Proposal.seen`); else gives what it would do now.

    Raises:
        KnowledgeError: the library cannot be written, and nothing was changed.
    """
    with stores.database.together():
        found = standing(stores, edition_id)
        if not isinstance(found, Waiting) or found.proposal.seen != seen:
            return found
        approved = stores.library.approve(edition_id, decided_by=who)
        stores.jobs.decided(edition_id, JobStatus.APPROVED)
        details = {
            "before": {"status": EditionStatus.DRAFT.value},
            "after": {"status": approved.edition.status.value},
            "replaced": [other.id for other in approved.replaced],
            "samples_withdrawn": approved.samples_withdrawn,
        }
        stores.audit.note(who, "edition.approve", f"edition:{edition_id}", details)
        return Loaded(approved=approved)


def discard(stores: Stores, edition_id: int, *, seen: str, who: str) -> Decided:
    """Forgets a draft if it is what the card said (`Proposal.seen`); else gives what it is now.

    Raises:
        KnowledgeError: the library cannot be written, and nothing was changed.
    """
    with stores.database.together():
        found = standing(stores, edition_id)
        if not isinstance(found, Waiting) or found.proposal.seen != seen:
            return found
        draft = found.proposal.draft
        stores.library.discard(edition_id)
        stores.jobs.decided(edition_id, JobStatus.DISCARDED)
        before = {"title": draft.title, "year": draft.year, "file": draft.file_name, "hash": draft.file_hash}
        stores.audit.note(who, "edition.discard", f"edition:{edition_id}", {"before": before})
        return Discarded(title=draft.title)
