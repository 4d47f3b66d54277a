"""A set's documents as reading would cut them, had each been a text file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from indexer.chunking import chunk
from indexer.evaluating.beir import SetDocument
from indexer.loading import SourceFile
from indexer.metadata import language_of
from indexer.parsed import Chunk, Metadata
from indexer.parsers.text import parsed_text
from indexer.reading import Document, cut
from knowledge.domain import PassageKind


def read_document(document: SetDocument) -> Document:
    """The document with at least one passage.

    A set's document is often but a piece of one: a list of references, three words. Reading leaves such things out,
    yet the set asks for them, so what would have no passage is cut as it stands, or is one passage.
    """
    raw = parsed_text(document.text)
    metadata = Metadata(title=document.title or None, language=language_of(raw.blocks))
    read = cut(raw, metadata)
    chunks = read.chunks or chunk(raw) or (_whole(document.text or document.title),)
    return Document(parsed=read.parsed, chunks=chunks)


def source_of(document: SetDocument) -> SourceFile:
    """The file that it never was."""
    digest = hashlib.sha256(document.id.encode("utf-8", "replace")).hexdigest()
    name = f"{document.id}.txt"
    return SourceFile(path=Path(name), name=name, hash=digest, loaded_by="evaluate")


def _whole(text: str) -> Chunk:
    return Chunk(
        text=text, section=(), kind=PassageKind.TEXT, page_first=None, page_last=None, start=0, end=len(text)
    )
