"""What adding a course list would do to the catalogue, told before anybody decides."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from knowledge.store import Stores
from knowledge.store.course_lists import Listed
from knowledge.store.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """A list with what adding it would do, as things stand."""

    job: Job
    courses: tuple[Listed, ...]
    #: Sample courses that would be withdrawn with it.
    samples: int = 0

    @property
    def new(self) -> tuple[int, ...]:
        """The places in the list of courses whose link is not in the catalogue."""
        return tuple(each.place for each in self.courses if each.course_id is None)

    @property
    def changed(self) -> tuple[int, ...]:
        """The places of those that the catalogue has otherwise."""
        return tuple(each.place for each in self.courses if each.course_id is not None and not each.is_same)

    @property
    def unchanged(self) -> int:
        return sum(each.is_same for each in self.courses)

    @property
    def changes_something(self) -> bool:
        return self.unchanged < len(self.courses)

    @property
    def seen(self) -> str:
        """What a button says was shown: with anything of it changed, whoever presses looks at the card again."""
        # What is the same in both may be written again meanwhile; what differs may differ otherwise by then. And a
        # job's number may be another list's by now.
        rows = [
            (each.content, each.course_id, each.is_same, None if each.is_same else each.loaded_at)
            for each in self.courses
        ]
        return hashlib.sha256(repr((rows, self.samples)).encode()).hexdigest()[:8]


def prospect_of(stores: Stores, job: Job) -> Prospect:
    """What `deciding.add` would do with the list at this moment."""
    listed = tuple(stores.course_lists.standing(job.id))
    found = Prospect(job=job, courses=listed)
    samples = stores.course_lists.samples_on_offer(job.id) if found.changes_something else 0
    return Prospect(job=job, courses=listed, samples=samples)
