"""A coordinator's own terms: a table beside the library that adds to the shipped list and corrects it.

It has the shipped list's columns. A row that shares a name with a known concept adds its names to it, and gives it its
kind where it states one; any other row is a new concept; a row of the kind `remove` takes its names away from whatever
has them. A row that cannot be understood is left out and named, and the rest counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from knowledge.terms.termlist import (
    TermKind,
    TermRow,
    chinese_key,
    names_in,
    other_key,
    shipped_rows,
)
from knowledge.text import STOP_WORDS, search_text, tokens

COLUMNS = ("zh", "en", "abbreviations", "kind")
#: The kind of a row that takes its names away. A minus before a name would be a formula to a spreadsheet.
REMOVE = "remove"

_LARGEST = 5 * 1024 * 1024
_MOST_ROWS = 20_000
_LONGEST_NAME = 200
#: What spreadsheets save Chinese as, where it is not UTF-8.
_ENCODINGS = ("gb18030", "big5hkscs")

Column = Literal["zh", "en", "abbreviations"]
_NameKey = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    #: From 1, the header's; 0 for the file as a whole.
    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    line: int
    zh: tuple[str, ...]
    en: tuple[str, ...]
    abbreviations: tuple[str, ...]
    #: None where the row states none.
    kind: TermKind | None
    removes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTerms:
    rows: tuple[OwnRow, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The list that counts: the shipped one with the coordinator's rows applied."""

    rows: tuple[TermRow, ...]
    #: Concepts that are new, concepts that got names or another kind, and names that were taken away.
    added: int = 0
    amended: int = 0
    removed: int = 0
    problems: tuple[Problem, ...] = ()


# ----------------------------------------------------------------------------------------------- reading


def parse(raw: bytes) -> OwnTerms:
    """The rows of a file as it stands on the disk; any bytes whatever give an answer."""
    if len(raw) > _LARGEST:
        return _unreadable(f"it is larger than {_LARGEST // 1024 // 1024} MB")
    text = _decoded(raw)
    if text is None:
        return _unreadable('its encoding is unknown: save it as "CSV UTF-8"')
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines = _lines(table)
    header = next(lines, None)
    if header is None:
        return _unreadable("it is empty: its first line must be zh,en,abbreviations,kind")
    if isinstance(header, Problem):
        return OwnTerms(problems=(header,))
    columns = [cell.strip().lower() for cell in header[1]]
    wrong = _wrong_header(columns)
    if wrong:
        return OwnTerms(problems=(Problem(line=header[0], message=wrong),))
    found = [
        line if isinstance(line, Problem) else _row(*line, columns)
        for line in lines
        if isinstance(line, Problem) or any(cell.strip() for cell in line[1])
    ]
    if len(found) > _MOST_ROWS:
        return _unreadable(f"it has more than {_MOST_ROWS:,} rows")
    return OwnTerms(
        rows=tuple(row for row in found if isinstance(row, OwnRow)),
        problems=tuple(row for row in found if isinstance(row, Problem)),
    )


def _unreadable(message: str) -> OwnTerms:
    return OwnTerms(problems=(Problem(line=0, message=message),))


def _lines(table: Iterable[list[str]]) -> Iterator[tuple[int, list[str]] | Problem]:
    """Each record with the line it begins on; what is no table ends it."""
    reader = iter(table)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem(line=begins, message=f"it is no table from here on ({error})")
            return
        yield begins, cells
        begins = reader.line_num + 1  # type: ignore[attr-defined]  # csv's reader has it, its type is not public


def _decoded(raw: bytes) -> str | None:
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return max(_readings(raw), key=_familiar, default=None)


def _readings(raw: bytes) -> Iterator[str]:
    for encoding in _ENCODINGS:
        try:
            yield raw.decode(encoding)
        except UnicodeDecodeError:
            continue


def _familiar(text: str) -> float:
    """Share of the characters that stand in the shipped list: GB18030 read as Big5, or the reverse, has few."""
    chinese = [character for character in search_text(text) if not character.isascii()]
    return sum(character in _shipped_characters() for character in chinese) / len(chinese) if chinese else 0.0


@cache
def _shipped_characters() -> frozenset[str]:
    return frozenset(character for row in shipped_rows() for name in row.zh for character in name)


def _wrong_header(columns: Sequence[str]) -> str | None:
    if not {"zh", "en"} & set(columns):
        hint = "; separate the columns by commas" if any(c in columns[0] for c in ";\t") else ""
        return f"the first line must name the columns: {','.join(COLUMNS)}{hint}"
    unknown = [name for name in columns if name and name not in COLUMNS]
    if unknown:
        return f"there is no column {unknown[0]!r}; the columns are {','.join(COLUMNS)}"
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    return f"the column {twice[0]!r} stands there twice" if twice else None


def _row(line: int, cells: Sequence[str], columns: Sequence[str]) -> OwnRow | Problem:
    if any(cell.strip() for cell in cells[len(columns) :]):
        return Problem(
            line=line, message="it has more cells than columns: put a name with a comma in quotation marks"
        )
    values = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
    kind = values.get("kind", "").strip().lower()
    if kind not in ("", REMOVE, *TermKind):
        return Problem(line=line, message=f"kind must be {', '.join(TermKind)} or {REMOVE}, not {kind!r}")
    row = OwnRow(
        line=line,
        zh=names_in(values.get("zh")),
        en=names_in(values.get("en")),
        abbreviations=names_in(values.get("abbreviations")),
        kind=TermKind(kind) if kind and kind != REMOVE else None,
        removes=kind == REMOVE,
    )
    wrong = _wrong_names(row)
    return Problem(line=line, message=wrong) if wrong else row


def _wrong_names(row: OwnRow) -> str | None:
    names = [*row.zh, *row.en, *row.abbreviations]
    if not names:
        return "it has no name"
    for name in names:
        if len(name) > _LONGEST_NAME:
            return f"the name {name[:20]!r}… is longer than {_LONGEST_NAME} characters"
        if len(name) < 2:
            return f"the name {name!r} is too short: one character stands in too many words"
        if not any(token for token in tokens(name) if token not in STOP_WORDS and not token.isdigit()):
            return f"the name {name!r} holds no word that a text could be found by"
    return None


# ----------------------------------------------------------------------------------------------- merging


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
        for _, name in _named(row):
            self._holders.setdefault(_name_key(name), set()).add(place)

    def remove(self, row: OwnRow) -> None:
        for _, name in _named(row):
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


def _named(row: TermRow | OwnRow) -> Iterator[tuple[Column, str]]:
    yield from (("zh", name) for name in row.zh)
    yield from (("en", name) for name in row.en)
    yield from (("abbreviations", name) for name in row.abbreviations)


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
