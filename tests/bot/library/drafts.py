"""Editions as the indexer would leave them: read, stored, not decided."""

from __future__ import annotations

from typing import Any

from knowledge.store import Stores
from knowledge.store.jobs import Job
from knowledge.store.library import EditionRecord, NewEdition
from tests.knowledge.editions import edition

TITLE = "成人高血压食养指南"


def new_edition(title: str = TITLE, year: int | None = 2023, *, is_sample: bool = False) -> NewEdition:
    return edition(
        title, (f"{title}（{year}）：每日食盐摄入量不超过 5 克。",), year=year, is_sample=is_sample
    )


def queued(stores: Stores, *, update_id: int | None = None, file_name: str = "shiyang.pdf") -> Job:
    """A file that waits to be read, with its progress message 7 in chat 1."""
    job = stores.jobs.add(path="/nowhere", file_name=file_name, sent_by=1, chat_id=1, update_id=update_id)
    stores.jobs.show_in(job.id, 7)
    return job


def ready(stores: Stores, new: NewEdition | None = None) -> tuple[Job, EditionRecord]:
    """A file that was read, and its draft."""
    draft = stores.library.add_draft(new or new_edition())
    job = queued(stores)
    details: dict[str, Any] = {
        "title": draft.title,
        "year": draft.year,
        "passages": draft.passages,
        "warnings": [],
    }
    stores.jobs.ready(job.id, draft.id, details)
    found = stores.jobs.get(job.id)
    assert found is not None
    return found, draft
