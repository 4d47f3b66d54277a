"""Courses that teach what was asked: none is better than a wrong one."""

from __future__ import annotations

import numpy as np

from knowledge.answering.index import Catalogue
from knowledge.domain import Course
from knowledge.engines.ports import Vectors

_MOST = 3
_LEAST_COSINE = 0.86


def matching(vector: Vectors, catalogue: Catalogue) -> tuple[Course, ...]:
    if not catalogue.courses:
        return ()
    cosines = catalogue.vectors @ vector
    order = np.argsort(-cosines)[:_MOST]
    return tuple(catalogue.courses[n] for n in order if cosines[n] >= _LEAST_COSINE)
