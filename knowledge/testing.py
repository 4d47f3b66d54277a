"""The fakes that tests and offline runs share; each fulfils a port without the library behind it."""

from __future__ import annotations

import re
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from knowledge.engines.ports import Scores, Vectors

_WORD = re.compile(r"[a-z0-9]+(?:[.\-/][a-z0-9]+)*|[\u3400-\u9fff\uf900-\ufaff]+", re.IGNORECASE)


class FakeEncoder:
    """Fulfils Encoder by counting words and pairs of Chinese characters: no model, the same vectors everywhere.

    Texts that share words are alike, texts that share none are at right angles but for chance; it knows no synonyms
    and no second language. Questions and passages are encoded alike. `encoded` lists what it was given, in order.
    """

    dimension = 384

    def __init__(self, fingerprint: str = "fake/1") -> None:
        self._fingerprint = fingerprint
        self.encoded: list[str] = []

    @property
    def fingerprint(self) -> str:
        """As given: two fakes with different ones stand for two models."""
        return self._fingerprint

    def warm(self) -> None:
        """Nothing to load."""

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """float32 (n, 384), unit rows."""
        return self.encode_passages(texts)

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """float32 (n, 384), unit rows."""
        self.encoded.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            self._count(text, row)
        if on_progress:
            on_progress(len(texts))
        return vectors

    def _count(self, text: str, row: Vectors) -> None:
        """Adds each feature, by the root of its count, at two places that its hash names; then scales to length 1."""
        for feature, count in Counter(_features(text)).items():
            digest = zlib.crc32(feature.encode("utf-8", "replace"))
            # A sign each, so that features which meet at a place cancel out on average.
            for place in (digest % self.dimension, (digest >> 11) % self.dimension):
                row[place] += count**0.5 * (1 if digest >> 31 else -1)
        length = float(np.linalg.norm(row))
        if length == 0:
            row[0] = 1
        else:
            row /= length


class FakeReranker:
    """Fulfils Reranker by looking for words: no model, and an order that a test chooses.

    A passage's score is that of the first of `liked` that it holds: the earlier, the higher; 0 with none of them.
    `scored` lists the passages it was given, batch by batch. It stands still in `score` while `may_go_on` is cleared.
    """

    def __init__(self, *liked: str) -> None:
        self._liked = liked
        self.scored: list[list[str]] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def warm(self) -> None:
        """Nothing to load."""

    def score(self, question: str, passages: Sequence[str]) -> Scores:
        """float32 (n,)."""
        self.scored.append(list(passages))
        self.may_go_on.wait()
        return np.array([self._score(passage) for passage in passages], np.float32)

    def _score(self, passage: str) -> int:
        places = [place for place, words in enumerate(self._liked) if words in passage]
        return len(self._liked) - places[0] if places else 0


def _features(text: str) -> Iterator[str]:
    """Words of letters and digits; pairs of Chinese characters, or the one that stands alone."""
    for word in _WORD.findall(text.lower()):
        if word[0].isascii() or len(word) == 1:
            yield word
        else:
            yield from map("".join, pairwise(word))
