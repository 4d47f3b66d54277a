"""Editions and courses with as little text as a test needs, encoded with FakeEncoder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from knowledge.domain import PassageKind, QualityMark, Sharing
from knowledge.searchable import passage_for_encoder, passage_tokens
from knowledge.store import Stores
from knowledge.store.courses import NewCourse
from knowledge.store.library import Approved, NewEdition, NewPassage
from knowledge.testing import FakeEncoder
from knowledge.text import encoded_text, script_of

ENCODER = FakeEncoder()
MODEL = ENCODER.fingerprint


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def passage(
    text: str,
    *,
    title: str,
    section: tuple[str, ...] = (),
    kind: PassageKind = PassageKind.TEXT,
    page: int | None = 1,
    page_label: str | None = None,
    marks: frozenset[QualityMark] = frozenset(),
) -> NewPassage:
    return NewPassage(
        text=text,
        tokens=passage_tokens(title, section, text, kind),
        section=section,
        kind=kind,
        script=script_of(text),
        page_first=page,
        page_last=page,
        page_label=page_label,
        start=0,
        end=len(text),
        marks=marks,
        vector_key=digest(passage_for_encoder(title, section, text, kind).whole),
    )


def edition(
    title: str = "高血压防治指南",
    texts: Sequence[str | NewPassage] = ("血压应降至<140/90 mmHg。",),
    **given: Any,
) -> NewEdition:
    """A made-up edition; texts: its passages, or as much as their text."""
    passages = tuple(
        passage(t, title=title, page=n + 1) if isinstance(t, str) else t for n, t in enumerate(texts)
    )
    content = digest("\0".join(p.text for p in passages))
    usual = {
        "year": 2024,
        "publisher": None,
        "language": "zh",
        "specialties": (),
        "source": None,
        "sharing": Sharing.EXCERPT,
        "is_sample": False,
        "file_name": f"{title}.pdf",
        "file_hash": digest(f"file {title} {given.get('year')} {content}"),
        "content_hash": content,
        "pages": len(passages),
        "warnings": (),
        "loaded_by": "test",
    }
    return NewEdition(title=title, passages=passages, **{**usual, **given})


def keep_vectors(stores: Stores, new: NewEdition) -> None:
    """Encodes an edition's passages, as loading does before it stores them."""
    stores.vectors.use_model(MODEL)
    encodable = [passage_for_encoder(new.title, p.section, p.text, p.kind) for p in new.passages]
    stores.vectors.keep(
        [p.vector_key for p in new.passages],
        ENCODER.encode_passages([each.whole for each in encodable]),
        MODEL,
        [ENCODER.encode_passages(each.windows) for each in encodable],
    )


def forget_windows(stores: Stores, *keys: str) -> None:
    """As a version before windows left its vectors; of all keys where none is given."""
    with stores.database.write() as connection:
        for key in keys or ["%"]:
            connection.execute(text("UPDATE vectors SET windows = NULL WHERE key LIKE :key"), {"key": key})


def publish(stores: Stores, new: NewEdition) -> Approved:
    """Encodes, stores and approves an edition."""
    keep_vectors(stores, new)
    return stores.library.approve(stores.library.add_draft(new).id)


def course(title: str, url: str | None = None, **given: Any) -> NewCourse:
    usual = {
        "summary": "",
        "provider": "示例学院",
        "language": "zh",
        "specialty": None,
        "credits": None,
        "starts": None,
        "ends": None,
        "is_sample": False,
    }
    values = {**usual, **given}
    text = encoded_text(f"{title}\n{values['summary']}")
    return NewCourse(
        title=title, url=url or f"https://example.org/{digest(title)[:8]}", vector_key=digest(text), **values
    )


def offer(stores: Stores, *courses: NewCourse) -> tuple[int, int]:
    """Encodes courses and puts them into the catalogue."""
    vectors = ENCODER.encode_passages([encoded_text(f"{c.title}\n{c.summary}") for c in courses])
    stores.vectors.keep([c.vector_key for c in courses], vectors, MODEL)
    return stores.courses.put(courses)
