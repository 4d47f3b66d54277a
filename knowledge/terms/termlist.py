"""The field's terms in both languages: they bridge a question to passages that say the same in other words."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from knowledge.domain import Script
from knowledge.text import STOP_WORDS, search_text, tokens

SHIPPED = Path(__file__).with_name("terms.csv")

_CJK = re.compile("[\u3400-\u9fff]")
_WORDS = re.compile(r"[a-zα-ω0-9]+")


class TermKind(StrEnum):
    #: What a text can be about: a disease, a test, a procedure, an organism, a device.
    TOPIC = "topic"
    #: What is given to a patient: substances and their classes, vaccines, biologics, herbs, infusions, contrast media.
    #: A text can be about it as well.
    DRUG = "drug"
    #: Whom it holds for, where that changes drugs and doses: children, pregnancy, old age, renal impairment, dialysis.
    POPULATION = "population"
    #: Everything else: 剂量, "treatment", anatomy, symptoms.
    GENERAL = "general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing with its names. A passage names it if it holds every token of one of the names."""

    zh: tuple[frozenset[str], ...]
    en: tuple[frozenset[str], ...]
    kind: TermKind

    @property
    def is_subject(self) -> bool:
        """Whether a text can be about it."""
        return self.kind in (TermKind.TOPIC, TermKind.DRUG)

    def names(self, script: Script) -> tuple[frozenset[str], ...]:
        return self.zh if script is Script.CHINESE else self.en

    def is_named_in(self, held: frozenset[str] | set[str], script: Script) -> bool:
        return any(name <= held for name in self.names(script))


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """One concept as the list writes it."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    abbreviations: tuple[str, ...] = ()
    kind: TermKind = TermKind.TOPIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A concept that a question names, and the tokens it names it with."""

    concept: Concept
    tokens: frozenset[str]


class TermList:
    """Finds the concepts that a text names: the longest name at each place, in either script."""

    def __init__(self, rows: Iterable[TermRow]) -> None:
        self._chinese: dict[str, list[Concept]] = {}
        self._other: dict[tuple[str, ...], list[Concept]] = {}
        for row in rows:
            concept = Concept(
                zh=_cut((*row.zh, *row.abbreviations)),
                en=_cut((*row.en, *row.abbreviations)),
                kind=row.kind,
            )
            for name in row.zh:
                self._chinese.setdefault(search_text(name), []).append(concept)
            for name in (*row.en, *row.abbreviations):
                self._other.setdefault(_key(name), []).append(concept)
        self._longest_chinese = max(map(len, self._chinese), default=0)
        self._longest_other = max(map(len, self._other), default=0)

    def mentions(self, shown: str) -> list[Mention]:
        """Each concept that the text names, once."""
        text = search_text(shown)
        found = {id(m.concept): m for m in (*self._in_chinese(text), *self._in_other(text))}
        return list(found.values())

    def _in_chinese(self, text: str) -> Iterator[Mention]:
        place = 0
        while place < len(text):
            name = self._longest_at(text, place) if _may_start(text, place) else ""
            for concept in self._chinese.get(name, ()):
                yield Mention(concept=concept, tokens=frozenset(tokens(name)))
            place += len(name) or 1

    def _longest_at(self, text: str, place: int) -> str:
        for length in range(min(self._longest_chinese, len(text) - place), 1, -1):
            if text[place : place + length] in self._chinese:
                return text[place : place + length]
        return ""

    def _in_other(self, text: str) -> Iterator[Mention]:
        words = _WORDS.findall(text)
        stems = [_key(word)[0] for word in words]
        place = 0
        while place < len(words):
            length = self._longest_other_at(stems, place)
            for concept in self._other.get(tuple(stems[place : place + length]), ()):
                yield Mention(
                    concept=concept, tokens=frozenset(tokens(" ".join(words[place : place + length])))
                )
            place += length or 1

    def _longest_other_at(self, stems: list[str], place: int) -> int:
        for length in range(min(self._longest_other, len(stems) - place), 0, -1):
            if tuple(stems[place : place + length]) in self._other:
                return length
        return 0


def _may_start(text: str, place: int) -> bool:
    """Names such as 2型糖尿病 and β受体阻滞剂 start with a figure or letter, but never inside another word."""
    return bool(_CJK.match(text[place])) or (
        bool(_WORDS.match(text[place])) and (place == 0 or not _WORDS.match(text[place - 1]))
    )


def _key(name: str) -> tuple[str, ...]:
    """A name as its stemmed words: plurals and hyphens do not matter."""
    return tuple(next(iter(tokens(word))) for word in _WORDS.findall(search_text(name)))


def _cut(names: Iterable[str]) -> tuple[frozenset[str], ...]:
    """Each name as the tokens that a passage holds where it stands there; compounds are held in parts."""
    cut = (frozenset(tokens(name.replace("-", " "))) - STOP_WORDS for name in names)
    return tuple(dict.fromkeys(name for name in cut if name))


def read(path: Path) -> TermList:
    """The list in a CSV file: zh, en and abbreviations, alternatives separated by |, and kind (see TermKind)."""
    with path.open(encoding="utf-8", newline="") as file:
        return TermList([_row(row) for row in csv.DictReader(file)])


def _row(cells: dict[str, str]) -> TermRow:
    return TermRow(
        zh=_names(cells.get("zh")),
        en=_names(cells.get("en")),
        abbreviations=_names(cells.get("abbreviations")),
        kind=TermKind(cells.get("kind") or TermKind.TOPIC),
    )


def _names(cell: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (cell or "").split("|") if name.strip())


@cache
def shipped() -> TermList:
    """The list that comes with the product."""
    return read(SHIPPED)
