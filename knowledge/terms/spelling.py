"""English words that nothing knows, read as the nearest word of the term list.

A wrong reading costs more than none, most of all between drugs. So a word that anything knows stands as it is written:
the term list, the library, and a list of words and drug names that are spelt right and look like others
(`lookalikes.txt`). What is left is read otherwise only where one word is nearest; and as a drug only where no other
drug is nearly as near.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.terms.termlist import TermKind, TermList, TermRow, other_key
from knowledge.text import STOP_WORDS, tokens

_LOOKALIKES = Path(__file__).with_name("lookalikes.txt")

#: Shorter words have too many neighbours.
_SHORTEST = 6
#: From this length two slips are believed.
_LONG = 9
#: Shorter words of the list are no word that somebody meant to write.
_SHORTEST_TARGET = 5
#: Words longer than any term are not looked at: they only cost time.
_LONGEST = 40
#: The unknown words of one question that are looked at.
_MOST = 5

#: Letters only, and nothing on either side that would make it a part of something else: cd4count, naïvely, a_b, a@b.
_WORD = re.compile(
    rf"(?<![^\W_\u3400-\u9fff])(?<![_@.'])[A-Za-z]{{{_SHORTEST},}}(?![^\W\u3400-\u9fff])(?!\.\w|[_@'])"
)

#: Whether anything else than the term list knows a word, given as the library's token of it.
Known = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    #: As the asker wrote it.
    written: str
    #: As it is looked up, in lower case.
    read: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    #: With the corrections in it.
    text: str
    #: In order; empty where the text stands as it was.
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class _Target:
    """A word of the term list that an unknown one may stand for."""

    word: str
    #: The places, in the list, of the concepts that have it in a name.
    concepts: frozenset[int]
    is_drug: bool


class Spelling:
    """Pure and immutable: made once for a term list."""

    def __init__(self, rows: Iterable[TermRow]) -> None:
        concepts: dict[str, set[int]] = {}
        drugs: set[str] = set()
        for place, row in enumerate(rows):
            for word in _words(row):
                concepts.setdefault(word, set()).add(place)
                if row.kind is TermKind.DRUG:
                    drugs.add(word)
        self._known = frozenset(map(_token, concepts))
        self._targets = [
            _Target(word, frozenset(places), word in drugs)
            for word, places in concepts.items()
            if len(word) >= _SHORTEST_TARGET
        ]
        self._target_words = [target.word for target in self._targets]

    def corrected(self, shown: str, known: Known) -> Spelled:
        """The text as it is to be looked up.

        known: whether the library holds a token, in either script.
        """
        found: list[Correction] = []
        pieces: list[str] = []
        end = 0
        for written in self._unknown(shown, known):
            read = self.nearest(written.group().lower())
            if read is None:
                continue
            found.append(Correction(written=written.group(), read=read))
            pieces += [shown[end : written.start()], read]
            end = written.end()
        return Spelled(text="".join([*pieces, shown[end:]]), corrections=tuple(found))

    def _unknown(self, shown: str, known: Known) -> Iterator[re.Match[str]]:
        left = _MOST
        # In a text that is all capitals they say nothing; elsewhere they are a name's, which is not ours to read.
        shouted = shown.upper() == shown
        for found in _WORD.finditer(shown):
            word = found.group().lower()
            is_name = found.group().isupper() and not shouted
            if is_name or len(word) > _LONGEST or self.knows(word) or known(_token(word)):
                continue
            if left == 0:
                return
            left -= 1
            yield found

    def knows(self, word: str) -> bool:
        """Whether the term list or the list of lookalikes has the word, in any form of it. word: lower case."""
        # The stemmer leaves some plurals, such as that of a word in -u.
        forms = {_token(word), _token(word.removesuffix("s"))}
        return not forms.isdisjoint(self._known) or not forms.isdisjoint(_lookalikes()) or word in STOP_WORDS

    def nearest(self, word: str) -> str | None:
        """The one word that an unknown one is read as; None where there is none, or more than one. word: lower case."""
        allowed = 2 if len(word) >= _LONG else 1
        # One slip further is looked at as well: a second drug there makes the first one doubtful.
        near = self._within(word, allowed + 1)
        least = min((distance for distance, _ in near), default=allowed + 1)
        if least > allowed:
            return None
        best = [target for distance, target in near if distance == least]
        if not frozenset.intersection(*(target.concepts for target in best)):
            return None
        if any(target.is_drug for target in best) and _another_drug(best, near, least + 1):
            return None
        # British and American spellings of one thing: either will do, but always the same.
        return min(best, key=lambda target: (target.word[0] != word[0], target.word)).word

    def _within(self, word: str, most: int) -> list[tuple[int, _Target]]:
        found = process.extract(word, self._target_words, scorer=OSA.distance, score_cutoff=most, limit=None)
        return [(int(distance), self._targets[place]) for _, distance, place in found]


def _another_drug(best: list[_Target], near: list[tuple[int, _Target]], most: int) -> bool:
    """Whether a drug that is none of the best ones' is nearly as near."""
    concepts = frozenset[int]().union(*(target.concepts for target in best))
    return any(
        target.is_drug and distance <= most and not target.concepts & concepts for distance, target in near
    )


def _words(row: TermRow) -> Iterator[str]:
    for name in (*row.en, *row.abbreviations):
        yield from re.findall(r"[a-z]+", name.lower())


def _token(word: str) -> str:
    """What the word is found by: its stem."""
    key = other_key(word)
    return key[0] if key else word


@cache
def _lookalikes() -> frozenset[str]:
    lines = _LOOKALIKES.read_text("utf-8").splitlines()
    return frozenset(
        next(iter(tokens(word))) for line in lines if not line.startswith("#") for word in line.split()
    )


@lru_cache(maxsize=2)
def spelling_of(term_list: TermList) -> Spelling:
    """Made once a list: a coordinator's change makes another one."""
    return Spelling(term_list.rows)
