"""A coordinator's rows applied to the shipped list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.terms.own import OwnRow, OwnTerms, Problem
from knowledge.terms.termlist import TermKind, TermRow, chinese_key, other_key

_NameKey = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The list that counts: the shipped one with the coordinator's rows applied."""

    rows: tuple[TermRow, ...]
    #: Concepts that are new, concepts that got names or another kind, and names that were taken away.
    added: int = 0
    amended: int = 0
    removed: int = 0
    problems: tuple[Problem, ...] = ()


def merge(shipped: Sequence[TermRow], own: OwnTerms) -> Merged:
    """The coordinator's rows applied to the shipped ones, names to take away first, then row by row."""
    merging = _Merging(shipped)
    for row in own.rows:
        if row.removes:
            merging.remove(row)
    for row in own.rows:
        if not row.removes:
            merging.apply(row)
    problems = sorted((*own.problems, *merging.problems), key=lambda problem: problem.line)
    return Merged(
        rows=tuple(row for row in merging.concepts if row.zh or row.en or row.abbreviations),
        added=len(merging.concepts) - len(shipped),
        amended=len(merging.amended),
        removed=merging.removed,
        problems=tuple(problems),
    )


class _Merging:
    def __init__(self, shipped: Sequence[TermRow]) -> None:
        self.concepts = list(shipped)
        self.amended: set[int] = set()
        self.removed = 0
        self.problems: list[Problem] = []
        self._shipped = len(shipped)
        self._holders: dict[_NameKey, set[int]] = {}
        for place, row in enumerate(shipped):
            self._hold(place, row)

    def _hold(self, place: int, row: TermRow | OwnRow) -> None:
        for name in _named(row):
            self._holders.setdefault(_name_key(name), set()).add(place)

    def remove(self, row: OwnRow) -> None:
        for name in _named(row):
            key = _name_key(name)
            holders = self._holders.pop(key, set())
            if not holders:
                self._tell(row, f"nothing is called {name!r}, so there is nothing to take away")
                continue
            self.removed += 1
            for place in holders:
                self.concepts[place] = _without(self.concepts[place], key)
                self.amended.add(place)

    def apply(self, row: OwnRow) -> None:
        known = [(name, self._holders[_name_key(name)]) for name in _anchors(row) if self._knows(name)]
        if not known:
            self._add(row)
            return
        meant = set.intersection(*(holders for _, holders in known))
        if not meant:
            self._tell(row, f"{_first_apart(known)} are known as different things: write a row for each")
            return
        for place in meant:
            self._amend(place, row)
        self._hold_all(meant, row)

    def _knows(self, name: str) -> bool:
        return bool(self._holders.get(_name_key(name)))

    def _add(self, row: OwnRow) -> None:
        self.concepts.append(
            TermRow(zh=row.zh, en=row.en, abbreviations=row.abbreviations, kind=row.kind or TermKind.TOPIC)
        )
        self._hold(len(self.concepts) - 1, row)

    def _amend(self, place: int, row: OwnRow) -> None:
        before = self.concepts[place]
        after = replace(
            before,
            zh=_joined(before.zh, row.zh),
            en=_joined(before.en, row.en),
            abbreviations=_joined(before.abbreviations, row.abbreviations),
            kind=row.kind or before.kind,
        )
        if after != before and place < self._shipped:
            self.amended.add(place)
        self.concepts[place] = after

    def _hold_all(self, places: Iterable[int], row: OwnRow) -> None:
        for place in places:
            self._hold(place, row)

    def _tell(self, row: OwnRow, message: str) -> None:
        self.problems.append(Problem(line=row.line, message=message))


def _named(row: TermRow | OwnRow) -> Iterator[str]:
    yield from (*row.zh, *row.en, *row.abbreviations)


def _anchors(row: OwnRow) -> tuple[str, ...]:
    """The names that tell which concept is meant: abbreviations only where there is nothing else, as they mean many."""
    return (*row.zh, *row.en) or row.abbreviations


def _name_key(name: str) -> _NameKey:
    # A name in the Chinese column may well be Latin, and is the same name as in the others.
    return other_key(name) if name.isascii() else chinese_key(name)


def _joined(before: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    known = {_name_key(name) for name in before}
    return (*before, *(name for name in new if _name_key(name) not in known))


def _without(row: TermRow, key: _NameKey) -> TermRow:
    def kept(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if _name_key(name) != key)

    return replace(row, zh=kept(row.zh), en=kept(row.en), abbreviations=kept(row.abbreviations))


def _first_apart(known: Sequence[tuple[str, set[int]]]) -> str:
    first, holders = known[0]
    other = next((name for name, others in known if not others & holders), known[-1][0])
    return f"{first!r} and {other!r}"
