"""What a question names that a passage must name too, or it is no answer: drugs, whom it is about, and amounts.

A passage on another drug of the same disease, on adults, or on another dose fits such a question well by meaning and by
words. It may be related; to show it as the answer would be dangerous.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from knowledge.answering.figures import Figure, figures_named, speaks_of
from knowledge.answering.question import PreparedQuestion
from knowledge.domain import Passage, Script
from knowledge.terms.termlist import Concept, Mention, TermKind

_ADULT_FROM, _OLD_FROM = 18, 65
#: As tokens: pairs of characters and stems; the stem of children is no child.
_CHILDREN = tuple(
    frozenset({token})
    for token in (
        "儿童 小儿 患儿 青少 婴儿 婴幼 新生 child children paediatr pediatr adolesc infant neonat newborn"
    ).split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something that a question names: a passage speaks of it if it holds all tokens of one of its names."""

    words: str
    names: tuple[frozenset[str], ...]

    def is_in(self, held: AbstractSet[str]) -> bool:
        return any(name <= held for name in self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a question names."""

    #: What it is about beside drugs: diseases, tests, procedures.
    subjects: tuple[Named, ...]
    #: Names of what these are kinds of, as far as it is a part of their own: of 支原体肺炎, 肺炎.
    broader: tuple[frozenset[str], ...]
    #: Names of the diseases among them, and of what these are kinds of; none where no disease is named.
    diseases: tuple[frozenset[str], ...]
    drugs: tuple[Named, ...]
    people: tuple[Named, ...]
    figures: tuple[Figure, ...]

    def missing(self, passage: Passage, held: AbstractSet[str]) -> tuple[str, ...]:
        """Drugs, people and figures that a passage with these tokens does not speak of, in the question's words."""
        things = [thing.words for thing in (*self.drugs, *self.people) if not thing.is_in(held)]
        figures = [figure.text for figure in self.figures if not _has(passage, figure)]
        return tuple(dict.fromkeys((*things, *figures)))


def names_in(question: PreparedQuestion) -> Names:
    figures = figures_named(question.understood)
    ages = tuple(
        Named(words=figure.text, names=_CHILDREN)
        for figure in figures
        if figure.is_age and figure.number < _ADULT_FROM
    )
    return Names(
        subjects=_named(question.mentions, lambda concept: concept.kind is TermKind.TOPIC),
        broader=_names_of(
            mention.concept for mention in question.broader if mention.concept.kind is TermKind.TOPIC
        ),
        diseases=_diseases(question),
        drugs=_named(question.mentions, lambda concept: concept.kind is TermKind.DRUG),
        people=(*_named(_of_people(question), lambda concept: concept.kind is TermKind.POPULATION), *ages),
        figures=tuple(figure for figure in figures if not _tells_nothing(figure)),
    )


def _of_people(question: PreparedQuestion) -> Iterable[Mention]:
    """妊娠期高血压 is a disease and names whom it is about all the same; "baby aspirin" is a drug, and does not."""
    topics = {mention.words for mention in question.mentions if mention.concept.kind is TermKind.TOPIC}
    return (*question.mentions, *(mention for mention in question.broader if mention.words in topics))


def _diseases(question: PreparedQuestion) -> tuple[frozenset[str], ...]:
    named = [mention.concept for mention in question.mentions if mention.concept.is_disease]
    return (
        _names_of((*named, *(each.concept for each in question.broader if each.concept.is_disease)))
        if named
        else ()
    )


def _names_of(concepts: Iterable[Concept]) -> tuple[frozenset[str], ...]:
    """In either script."""
    return tuple(name for concept in concepts for script in Script for name in concept.names(script))


def _named(mentions: Iterable[Mention], wanted: Callable[[Concept], bool]) -> tuple[Named, ...]:
    # 孕妇 names two concepts of the list; one of them is enough.
    names: dict[str, list[frozenset[str]]] = {}
    for mention in mentions:
        if wanted(mention.concept):
            # In either script: a Chinese text may write ARNI.
            both = (name for script in Script for name in mention.concept.names(script))
            names.setdefault(mention.words, []).extend(both)
    return tuple(Named(words=words, names=tuple(some)) for words, some in names.items())


def _tells_nothing(figure: Figure) -> bool:
    """The age of a child is told by words, that of an adult who is not old by none."""
    return figure.is_age and figure.number < _OLD_FROM


def _has(passage: Passage, figure: Figure) -> bool:
    return any(speaks_of(part, figure) for part in _parts(passage))


def _parts(passage: Passage) -> Iterable[str]:
    return (passage.text, *passage.citation.section, passage.citation.title)
