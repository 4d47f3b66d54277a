"""Candidates from both engines in both scripts, fused into one order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.answering.fusion import Fit, coverage, inverse_frequency
from knowledge.answering.index import PassageIndex
from knowledge.answering.question import PreparedQuestion
from knowledge.domain import Passage
from knowledge.engines.ports import Group, Vectors
from knowledge.store.passages import PassageStore

#: How many passages each engine names for each script; the best of both are looked at closely.
_CANDIDATES = 100
_LOOKED_AT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    passage: Passage
    fit: Fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    #: Best first; only passages that were current when asked.
    found: tuple[Found, ...]
    #: The weight of each of the question's terms, by script.
    weights: Mapping[Group, Mapping[str, float]]


def retrieve(
    question: PreparedQuestion, vector: Vectors, index: PassageIndex, passages: PassageStore
) -> Retrieved:
    """The passages that fit best. vector: the question's, float32 (dim,)."""
    weights = {group: _weights(question, index, group) for group in index.vectors}
    ranked = [
        candidate
        for group in index.vectors
        for candidate in _candidates(question, vector, index, group, weights[group])
    ]
    z_of = dict(sorted(ranked, key=lambda pair: -pair[1][1])[: _LOOKED_AT * 2])
    current = passages.get_current(list(z_of))
    found = [_found(passage, z_of[id_][0], question, weights) for id_, passage in current.items()]
    return Retrieved(found=tuple(sorted(found, key=lambda f: (-f.fit.score, f.passage.id))), weights=weights)


def _weights(question: PreparedQuestion, index: PassageIndex, group: Group) -> dict[str, float]:
    count = index.passages(group)
    frequency = {term: min(count, index.keywords.document_frequency(term, group)) for term in question.terms}
    return {term: inverse_frequency(count, holding) for term, holding in frequency.items()}


def _candidates(
    question: PreparedQuestion,
    vector: Vectors,
    index: PassageIndex,
    group: Group,
    weights: Mapping[str, float],
) -> list[tuple[int, tuple[float, float]]]:
    """(passage id, (z, first estimate of its score)) of what either engine names."""
    by_meaning = {hit.id: hit.score for hit in index.vectors[group].search(vector, _CANDIDATES)}
    by_words = {hit.id: hit.score for hit in index.keywords.search(question.terms, group, _CANDIDATES)}
    unseen = [id_ for id_ in by_words if id_ not in by_meaning]
    by_meaning.update(index.vectors[group].scores(vector, unseen))
    # BM25 over the most it could reach stands in for coverage until the passage's words are at hand.
    most = 2.2 * sum(weights.values()) or 1.0
    own = group is question.group
    return [
        (id_, (z, Fit(passage_id=id_, z=z, coverage=by_words.get(id_, 0.0) / most, own_script=own).score))
        for id_, z in by_meaning.items()
    ]


def _found(
    passage: Passage, z: float, question: PreparedQuestion, weights: Mapping[Group, Mapping[str, float]]
) -> Found:
    group = Group.of(passage.citation.language)
    covered = coverage(weights[group], set(passage.tokens.split()))
    return Found(
        passage=passage,
        fit=Fit(passage_id=passage.id, z=z, coverage=covered, own_script=group is question.group),
    )
