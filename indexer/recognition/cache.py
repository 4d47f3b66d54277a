"""What was recognised, a file a page, by the content of the document: it takes seconds a page to find out again."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

from indexer.recognition.lines import RecognisedLine, lines_in, lines_out

#: Part of the folder's name: raise it when the same page would be read otherwise.
_VERSION = "1"


class RecognitionCache:
    """In a folder of its own; a page that cannot be kept or read is recognised again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, document: str, page: int) -> tuple[RecognisedLine, ...] | None:
        """document: its hash, as `hash_of` gives it."""
        with suppress(OSError, ValueError, TypeError):
            return lines_in(json.loads(self._path(document, page).read_text("utf-8")))
        return None

    def put(self, document: str, page: int, lines: tuple[RecognisedLine, ...]) -> None:
        path = self._path(document, page)
        part = path.with_suffix(f".{os.getpid()}.part")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(lines_out(lines), ensure_ascii=False), "utf-8")
            part.replace(path)

    def _path(self, document: str, page: int) -> Path:
        return self._folder / f"{document}-{_VERSION}" / f"{page}.json"


def hash_of(path: Path) -> str:
    """SHA-256 of the file alone: what stands beside it about it changes nothing on its pages."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
