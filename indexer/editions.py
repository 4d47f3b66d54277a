"""A document that was read, as it is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.parsed import Chunk
from indexer.reading import READER, Document
from indexer.sidecar import SUFFIXES as SIDECAR_SUFFIXES
from knowledge.domain import Sharing
from knowledge.searchable import passage_tokens
from knowledge.store.library import NewEdition, NewPassage
from knowledge.text import script_of

#: What a document's loader allows who says nothing of it.
USUAL_SHARING = Sharing.PAGE_PICTURE


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file on its way in: where it is now, and what it was called."""

    path: Path
    name: str
    hash: str
    loaded_by: str


def new_edition(document: Document, file: SourceFile, title: str, keys: Sequence[str]) -> NewEdition:
    """The document as it is stored. keys: of its passages' vectors, in order."""
    parsed, described = document.parsed, document.parsed.metadata
    pairs = zip(document.chunks, keys, strict=True)
    return NewEdition(
        title=title,
        year=described.year,
        publisher=described.publisher,
        language=described.language or "en",
        specialties=described.specialties,
        source=described.source,
        sharing=Sharing(described.sharing or USUAL_SHARING),
        is_sample=described.sample,
        file_name=file.name,
        file_hash=file.hash,
        content_hash=content_hash(document.chunks),
        pages=parsed.pages,
        warnings=parsed.warnings,
        loaded_by=file.loaded_by,
        passages=tuple(_passage(chunk, title, key, parsed.page_labels) for chunk, key in pairs),
        reader=READER,
    )


def _passage(chunk: Chunk, title: str, key: str, labels: dict[int, str]) -> NewPassage:
    label = labels.get(chunk.page_first) if chunk.page_first is not None else None
    return NewPassage(
        text=chunk.text,
        tokens=passage_tokens(title, chunk.section, chunk.text, chunk.kind),
        section=chunk.section,
        kind=chunk.kind,
        script=script_of(chunk.text),
        page_first=chunk.page_first,
        page_last=chunk.page_last,
        page_label=label if label != str(chunk.page_first) else None,
        start=chunk.start,
        end=chunk.end,
        marks=chunk.marks,
        vector_key=key,
    )


def hash_of(path: Path) -> str:
    """SHA-256 of a file with what stands beside it about it: a corrected sidecar makes the file worth loading again."""
    digest = hashlib.sha256()
    for part in (path, *(path.with_suffix(suffix) for suffix in SIDECAR_SUFFIXES)):
        if part.is_file():
            with part.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def content_hash(chunks: Sequence[Chunk]) -> str:
    """SHA-256 of what a document says, whatever its file's name or format."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk.text.encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()
