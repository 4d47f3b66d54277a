"""Exact search whose scores have a scale."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.engines.vectors import FlatVectorIndex

DIMENSION = 32
#: fp16 keeps about three digits; the spread of the cosines divides what is left of the error.
COSINE_ERROR = 2e-3


def unit_rows(count: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def ids(count: int, start: int = 100) -> np.ndarray:
    return np.arange(start, start + count, dtype=np.int64)


def filled(rows: np.ndarray) -> FlatVectorIndex:
    index = FlatVectorIndex(DIMENSION)
    index.add(ids(len(rows)), rows)
    return index


def brute_force(rows: np.ndarray, question: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and z of every row, in double precision."""
    cosines = rows.astype(np.float64) @ question.astype(np.float64)
    return cosines, (cosines - cosines.mean()) / cosines.std()


def assert_scored(
    index: FlatVectorIndex, rows: np.ndarray, row_ids: Sequence[int], question: np.ndarray
) -> None:
    cosines, scores = brute_force(rows, question)
    by_id = dict(zip(row_ids, range(len(rows)), strict=True))
    hits = index.search(question, len(rows))
    assert {hit.id for hit in hits} == set(by_id)
    for hit in hits:
        assert hit.cosine == pytest.approx(cosines[by_id[hit.id]], abs=COSINE_ERROR)
        assert hit.z == pytest.approx(scores[by_id[hit.id]], abs=3 * COSINE_ERROR / cosines.std())


def test_the_scores_are_those_of_brute_force() -> None:
    rows = unit_rows(300)
    for question in unit_rows(5, seed=1):
        assert_scored(filled(rows), rows, ids(300).tolist(), question)


def test_the_scores_after_adding_and_removing_are_those_of_what_is_left() -> None:
    rows, question = unit_rows(300), unit_rows(1, seed=1)[0]
    index = filled(rows[:200])
    index.remove(ids(120))
    index.add(ids(100, start=300), rows[200:])
    assert len(index) == 180
    assert_scored(index, rows[120:], ids(180, start=220).tolist(), question)


def test_the_nearest_come_first_and_no_more_than_asked() -> None:
    rows, question = unit_rows(300), unit_rows(1, seed=1)[0]
    hits = filled(rows).search(question, 10)
    expected = 100 + np.argsort(-brute_force(rows, question)[0])[:10]
    assert [hit.id for hit in hits] == expected.tolist()
    assert [hit.z for hit in hits] == sorted((hit.z for hit in hits), reverse=True)


def test_nearness_says_what_search_says() -> None:
    index, question = filled(unit_rows(80)), unit_rows(1, seed=1)[0]
    found = {hit.id: hit for hit in index.search(question, 80)}
    near = index.nearness(question, [105, 120, 7, 179])
    assert [hit.id for hit in near] == [105, 120, 179], "unknown ids are left out"
    for hit in near:
        assert hit.cosine == pytest.approx(found[hit.id].cosine, abs=COSINE_ERROR)
        assert hit.z == pytest.approx(found[hit.id].z, abs=COSINE_ERROR * 20)


def test_a_better_cosine_has_a_better_score_however_few_there_are() -> None:
    for count in (1, 2, 49, 50):
        hits = filled(unit_rows(count)).search(unit_rows(1, seed=1)[0], count)
        assert len(hits) == count
        assert all(np.isfinite(hit.z) for hit in hits)
        assert [hit.z for hit in hits] == sorted((hit.z for hit in hits), reverse=True)


def test_rows_that_are_all_the_same_have_finite_scores() -> None:
    row = unit_rows(1)
    hits = filled(np.repeat(row, 60, axis=0)).search(row[0], 60)
    assert all(np.isfinite(hit.z) for hit in hits)


def test_an_id_that_is_there_is_refused_and_nothing_is_added() -> None:
    index = filled(unit_rows(3))
    with pytest.raises(ValueError, match="already"):
        index.add(np.array([200, 101], np.int64), unit_rows(2, seed=1))
    assert len(index) == 3
    index.add(np.array([200], np.int64), unit_rows(1, seed=1))
    assert len(index) == 4


def test_removing_passes_over_what_is_not_there() -> None:
    index = filled(unit_rows(3))
    index.remove(np.array([101, 101, 999], np.int64))
    index.remove(np.array([], np.int64))
    assert sorted(hit.id for hit in index.search(unit_rows(1)[0], 9)) == [100, 102]


def test_what_was_removed_can_come_again() -> None:
    rows = unit_rows(3)
    index = filled(rows)
    index.remove(ids(3))
    assert len(index) == 0
    assert len(index.search(rows[0], 3)) == 0
    index.add(ids(3), rows)
    assert index.search(rows[0], 1)[0].id == 100


