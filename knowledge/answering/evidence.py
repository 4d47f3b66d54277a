"""Is the question answered? A wrong answer is worse than none, so what fits badly is not shown at all."""

from __future__ import annotations

import math

from knowledge.answering.fusion import Fit

#: Logistic regression of "a passage found for this question answers it" on z and coverage.
_INTERCEPT, _PER_Z, _PER_COVERAGE = -9.0, 1.6, 4.0
_INTERCEPT_FOREIGN, _PER_Z_FOREIGN = -7.0, 1.7
#: From this probability on, a passage is shown.
THRESHOLD = 0.5


def probability(fit: Fit) -> float:
    """How likely it is that the passage answers, 0 to 1."""
    if fit.own_script:
        logit = _INTERCEPT + _PER_Z * fit.z + _PER_COVERAGE * fit.coverage
    else:
        logit = _INTERCEPT_FOREIGN + _PER_Z_FOREIGN * fit.z
    return 1 / (1 + math.exp(-logit))
