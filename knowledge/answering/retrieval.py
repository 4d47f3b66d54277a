"""Candidates from both engines in both scripts, fused into one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.answering.coverage import (
    Clues,
    clues_in_other_script,
    clues_in_own_script,
    coverage,
)
from knowledge.answering.fusion import Fit
from knowledge.answering.index import PassageIndex
from knowledge.answering.question import PreparedQuestion
from knowledge.domain import Passage, Script
from knowledge.engines.ports import Near, Vectors
from knowledge.store.passages import PassageStore
from knowledge.terms.termlist import TermKind

#: How many passages each engine names for each script, and how many of them are looked at closely.
_CANDIDATES = 100
_LOOKED_AT = 24

#: The most that one term can add to BM25, in units of its weight: k1 + 1.
_BM25_MOST = 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    passage: Passage
    fit: Fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    #: Best first; only passages that were current when asked.
    found: tuple[Found, ...]
    #: The pieces of the question's information, by the script to find them in.
    clues: Mapping[Script, Clues]


def retrieve(
    question: PreparedQuestion, vector: Vectors, index: PassageIndex, passages: PassageStore
) -> Retrieved:
    """The passages that fit best. vector: the question's, float32 (dim,)."""
    clues = {script: _clues(question, index, script) for script in index.vectors}
    near: dict[int, Near] = {}
    for script in index.vectors:
        near.update(_candidates(question, vector, index, script, clues[script]))
    current = passages.get_current(list(near))
    found = [_found(passage, near[id_], question, clues) for id_, passage in current.items()]
    return Retrieved(found=tuple(sorted(found, key=lambda f: (-f.fit.score, f.passage.id))), clues=clues)


def _clues(question: PreparedQuestion, index: PassageIndex, script: Script) -> Clues:
    make = clues_in_own_script if script is question.script else clues_in_other_script
    return make(question.terms, question.mentions, script, lambda term: index.weigh(term, script))


def _candidates(
    question: PreparedQuestion, vector: Vectors, index: PassageIndex, script: Script, clues: Clues
) -> dict[int, Near]:
    """What either engine finds and is worth a close look, by passage id."""
    near = {hit.id: hit for hit in index.vectors[script].search(vector, _CANDIDATES)}
    words = sorted({token for clue in clues for alternative in clue.alternatives for token in alternative})
    by_words = {hit.id: hit.score for hit in index.keywords.search(words, script, _CANDIDATES)}
    unseen = index.vectors[script].nearness(vector, [id_ for id_ in by_words if id_ not in near])
    near.update({hit.id: hit for hit in unseen})
    # BM25 over the most it could reach stands in for coverage until the passages' words are at hand.
    most = _BM25_MOST * sum(clue.weight for clue in clues) or 1.0
    own = script is question.script
    estimate = {
        id_: _estimate(hit, min(1.0, by_words.get(id_, 0.0) / most), own_script=own)
        for id_, hit in near.items()
    }
    return {id_: near[id_] for id_ in sorted(estimate, key=lambda id_: -estimate[id_])[:_LOOKED_AT]}


def _found(passage: Passage, near: Near, question: PreparedQuestion, clues: Mapping[Script, Clues]) -> Found:
    lines = [set(line.split()) for line in passage.tokens.split("\n")]
    held = set().union(*lines)
    covered = coverage(clues[passage.script], held)
    fit = Fit(
        z=near.z,
        cosine=near.cosine,
        coverage=covered,
        together=_together(clues[passage.script], lines[1:]) if covered > 0 else 0.0,
        right_people=_names_the_people(question, held, passage.script),
        own_script=passage.script is question.script,
    )
    return Found(passage=passage, fit=fit)


def _names_the_people(question: PreparedQuestion, held: set[str], script: Script) -> bool:
    """Whether children, pregnancy or lactation, if the question names them, are named by text or title."""
    named: dict[frozenset[str], bool] = {}
    for mention in question.mentions:
        if mention.concept.kind is TermKind.POPULATION:
            # 孕妇 names two concepts of the list; one of them is enough.
            is_in = mention.concept.is_named_in(held, script)
            named[mention.tokens] = named.get(mention.tokens, False) or is_in
    return all(named.values())


def _together(clues: Clues, sentences: Sequence[set[str]]) -> float:
    """The most of the question that stands close together: in a sentence, or in two that follow each other."""
    pairs = [one | other for one, other in pairwise(sentences)] or sentences
    return max((coverage(clues, pair) for pair in pairs), default=0.0)


def _estimate(near: Near, covered: float, *, own_script: bool) -> float:
    """A passage's score before its words are at hand."""
    fit = Fit(
        z=near.z, cosine=near.cosine, coverage=covered, together=0.0, right_people=True, own_script=own_script
    )
    return fit.score
