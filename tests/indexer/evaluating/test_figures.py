"""Figures on rankings that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from indexer.evaluating.figures import by_question, figure, measure

SECOND = 1 / math.log2(3)


@pytest.mark.parametrize(
    "ranking, ndcg, recall, mrr",
    [
        (["a"], 1, 1, 1),
        (["x", "a", "y"], SECOND, 1, 1 / 2),
        (["x", "y"], 0, 0, 0),
        ([], 0, 0, 0),
        ([*"0123456789", "a"], 0, 0, 0),
    ],
)
def test_the_measures_are_of_the_best_ten(ranking, ndcg, recall, mrr):
    values = by_question({"q": {"a": 1}}, {"q": ranking})
    assert {name: row[0] for name, row in values.items()} == pytest.approx(
        {"ndcg@10": ndcg, "recall@10": recall, "mrr@10": mrr}
    )


def test_a_ranking_keeps_its_order_where_ids_would_sort_otherwise():
    assert by_question({"q": {"z": 1}}, {"q": ["z", "a", "m"]})["mrr@10"] == [1]


def test_several_documents_may_answer_a_question():
    values = by_question({"q": {"a": 1, "b": 1}}, {"q": ["a", "x"]})
    assert values["recall@10"] == [0.5]
    assert values["ndcg@10"] == pytest.approx([1 / (1 + SECOND)])


def test_the_mean_is_over_questions_those_without_a_ranking_among_them():
    figures = measure(
        {"q1": {"a": 1}, "q2": {"b": 1}, "q3": {"b": 1}}, {"q1": ["a"], "q2": ["a", "b"], "q3": []}
    )
    assert figures["mrr@10"].mean == pytest.approx(0.5)
    assert figures["ndcg@10"].mean == pytest.approx((1 + SECOND) / 3)


def test_an_interval_holds_the_mean_and_is_the_same_every_time():
    values = np.array([0.0] * 30 + [1.0] * 70)
    one = figure(values)
    assert one == figure(values)
    # The binomial share of 0.7 over 100 has a standard deviation of 0.046.
    assert one.low == pytest.approx(0.7 - 1.96 * 0.046, abs=0.015)
    assert one.high == pytest.approx(0.7 + 1.96 * 0.046, abs=0.015)


def test_where_all_are_alike_chance_makes_no_difference():
    one = figure(np.ones(5))
    assert (one.low, one.mean, one.high) == (1, 1, 1)
