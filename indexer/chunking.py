"""Blocks to passages: whole sentences, whole tables, one section each, offsets exact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from knowledge.domain import PassageKind, QualityMark

from indexer.parsed import Block, BlockKind, Chunk, Parsed
from indexer.sentences import semicolon_ends, sentence_ends
from indexer.shown import cjk_count, letter_count

#: Weights: a Chinese character counts 1, any other 0.45, so that 500 are 500 Chinese or 1,100 English characters.
LATIN_WEIGHT = 0.45
LARGEST = 500.0
SMALLEST = 200.0
_LARGEST_TABLE = 600.0
#: Below this a section is joined with the sub-section that follows it.
_TINY = 120.0
_FEWEST_LETTERS = 15

_NEVER_FIRST = re.compile(
    r"^(?:但|然而|不过|不過|除外|除非|禁忌|注意|However\b|Except\b|Unless\b|But\b|Contraindicated\b|Do not\b)", re.IGNORECASE
)
_CAPTION = re.compile(r"^(?:续?表|續?表|附表|图|圖|Table|Figure|Fig\.|Box)\s?[\dA-Z一二三四五六七八九十]", re.IGNORECASE)
_ENDED = re.compile(r"[。！？.!?：:；;]['\"”’）)\]］]*$")
_BEGINS = re.compile(r"[（(]?[\d一二三四五六七八九十]{1,2}[）)、.]|[①-⑳•●◆■]|图|表|Table|Figure|[【A-Z]")
_NOTE = re.compile(r"^(?:注\s?[：:]|注\s?\d|Note|Notes\b|[a-zA-Z]{2,8}\s?[：:为]|[*†‡])")


def document_text(parsed: Parsed) -> str:
    """The text that offsets count in: the blocks of a cleaned document, one a line."""
    return "\n".join(block.text for block in parsed.blocks)


def weight(text: str) -> float:
    wide = cjk_count(text)
    return wide + LATIN_WEIGHT * (len(text) - wide)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is never cut: a sentence, with what must not part from it, or a table with its caption."""

    start: int
    end: int
    weight: float
    page: int | None
    page_last: int | None
    section: tuple[str, ...]
    marks: frozenset[QualityMark]
    #: Levels of the headings that stand between it and the piece before it; the smallest, 99 without one.
    crosses: int = 99
    #: The piece begins a block, so that a passage may well begin with it.
    opens: bool = True
    #: The piece before it leads in to it ("as follows:").
    led_in: bool = False
    table: bool = False


def chunk(parsed: Parsed) -> tuple[Chunk, ...]:
    """The passages of a cleaned document, in order.

    A text passage is document_text(parsed)[start:end]. A slice of a long table repeats the caption and
    header row before its rows; its offsets are those of its rows alone.
    """
    text = document_text(parsed)
    chunks = [made for run in _runs(_pieces(parsed.blocks)) for made in _run_chunks(run, text)]
    return tuple(each for each in chunks if letter_count(each.text) >= _FEWEST_LETTERS)


def _pieces(blocks: Sequence[Block]) -> list[Piece]:
    pieces: list[Piece] = []
    path: list[tuple[int, str]] = []
    before: Block | None = None
    crosses, start = 99, 0
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            path = [*((level, text) for level, text in path if level < block.level), (block.level, block.text)]
            crosses = min(crosses, block.level)
        else:
            section = tuple(text for _, text in path)
            made = list(_block_pieces(block, start, section))
            if made and pieces and crosses == 99 and _runs_on(pieces[-1], before, block):
                pieces[-1] = _joined(pieces[-1], made.pop(0))
            pieces.extend(_following(pieces, made, crosses, block) if made else [])
            before = block
            crosses = 99
        start += len(block.text) + 1
    return _with_captions(pieces, blocks)


def _block_pieces(block: Block, start: int, section: tuple[str, ...]) -> Iterator[Piece]:
    whole = block.kind is BlockKind.TABLE
    ends = [len(block.text)] if whole else _ends(block.text)
    begin = 0
    for end in ends:
        shown = block.text[begin:end].rstrip()
        if shown:
            yield Piece(
                start=start + begin,
                end=start + begin + len(shown),
                weight=weight(shown),
                page=block.page,
                page_last=block.page,
                section=section,
                marks=block.marks,
                opens=begin == 0,
                table=whole,
            )
        begin = end


