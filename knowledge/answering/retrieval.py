"""Candidates from both engines in both scripts, fused into one order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_

import numpy as np

from knowledge.answering.contents import Content, lines_holding
from knowledge.answering.coverage import Clues, clues_in_other_script, clues_in_own_script
from knowledge.answering.fusion import Fit, joined, ranks, score, told_by_words
from knowledge.answering.index import PassageIndex
from knowledge.answering.question import PreparedQuestion
from knowledge.answering.scale import usual_of
from knowledge.domain import Passage, Script
from knowledge.engines.ports import Near, Vectors

#: How many passages each engine names for each script, and how many of them all are looked at closely: as many of each
#: script as of the other, for which of them answers shows only then.
_CANDIDATES = 100
_LOOKED_AT = 28

#: The most that one term can add to BM25, in units of its weight: k1 + 1.
_BM25_MOST = 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    passage: Passage
    fit: Fit
    #: Comparable with the others that were found: more is better.
    rank: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    #: Best first; only passages that were current when asked.
    found: tuple[Found, ...]
    #: The pieces of the question's information, by the script to find them in.
    clues: Mapping[Script, Clues]


def retrieve(question: PreparedQuestion, vector: Vectors, index: PassageIndex) -> Retrieved:
    """The passages that fit best. vector: the question's, float32 (dim,)."""
    clues = {script: _clues(question, index, script) for script in index.vectors}
    near: dict[int, tuple[Near, float]] = {}
    for script in index.vectors:
        near.update(_candidates(question, vector, index, script, clues[script]))
    usual = {
        script: index.vectors[script].usual(vector, _expected(question, index, script))
        for script in index.vectors
    }
    current = index.contents.current(near)
    windows = _best_windows(vector, current)
    lines: dict[int, list[int]] = {}
    for script, some in clues.items():
        lines |= lines_holding(some.words, [c for c in current if c.passage.script is script])
    fits = [
        _fit(
            lines[content.passage.id],
            *near[content.passage.id],
            clues[content.passage.script],
            window=windows.get(content.passage.id),
            usual=usual[content.passage.script],
            script=content.passage.script,
            own_script=content.passage.script is question.script,
        )
        for content in current
    ]
    found = [
        Found(passage=content.passage, fit=fit, rank=rank)
        for content, fit, rank in zip(current, fits, ranks(fits), strict=True)
    ]
    return Retrieved(found=tuple(sorted(found, key=lambda f: (-f.rank, f.passage.id))), clues=clues)


def _clues(question: PreparedQuestion, index: PassageIndex, script: Script) -> Clues:
    def weigh(term: str) -> float:
        return index.weigh(term, script)

    if script is question.script:
        return clues_in_own_script(question.terms, question.mentions, script, weigh, question.lesser)
    return clues_in_other_script(question.terms, question.mentions, script, weigh)


def _candidates(
    question: PreparedQuestion, vector: Vectors, index: PassageIndex, script: Script, clues: Clues
) -> dict[int, tuple[Near, float]]:
    """What either engine finds and is worth a close look, by passage id, with its BM25 if that is high, else 0."""
    expected = _expected(question, index, script)
    near = index.vectors[script].search(vector, _CANDIDATES, expected)
    by_words = index.keywords.scores(clues.words, script, _CANDIDATES)
    seen = near.ids.tolist()
    unseen = index.vectors[script].nearness(vector, list(by_words.keys() - set(seen)), expected)
    ids = seen + unseen.ids.tolist()
    # BM25 over the most it could reach stands in for coverage until the passages' words are at hand.
    most = _BM25_MOST * clues.information or 1.0
    share = np.minimum(1.0, np.array([by_words.get(id_, 0.0) for id_ in ids]) / most)
    estimate = score(
        np.concatenate([near.z, unseen.z]),
        told=clues.information * share,
        own_script=script is question.script,
    )
    most_likely = np.lexsort((ids, -estimate))[: _slots(index, script)].tolist()
    return {
        ids[at]: (near[at] if at < len(near) else unseen[at - len(near)], by_words.get(ids[at], 0.0))
        for at in most_likely
    }


def _slots(index: PassageIndex, script: Script) -> int:
    """How many passages of the script are looked at: what another script has too few passages for is added."""
    half = _LOOKED_AT // len(index.vectors)
    unused = sum(
        max(0, half - len(vectors)) for other, vectors in index.vectors.items() if other is not script
    )
    return half + unused


def _expected(question: PreparedQuestion, index: PassageIndex, script: Script) -> tuple[float, float] | None:
    return usual_of(index.model, own_script=script is question.script)


def _best_windows(vector: Vectors, contents: Iterable[Content]) -> dict[int, float]:
    """The cosine of each passage's best window, for those that have windows."""
    having = [content for content in contents if len(content.windows)]
    if not having:
        return {}
    firsts = np.cumsum([0, *(len(content.windows) for content in having[:-1])])
    every = np.concatenate([content.windows for content in having]).astype(np.float32)
    best = np.maximum.reduceat(every @ vector, firsts)
    return {content.passage.id: cosine for content, cosine in zip(having, best.tolist(), strict=True)}


def _fit(
    lines: Sequence[int],
    near: Near,
    bm25: float,
    clues: Clues,
    *,
    window: float | None,
    usual: tuple[float, float],
    script: Script,
    own_script: bool,
) -> Fit:
    """lines: what each line of the passage's tokens, title first, holds of the clues' words.

    window: the cosine of its best window, if any; usual: mean and spread of the question's cosines in the script.
    """
    held = reduce(or_, lines)
    covered = clues.covered(held)
    mean, spread = usual
    # A passage without windows is its own.
    window_cosine = near.cosine if window is None else window
    return Fit(
        z=joined(near.z, (window_cosine - mean) / spread, script, own_script=own_script),
        cosine=near.cosine,
        window_cosine=window_cosine,
        information=clues.information,
        coverage=covered,
        told=_told(clues, held, bm25, script, own_script=own_script) if covered > 0 else 0.0,
        together=_together(clues, lines[1:]) if covered > 0 else 0.0,
        own_script=own_script,
    )


def _told(clues: Clues, held: int, bm25: float, script: Script, *, own_script: bool) -> float:
    nats = clues.told(held)
    return told_by_words(nats, bm25, script) if own_script else nats


def _together(clues: Clues, sentences: Sequence[int]) -> float:
    """The most of the question that stands close together: in a sentence, or in two that follow each other."""
    pairs = {one | other for one, other in pairwise(sentences)} or sentences
    return max(map(clues.covered, pairs), default=0.0)
