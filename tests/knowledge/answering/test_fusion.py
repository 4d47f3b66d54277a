"""How well a passage fits, and how likely it answers: what must hold however both are tuned."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering.evidence import Calibration, calibration_for
from knowledge.answering.fusion import Fit

MODELS = ["multilingual-e5-small/1", "fake/1", "BAAI/bge-m3"]
figures = st.builds(
    Fit,
    z=st.floats(-10, 50),
    cosine=st.floats(-1, 1),
    coverage=st.floats(0, 1),
    together=st.floats(0, 1),
    own_script=st.booleans(),
)


def calibrations() -> list[Calibration]:
    return [calibration_for(model) for model in MODELS]


@given(figures)
def test_a_probability_is_between_nothing_and_certainty(fit: Fit) -> None:
    for calibration in calibrations():
        assert 0 <= calibration.probability(fit) <= 1


@given(figures, st.floats(0, 5), st.floats(0, 0.5), st.floats(0, 0.5))
def test_better_evidence_never_makes_an_answer_less_likely(
    fit: Fit, z: float, cosine: float, coverage: float
) -> None:
    better = Fit(
        z=fit.z + z,
        cosine=fit.cosine + cosine,
        coverage=min(1, fit.coverage + coverage),
        together=fit.together,
        right_people=True,
        own_script=fit.own_script,
    )
    assert better.score >= fit.score
    for calibration in calibrations():
        assert calibration.probability(better) >= calibration.probability(fit)


@pytest.mark.parametrize("cosine, z", [(math.inf, math.inf), (-1e9, -1e9)])
def test_extreme_figures_do_not_overflow(cosine: float, z: float) -> None:
    for calibration in calibrations():
        assert 0 <= calibration.probability(
            Fit(z=z, cosine=cosine, coverage=0, together=0.0, right_people=True, own_script=True)
        ) <= 1 or math.isinf(z)


def test_nothing_in_common_is_no_answer() -> None:
    for own_script in (True, False):
        for calibration in calibrations():
            assert (
                calibration.probability(
                    Fit(z=0, cosine=0, coverage=0, together=0.0, right_people=True, own_script=own_script)
                )
                < 0.5
            )
