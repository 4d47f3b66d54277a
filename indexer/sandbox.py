"""Documents are read in a child process with limits: a hostile file can stop that child, and nothing else.

    document = read_document(path)              one file, one child
    with Sandbox() as sandbox:                  many files, one child for as long as it lives
        document = sandbox.read_document(path)

Limits: address space (not on macOS, which refuses them), CPU time, wall time, size of written files; no
network where the system lets a process leave it (Linux). The child answers in JSON, one line a file.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from indexer import errors
from indexer.childprocess import ChildProcess
from indexer.parsers.kinds import kind_of
from indexer.reading import Document
from indexer.recognition.lines import lines_out
from indexer.recognition.recogniser import Recogniser
from indexer.wire import chunk_in, parsed_in

DEFAULT_TIMEOUT = 60.0
LONGEST_TIMEOUT = 300.0
DEFAULT_MEMORY_MB = 1536
#: Honest files take up to 10 s a megabyte on slow machines; what is promised for small ones is 60 s.
_SECONDS_PER_MEGABYTE = 10.0
_MODULE = "indexer.child"


def read_document(
    path: Path,
    *,
    timeout: float = DEFAULT_TIMEOUT,
    memory_mb: int = DEFAULT_MEMORY_MB,
    longest: float = LONGEST_TIMEOUT,
) -> Document:
    """Reads one file in a child of its own. Raises IndexerError.

    timeout: seconds of wall time; large files get more, in step with their size, up to longest.
    memory_mb: address space of the child in megabytes.
    """
    with Sandbox(timeout=timeout, memory_mb=memory_mb, longest=longest) as sandbox:
        return sandbox.read_document(path)


class Sandbox:
    """A child that reads one file after the other; after a crash the next file gets a new one."""

    def __init__(
        self,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        memory_mb: int = DEFAULT_MEMORY_MB,
        longest: float = LONGEST_TIMEOUT,
        recogniser: Recogniser | None = None,
    ) -> None:
        """recogniser: reads pages that are pictures, and ends with the sandbox; without one they stay unread."""
        self._timeout = timeout
        self._longest = max(timeout, longest)
        self._child = ChildProcess(_MODULE, memory_mb)
        self._recogniser = recogniser

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read_document(self, path: Path) -> Document:
        """Reads a file. Raises IndexerError."""
        kind_of(path)
        answer = self._child.ask({"path": str(path.resolve())}, self._allowed(path))
        answer = self._scans_read(path, answer)
        if "error" in answer:
            raise errors.by_code(str(answer["error"]), str(answer.get("detail", "")))
        return Document(
            parsed=parsed_in(answer["parsed"]), chunks=tuple(chunk_in(each) for each in answer["chunks"])
        )

    def close(self) -> None:
        """Ends the children, if there are any."""
        self._child.close()
        if self._recogniser is not None:
            self._recogniser.close()

    def _scans_read(self, path: Path, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer once more with the text of the pages that are pictures, where recognition finds any."""
        scans = answer.get("scans", [])
        if self._recogniser is None or not scans:
            return answer
        found = self._recogniser.pages(path, scans)
        if not found:
            return answer
        recognised = {str(page): lines_out(lines) for page, lines in found.items()}
        return self._child.ask({"path": str(path.resolve()), "recognised": recognised}, self._allowed(path))

    def _allowed(self, path: Path) -> float:
        megabytes = path.stat().st_size / 1024 / 1024
        return min(self._longest, max(self._timeout, megabytes * _SECONDS_PER_MEGABYTE))
