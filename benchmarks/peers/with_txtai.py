"""txtai: `Embeddings` with a dense FAISS index and its own BM25."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from txtai import Embeddings

from benchmarks.peers.exported import Export, Question
from benchmarks.peers.peer import DEEP, DEPTHS, WEIGHTS, Role, Way
from benchmarks.peers.words import Cut, spaced, stems, words

NAME = "txtai"
DISTRIBUTIONS = ("txtai-minimal", "faiss-cpu")

# txtai asks each engine for ten times the limit by itself, so there is no depth to try.
_LIMIT = DEPTHS[0]
# What fuses: a weighted sum of normalised scores (txtai's own default), Bayesian BM25 by log odds, reciprocal ranks.
_FUSIONS: dict[str, Any] = {"convex": True, "bayesian BM25": "bb25", "reciprocal rank": False}


def ways(export: Export) -> Iterator[Way]:
    yield _way(Role.VECTORS, "vectors", _index(export, words, scoring=None), words, limit=DEEP, weight=1.0)
    for cut in (words, stems):
        for fusion, normalize in _FUSIONS.items():
            scoring = {
                "method": "bm25",
                "terms": True,
                "normalize": normalize,
                "tokenizer": {"whitespace": True},
            }
            index = _index(export, cut, scoring=scoring)
            for weight in WEIGHTS:
                shipped = cut is words and fusion == "convex" and weight == WEIGHTS[0]
                name = f"{fusion}, vectors {weight:g}, {cut.__name__}"
                yield _way(
                    Role.SHIPPED if shipped else Role.TRIED, name, index, cut, limit=_LIMIT, weight=weight
                )


def _index(export: Export, cut: Cut, *, scoring: dict[str, Any] | None) -> Embeddings:
    """Both engines search one text, so that text is the words with spaces, and its vector is looked up."""
    text = spaced(cut)
    passages = [text(passage.text) for passage in export.passages]
    vectors = dict(zip(passages, export.vectors, strict=True))
    vectors |= {text(question.text): question.vector for question in export.questions}

    def encode(texts: list[str]) -> Any:
        return np.stack([vectors[text] for text in texts])

    # A flat index: exact, and the fastest that txtai has at this size.
    config = {
        "method": "external",
        "transform": encode,
        "backend": "faiss",
        "faiss": {"components": "IDMap,Flat"},
    }
    index = Embeddings(config | ({"scoring": scoring} if scoring else {}))
    index.index((passage.id, text, None) for passage, text in zip(export.passages, passages, strict=True))
    return index


def _way(role: Role, name: str, index: Embeddings, cut: Cut, *, limit: int, weight: float) -> Way:
    text = spaced(cut)

    def ask(question: Question) -> list[int]:
        return [id_ for id_, _ in index.search(text(question.text), limit, weight)]

    return Way(role=role, name=name, ask=ask)
