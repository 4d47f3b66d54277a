"""The keyword index on disk, brought to the library's generation and made again whenever it is in doubt."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.engines.keywords import FORMAT, KeywordIndex
from knowledge.searchable import TOKENS_VERSION
from knowledge.store import Stores
from knowledge.store.passages import TokenRow

log = logging.getLogger(__name__)

#: How long another process may take to write before this one makes an index of its own in memory.
_LOCK_SECONDS = 120.0
_EDITIONS_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What the folder holds; anything else than expected means that it is made again."""

    library: str
    generation: int
    tokens: int
    format: str


class KeywordCache:
    """One folder that several processes share; whoever needs a newer generation writes it, under a lock."""

    def __init__(self, stores: Stores, folder: Path) -> None:
        self._stores = stores
        self._folder = folder
        self._state_file = folder.parent / f"{folder.name}.json"

    def at_generation(self, generation: int, passages: int) -> KeywordIndex:
        """The index of all current passages; `passages` is how many there must be.

        A damaged, foreign or missing folder is made again from the database. Where the folder cannot be written, the
        index is made in memory, with a warning: answering goes on.
        """
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._folder}.lock", timeout=_LOCK_SECONDS):
                return self._on_disk(generation, passages)
        except (OSError, ValueError, Timeout) as error:
            # tantivy says ValueError where the disk is full.
            log.warning("action=keywords.in_memory reason=%s", error)
            return self._filled(KeywordIndex(None))

    def _on_disk(self, generation: int, passages: int) -> KeywordIndex:
        index = self._brought_up(generation, passages)
        if index is not None:
            return index
        self._clear()
        index = self._filled(KeywordIndex(self._folder))
        self._write_state(generation)
        return index

    def _brought_up(self, generation: int, passages: int) -> KeywordIndex | None:
        """The folder's index at this generation; None where it must be made again."""
        state = self._trusted_state()
        if state is None:
            return None
        try:
            index = KeywordIndex(self._folder)
            if state.generation < generation:
                self._write_changes(index, state.generation)
            index.probe()
        except ValueError as error:
            # tantivy says so of a file that is missing or damaged, when it opens, writes or first searches.
            log.warning("action=keywords.rebuild reason=%s", error)
            return None
        if len(index) != passages:
            log.warning("action=keywords.rebuild reason=count found=%d expected=%d", len(index), passages)
            return None
        self._write_state(generation)
        return index

    def _trusted_state(self) -> _State | None:
        """What the folder says of itself, if that is something to build on."""
        state = self._read_state()
        library = self._stores.library.identity()
        if state is None or (state.library, state.tokens, state.format) != (library, TOKENS_VERSION, FORMAT):
            return None
        if state.generation > self._stores.library.generation():
            return None  # the database was restored from a backup
        return state

    def _filled(self, index: KeywordIndex) -> KeywordIndex:
        self._write_changes(index, -1)
        return index

    def _write_changes(self, index: KeywordIndex, since: int) -> None:
        _, changes = self._stores.passages.changes_since(since)
        current = [change.edition_id for change in changes if change.is_current]
        index.write(remove=[change.edition_id for change in changes], add=self._tokens_of(current))

    def _tokens_of(self, editions: Sequence[int]) -> Iterator[tuple[int, Sequence[TokenRow]]]:
        """Read some at a time: the tokens of a million passages are a gigabyte."""
        for start in range(0, len(editions), _EDITIONS_AT_ONCE):
            yield from self._stores.passages.tokens_of(editions[start : start + _EDITIONS_AT_ONCE]).items()

    def _clear(self) -> None:
        self._state_file.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read_state(self) -> _State | None:
        try:
            return _State(**json.loads(self._state_file.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None  # missing or damaged: the same thing here

    def _write_state(self, generation: int) -> None:
        library = self._stores.library.identity()
        state = _State(library=library, generation=generation, tokens=TOKENS_VERSION, format=FORMAT)
        # After the commit it tells of: a kill between the two only means doing the same once more.
        temporary = self._state_file.with_suffix(".new")
        temporary.write_text(json.dumps(asdict(state)), "utf-8")
        temporary.replace(self._state_file)
