"""What each engine, and both together, put first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import islice

from indexer.evaluating.trial import Asked, Trial
from knowledge.answering.index import PassageIndex
from knowledge.answering.retrieval import retrieve

#: So much of a ranking is looked at.
DEPTH = 10
#: Passages asked of an engine; more where they are of fewer than DEPTH documents.
_PASSAGES = 100


class Engine(StrEnum):
    VECTORS = "vectors"
    KEYWORDS = "keywords"
    FUSED = "fused"


Ranking = Sequence[str]
"""Ids of what is judged, best first, each where its best passage is."""

Rankings = Mapping[Engine, Mapping[str, Ranking]]
"""By engine, by question."""


def rank(trial: Trial, asked: Sequence[Asked]) -> Rankings:
    """Thresholds of evidence cut nothing here: a ranking is judged as a ranking."""
    engines: dict[Engine, Callable[[Asked], Ranking]] = {
        Engine.VECTORS: lambda a: _deep(lambda count: by_vectors(trial.index, a, count), trial),
        Engine.KEYWORDS: lambda a: _deep(lambda count: by_keywords(trial.index, a, count), trial),
        Engine.FUSED: lambda a: fused(trial, a),
    }
    return {
        engine: {a.question.id: ranking(a) if a.prepared else () for a in asked}
        for engine, ranking in engines.items()
    }


def by_vectors(index: PassageIndex, asked: Asked, count: int) -> list[int]:
    """Passages by cosine alone, whatever they are written in."""
    near = [hit for vectors in index.vectors.values() for hit in vectors.search(asked.vector, count)]
    return [hit.id for hit in sorted(near, key=lambda hit: (-hit.cosine, hit.id))[:count]]


def by_keywords(index: PassageIndex, asked: Asked, count: int) -> list[int]:
    """Passages by BM25 alone, in every script that the library has."""
    terms = asked.prepared.terms if asked.prepared else ()
    hits = [hit for script in index.vectors for hit in index.keywords.search(terms, script, count)]
    return [hit.id for hit in sorted(hits, key=lambda hit: (-hit.score, hit.id))[:count]]


def fused(trial: Trial, asked: Asked) -> Ranking:
    """The order in which answering considers passages."""
    if asked.prepared is None:
        return ()
    found = retrieve(asked.prepared, asked.vector, trial.index).found
    return _judged((f.passage.id for f in found), trial)


def _deep(search: Callable[[int], list[int]], trial: Trial) -> Ranking:
    """Asks for more passages until they are of enough documents, or there are no more."""
    count = _PASSAGES
    while True:
        passages = search(count)
        ranking = _judged(passages, trial)
        if len(ranking) == DEPTH or len(passages) < count:
            return ranking
        count *= 4


def _judged(passages: Iterable[int], trial: Trial) -> Ranking:
    return list(islice(dict.fromkeys(trial.judged_as[id_] for id_ in passages), DEPTH))
