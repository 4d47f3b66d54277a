"""From signs to one of three tones: what must hold however the weights are fitted."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering.evidence import (
    ANSWERS_FROM,
    RELATED_FROM,
    Calibration,
    Signs,
    Tone,
    Weights,
    _calibrations,
    calibration_for,
)

E5 = "multilingual-e5-small/"
NAMES = [field.name for field in fields(Signs)]
NOTHING = Signs(**dict.fromkeys(NAMES, 0.0))

#: All others are shares, or 0 or 1.
RANGES = {"cosine": (-1.0, 1.0), "window_cosine": (-1.0, 1.0), "z": (-10.0, 50.0)}
share = st.floats(0, 1)
signs = st.builds(Signs, **{name: st.floats(*RANGES.get(name, (0.0, 1.0))) for name in NAMES})
calibrations = st.sampled_from([f"{E5}1571fc982750/1", "fake/1", ""]).map(calibration_for)


def by_coverage(*, related: float, about: float, answers: float) -> Calibration:
    """Each model goes by the coverage alone, from these shares on."""
    at = {
        name: {own: Weights(intercept=-level, weights={"coverage": 1.0}) for own in (True, False)}
        for name, level in (("related", related), ("about", about), ("answers", answers))
    }
    return Calibration(**at)


# ------------------------------------------------------------------------------------------------- tones


@pytest.mark.parametrize(
    "coverage, is_complete, tone",
    [
        (0.1, True, Tone.NEITHER),
        (0.3, True, Tone.RELATED),
        (0.5, True, Tone.RELATED),
        (0.7, True, Tone.ANSWERS),
        (1.0, True, Tone.ANSWERS),
        (1.0, False, Tone.RELATED),
        (0.1, False, Tone.NEITHER),
    ],
)
def test_what_answers_is_about_the_question_and_speaks_of_all_it_names(
    coverage: float, is_complete: bool, tone: Tone
) -> None:
    judged = by_coverage(related=0.2, about=0.4, answers=0.6).judge(
        replace(NOTHING, coverage=coverage), own_script=True, is_complete=is_complete
    )
    assert judged.tone is tone


def test_what_is_not_about_the_question_never_answers() -> None:
    """Even where the model of answers alone would have it so; it may be related."""
    some = replace(NOTHING, coverage=0.5)
    foreign = by_coverage(related=0.8, about=0.8, answers=0.2).judge(some, own_script=True, is_complete=True)
    near = by_coverage(related=0.2, about=0.8, answers=0.2).judge(some, own_script=True, is_complete=True)
    assert (foreign.tone, near.tone) == (Tone.NEITHER, Tone.RELATED)


def test_what_is_about_the_question_by_its_words_alone_is_not_shown_as_related() -> None:
    judged = by_coverage(related=0.8, about=0.2, answers=0.9).judge(
        replace(NOTHING, coverage=0.5), own_script=True, is_complete=True
    )
    assert judged.tone is Tone.NEITHER


def test_each_script_has_weights_of_its_own() -> None:
    never, always = Weights(intercept=-9, weights={}), Weights(intercept=9, weights={})
    both = {True: always, False: always}
    calibration = Calibration(related=both, about=both, answers={True: always, False: never})
    some = replace(NOTHING, coverage=0.5)
    tones = [calibration.judge(some, own_script=own, is_complete=True).tone for own in (True, False)]
    assert tones == [Tone.ANSWERS, Tone.RELATED]


@given(calibrations, signs, st.booleans(), st.booleans())
def test_probabilities_are_shares_and_tell_the_tone(
    calibration: Calibration, some: Signs, own_script: bool, is_complete: bool
) -> None:
    verdict = calibration.judge(some, own_script=own_script, is_complete=is_complete)
    assert 0 <= verdict.answers <= verdict.about <= 1
    assert 0 <= verdict.related <= 1
    assert (verdict.tone is Tone.ANSWERS) == (verdict.answers >= ANSWERS_FROM and is_complete)
    if verdict.tone is not Tone.ANSWERS:
        assert (verdict.tone is Tone.RELATED) == (verdict.related >= RELATED_FROM)


@given(calibrations, signs, st.booleans())
def test_a_passage_that_misses_what_is_named_never_answers(
    calibration: Calibration, some: Signs, own_script: bool
) -> None:
    """Whatever its figures; and it is as closely related as before."""
    complete = calibration.judge(some, own_script=own_script, is_complete=True)
    missing = calibration.judge(some, own_script=own_script, is_complete=False)
    assert missing.tone is not Tone.ANSWERS
    assert missing.related == complete.related
    assert missing.answers <= complete.answers


@given(calibrations, signs, st.booleans(), share)
def test_what_covers_more_of_a_question_is_no_less_about_it(
    calibration: Calibration, some: Signs, own_script: bool, more: float
) -> None:
    better = replace(some, coverage=min(1.0, some.coverage + more))
    before, after = (
        calibration.judge(each, own_script=own_script, is_complete=True) for each in (some, better)
    )
    assert after.related >= before.related
    assert after.answers >= before.answers


@given(calibrations, signs, st.booleans())
def test_what_a_title_names_is_more_closely_related_and_no_more_an_answer(
    calibration: Calibration, some: Signs, own_script: bool
) -> None:
    """A doctor who asks of a treated disease is told what there is on it; that it is treated answers nothing."""
    plain = replace(some, titled=0.0, titled_broadly=0.0)
    before = calibration.judge(plain, own_script=own_script, is_complete=True)
    for titled in (replace(plain, titled=1.0), replace(plain, titled_broadly=1.0)):
        after = calibration.judge(titled, own_script=own_script, is_complete=True)
        assert after.related >= before.related
        assert after.answers == before.answers


@given(calibrations, signs, st.booleans())
def test_of_a_disease_that_is_not_treated_less_is_shown(
    calibration: Calibration, some: Signs, own_script: bool
) -> None:
    treated, untreated = (
        calibration.judge(replace(some, untreated=given), own_script=own_script, is_complete=True)
        for given in (0.0, 1.0)
    )
    assert untreated.related <= treated.related
    assert untreated.about <= treated.about


@pytest.mark.parametrize("own_script", [True, False])
@pytest.mark.parametrize("model", [f"{E5}1", "fake/1"])
def test_nothing_in_common_is_not_even_related(model: str, own_script: bool) -> None:
    verdict = calibration_for(model).judge(NOTHING, own_script=own_script, is_complete=True)
    assert verdict.tone is Tone.NEITHER


@given(calibrations, signs, st.booleans())
def test_what_shares_nothing_with_the_question_is_not_related_however_near(
    calibration: Calibration, some: Signs, own_script: bool
) -> None:
    nothing = replace(some, coverage=0.0, titled=0.0, titled_broadly=0.0)
    verdict = calibration.judge(nothing, own_script=own_script, is_complete=False)
    assert (verdict.tone, verdict.related) == (Tone.NEITHER, 0.0)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_extreme_figures_do_not_overflow(intercept: float, weight: float) -> None:
    made = Weights(intercept=intercept, weights={"z": weight})
    assert 0 <= made.probability(replace(NOTHING, z=1e9)) <= 1


def test_what_is_not_on_it_is_not_related() -> None:
    calibration = by_coverage(related=0.2, about=0.4, answers=0.6)
    verdict = calibration.judge(
        replace(NOTHING, coverage=1.0), own_script=True, is_complete=False, is_on_it=False
    )
    assert (verdict.tone, verdict.related) == (Tone.NEITHER, 0.0)


# ---------------------------------------------------------------------------------------- calibration.json


def test_a_model_is_known_by_the_start_of_its_fingerprint() -> None:
    assert calibration_for(f"{E5}1571fc982750/1") == calibration_for(f"{E5}other/2")
    assert calibration_for(f"{E5}1571fc982750/1") != calibration_for("BAAI/bge-m3")


def test_cosines_of_an_unknown_model_tell_nothing() -> None:
    """Nobody looked at them: it is judged by what is relative."""
    unknown = calibration_for("BAAI/bge-m3")
    assert unknown == calibration_for("") == calibration_for("fake/1")
    for weights in (*unknown.related.values(), *unknown.about.values(), *unknown.answers.values()):
        assert not {"cosine", "window_cosine"} & set(weights.weights)


def test_there_is_a_calibration_for_the_shipped_model_and_for_any_other() -> None:
    assert set(_calibrations()["models"]) == {E5, ""}


def test_every_weight_is_of_a_sign_that_there_is() -> None:
    for model in (E5, ""):
        calibration = calibration_for(model)
        for weights in (
            *calibration.related.values(),
            *calibration.about.values(),
            *calibration.answers.values(),
        ):
            assert weights.weights
            assert set(weights.weights) <= set(NAMES)


def test_the_file_says_where_its_weights_come_from() -> None:
    made = _calibrations()["made"]
    assert made["by"] == "yidao-index calibrate"
    assert made["encoder"].startswith(E5)
    assert {"on", "questions", "trade_off"} <= set(made)
