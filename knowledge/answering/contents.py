"""What passages hold, kept in memory while the database says that it is so still.

To read a passage and cut it into the words of its sentences takes ten times as long as to ask whether it answers. What
it holds changes only with a new generation of its edition. So the database is asked, at that moment, which of the
editions answer, and in which generation; what was read in another one, or of an edition that does not answer, is read
anew.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from knowledge.domain import Passage, Script
from knowledge.store.passages import PassageStore, WithWindows
from knowledge.store.vectors import HalfVectors

#: About 8 kB each.
_KEPT = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A passage that answers, and what it is found by, as far as that is no matter of an index."""

    passage: Passage
    generation: int
    #: float16 (k, dim), unit length; k is 0 where it has none.
    windows: HalfVectors
    #: int32 (n,): its tokens by their numbers, line after line.
    tokens: NDArray[np.int32]
    #: int32 (m,): how many tokens each line has, at least one line.
    lines: NDArray[np.int32]


class _Numbers(defaultdict[str, int]):
    """A number for each token, from 0 in the order in which they were first met."""

    def __init__(self) -> None:
        super().__init__(self.__len__)


@dataclass(frozen=True, slots=True)
class Looked:
    """The contents of passages that were current when asked for, in the order of their ids."""

    contents: Sequence[Content]
    #: Those of the contents' tokens.
    numbers: _Numbers

    def __iter__(self) -> Iterator[Content]:
        return iter(self.contents)

    def lines_holding(self, words: Iterable[str], script: Script) -> dict[int, list[int]]:
        """For each line of each passage of the script, by id: which of the words it holds, a bit each, in order."""
        contents = [content for content in self.contents if content.passage.script is script]
        if not contents:
            return {}
        lengths = np.concatenate([content.lines for content in contents])
        held = [0] * len(lengths)
        bits = {self.numbers[word]: 1 << n for n, word in enumerate(words) if word in self.numbers}
        is_wanted = np.zeros(len(self.numbers), np.bool_)
        is_wanted[list(bits)] = True
        tokens = np.concatenate([content.tokens for content in contents])
        places = np.flatnonzero(is_wanted[tokens])
        lines = lengths.cumsum().searchsorted(places, side="right")
        for line, number in zip(lines.tolist(), tokens[places].tolist(), strict=True):
            held[line] |= bits[number]
        rest = iter(held)
        return {content.passage.id: list(islice(rest, len(content.lines))) for content in contents}


class Contents:
    """Of the passages that were looked at last. Thread-safe."""

    def __init__(self, passages: PassageStore, model: str) -> None:
        self._passages = passages
        self._model = model
        self._lock = threading.Lock()
        self._begin_anew()

    def __len__(self) -> int:
        return len(self._kept)

    def forget(self) -> None:
        """For a library that is another one than before: the numbers of its generations may be the same."""
        with self._lock:
            self._begin_anew()

    def current(self, ids: Collection[int]) -> Looked:
        """Those of the passages that the database says answer at this moment."""
        with self._lock:
            unsure = self._unsure(ids)
            if len(self._kept) + len(unsure) > _KEPT:
                # Not passage by passage: the numbers of tokens that no passage has any more go as well.
                self._begin_anew()
                unsure = list(ids)
            if unsure:
                self._read(unsure)
            return Looked([self._kept[id_] for id_ in sorted(ids) if id_ in self._kept], self._numbers)

    def _unsure(self, ids: Iterable[int]) -> list[int]:
        """Those that are not known, or not as their edition stands at this moment."""
        known = {id_: self._kept[id_] for id_ in ids if id_ in self._kept}
        editions = {content.passage.edition_id for content in known.values()}
        generations = self._passages.answering(list(editions)) if editions else {}
        return [
            id_
            for id_ in ids
            if id_ not in known or generations.get(known[id_].passage.edition_id) != known[id_].generation
        ]

    def _begin_anew(self) -> None:
        self._kept: dict[int, Content] = {}
        self._numbers = _Numbers()

    def _read(self, ids: Sequence[int]) -> None:
        """What does not answer at this moment is not kept, nor what was known of it before."""
        for id_ in ids:
            self._kept.pop(id_, None)
        found = self._passages.current_with_windows(ids, self._model)
        self._kept.update({id_: _content(row, self._numbers) for id_, row in found.items()})


def _content(row: WithWindows, numbers: _Numbers) -> Content:
    lines = [line.split() for line in row.passage.tokens.split("\n")]
    return Content(
        passage=row.passage,
        generation=row.generation,
        windows=row.windows,
        tokens=np.fromiter((numbers[token] for line in lines for token in line), np.int32),
        lines=np.fromiter(map(len, lines), np.int32, len(lines)),
    )