def test_an_empty_index_finds_nothing() -> None:
    index, question = FlatVectorIndex(DIMENSION), unit_rows(1)[0]
    index.add(ids(0), np.zeros((0, DIMENSION), np.float32))
    assert len(index) == 0
    assert len(index.search(question, 5)) == 0
    assert len(index.nearness(question, [1])) == 0


def test_an_empty_index_has_a_finite_scale_also_once_emptied() -> None:
    question = unit_rows(1)[0]
    emptied = filled(unit_rows(3))
    emptied.remove(ids(3))
    for index in (FlatVectorIndex(DIMENSION), emptied):
        assert np.isfinite(index.usual(question)).all()


def crowded_rows(count: int, seed: int = 0, dimension: int = 384) -> np.ndarray:
    """As a model's: cosines between 0.75 and 0.92."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(count, dimension)) + 2.3 * np.random.default_rng(99).normal(size=dimension)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_the_best_ten_of_a_crowd_are_those_of_brute_force() -> None:
    rows = crowded_rows(5_000)
    index = FlatVectorIndex(rows.shape[1])
    for start in range(0, len(rows), 1_000):
        index.add(ids(1_000, start), rows[start : start + 1_000])
    for question in crowded_rows(20, seed=1):
        cosines, _ = brute_force(rows, question)
        found = [hit.id for hit in index.search(question, 10)]
        # What is as near as the tenth to the last digit may stand in its place.
        assert cosines[found].min() >= np.sort(cosines)[-10] - 1e-4


def test_a_component_far_beyond_the_first_vectors_keeps_its_cosine() -> None:
    index, odd = filled(crowded_rows(100, dimension=DIMENSION)), np.eye(DIMENSION, dtype=np.float32)[:1]
    index.add(np.array([7], np.int64), odd)
    assert index.search(odd[0], 1)[0].id == 7
    assert index.search(odd[0], 1)[0].cosine == pytest.approx(1, abs=COSINE_ERROR)


def test_ids_may_come_in_any_order() -> None:
    rows, index = unit_rows(30), FlatVectorIndex(DIMENSION)
    for some in (np.arange(20, 30), np.arange(9, -1, -1), np.arange(10, 20)):
        index.add(some.astype(np.int64), rows[some])
    index.remove(np.array([25, 3], np.int64))
    for n in (0, 9, 15, 24, 29):
        assert index.search(rows[n], 1)[0].id == n
        assert index.nearness(rows[n], [n])[0].cosine == pytest.approx(1, abs=COSINE_ERROR)
    assert len(index.nearness(rows[3], [3, 25])) == 0


def test_searching_goes_on_while_rows_come_and_go() -> None:
    rows, done = crowded_rows(2_000), threading.Event()
    index = FlatVectorIndex(rows.shape[1])
    index.add(ids(1_000, 0), rows[:1_000])

    def change() -> None:
        for _ in range(20):
            index.add(ids(1_000, 1_000), rows[1_000:])
            index.remove(ids(1_000, 1_000))
        done.set()

    changing = threading.Thread(target=change)
    changing.start()
    while not done.is_set():
        assert index.search(rows[5], 1)[0].id == 5
    changing.join()
    assert len(index) == 1_000


def test_what_is_usual_follows_the_rows_also_where_as_many_come_as_go() -> None:
    """A question is asked three times for its scale, and remembers it only as long as the rows stay."""
    index = FlatVectorIndex(8)
    rows = np.eye(8, dtype=np.float32)
    index.add(np.arange(4), rows[:4])
    question = rows[0]
    before = index.usual(question)
    index.remove(np.array([0]))
    index.add(np.array([9]), rows[7:])
    assert before[0] == pytest.approx(0.25)
    assert index.usual(question)[0] == pytest.approx(0.0)


def test_what_is_usual_for_a_question_is_never_told_of_another_ones() -> None:
    """Whatever other threads ask meanwhile."""

    class Contended(FlatVectorIndex):
        """Whatever one thread notes of its question, another has put its own there before the first goes on."""

        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, ((7, b"another"), (9.0, 9.0)) if name == "_usual" else value)

    rows = unit_rows(80)
    contended = Contended(DIMENSION)
    contended.add(ids(80), rows)
    assert contended.usual(rows[0]) == filled(rows).usual(rows[0])


def test_too_few_rows_take_their_scale_from_what_is_expected() -> None:
    """A new library of one short guideline has no other passages beside which a cosine could stand out."""
    question, rows = unit_rows(1, seed=1)[0], unit_rows(5)
    mean, spread = filled(rows).usual(question, (0.8, 0.014))
    own_mean, _ = filled(rows).usual(question)
    assert spread == 0.014
    assert mean == pytest.approx(0.1 * own_mean + 0.9 * 0.8)
    many = unit_rows(80)
    assert filled(many).usual(question, (0.8, 0.014)) == filled(many).usual(question)
