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

#: Encoded and kept together, so that a large backlog neither holds a thread for long nor is lost to a kill.
_AT_ONCE = 16


class Encodes(Protocol):
    """knowledge.answering.Answerer, as far as gathering needs it."""

    @property
    def model(self) -> str: ...

    def prepare(self, question: str) -> PreparedQuestion | Refused: ...

    def encode(self, questions: Sequence[PreparedQuestion]) -> Vectors: ...


class Gatherer:
    """The database is all it remembers: what a kill cuts off is gathered at the next start."""

    def __init__(self, gaps: GapStore, encodes: Encodes) -> None:
        self._gaps = gaps
        self._encodes = encodes

    def gather(self) -> int:
        """Blocks for a few questions; how many it gathered, 0 when none is left.

        Questions are encoded again: a rating comes minutes after the vector was made, and a restart has none at all.
        """
        questions = self._gaps.unqueued(_AT_ONCE)
        if not questions:
            self._gaps.forget_empty()
            return 0
        known = _Known(self._gaps.known(self._encodes.model), self._encodes)
        for question, (prepared, vector) in zip(questions, self._encoded(questions), strict=True):
            gap_id = known.like(question.text, prepared, vector)
            if gap_id is not None:
                self._gaps.join(question, gap_id)
            else:
                model = self._encodes.model if vector is not None else None
                known.add(self._gaps.add(question, model=model, vector=vector), question.text, vector)
        return len(questions)

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

    def __init__(self, gaps: Sequence[KnownGap], encodes: Encodes) -> None:
        self._encodes = encodes
        self._by_words: dict[str, int] = {}
        self._encoded: list[tuple[int, str]] = []
        self._vectors: list[Vectors] = []
        for gap in gaps:
            self.add(gap.id, gap.text, gap.vector)

    def add(self, gap_id: int, text: str, vector: Vectors | None) -> None:
        self._by_words.setdefault(plain(text), gap_id)
        if vector is not None:
            self._encoded.append((gap_id, text))
            self._vectors.append(vector)

    def like(self, text: str, prepared: PreparedQuestion | None, vector: Vectors | None) -> int | None:
        """The gap that asks the same, the nearest of them."""
        if (same := self._by_words.get(plain(text))) is not None:
            return same
        if prepared is None or vector is None or not self._vectors:
            return None
        cosines = np.stack(self._vectors) @ vector
        for place in map(int, np.argsort(-cosines)):
            if cosines[place] < ALIKE_FROM:
                return None
            gap_id, its_text = self._encoded[place]
            its = self._encodes.prepare(its_text)
            if isinstance(its, PreparedQuestion) and names_the_same(prepared, its):
                return gap_id
        return None
