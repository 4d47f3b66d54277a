"""What passages hold, kept in memory while the database says that it is so still.

To read a passage and cut it into the words of its sentences takes ten times as long as to ask whether it answers. What
it holds changes only with a new generation of its edition. So the database is asked, at that moment, which of the
editions answer, and in which generation; what was read in another one, or of an edition that does not answer, is read
anew.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from knowledge.domain import Passage
from knowledge.store.passages import PassageStore, WithWindows
from knowledge.store.vectors import HalfVectors

#: About 8 kB each.
KEPT = 10_000

#: Tokens are told apart by their hashes, of 64 bits; this many of them sort out nearly all that no question asked for.
_BITS = 16
_LOW = (1 << _BITS) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A passage that answers, and what it is found by, as far as that is no matter of an index."""

    passage: Passage
    generation: int
    #: float16 (k, dim), unit length; k is 0 where it has none.
    windows: HalfVectors
    #: int64 (n,): the hashes of its tokens, line after line.
    tokens: NDArray[np.int64]
    #: int32 (m,): how many tokens each line has, at least one line.
    lines: NDArray[np.int32]


class Contents:
    """Of the passages that were looked at last. Thread-safe."""

    def __init__(self, passages: PassageStore, model: str) -> None:
        self._passages = passages
        self._model = model
        self._lock = threading.Lock()
        #: Those that were looked at last stand last.
        self._kept: dict[int, Content] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def forget(self) -> None:
        """For a library that is another one than before: the numbers of its generations may be the same."""
        with self._lock:
            self._kept.clear()

    def current(self, ids: Collection[int]) -> list[Content]:
        """Those of the passages that the database says answer at this moment, in the order of their ids."""
        with self._lock:
            known = {id_: self._kept.pop(id_) for id_ in ids if id_ in self._kept}
            held = self._still_held(known)
            unsure = [id_ for id_ in ids if id_ not in held]
            if unsure:
                held.update(self._read(unsure))
            self._kept.update(held)
            for id_ in list(islice(self._kept, max(0, len(self._kept) - KEPT))):
                del self._kept[id_]
            return [held[id_] for id_ in sorted(held)]

    def _still_held(self, known: Mapping[int, Content]) -> dict[int, Content]:
        """Those that are as they were read: their editions answer, in the same generation."""
        editions = {content.passage.edition_id for content in known.values()}
        generations = self._passages.answering(list(editions)) if editions else {}
        return {
            id_: content
            for id_, content in known.items()
            if generations.get(content.passage.edition_id) == content.generation
        }

    def _read(self, ids: Sequence[int]) -> dict[int, Content]:
        found = self._passages.current_with_windows(ids, self._model)
        return {id_: _content(row) for id_, row in found.items()}


def lines_holding(words: Iterable[str], contents: Sequence[Content]) -> dict[int, list[int]]:
    """For each line of each passage, by id: which of the words it holds, a bit each, in their order."""
    if not contents:
        return {}
    bits = {hash(word): 1 << n for n, word in enumerate(words)}
    may_be_wanted = np.zeros(1 << _BITS, np.bool_)
    may_be_wanted[[number & _LOW for number in bits]] = True
    tokens = np.concatenate([content.tokens for content in contents])
    places = np.flatnonzero(may_be_wanted[tokens & _LOW])
    lengths = np.concatenate([content.lines for content in contents])
    lines = lengths.cumsum().searchsorted(places, side="right")
    held = [0] * len(lengths)
    for line, number in zip(lines.tolist(), tokens[places].tolist(), strict=True):
        held[line] |= bits.get(number, 0)
    rest = iter(held)
    return {content.passage.id: list(islice(rest, len(content.lines))) for content in contents}


def _content(row: WithWindows) -> Content:
    lines = row.passage.tokens.split("\n")
    return Content(
        passage=row.passage,
        generation=row.generation,
        windows=row.windows,
        tokens=np.array([hash(token) for token in row.passage.tokens.split()], np.int64),
        lines=np.array([len(line.split()) for line in lines], np.int32),
    )
