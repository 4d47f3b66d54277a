"""What each step of an answer costs, over a library that stands ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from indexer.benchmarking.timing import Stopwatch, Timing, Watched, timed
from knowledge.answering.answer import Answerer
from knowledge.answering.index import PassageIndex
from knowledge.answering.question import PreparedQuestion, prepare
from knowledge.domain import Refused
from knowledge.engines.bare import bare_keyword_search, bare_vector_search
from knowledge.engines.ports import Encoder, Vectors
from knowledge.store import Stores
from knowledge.terms.termlist import shipped

#: What an engine is asked for when it is measured bare.
_BARE_COUNT = 10
_WARM = 20
_ENGINES = ("vectors", "keywords", "store")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    text: str
    #: float32 (dim,)
    vector: Vectors


def measure_stages(
    stores: Stores, index: PassageIndex, model: str, questions: Sequence[AskedQuestion]
) -> dict[str, Timing]:
    """Everything but encoding, by step; "total" is measured in a round of its own, without the stopwatch inside.

    "fusion" is what is left of the total: preparing the question, coverage, order, evidence, places, marking, courses.
    """
    total = timed(_answering(stores, index, model), questions, warm=_WARM)
    watch = Stopwatch()
    answer = _answering(_watched_stores(stores, watch), _watched_index(index, watch), model)
    for question in questions[:_WARM]:
        answer(question)
    watch.forget()
    for question in questions:
        with watch.step("all"):
            answer(question)
        watch.end_question(["all", *_ENGINES])
    parts = {name: watch.timing([name]) for name in _ENGINES}
    return {**parts, "fusion": watch.timing(["all"], _ENGINES), "total": total}


def measure_floors(index: PassageIndex, questions: Sequence[AskedQuestion]) -> dict[str, Timing]:
    """The same questions to FAISS and to tantivy themselves: the ten best of the question's own words and vector."""
    flats = [bare_vector_search(some) for some in index.vectors.values()]
    prepared = [_prepared(question) for question in questions]
    by_words = bare_keyword_search(index.keywords)

    def vectors(question: AskedQuestion) -> None:
        for flat in flats:
            flat(question.vector, _BARE_COUNT)

    return {
        "bare FAISS": timed(vectors, questions, warm=_WARM),
        "bare tantivy": timed(lambda q: by_words(q.terms, q.script, _BARE_COUNT), prepared, warm=_WARM),
    }


def _answering(stores: Stores, index: PassageIndex, model: str) -> Any:
    answerer = Answerer(stores, cast("Encoder", _Encoded(model)), index, shipped())

    def answer(question: AskedQuestion) -> None:
        prepared = answerer.prepare(question.text)
        if not isinstance(prepared, Refused):
            answerer.reply(prepared, question.vector)

    return answer


@dataclass(frozen=True, slots=True)
class _Encoded:
    """An encoder for questions that are encoded already."""

    fingerprint: str


def _prepared(question: AskedQuestion) -> PreparedQuestion:
    prepared = prepare(question.text, shipped())
    if isinstance(prepared, Refused):
        raise TypeError(f"a question of the benchmark is refused: {question.text}")
    return prepared


def _watched_stores(stores: Stores, watch: Stopwatch) -> Stores:
    return replace(
        stores,
        passages=cast("Any", Watched(stores.passages, watch, "store")),
        library=cast("Any", Watched(stores.library, watch, "store")),
    )


def _watched_index(index: PassageIndex, watch: Stopwatch) -> PassageIndex:
    """The same index, asked through a stopwatch."""
    seen = cast("Any", Watched(index, watch, "store", ["catch_up"]))
    seen.vectors = {script: Watched(some, watch, "vectors") for script, some in index.vectors.items()}
    seen.keywords = Watched(index.keywords, watch, "keywords")
    seen.contents = Watched(index.contents, watch, "store")
    return cast("PassageIndex", seen)
