"""A second opinion on the order: a reranker reads the question with each of the best passages, if time allows.

It changes the order alone. A passage keeps its fit, so what counts as evidence is what counted before: nothing is shown
because a reranker likes it, nor hidden because it does not. The reader's own language still comes first where a passage
of it fits about as well (`places`), which the fits decide: the reranker has said which passage of that language is the
best, and few models' scores compare a passage of one language with one of another.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import numpy as np

from knowledge.answering.judging import LOOKED_AT
from knowledge.answering.question import PreparedQuestion
from knowledge.answering.retrieval import Found, Retrieved
from knowledge.engines import open_reranker
from knowledge.engines.batching import batches
from knowledge.engines.ports import Reranker, Scores
from knowledge.text import encoded_text

log = logging.getLogger(__name__)

Item = TypeVar("Item")

#: As many as are judged for an answer: were it more, what it likes could push evidence out of sight.
RESCORED = LOOKED_AT
#: A passage of ordinary length, to foresee the time that a question will take.
_ORDINARY = "老年高血压患者的降压目标为<140/90 mmHg，能耐受者可降至<130/80 mmHg。" * 6


class Reranking:
    """Asks a reranker within a time box: its order is taken whole, or the one from before stands whole.

    It scores in a thread of its own, batch by batch. When time is up the question goes on without it, and it stops
    behind its current batch; a question that finds it still at work does not wait. Thread-safe.
    """

    def __init__(self, reranker: Reranker, *, seconds: float) -> None:
        self._reranker = reranker
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rerank")
        self._at_work = threading.Lock()

    def warm(self) -> None:
        """Loads the model, and says in the log if it is too slow for the time it has. Raises RerankerUnavailable."""
        self._reranker.warm()
        batch = next(batches([len(_ORDINARY)] * RESCORED))
        began = time.monotonic()
        self._reranker.score(_ORDINARY[:20], [_ORDINARY] * len(batch))
        foreseen = (time.monotonic() - began) * RESCORED / len(batch)
        level = logging.WARNING if foreseen > self._seconds else logging.INFO
        action = "rerank.slow" if foreseen > self._seconds else "rerank.warm"
        log.log(level, "action=%s foreseen_ms=%d limit_ms=%d", action, foreseen * 1000, self._seconds * 1000)

    def reorder(self, question: PreparedQuestion, retrieved: Retrieved) -> Retrieved:
        """What was retrieved, its first passages in the reranker's order if that came in time.

        Raises RerankerUnavailable if the model was not loaded before and cannot be; loading is not in the time box.
        """
        first = retrieved.found[:RESCORED]
        if len(first) < 2:
            return retrieved
        self._reranker.warm()
        scores = self._in_time(question.encoded, first)
        return retrieved if scores is None else replace(retrieved, found=by_scores(retrieved.found, scores))

    def _in_time(self, question: str, found: Sequence[Found]) -> Scores | None:
        if not self._at_work.acquire(blocking=False):
            log.info("action=rerank.busy")
            return None
        began = time.monotonic()
        try:
            scores = self._thread.submit(self._score, question, found, began + self._seconds).result(
                self._seconds
            )
        except TimeoutError:
            log.warning("action=rerank.timed_out ms=%d", (time.monotonic() - began) * 1000)
            return None
        except Exception as error:  # noqa: BLE001 (whatever fails in a library, there is an order to answer in)
            # The error's own words may repeat the question.
            log.error("action=rerank.failed error=%s", type(error).__name__)
            return None
        log.debug("action=rerank.done ms=%d", (time.monotonic() - began) * 1000)
        return scores

    def _score(self, question: str, found: Sequence[Found], deadline: float) -> Scores:
        try:
            return self._batch_by_batch(question, found, deadline)
        finally:
            self._at_work.release()

    def _batch_by_batch(self, question: str, found: Sequence[Found], deadline: float) -> Scores:
        texts = [_as_read(each) for each in found]
        scores = np.zeros(len(texts), np.float32)
        for batch in batches([len(text) for text in texts]):
            if time.monotonic() >= deadline:
                raise TimeoutError
            scores[batch] = self._reranker.score(question, [texts[index] for index in batch])
        if not np.isfinite(scores).all():
            raise FloatingPointError("a score that is no number")
        return scores


def open_reranking(model: str, *, milliseconds: int, threads: int | None = None) -> Reranking | None:
    """Re-ranking as the settings want it; None where they name no model. Raises RerankerUnavailable."""
    reranker = open_reranker(model, threads)
    return Reranking(reranker, seconds=milliseconds / 1000) if reranker else None


def by_scores(found: Sequence[Item], scores: Scores) -> tuple[Item, ...]:
    """The first len(scores) of them, the best score first; equal scores keep their order, and so do the others."""
    order = sorted(range(len(scores)), key=lambda index: -scores[index])
    return (*(found[index] for index in order), *found[len(scores) :])


def _as_read(found: Found) -> str:
    """A passage with what it is about, in simplified characters as the question is."""
    citation = found.passage.citation
    return encoded_text("\n".join((" > ".join((citation.title, *citation.section)), found.passage.text)))
