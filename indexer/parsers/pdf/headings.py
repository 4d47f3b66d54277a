"""Which lines of a PDF are headings, and how deep: by numbers, by print, by the file's outline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from indexer.levels import short_enough
from indexer.numbering import Rank, rank_of, title_of
from indexer.parsers.pdf.lines import Line
from indexer.shown import cjk_count, letter_count

_ENDS_SENTENCE = re.compile(r"[。；;，,：:！!、\-]$|[a-z)）\d]\.$|\b(?:and|or|of|the|in|for|with|to|a)$")
CAPTION = re.compile(r"^(?:续?表|續?表|图|圖|Table|Figure|Fig\.?|Box)\s?[\dA-Z]", re.IGNORECASE)
_NO_TITLE = re.compile(r"^(?:[•●▪◆■□►➢✓–-]|https?:|www\.|[\w.+-]+@|\[\d|［\d|[·•])|[…]{2}|[.．·]{5}|@")
_CHINESE = (Rank.PART, Rank.CHAPTER, Rank.SECTION, Rank.IDEOGRAPH, Rank.BRACKETED_IDEOGRAPH)
#: Latin letters of references would outvote the Chinese of the text itself.
_LATIN_SHARE = 0.3
_DEEPEST = 8
#: Bold stands above plain print of the same size, and below the next size.
_BOLD_GAIN = 1.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What makes a heading's class: its kind of number, or for one without a number its print."""

    rank: Rank | None
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The print of a document's running text, and its outline."""

    size: float
    bold: bool
    #: Levels by reduced title; empty without an outline.
    outline: Mapping[str, int]


def body_of(lines: Iterable[Line], outline: Mapping[str, int]) -> Body:
    """The print that most of a document has, Chinese counted before Latin where there is both."""
    counts: Counter[tuple[float, bool]] = Counter()
    for line in lines:
        wide = cjk_count(line.text)
        counts[line.size, line.bold] += round(100 * (wide + _LATIN_SHARE * (len(line.text) - wide)))
    size, bold = counts.most_common(1)[0][0] if counts else (10.0, False)
    return Body(size=size, bold=bold, outline=outline)


def plain(text: str) -> str:
    """A line reduced for comparison with the outline and with other lines."""
    return re.sub(r"[\W_]+", "", text).casefold()


def is_heading(text: str, line: Line, body: Body, *, fills: bool) -> bool:
    """Whether a line, or the lines of one print that begin with it, is a heading.

    fills: the (last) line reaches the right edge of its column, as running text does.
    """
    if plain(text) in body.outline and not CAPTION.match(text):
        return True
    large = line.size > 1.2 * body.size
    if (
        _NO_TITLE.search(text)
        or CAPTION.match(text)
        or _ENDS_SENTENCE.search(text)
        or not short_enough(text, large=large)
    ):
        return False
    rank = rank_of(text)
    if letter_count(title_of(text)) < 2 and rank not in (Rank.CHAPTER, Rank.PART):
        return False
    if rank in _CHINESE:
        return not fills
    if rank is Rank.BRACKETED_DECIMAL:
        return False
    return stands_out(line, body) and (large or not fills)


def stands_out(line: Line, body: Body) -> bool:
    larger = line.size > 1.12 * body.size
    return larger or (line.bold and not body.bold and line.size >= 0.95 * body.size)


def style_of(line: Line) -> Style:
    return Style(rank=rank_of(line.text), size=round(line.size * (_BOLD_GAIN if line.bold else 1.0), 1))


def levels(styles: Sequence[Style], body: Body) -> dict[Style, int]:
    """The level of each style. Numbers nest by their kind; print without one stands with numbers of its size."""
    counts = Counter(styles)
    usual = [style for style in styles if counts[style] > 1 or style.rank is not None]
    classes: list[tuple[Rank | None, float]] = [(rank, size) for rank, size in _nested(usual)]
    for size in sorted({style.size for style in usual if style.rank is None}, reverse=True):
        if not any(_alike(size, known) for _, known in classes):
            classes.insert(_place(size, classes), (None, size))
    return {style: min(_level(style, classes), _DEEPEST) for style in counts}


def _nested(styles: Sequence[Style]) -> list[tuple[Rank, float]]:
    """The kinds of number with their usual sizes; one printed smaller than a kind inside it does not nest."""
    ranks = sorted({style.rank for style in styles if style.rank is not None})
    sized = [(rank, _usual_size(rank, styles)) for rank in ranks]
    return [
        (rank, size)
        for index, (rank, size) in enumerate(sized)
        if all(size >= 0.94 * inner for _, inner in sized[index + 1 :])
    ]


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= 0.06 * max(one, other)


def _usual_size(rank: Rank, styles: Sequence[Style]) -> float:
    return Counter(style.size for style in styles if style.rank is rank).most_common(1)[0][0]


def _place(size: float, classes: Sequence[tuple[Rank | None, float]]) -> int:
    return next((index for index, (_, known) in enumerate(classes) if known < size), len(classes))


def _level(style: Style, classes: Sequence[tuple[Rank | None, float]]) -> int:
    for level, (rank, _) in enumerate(classes, start=1):
        if style.rank is not None and rank is style.rank:
            return level
    for level, (_, size) in enumerate(classes, start=1):
        if _alike(style.size, size):
            return level
    return max(1, _place(style.size, classes))
