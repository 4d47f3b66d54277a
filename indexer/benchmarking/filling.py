"""A throw-away library filled with made passages: plain bulk inserts, for which the ordinary path has no need."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from indexer.benchmarking.passages import PASSAGES_A_DOCUMENT, MadeDocument
from indexer.benchmarking.vectors import MadeVectors, NearestExactly
from knowledge.domain import EditionStatus, PassageKind, Sharing
from knowledge.engines.ports import Vectors
from knowledge.store import Stores
from knowledge.store.database import now
from knowledge.store.library import title_key
from knowledge.store.library_tables import documents, editions, library_state, passages
from knowledge.store.vectors import vectors as vector_rows

#: Documents written in one transaction.
_AT_ONCE = 50

#: A document with the vectors of its passages, and those of the windows of each.
_Vectors = tuple[MadeDocument, Vectors, list[Vectors]]


def fill(stores: Stores, made: MadeVectors, size: int, model: str, nearest: NearestExactly) -> None:
    """Migrates the database and writes this many passages, all of them current, and one more document as a draft.

    nearest: is shown every vector that answers. Passages are numbered from 1 in order.
    """
    stores.database.migrate()
    waiting: list[_Vectors] = []
    for document in made.corpus.documents(size):
        rows = made.of(document)
        nearest.see(document.script, _ids(document), rows)
        waiting.append((document, rows, made.windows_of(document, rows)))
        if len(waiting) == _AT_ONCE:
            _write(stores, waiting, model, EditionStatus.CURRENT)
            waiting = []
    last = made.corpus.document(documents_of(size))
    _write(stores, waiting, model, EditionStatus.CURRENT)
    rows = made.of(last)
    _write(stores, [(last, rows, made.windows_of(last, rows))], model, EditionStatus.DRAFT)


def documents_of(size: int) -> int:
    """How many documents hold so many passages; the draft that waits has this number plus one as its edition's id."""
    return -(-size // PASSAGES_A_DOCUMENT)


def _write(stores: Stores, some: list[_Vectors], model: str, status: EditionStatus) -> None:
    if not some:
        return
    made = [document for document, _, _ in some]
    with stores.database.write() as connection:
        connection.execute(library_state.update().values(generation=1, model=model))
        connection.execute(
            documents.insert(),
            [{"id": document.number + 1, "is_sample": False, "created_at": now()} for document in made],
        )
        connection.execute(editions.insert(), [_edition(document, status) for document in made])
        connection.execute(passages.insert(), [row for document in made for row in _passage_rows(document)])
        blobs = [
            {"key": key, "model": model, "vector": _packed(row), "windows": _packed(beside)}
            for document, rows, windows in some
            for key, row, beside in zip(_keys(document), rows, windows, strict=True)
        ]
        # In the order of their key, as the index on it wants them.
        connection.execute(vector_rows.insert(), sorted(blobs, key=lambda row: str(row["key"])))


def _packed(rows: Vectors) -> bytes:
    return rows.astype("<f2").tobytes()


def _ids(document: MadeDocument) -> np.ndarray:
    first = document.number * PASSAGES_A_DOCUMENT + 1
    return np.arange(first, first + len(document.passages), dtype=np.int64)


def _keys(document: MadeDocument) -> list[str]:
    # With their number: two passages of the same words have each a vector of its own here.
    return [
        hashlib.sha256(f"{document.number} {n}".encode()).hexdigest() for n in range(len(document.passages))
    ]


def _edition(document: MadeDocument, status: EditionStatus) -> dict[str, Any]:
    digest = hashlib.sha256(document.title.encode()).hexdigest()
    return {
        "id": document.number + 1,
        "document_id": document.number + 1,
        "title": document.title,
        "title_key": title_key(document.title),
        "year": 2015 + document.number % 10,
        "language": document.script.value,
        "specialties": "[]",
        "sharing": Sharing.EXCERPT,
        "status": status,
        "file_name": f"{document.number}.md",
        "file_hash": digest,
        "content_hash": digest,
        "warnings": "[]",
        "loaded_by": "bench",
        "loaded_at": now(),
        "generation": int(status is EditionStatus.CURRENT),
    }


def _passage_rows(document: MadeDocument) -> list[dict[str, Any]]:
    first, start, rows = int(_ids(document)[0]), 0, []
    for ordinal, (passage, key) in enumerate(zip(document.passages, _keys(document), strict=True)):
        rows.append(
            {
                "id": first + ordinal,
                "edition_id": document.number + 1,
                "ordinal": ordinal,
                "kind": PassageKind.TEXT,
                "script": document.script,
                "section": json.dumps(passage.section, ensure_ascii=False),
                "text": passage.text,
                "tokens": passage.tokens,
                "page_first": ordinal // 3 + 1,
                "page_last": ordinal // 3 + 1,
                "start": start,
                "end": start + len(passage.text),
                "marks": "[]",
                "vector_key": key,
            }
        )
        start += len(passage.text)
    return rows
