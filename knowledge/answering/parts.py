"""The parts of a question, and where they stand in it: what it is about, whom it is about, and what it asks of that.

Everything works on search text (simplified, half width, lower case), whose offsets are those of the text as shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from knowledge.answering.wording import ASKED, ASPECT, FRAME, PEOPLE
from knowledge.domain import Script, Span
from knowledge.terms.termlist import Concept, Mention, TermKind, TermList
from knowledge.text import STOP_WORDS, question_terms, search_text, tokens

_CJK = "\u3400-\u9fff"


class PartKind(StrEnum):
    DRUG = "drug"
    DISEASE = "disease"
    #: Another topic: a test, a procedure, an organ's function.
    TOPIC = "topic"
    PEOPLE = "people"
    #: What narrows down whom it holds for without being a topic: renal impairment, dialysis.
    CONDITION = "condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    kind: PartKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    #: Search text, as long as what is shown.
    text: str
    #: In order, none inside another.
    named: tuple[Part, ...]
    #: What is asked: the dose, the duration, whether it may be used.
    aspects: tuple[Span, ...]
    #: Those of them that another question on the same would ask instead.
    asked: tuple[Span, ...]
    #: The words that are none of these, such as the name of something that the term list does not know.
    rest: tuple[str, ...]

    @property
    def says_more(self) -> bool:
        return bool(self.rest)

    def of(self, *kinds: PartKind) -> tuple[Part, ...]:
        return tuple(part for part in self.named if part.kind in kinds)

    @property
    def topics(self) -> tuple[Part, ...]:
        return self.of(PartKind.DRUG, PartKind.DISEASE, PartKind.TOPIC)


def parts_of(shown: str, term_list: TermList) -> Parts:
    text = search_text(shown)
    aspects = _spans(ASPECT, text)
    listed = _listed(text, term_list, aspects)
    people = [
        Part(kind=PartKind.PEOPLE, start=found.start(), end=found.end()) for found in PEOPLE.finditer(text)
    ]
    named = tuple(sorted(_apart([*listed, *people]), key=lambda part: part.start))
    return Parts(
        text=text,
        named=named,
        # The 血压 of 高血压 asks nothing.
        aspects=_beside(named, aspects),
        asked=_beside(named, _spans(ASKED, text)),
        rest=tuple(_rest(text, named)),
    )


def kind_of(concept: Concept) -> PartKind:
    """Diseases are told by the endings of their English names, for the list says only that they are topics."""
    match concept.kind:
        case TermKind.DRUG:
            return PartKind.DRUG
        case TermKind.POPULATION:
            return PartKind.CONDITION
    words = (word for name in concept.names(Script.OTHER) for word in name)
    return PartKind.DISEASE if any(map(_DISEASE.search, words)) else PartKind.TOPIC


# --------------------------------------------------------------------------------------- finding the names


def _listed(text: str, term_list: TermList, aspects: Iterable[Span]) -> Iterator[Part]:
    """降压目标 is a topic of the list and nothing that a question could be about: what is all aspect is left out."""
    covered = list(aspects)
    for mention in term_list.mentions(text):
        if mention.concept.is_subject or mention.concept.kind is TermKind.POPULATION:
            kind = kind_of(mention.concept)
            for start, end in _places(mention, text):
                if not _is_covered(start, end, covered):
                    yield Part(kind=kind, start=start, end=end)


def _places(mention: Mention, text: str) -> Iterator[tuple[int, int]]:
    """Where the tokens of a mention stand side by side, all of them."""
    for start, end in _stretches(text, lambda piece: piece in mention.tokens or _is_word_of(mention, piece)):
        if mention.tokens <= set(tokens(text[start:end])):
            yield start, end


def _is_word_of(mention: Mention, piece: str) -> bool:
    return not _IS_CJK.match(piece) and set(tokens(piece)) <= mention.tokens


_IS_CJK = re.compile(f"[{_CJK}]")
#: Two characters that follow each other, each pair found where it begins; or a word.
_PIECE = re.compile(rf"(?=([{_CJK}]{{2}}))|([a-zα-ω0-9]+(?:[.\-/'][a-zα-ω0-9]+)*)")
_BETWEEN = re.compile(r"[\s\-]*")


def _stretches(text: str, fits: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    begun: tuple[int, int] | None = None
    for found in _PIECE.finditer(text):
        group = 1 if found.group(1) else 2
        start, end = found.span(group)
        if not fits(found.group(group)):
            continue
        if begun and (start < begun[1] or _BETWEEN.fullmatch(text, begun[1], start)):
            begun = (begun[0], end)
            continue
        if begun:
            yield begun
        begun = (start, end)
    if begun:
        yield begun


def _apart(parts: Iterable[Part]) -> Iterator[Part]:
    """Topics before people, and longest first, so that none overlaps another."""
    kept: list[Part] = []
    # 妊娠期高血压 is a disease, 孕妇 are people, though the list has a name for either.
    order = {PartKind.PEOPLE: 1, PartKind.CONDITION: 2}
    for part in sorted(parts, key=lambda part: (order.get(part.kind, 0), part.start - part.end, part.start)):
        if not any(_overlap(part, other) for other in kept):
            kept.append(part)
            yield part


def _spans(pattern: re.Pattern[str], text: str) -> tuple[Span, ...]:
    return tuple(Span(start=found.start(), end=found.end()) for found in pattern.finditer(text))


def _beside(named: Iterable[Part], spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if not any(_overlap(span, part) for part in named))


def _overlap(one: Part | Span, other: Part | Span) -> bool:
    return one.start < other.end and other.start < one.end


def _is_covered(start: int, end: int, spans: Iterable[Span]) -> bool:
    return any(span.start <= start and end <= span.end for span in spans)


def _rest(text: str, named: Iterable[Part]) -> list[str]:
    """The words of content that are neither a name nor an aspect."""
    left = list(text)
    for part in named:
        left[part.start : part.end] = " " * (part.end - part.start)
    bare = FRAME.sub(" ", ASPECT.sub(" ", "".join(left)))
    return [
        term
        for term in question_terms(bare)
        if len(term) > 1 and not any(character.isdigit() for character in term) and term not in STOP_WORDS
    ]


#: Stems of the words that diseases are called by.
_DISEASE = re.compile(
    r"(?:diseas|disord|syndrom|failur|infect|hypertens|hypotens|diabet|diabetes|stroke|asthma|fibril|cancer|oma|itis|"
    r"iti|osi|osis|aemia|emia|pneumonia|epilepsi|angina|sepsi|sepsis|shock|injuri|ulcer|gout|migrain|pathi|copd|"
    r"eclampsia|dementia|arrhythmia|tachycardia|bradycardia|allergi|anaphylaxi|fractur|impair|insuffici|bleed|"
    r"haemorrhag|hemorrhag|thrombosi|embol|stenosi|malaria|influenza|eczema|psoriasi|depress|anxieti|obes)$"
)
