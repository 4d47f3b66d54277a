"""How a passage stands in the database, and what is made of its row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select

from knowledge.domain import Citation, Passage, PassageKind, QualityMark, Script, Sharing
from knowledge.store.library_tables import documents, editions, passages

#: What `passage_of` takes, in its order.
PASSAGES: Select[Any] = select(
    passages.c.id,
    passages.c.edition_id,
    passages.c.ordinal,
    passages.c.kind,
    passages.c.script,
    passages.c.section,
    passages.c.text,
    passages.c.tokens,
    passages.c.page_first,
    passages.c.page_last,
    passages.c.page_label,
    passages.c.marks,
    editions.c.document_id,
    editions.c.title,
    editions.c.year,
    editions.c.file_name,
    editions.c.publisher,
    editions.c.language,
    editions.c.source,
    editions.c.sharing,
    documents.c.is_sample,
).select_from(passages.join(editions).join(documents))


def passage_of(row: Sequence[Any]) -> Passage:
    """row: of PASSAGES."""
    # By position: an answer looks at dozens of passages, and looking names up would take most of the time.
    (
        id_, edition_id, ordinal, kind, script, section, text, tokens, page_first, page_last, page_label, marks,
        document_id, title, year, file_name, publisher, language, source, sharing, is_sample,
    ) = row  # fmt: skip
    return Passage(
        id=id_,
        document_id=document_id,
        edition_id=edition_id,
        ordinal=ordinal,
        kind=PassageKind(kind),
        script=Script(script),
        text=text,
        tokens=tokens,
        citation=Citation(
            title=title,
            year=year,
            publisher=publisher,
            language=language,
            section=_section(section),
            page_first=page_first,
            page_last=page_last,
            page_label=page_label,
            source=source or file_name,
            is_sample=bool(is_sample),
        ),
        marks=_marks(marks),
        sharing=Sharing(sharing),
    )


@lru_cache(maxsize=4096)
def _section(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=64)
def _marks(text: str) -> frozenset[QualityMark]:
    return frozenset(QualityMark(mark) for mark in json.loads(text))
