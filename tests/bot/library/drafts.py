"""Editions as the indexer would leave them: read, stored, not decided."""

from __future__ import annotations

from itertools import count
from typing import Any

from knowledge.domain import PassageKind, Sharing
from knowledge.store import Stores
from knowledge.store.jobs import Job
from knowledge.store.library import EditionRecord, NewEdition, NewPassage

TITLE = "成人高血压食养指南"
_hashes = count(1)


def new_edition(title: str = TITLE, year: int | None = 2023, *, is_sample: bool = False) -> NewEdition:
    passage = NewPassage(
        text="每日食盐摄入量不超过 5 克。",
        tokens="食盐",
        section=("一、原则",),
        kind=PassageKind.TEXT,
        page_first=3,
        page_last=3,
        page_label=None,
        start=0,
        end=16,
        marks=frozenset(),
        vector_key="0" * 64,
    )
    number = next(_hashes)
    return NewEdition(
        title=title,
        year=year,
        publisher="国家卫生健康委",
        language="zh",
        specialties=(),
        source=None,
        sharing=Sharing.EXCERPT,
        is_sample=is_sample,
        file_name="shiyang.pdf",
        file_hash=f"{number:064d}",
        content_hash=f"{number:064d}",
        pages=28,
        warnings=(("pages_without_text", 2),),
        loaded_by="telegram:1",
        passages=(passage,),
    )


def queued(stores: Stores, *, update_id: int | None = None, file_name: str = "shiyang.pdf") -> Job:
    """A file that waits to be read, with its progress message 7 in chat 1."""
    job = stores.jobs.add(path="/nowhere", file_name=file_name, sent_by=1, chat_id=1, update_id=update_id)
    stores.jobs.show_in(job.id, 7)
    return job


def ready(stores: Stores, edition: NewEdition | None = None) -> tuple[Job, EditionRecord]:
    """A file that was read, and its draft."""
    draft = stores.library.add_draft(edition or new_edition())
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