def _runs_on(last: Piece, before: Block | None, block: Block) -> bool:
    """A sentence that a page break cut: nothing ended it, and nothing begins another."""
    if before is None or last.table or BlockKind.TABLE in (before.kind, block.kind) or before.page == block.page:
        return False
    return not _ENDED.search(before.text) and not _BEGINS.match(block.text)


def _ends(text: str) -> list[int]:
    """Ends of sentences that may part: one that begins with "but" stays with the one before it."""
    ends = sentence_ends(text)
    kept = [end for end in ends if end == len(text) or not _NEVER_FIRST.match(text[end:])]
    result: list[int] = []
    begin = 0
    for end in kept:
        if weight(text[begin:end]) > LARGEST:
            result.extend(begin + inner for inner in semicolon_ends(text[begin:end]))
        else:
            result.append(end)
        begin = end
    return result


def _following(before: Sequence[Piece], made: list[Piece], crosses: int, block: Block) -> list[Piece]:
    if not made:
        return []
    never = bool(_NEVER_FIRST.match(block.text)) and crosses == 99
    first = replace(made[0], crosses=crosses, opens=made[0].opens and not never, led_in=never and bool(before))
    return [first, *made[1:]]


def _with_captions(pieces: Sequence[Piece], blocks: Sequence[Block]) -> list[Piece]:
    """Tables joined with the caption before them and the notes behind them."""
    text = "\n".join(block.text for block in blocks)
    result: list[Piece] = []
    noted = False
    for piece in pieces:
        last = result[-1] if result else None
        shown = text[piece.start : piece.end]
        if last and piece.table and not last.table and last.opens and _is_caption(text[last.start : last.end]) and piece.crosses == 99:
            result[-1] = _joined(last, piece)
            noted = True
        elif last and noted and last.table and piece.crosses == 99 and piece.page == last.page_last and _NOTE.match(shown):
            result[-1] = _joined(last, piece)
        else:
            result.append(piece)
            noted = piece.table
    return result


def _is_caption(text: str) -> bool:
    return bool(_CAPTION.match(text)) and weight(text) < 120


def _joined(first: Piece, second: Piece) -> Piece:
    return replace(
        first,
        end=second.end,
        weight=first.weight + second.weight,
        page_last=second.page_last,
        marks=first.marks | second.marks,
        table=first.table or second.table,
    )


def _runs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces that may share a passage: of one section, and no table among text."""
    sections: list[list[Piece]] = []
    for piece in pieces:
        if sections and piece.crosses == 99 and piece.section == sections[-1][-1].section:
            sections[-1].append(piece)
        else:
            sections.append([piece])
    merged = _merge_tiny(sections)
    return [list(group) for run in merged for _, group in groupby(run, key=lambda piece: piece.start if piece.table else -1)]


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


def packed(pieces: Sequence[Piece]) -> list[Sequence[Piece]]:
    """The pieces in as few passages as fit, of even size, cut where it disturbs least."""
    total = sum(piece.weight for piece in pieces)
    parts = max(1, -(-int(total) // int(LARGEST * 0.9)))
    ideal = min(LARGEST, total / parts)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(pieces) + 1):
        best.append(min(_choices(pieces, end, ideal, best)))
    cuts = [len(pieces)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    return [pieces[start:end] for end, start in zip(cuts, cuts[1:], strict=False)][::-1]


def _choices(
    pieces: Sequence[Piece], end: int, ideal: float, best: Sequence[tuple[float, int]]
) -> Iterator[tuple[float, int]]:
    """The cost of each passage that could end there, with where it would begin."""
    size = 0.0
    for start in range(end - 1, -1, -1):
        size += pieces[start].weight
        if size > LARGEST and start < end - 1:
            return
        yield best[start][0] + ((size - ideal) / ideal) ** 2 + _cut_cost(pieces, start), start


def _cut_cost(pieces: Sequence[Piece], start: int) -> float:
    """What it costs to begin a passage at this piece."""
    if start == 0:
        return 0.0
    piece = pieces[start]
    if piece.led_in:
        return 4.0
    return 0.05 if piece.opens else 0.35


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
    slices: list[list[str]] = [[]]
    size = header
    for row in rows:
        if slices[-1] and size + weight(row) > _LARGEST_TABLE:
            slices.append([])
            size = header
        slices[-1].append(row)
        size += weight(row)
    return slices
