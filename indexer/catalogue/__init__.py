"""Course lists: CSV, JSONL and XLSX, read in a child process with limits; a list is a stranger's file too."""

from __future__ import annotations

from pathlib import Path

from indexer import errors
from indexer.catalogue.rows import MOST_ROWS, BadRow, Catalogue, CourseRow, RowFault
from indexer.catalogue.wire import catalogue_in
from indexer.childprocess import ChildProcess

__all__ = [
    "MOST_ROWS",
    "SUPPORTED_CATALOGUES",
    "BadRow",
    "Catalogue",
    "CourseRow",
    "RowFault",
    "read_catalogue",
]

SUPPORTED_CATALOGUES = frozenset((".csv", ".tsv", ".jsonl", ".xlsx"))
_LARGEST = 50 * 1024 * 1024
_SECONDS = 60.0
_MEMORY_MB = 1024


def read_catalogue(path: Path, *, seconds: float = _SECONDS, memory_mb: int = _MEMORY_MB) -> Catalogue:
    """The courses of a list. Raises IndexerError where it cannot be read as a list at all."""
    if not path.is_file():
        raise errors.NotFound
    if path.suffix.lower() not in SUPPORTED_CATALOGUES:
        raise errors.UnsupportedKind(path.suffix)
    if path.stat().st_size > _LARGEST:
        raise errors.TooLarge
    child = ChildProcess("indexer.catalogue", memory_mb)
    try:
        answer = child.ask({"path": str(path.resolve())}, seconds)
    finally:
        child.close()
    if "error" in answer:
        raise errors.by_code(str(answer["error"]), str(answer.get("detail", "")))
    return catalogue_in(answer)
