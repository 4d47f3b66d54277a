"""The field's terms in both languages: they bridge a question to passages that say the same in other words."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol, TypeVar

from knowledge.domain import Script
from knowledge.text import STOP_WORDS, search_text, tokens

SHIPPED = Path(__file__).with_name("terms.csv")

_CJK = re.compile("[\u3400-\u9fff]")
_WORDS = re.compile(r"[a-zα-ω0-9]+")
#: An abbreviation with a stage or grade: CKD3b, GOLD4, NYHA3.
_GRADED = re.compile(r"(?P<name>[a-z]{3,})[0-9][a-e]?")


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
    #: Whether it is a disease, as far as the end of one of its names tells; of topics only.
    is_disease: bool = False

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
    """A concept that a question names, and what it names it with."""

    concept: Concept
    tokens: frozenset[str]
    #: As the question writes it.
    words: str


#: A text, or the stems of its words.
Part = TypeVar("Part", str, list[str])


class TermSource(Protocol):
    """Where the list is taken from, question by question: it may change meanwhile."""

    def current(self) -> TermList: ...


class TermList:
    """Finds the concepts that a text names: the longest name at each place, in either script."""

    def __init__(self, rows: Iterable[TermRow]) -> None:
        self.rows = tuple(rows)
        self._chinese: dict[str, list[Concept]] = {}
        self._other: dict[tuple[str, ...], list[Concept]] = {}
        #: Of the other names those that may have a grade: MEN1 is no grade of men.
        self._abbreviations = {other_key(name) for row in self.rows for name in row.abbreviations}
        for row in self.rows:
            concept = Concept(
                zh=_cut((*row.zh, *row.abbreviations)),
                en=_cut((*row.en, *row.abbreviations)),
                kind=row.kind,
                is_disease=row.kind is TermKind.TOPIC and _is_of_disease(row),
            )
            for name in row.zh:
                self._chinese.setdefault(chinese_key(name), []).append(concept)
            for name in (*row.en, *row.abbreviations):
                self._other.setdefault(other_key(name), []).append(concept)
        #: By how a name begins: how long those are that begin so, the longest first.
        self._chinese_lengths = _lengths_by_beginning(self._chinese)
        self._longest_other = max(map(len, self._other), default=0)

    def current(self) -> TermList:
        """A list is a source that never changes."""
        return self

    def mentions(self, shown: str) -> list[Mention]:
        """Each concept that the text names, once."""
        text = search_text(shown)
        found = {
            id(concept): Mention(
                concept=concept, tokens=frozenset(tokens(shown[start:end])), words=shown[start:end]
            )
            for concept, start, end in (*self._in_chinese(text), *self._in_other(text))
        }
        return list(found.values())

    def within(self, mention: Mention) -> list[Concept]:
        """What a part of the words of a mention names: pneumonia, of 支原体肺炎 or mycoplasma pneumonia."""
        text = search_text(mention.words)
        words = _WORDS.findall(text)
        stems = [other_key(word)[0] for word in words] if len(words) > 1 else []
        names = [
            *(self._chinese.get(part, ()) for part in _parts(text)),
            *(self._other.get(tuple(part), ()) for part in _parts(stems)),
        ]
        return list({id(concept): concept for some in names for concept in some}.values())

    def _in_chinese(self, text: str) -> Iterator[tuple[Concept, int, int]]:
        place = 0
        while place < len(text):
            name = self._longest_at(text, place)
            for concept in self._chinese.get(name, ()):
                yield concept, place, place + len(name)
            place += len(name) or 1

    def _longest_at(self, text: str, place: int) -> str:
        lengths = self._chinese_lengths.get(text[place : place + _BEGINNING], ())
        if lengths and _may_start(text, place):
            for length in lengths:
                if text[place : place + length] in self._chinese:
                    return text[place : place + length]
        return ""

    def _in_other(self, text: str) -> Iterator[tuple[Concept, int, int]]:
        words = list(_WORDS.finditer(text))
        stems = [self._stem(word[0]) for word in words]
        place = 0
        while place < len(words):
            length = self._longest_other_at(stems, place)
            for concept in self._other.get(tuple(stems[place : place + length]), ()):
                yield concept, words[place].start(), words[place + length - 1].end()
            place += length or 1

    def _stem(self, word: str) -> str:
        """Of CKD5 the stem of CKD, as long as the list knows nothing that is called so."""
        (stem,) = other_key(word)
        graded = _GRADED.fullmatch(word)
        if graded and (stem,) not in self._other and (graded["name"],) in self._abbreviations:
            return graded["name"]
        return stem

    def _longest_other_at(self, stems: list[str], place: int) -> int:
        for length in range(min(self._longest_other, len(stems) - place), 0, -1):
            if tuple(stems[place : place + length]) in self._other:
                return length
        return 0


#: How names of diseases end, and hardly any of a test, a procedure or an organism.
_DISEASE_ZH = re.compile(
    r"(?:病|症|炎|癌|瘤|征|肿|疹|斑|中毒|骨折|感染|衰竭|衰|出血|梗死|梗阻|栓塞|血栓|卒中|中风|休克|哮喘|贫血|高血压|痛风|疏松|疝|结石"
    r"|溃疡|过敏|损伤|颤动|房颤|聋|盲|瘫|痫|痴呆|畸形|缺乏|不良)$"
)
_DISEASE_EN = re.compile(
    r"(?:itis|osis|a?emia|oma|pathy|penia|plegia|sclerosis|disease|syndrome|disorder|failure|cancer|infection|palsy|gout|asthma"
    r"|stroke|fracture|rrhage|poisoning|anaphylaxis|shock|ulcer|hernia|epilepsy|hypertension|hypotension|diabetes|pneumonia"
    r"|depression|migraine|dementia|embolism|obstruction|torsion|flare)$"
)


def _is_of_disease(row: TermRow) -> bool:
    return any(map(_DISEASE_ZH.search, row.zh)) or any(_DISEASE_EN.search(name.lower()) for name in row.en)


def _parts(whole: Part) -> Iterator[Part]:
    """Every stretch of it but the whole."""
    for length in range(1, len(whole)):
        for start in range(len(whole) - length + 1):
            yield whole[start : start + length]


#: So many characters of a name are looked up first; a name of only one would stand in any text, and is found nowhere.
_BEGINNING = 2


def _lengths_by_beginning(names: Iterable[str]) -> dict[str, list[int]]:
    lengths: dict[str, set[int]] = {}
    for name in names:
        if len(name) >= _BEGINNING:
            lengths.setdefault(name[:_BEGINNING], set()).add(len(name))
    return {beginning: sorted(some, reverse=True) for beginning, some in lengths.items()}


def _may_start(text: str, place: int) -> bool:
    """Names such as 2型糖尿病 and β受体阻滞剂 start with a figure or letter, but never inside another word."""
    return bool(_CJK.match(text[place])) or (
        bool(_WORDS.match(text[place])) and (place == 0 or not _WORDS.match(text[place - 1]))
    )


def chinese_key(name: str) -> str:
    """What a Chinese name is known by: Traditional characters and full width do not matter."""
    return search_text(name)


@lru_cache(maxsize=16_384)
def other_key(name: str) -> tuple[str, ...]:
    """What an English name or an abbreviation is known by: its stemmed words; plurals and hyphens do not matter."""
    return tuple(next(iter(tokens(word))) for word in _WORDS.findall(search_text(name)))


def _cut(names: Iterable[str]) -> tuple[frozenset[str], ...]:
    """Each name as the tokens that a passage holds where it stands there; compounds are held in parts."""
    cut = (frozenset(tokens(name.replace("-", " "))) - STOP_WORDS for name in names)
    return tuple(dict.fromkeys(name for name in cut if name))


def read(path: Path) -> TermList:
    """The list in a CSV file: zh, en and abbreviations, alternatives separated by |, and kind (see TermKind)."""
    return TermList(_rows(path))


def _rows(path: Path) -> list[TermRow]:
    with path.open(encoding="utf-8", newline="") as file:
        return [_row(row) for row in csv.DictReader(file)]


def _row(cells: dict[str, str]) -> TermRow:
    return TermRow(
        zh=names_in(cells.get("zh")),
        en=names_in(cells.get("en")),
        abbreviations=names_in(cells.get("abbreviations")),
        kind=TermKind(cells.get("kind") or TermKind.TOPIC),
    )


def names_in(cell: str | None) -> tuple[str, ...]:
    """The alternatives in one cell, separated by |."""
    return tuple(name.strip() for name in (cell or "").replace("｜", "|").split("|") if name.strip())


@cache
def shipped() -> TermList:
    """The list that comes with the product."""
    return TermList(shipped_rows())


@cache
def shipped_rows() -> tuple[TermRow, ...]:
    """Its rows, without what it takes to find them in a text."""
    return tuple(_rows(SHIPPED))
