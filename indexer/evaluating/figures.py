"""Figures of a ranking, by ir-measures, with what chance makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.evaluating.rankings import DEPTH, Ranking

_RESAMPLES = 2_000
_SEED = 20_240_501


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A mean over questions, between the bounds that hold it in 95 of 100 draws of as many questions."""

    mean: float
    low: float
    high: float


def measure(relevant: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Ranking]) -> dict[str, Figure]:
    """`ndcg@10`, `recall@10` and `mrr@10` over the questions that were ranked; an empty ranking counts 0."""
    return {name: figure(values) for name, values in by_question(relevant, rankings).items()}


def by_question(
    relevant: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Ranking]
) -> dict[str, NDArray[np.float64]]:
    """The measures of each question, in the order of the rankings."""
    # Imported here, because installing is without it where it has no wheel.
    import ir_measures

    measures = {
        ir_measures.nDCG @ DEPTH: f"ndcg@{DEPTH}",
        ir_measures.R @ DEPTH: f"recall@{DEPTH}",
        ir_measures.RR @ DEPTH: f"mrr@{DEPTH}",
    }
    judgements = {question: dict(relevant[question]) for question in rankings}
    # The scores only say the order: equal ones would be put in that of the ids.
    run = {
        question: {document: float(len(ranking) - place) for place, document in enumerate(ranking)}
        for question, ranking in rankings.items()
    }
    row = {question: number for number, question in enumerate(rankings)}
    values = {name: np.zeros(len(row)) for name in measures.values()}
    for metric in ir_measures.iter_calc(list(measures), judgements, run):
        values[measures[metric.measure]][row[metric.query_id]] = metric.value
    return values


def figure(values: NDArray[np.float64]) -> Figure:
    """The mean with its percentile bootstrap interval, the same at every run. values: one a question, at least one."""
    random = np.random.default_rng(_SEED)
    drawn = random.integers(0, len(values), (_RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), (2.5, 97.5))
    return Figure(mean=float(values.mean()), low=float(low), high=float(high))
