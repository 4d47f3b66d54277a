"""Blocks to passages: whole sentences, whole tables, one section each, offsets exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from indexer.packing import packed
from indexer.parsed import Chunk, Parsed
from indexer.pieces import LARGEST, NO_HEADING, Piece, pieces_of, weight
from indexer.shown import letter_count
from knowledge.domain import PassageKind

SMALLEST = 200.0
_LARGEST_TABLE = 600.0
#: Below this a section is joined with the sub-section that follows it.
_TINY = 120.0
_FEWEST_LETTERS = 15


def document_text(parsed: Parsed) -> str:
    """The text that offsets count in: the blocks of a cleaned document, one a line."""
    return "\n".join(block.text for block in parsed.blocks)


def chunk(parsed: Parsed) -> tuple[Chunk, ...]:
    """The passages of a cleaned document, in order.

    A text passage is document_text(parsed)[start:end]. A slice of a long table repeats the caption and
    header row before its rows; its offsets are those of its rows alone.
    """
    text = document_text(parsed)
    chunks = [made for run in _runs(pieces_of(parsed.blocks)) for made in _run_chunks(run, text)]
    return tuple(each for each in chunks if letter_count(each.text) >= _FEWEST_LETTERS)


def _runs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces that may share a passage: of one section, and no table among text."""
    sections: list[list[Piece]] = []
    for piece in pieces:
        if sections and piece.crosses == NO_HEADING and piece.section == sections[-1][-1].section:
            sections[-1].append(piece)
        else:
            sections.append([piece])
    merged = _merge_tiny(sections)
    return [
        list(group)
        for run in merged
        for _, group in groupby(run, key=lambda piece: piece.start if piece.table else -1)
    ]


def _merge_tiny(sections: Sequence[list[Piece]]) -> list[list[Piece]]:
    """Small sections joined with the next below or beside them, where no heading of level 1 or 2 parts them."""
    result: list[list[Piece]] = []
    for run in sections:
        if result and _may_join(result[-1], run):
            common = _common(result[-1][0].section, run[0].section)
            result[-1] = [replace(piece, section=common) for piece in (*result[-1], *run)]
        else:
            result.append(run)
    return result


def _may_join(before: Sequence[Piece], run: Sequence[Piece]) -> bool:
    if run[0].crosses <= 2 or any(piece.table for piece in (*before, *run)):
        return False
    common = _common(before[0].section, run[0].section)
    sizes = sum(piece.weight for piece in before), sum(piece.weight for piece in run)
    small = sizes[0] < _TINY or (sizes[1] < _TINY and sizes[0] < SMALLEST)
    return bool(common) and small and sum(sizes) <= LARGEST


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return one[:same]


def _run_chunks(run: Sequence[Piece], text: str) -> Iterable[Chunk]:
    if run[0].table:
        return _table_chunks(run[0], text)
    return [_chunk(group, text) for group in packed(run)]


def _chunk(group: Sequence[Piece], text: str) -> Chunk:
    start, end = group[0].start, group[-1].end
    return Chunk(
        text=text[start:end],
        section=group[0].section,
        kind=PassageKind.TEXT,
        page_first=group[0].page,
        page_last=group[-1].page_last,
        start=start,
        end=end,
        marks=frozenset().union(*(piece.marks for piece in group)),
    )


def _table_chunks(piece: Piece, text: str) -> Iterator[Chunk]:
    whole = Chunk(
        text=text[piece.start : piece.end],
        section=piece.section,
        kind=PassageKind.TABLE,
        page_first=piece.page,
        page_last=piece.page_last,
        start=piece.start,
        end=piece.end,
        marks=piece.marks,
    )
    if piece.weight <= _LARGEST_TABLE:
        yield whole
        return
    rows = whole.text.split("\n")
    head = _head_rows(rows)
    header = "\n".join(rows[:head])
    offset = piece.start + len(header) + 1
    for number, slice_rows in enumerate(_row_slices(rows[head:], weight(header))):
        body = "\n".join(slice_rows)
        start = piece.start if number == 0 else offset
        yield replace(whole, text=f"{header}\n{body}", start=start, end=offset + len(body))
        offset += len(body) + 1


def _head_rows(rows: Sequence[str]) -> int:
    """How many rows are repeated: a caption, and the header row below it."""
    captions = 0
    while captions < len(rows) - 1 and " | " not in rows[captions] and captions < 3:
        captions += 1
    return min(captions + 1, len(rows) - 1)


def _row_slices(rows: Sequence[str], header: float) -> list[list[str]]:
    """The rows in as few slices as fit, of even size: a last slice of one row would say little."""
    room = max(_LARGEST_TABLE - header, _LARGEST_TABLE / 2)
    total = sum(map(weight, rows))
    even = total / max(1.0, -(-total // room))
    slices: list[list[str]] = [[]]
    size = 0.0
    for row in rows:
        added = weight(row)
        if slices[-1] and (size + added > room or size + added / 2 > even):
            slices.append([])
            size = 0.0
        slices[-1].append(row)
        size += added
    return slices
