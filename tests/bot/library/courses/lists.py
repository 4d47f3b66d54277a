"""Course lists as the indexer would leave them: read, encoded, not decided."""

from __future__ import annotations

from typing import Any

from knowledge.store import Stores
from knowledge.store.courses import NewCourse
from knowledge.store.jobs import Job, JobKind


def sent(stores: Stores, file_name: str = "课程.xlsx", *, sent_by: int = 1) -> Job:
    job = stores.jobs.announce(
        file_name=file_name, sent_by=sent_by, chat_id=sent_by, update_id=None, kind=JobKind.COURSES
    )
    stores.jobs.show_in(job.id, 7)
    return job


def listed(stores: Stores, *courses: NewCourse, bad_rows: dict[str, Any] | None = None) -> Job:
    job = sent(stores)
    stores.course_lists.keep(job.id, courses)
    stores.jobs.ready(job.id, None, {"bad_rows": bad_rows or {}})
    found = stores.jobs.get(job.id)
    assert found is not None
    return found
