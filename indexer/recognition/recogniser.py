"""Recognises the scanned pages of a document, each within limits, as many as the time allows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from indexer import errors
from indexer.childprocess import ChildProcess
from indexer.recognition.cache import RecognitionCache, hash_of
from indexer.recognition.lines import RecognisedLine, lines_in

log = logging.getLogger(__name__)

_MODULE = "indexer.recognition"
#: Address space: half of it is the engine's, the rest a page's.
_MEMORY_MB = 2560
#: In seconds. A dense page of print takes seven of a processor; on a busy machine, where it goes last, ten times that.
_A_PAGE = 120.0
#: Then the others get their turn: what is left unread is counted, and is read when the document is read again.
_A_DOCUMENT = 900.0


class Asked(Protocol):
    """What answers a request within so many seconds: indexer.childprocess has it."""

    def ask(self, request: dict[str, Any], allowed: float) -> dict[str, Any]: ...

    def close(self) -> None: ...


class Recogniser:
    def __init__(
        self,
        cache: RecognitionCache,
        *,
        child: Asked | None = None,
        a_page: float = _A_PAGE,
        a_document: float = _A_DOCUMENT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cache = cache
        self._child = child or ChildProcess(_MODULE, _MEMORY_MB)
        self._a_page = a_page
        self._a_document = a_document
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def pages(self, path: Path, numbers: Iterable[int]) -> dict[int, tuple[RecognisedLine, ...]]:
        """The lines of those pages that could be read, in reading order."""
        document, found = hash_of(path), dict[int, tuple[RecognisedLine, ...]]()
        end = self._clock() + self._a_document
        for number in numbers:
            lines = self._cache.get(document, number)
            if lines is None and self._clock() < end:
                lines = self._recognised(path, number)
                if lines is not None:
                    self._cache.put(document, number, lines)
            if lines:
                found[number] = lines
        return found

    def close(self) -> None:
        self._child.close()

    def _recognised(self, path: Path, number: int) -> tuple[RecognisedLine, ...] | None:
        began = self._clock()
        try:
            answer = self._child.ask({"path": str(path.resolve()), "page": number}, self._a_page)
            lines = lines_in(answer["lines"]) if "lines" in answer else None
        except (errors.IndexerError, ValueError, TypeError) as error:
            log.warning("action=recognition.failed page=%d reason=%s", number, type(error).__name__)
            return None
        if lines is None:
            log.warning("action=recognition.failed page=%d reason=%s", number, answer.get("error"))
        else:
            log.info(
                "action=recognition.read page=%d lines=%d s=%.1f", number, len(lines), self._clock() - began
            )
        return lines
