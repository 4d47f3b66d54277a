"""How much of a question's information a passage holds: in its words, in synonyms, or in the other language."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from knowledge.domain import Script
from knowledge.terms.termlist import Concept, Mention, TermKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """A piece of the question's information: it is held by a passage that has every token of one alternative."""

    weight: float
    alternatives: tuple[frozenset[str], ...]
    #: What it tells which passage of its own script is the one, in nats; the weight where None.
    tells: float | None = None
    #: Whether it says whom the question is about: children, pregnancy, lactation.
    people: bool = False

    def is_in(self, held: AbstractSet[str]) -> bool:
        return any(alternative <= held for alternative in self.alternatives)


class Clues:
    """The pieces of a question's information, for passages of one script."""

    def __init__(self, clues: Iterable[Clue]) -> None:
        self._clues = tuple(clues)
        #: What they weigh in all, in nats.
        self.information = sum(clue.weight for clue in self._clues)
        #: Every token of any alternative, in order.
        self.words = tuple(
            sorted({token for clue in self._clues for some in clue.alternatives for token in some})
        )
        self._bits = {word: 1 << n for n, word in enumerate(self.words)}
        self._asked = tuple(
            (clue.weight, _tells(clue), tuple(map(self.bits, clue.alternatives))) for clue in self._clues
        )
        # Sentence after sentence holds the same few of these words, or none.
        self._known: dict[int, tuple[float, float]] = {}

    def __iter__(self) -> Iterator[Clue]:
        return iter(self._clues)

    def among(self, tokens: Iterable[str]) -> frozenset[str]:
        """Those of the tokens that matter."""
        return frozenset(self._bits.keys() & tokens)

    def bits(self, tokens: Iterable[str]) -> int:
        """A bit for each of the words that are among the tokens, in the order of `words`."""
        return sum({self._bits[token] for token in tokens if token in self._bits})

    def coverage(self, held: Iterable[str]) -> float:
        """Share of the clues' weight that the tokens hold, 0 to 1; 0 where there are no clues."""
        return self.covered(self.bits(held))

    def covered(self, held: int) -> float:
        """The same of `bits`."""
        return self._of(held)[0]

    def told(self, held: int) -> float:
        """What those of the clues tell that are held, in nats. held: `bits` of the tokens."""
        return self._of(held)[1]

    def _of(self, held: int) -> tuple[float, float]:
        known = self._known.get(held)
        if known is None:
            weight = told = 0.0
            for each, tells, alternatives in self._asked:
                for alternative in alternatives:
                    if alternative & held == alternative:
                        weight += each
                        told += tells
                        break
            share = weight / self.information if self.information else 0.0
            known = self._known[held] = share, told
        return known


def _tells(clue: Clue) -> float:
    return clue.weight if clue.tells is None else clue.tells


def inverse_frequency(passages: int, holding: int) -> float:
    """BM25's weight of a term that `holding` of the passages hold."""
    return math.log(1 + (passages - holding + 0.5) / (holding + 0.5))


#: What a term that tells little beside the others counts of its weight.
_LESSER = 0.4
#: Words of Latin script count by the square of their weight, and one of so many nats as it is: there are more common
#: ones in a question than in Chinese, where what asks is left out and what names is found by several terms.
_SQUARED_OVER = 7.5


def clues_in_own_script(
    terms: Collection[str],
    mentions: Sequence[Mention],
    script: Script,
    weigh: Callable[[str], float],
    lesser: AbstractSet[str] = frozenset(),
) -> Clues:
    """One clue a term; a term that belongs to a known concept is also held by a passage that names it otherwise.

    lesser: the terms that tell little beside the others.
    """
    return Clues(
        Clue(
            weight=weigh(term),
            tells=_told(weigh(term), script, is_lesser=term in lesser),
            alternatives=(
                frozenset({term}),
                *(
                    name
                    for mention in mentions
                    if term in mention.tokens
                    for name in mention.concept.names(script)
                ),
            ),
            people=any(term in mention.tokens and _is_people(mention) for mention in mentions),
        )
        for term in terms
    )


def _told(weight: float, script: Script, *, is_lesser: bool) -> float:
    if script is Script.CHINESE:
        return _LESSER * weight if is_lesser else weight
    return weight * weight / _SQUARED_OVER


def _is_people(mention: Mention) -> bool:
    return mention.concept.kind is TermKind.POPULATION


def clues_in_other_script(
    terms: Collection[str], mentions: Sequence[Mention], script: Script, weigh: Callable[[str], float]
) -> Clues:
    """One clue a concept that the question names, and the figures and abbreviations that are the same in any script.

    What the term list does not know counts as not held: a passage that shares only 「剂量」 with a question about an
    unknown disease must not look as if it answered.
    """
    clues = [
        Clue(
            weight=concept_weight(mention.concept, script, weigh),
            alternatives=mention.concept.names(script),
            people=_is_people(mention),
        )
        for mention in mentions
        if mention.concept.names(script)
    ]
    known = {token for mention in mentions for token in mention.tokens}
    same = [term for term in terms if term not in known and term.isascii() and any(c.isdigit() for c in term)]
    clues += [Clue(weight=weigh(term), alternatives=(frozenset({term}),)) for term in same]
    unknown = [term for term in terms if term not in known and term not in same]
    return Clues([*clues, *(Clue(weight=_UNKNOWN, alternatives=()) for _ in unknown)])


#: What a word that the term list does not know weighs against a passage in the other script.
_UNKNOWN = 1.0


def concept_weight(concept: Concept, script: Script, weigh: Callable[[str], float]) -> float:
    """The weight of the commonest of a concept's names in this script; a name is as rare as its rarest token."""
    names = [name for name in concept.names(script) if name]
    return min((max(map(weigh, name)) for name in names), default=0.0)
