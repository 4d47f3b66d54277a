"""What a question's cosines usually are, for libraries that are too small to tell.

Whether a cosine of 0.88 says anything shows beside what is usual for the question among other passages. A library of
one short guideline has no other passages: every new one begins so.
"""

from __future__ import annotations

from collections.abc import Mapping

#: By the beginning of the model's fingerprint, and by whether passages are in the question's script: mean and spread,
#: averaged over the 160 questions of benchmarks/samples.jsonl, among passages of the samples and of real guidelines.
_USUAL: Mapping[str, Mapping[bool, tuple[float, float]]] = {
    "multilingual-e5-small": {True: (0.845, 0.0142), False: (0.788, 0.0155)},
}


def usual_of(model: str, *, own_script: bool) -> tuple[float, float] | None:
    """None for a model whose cosines nobody looked at."""
    return next((by_script[own_script] for name, by_script in _USUAL.items() if model.startswith(name)), None)
