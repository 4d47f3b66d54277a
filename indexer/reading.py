"""A file to a described, cleaned document and its passages: what the sandboxed child does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer import errors
from indexer.chunking import chunk
from indexer.cleaning import cleaned
from indexer.metadata import described, without_title
from indexer.parsed import Chunk, Metadata, Parsed
from indexer.parsers import parse
from indexer.recognition.lines import RecognisedLine

#: Which version reads: raised when parsing, cleaning or cutting changes what becomes of a file, so that documents which
#: an older one read can be read again. Editions from before versions were counted have none.
READER = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file as it was read: its clean blocks with their metadata, and its passages."""

    parsed: Parsed
    chunks: tuple[Chunk, ...]


def read(path: Path, recognised: Mapping[int, Sequence[RecognisedLine]] | None = None) -> Document:
    """Reads a file in this very process; callers outside tests go through indexer.sandbox. Raises IndexerError.

    recognised: the lines of those pages of a PDF that are pictures.
    """
    raw = parse(path, recognised)
    document = cut(raw, described(raw, path))
    if not document.chunks:
        raise errors.NoText(scans=raw.scans)
    return document


def cut(raw: Parsed, metadata: Metadata) -> Document:
    """What was parsed, cleaned and in passages; there may be none."""
    parsed = without_title(replace(cleaned(raw), metadata=metadata), metadata.title)
    return Document(parsed=parsed, chunks=chunk(parsed))
