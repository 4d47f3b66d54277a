"""From unanswered questions to gaps: each joins the one that asks the same, or becomes one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from knowledge.answering.question import PreparedQuestion
from knowledge.domain import Refused
from knowledge.engines.ports import Vectors
from knowledge.gaps.likeness import ALIKE_FROM, names_the_same, plain
from knowledge.store.gaps import GapStore, KnownGap, Unqueued

#: Encoded together: few, for whoever asks meanwhile waits as long as that takes.
AT_ONCE = 4


class Encodes(Protocol):
    """knowledge.answering.Answerer, as far as gathering needs it."""

    @property
    def model(self) -> str: ...

    def prepare(self, question: str) -> PreparedQuestion | Refused: ...

    def encode(self, questions: Sequence[PreparedQuestion]) -> Vectors: ...


class Gatherer:
    """Keeps the gaps in memory as they come; what a kill cuts off is gathered at the next start. Not thread-safe."""

    def __init__(self, gaps: GapStore, encodes: Encodes) -> None:
        self._gaps = gaps
        self._encodes = encodes
        self._known = _Known(encodes)

    def gather(self) -> int:
        """Blocks for a few questions; how many it gathered, AT_ONCE while there may be more.

        Questions are encoded again: a rating comes minutes after the vector was made, and a restart has none at all.
        """
        questions = self._gaps.unqueued(AT_ONCE)
        if len(questions) < AT_ONCE:
            self._gaps.forget_empty()
        for question, (prepared, vector) in zip(questions, self._encoded(questions), strict=True):
            self._gather(question, prepared, vector)
        return len(questions)

    def _gather(self, question: Unqueued, prepared: PreparedQuestion | None, vector: Vectors | None) -> None:
        # Another process may have added some, too.
        for gap in self._gaps.known(self._encodes.model, after=self._known.newest):
            self._known.add(gap)
        gap_id = self._known.like(question.text, prepared, vector)
        if gap_id is None:
            model = self._encodes.model if vector is not None else None
            added = self._gaps.add(question, model=model, vector=vector)
            if added <= self._known.newest:
                # SQLite gives the id of the last row again once that is deleted.
                self._known = _Known(self._encodes)
        elif not self._gaps.join(question, gap_id):
            # Its askers had their data erased, and the gap with them; the question is gathered the next time.
            self._known = _Known(self._encodes)

    def _encoded(self, questions: Sequence[Unqueued]) -> list[tuple[PreparedQuestion | None, Vectors | None]]:
        """None for what cannot be looked up any more; such a question is alike only to its own words."""
        prepared = [self._encodes.prepare(question.text) for question in questions]
        readable = [each for each in prepared if isinstance(each, PreparedQuestion)]
        vectors = iter(self._encodes.encode(readable) if readable else ())
        return [
            (each, next(vectors)) if isinstance(each, PreparedQuestion) else (None, None) for each in prepared
        ]


class _Known:
    """The gaps that are there, to be compared with: with the first question of each, so that none drifts."""

    def __init__(self, encodes: Encodes) -> None:
        self._encodes = encodes
        #: The highest id among them.
        self.newest = 0
        self._by_words: dict[str, int] = {}
        self._encoded: list[tuple[int, str]] = []
        #: Rows for them in the same order, and room for more.
        self._vectors: Vectors = np.zeros((0, 0), np.float32)

    def add(self, gap: KnownGap) -> None:
        self.newest = gap.id
        self._by_words.setdefault(plain(gap.text), gap.id)
        if gap.vector is None:
            return
        count = len(self._encoded)
        if count == len(self._vectors):
            room = np.zeros((max(64, 2 * count), len(gap.vector)), np.float32)
            if count:
                room[:count] = self._vectors
            self._vectors = room
        self._vectors[count] = gap.vector
        self._encoded.append((gap.id, gap.text))

    def like(self, text: str, prepared: PreparedQuestion | None, vector: Vectors | None) -> int | None:
        """The gap that asks the same, the nearest of them."""
        if (same := self._by_words.get(plain(text))) is not None:
            return same
        if prepared is None or vector is None or not self._encoded:
            return None
        cosines = self._vectors[: len(self._encoded)] @ vector
        alike = np.flatnonzero(cosines >= ALIKE_FROM)
        for place in map(int, alike[np.argsort(-cosines[alike])]):
            gap_id, its_text = self._encoded[place]
            its = self._encodes.prepare(its_text)
            if isinstance(its, PreparedQuestion) and names_the_same(prepared, its):
                return gap_id
        return None
