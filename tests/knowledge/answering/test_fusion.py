"""How well a passage fits, within its script and where the scripts meet: what must hold however both are tuned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering.fusion import Fit, joined, ranks, told_by_words
from knowledge.domain import Script

PLAIN = Fit(
    z=1.0,
    cosine=0.8,
    window_cosine=0.8,
    information=20.0,
    coverage=0.5,
    told=10.0,
    together=0.5,
    own_script=True,
)

figures = st.builds(
    Fit,
    z=st.floats(-10, 50),
    cosine=st.floats(-1, 1),
    window_cosine=st.floats(-1, 1),
    information=st.floats(0, 100),
    coverage=st.floats(0, 1),
    told=st.floats(0, 100),
    together=st.floats(0, 1),
    own_script=st.booleans(),
)


def of_both_scripts(*figures: float) -> list[Fit]:
    """The first half in the question's own script."""
    half = len(figures) // 2
    return [replace(PLAIN, z=z, own_script=n < half) for n, z in enumerate(figures)]


# ------------------------------------------------------------------------------------------ within a script


@given(figures, st.floats(0, 5), st.floats(0, 0.5), st.floats(0, 50), st.floats(0, 0.5))
def test_a_passage_that_is_nearer_or_covers_more_fits_no_worse(
    fit: Fit, z: float, coverage: float, told: float, together: float
) -> None:
    better = replace(
        fit,
        z=fit.z + z,
        coverage=min(1, fit.coverage + coverage),
        told=fit.told + told,
        together=min(1, fit.together + together),
    )
    assert better.score >= fit.score
    assert better.meeting >= fit.meeting


@pytest.mark.parametrize("own_script", [True, False])
def test_words_count_by_what_they_tell_and_not_by_their_share(own_script: bool) -> None:
    """To cover half of a rare disease, a drug and its dose says more than to cover all of a few common words."""
    half_of_much = replace(
        PLAIN, own_script=own_script, information=40.0, coverage=0.5, told=20.0, together=0.5
    )
    all_of_little = replace(
        PLAIN, own_script=own_script, information=4.0, coverage=1.0, told=4.0, together=1.0
    )
    assert half_of_much.score > all_of_little.score


def test_a_question_whose_words_are_in_every_passage_is_answered_by_the_nearest() -> None:
    far = replace(PLAIN, z=1.0, information=0.0, told=0.0)
    near = replace(far, z=1.1, coverage=0)
    assert near.score > far.score


def test_concepts_tell_more_about_a_passage_of_the_other_script() -> None:
    """Its cosine tells less, and that they stand close together tells more again."""
    own, other = PLAIN, replace(PLAIN, own_script=False)
    assert other.score - other.z > own.score - own.z
    assert replace(other, together=0.0).score < other.score
    assert replace(own, together=0.0).score == own.score


@given(st.sampled_from(Script), st.booleans(), st.floats(-5, 20), st.floats(-5, 20))
def test_the_whole_and_the_best_window_both_count(
    script: Script, own_script: bool, whole: float, window: float
) -> None:
    both = joined(whole, window, script, own_script=own_script)
    assert min(whole, window) - 1e-9 <= both <= max(whole, window) + 1e-9
    assert joined(whole + 1, window, script, own_script=own_script) > both
    assert joined(whole, window + 1, script, own_script=own_script) > both


def test_bm25_tells_something_of_words_of_latin_script_only() -> None:
    """Of Chinese it would count a long word, its pairs and the pairs around it as so many words."""
    assert told_by_words(8.0, 20.0, Script.OTHER) > told_by_words(8.0, 10.0, Script.OTHER) > 8.0
    assert told_by_words(8.0, 20.0, Script.CHINESE) == 8.0


# ------------------------------------------------------------------------------------ where the scripts meet


@given(st.lists(figures, max_size=12))
def test_each_script_keeps_its_own_order(fits: list[Fit]) -> None:
    worth = ranks(fits)
    assert len(worth) == len(fits)
    for own in (True, False):
        some = sorted(
            ((fit.score, rank) for fit, rank in zip(fits, worth, strict=True) if fit.own_script is own),
        )
        assert [rank for _, rank in some] == pytest.approx(sorted(rank for _, rank in some))


@given(st.lists(figures, min_size=1, max_size=12))
def test_the_best_of_each_script_stand_where_they_meet(fits: list[Fit]) -> None:
    """And nothing of a script stands before its best."""
    worth = ranks(fits)
    for own in {fit.own_script for fit in fits}:
        of_script = [(fit, rank) for fit, rank in zip(fits, worth, strict=True) if fit.own_script is own]
        best = max(fit.score for fit, _ in of_script)
        first = next((fit, rank) for fit, rank in of_script if fit.score == best)
        assert first[1] == first[0].meeting == max(rank for _, rank in of_script)


def test_of_one_script_the_distances_are_those_of_the_scores() -> None:
    one, two, three = of_both_scripts(5.0, 3.0, 2.5, 0, 0, 0)[:3]
    first, second, third = ranks([one, two, three])
    assert first - second == pytest.approx(one.score - two.score)
    assert second - third == pytest.approx(two.score - three.score)


def test_passages_of_the_other_script_fall_behind_their_best_more_slowly() -> None:
    """The concepts that they cover count more among their own than where the scripts meet."""
    first, second = (replace(PLAIN, own_script=False, told=told) for told in (10.0, 6.0))
    one, two = ranks([first, second])
    assert 0 < one - two < first.score - second.score


def test_the_passage_of_the_other_script_that_covers_more_comes_first() -> None:
    """A near passage of the question's own script that has nothing to say on it does not hide it."""
    own = replace(PLAIN, z=3.0, coverage=0.1, together=0.1)
    foreign = replace(PLAIN, z=3.0, coverage=0.9, together=0.9, own_script=False)
    own_rank, foreign_rank = ranks([own, foreign])
    assert foreign_rank > own_rank


def test_nothing_found_has_no_ranks() -> None:
    assert ranks([]) == []


@given(st.lists(figures, max_size=8), st.randoms(use_true_random=False))
def test_the_order_in_which_passages_were_found_does_not_matter(fits: list[Fit], random: object) -> None:
    if len({(fit.own_script, fit.score) for fit in fits}) < len(fits):
        return  # of passages that fit alike, the first is the best
    known = dict(zip(map(id, fits), ranks(fits), strict=True))
    random.shuffle(fits)  # type: ignore[attr-defined]
    assert [known[id(fit)] for fit in fits] == ranks(fits)
