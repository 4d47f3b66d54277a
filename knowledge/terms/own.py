"""A coordinator's own terms: a table beside the library that adds to the shipped list and corrects it.

It has the shipped list's columns. A row that shares a name with a known concept adds its names to it, and gives it its
kind where it states one; any other row is a new concept; a row of the kind `remove` takes its names away from whatever
has them. A row that cannot be understood is left out and named, and the rest counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from knowledge.terms.termlist import TermKind, names_in, shipped_rows
from knowledge.text import STOP_WORDS, search_text, tokens

COLUMNS = ("zh", "en", "abbreviations", "kind")
#: The kind of a row that takes its names away. A minus before a name would be a formula to a spreadsheet.
REMOVE = "remove"

_LARGEST = 5 * 1024 * 1024
_MOST_ROWS = 20_000
_LONGEST_NAME = 200
#: What spreadsheets save Chinese as, where it is not UTF-8.
_ENCODINGS = ("gb18030", "big5hkscs")


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
        hint = "; separate the columns by commas" if any(c in "".join(columns) for c in ";\t") else ""
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
