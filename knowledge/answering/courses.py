"""Courses that teach what was asked: none is better than a wrong one.

A cosine alone offers the nearest course to any question. So a course must name a topic of the question (a disease, a
drug, a test), in either language. How much it names of what the question names, and its cosine on the scale of its
language, tell which courses come first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from knowledge.answering.coverage import concept_weight
from knowledge.answering.index import Catalogue
from knowledge.domain import Course, Script
from knowledge.engines.ports import Vectors
from knowledge.terms.termlist import Mention

#: How rare a token is among the passages of a script.
Weigh = Callable[[str, Script], float]

_MOST = 3
#: Share of what the question names that a course must name, by weight.
_LEAST_NAMED = 0.25
#: What one standard deviation of the cosine is worth beside that share.
_PER_DEVIATION = 0.15
#: Courses that are worth less than this share of the best one are not shown beside it.
_NEAR_THE_BEST = 0.9


def matching(
    mentions: Sequence[Mention], vector: Vectors, catalogue: Catalogue, weigh: Weigh
) -> tuple[Course, ...]:
    """Up to three courses, best first. vector: the question's, float32 (dim,)."""
    if not catalogue.courses or not any(mention.concept.is_subject for mention in mentions):
        return ()
    deviations = _deviations(catalogue, catalogue.vectors @ vector)
    weights = {script: _weights(mentions, script, weigh) for script in Script}
    worth: dict[int, float] = {}
    for n, script in enumerate(catalogue.scripts):
        named = _share_named(mentions, weights[script], catalogue.tokens[n], script)
        if named >= _LEAST_NAMED:
            worth[n] = named + _PER_DEVIATION * float(deviations[n])
    best = max(worth.values(), default=0.0)
    order = sorted(worth, key=lambda n: -worth[n])[:_MOST]
    return tuple(catalogue.courses[n] for n in order if worth[n] >= _NEAR_THE_BEST * best)


def _deviations(catalogue: Catalogue, cosines: Vectors) -> Vectors:
    """Each cosine's distance, in standard deviations, from what is usual for courses of its language."""
    result = np.zeros_like(cosines)
    scripts = np.array(catalogue.scripts)
    for script in set(catalogue.scripts):
        some = scripts == script
        spread = float(cosines[some].std())
        result[some] = (cosines[some] - cosines[some].mean()) / spread if spread > 1e-6 else 0.0
    return result


def _weights(mentions: Sequence[Mention], script: Script, weigh: Weigh) -> list[float]:
    return [
        concept_weight(mention.concept, script, lambda token: weigh(token, script)) for mention in mentions
    ]


def _share_named(
    mentions: Sequence[Mention], weights: Sequence[float], tokens: frozenset[str], script: Script
) -> float:
    """Share of what the question names, by weight, that the course names; 0 where no topic is among it."""
    named = [mention.concept.is_named_in(tokens, script) for mention in mentions]
    parts = list(zip(weights, named, mentions, strict=True))
    total = sum(weights)
    if not total or not any(is_in and mention.concept.is_subject for _, is_in, mention in parts):
        return 0.0
    return sum(weight for weight, is_in, _ in parts if is_in) / total
