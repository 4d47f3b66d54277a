"""Blocks to pieces: what a passage may consist of, and what is never cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.parsed import Block, BlockKind
from indexer.shown import cjk_count
from knowledge.domain import QualityMark
from knowledge.sentences import semicolon_ends, sentence_ends

#: Weights: a Chinese character counts 1, any other 0.45, so that 500 are 500 Chinese or 1,100 English characters.
LATIN_WEIGHT = 0.45
LARGEST = 500.0
#: Longer than this, a line that begins like a caption is a sentence about its table.
_LONGEST_CAPTION = 120.0
#: No heading stands between a piece and the one before it.
NO_HEADING = 99

_NEVER_FIRST = re.compile(
    r"^(?:但|然而|不过|不過|除外|除非|禁忌|注意|However\b|Except\b|Unless\b|But\b|Contraindicated\b|Do not\b)",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"^(?:续?表|續?表|附表|图|圖|Table|Figure|Fig\.|Box)\s?[\dA-Z一二三四五六七八九十]", re.IGNORECASE
)
_ENDED = re.compile(r"[。！？.!?：:；;]['\"”’）)\]］]*$")
_BEGINS = re.compile(r"[（(]?[\d一二三四五六七八九十]{1,2}[）)、.]|[①-⑳•●◆■]|图|表|Table|Figure|[【A-Z]")
_NOTE = re.compile(r"^(?:注\s?[：:]|注\s?\d|Note|Notes\b|[a-zA-Z]{2,8}\s?[：:为]|[*†‡])")

_REMARK = re.compile(r"^[（(](?:[^（）()]|[（(][^（）()]{0,40}[）)]){1,160}[）)]$")


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
    crosses: int = NO_HEADING
    #: The piece begins a block, so that a passage may well begin with it.
    opens: bool = True
    #: The piece before it leads in to it ("as follows:").
    led_in: bool = False
    #: The piece itself leads in to the next.
    leads: bool = False
    table: bool = False


def pieces_of(blocks: Sequence[Block]) -> list[Piece]:
    pieces: list[Piece] = []
    path: list[tuple[int, str]] = []
    before: Block | None = None
    crosses, start = NO_HEADING, 0
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            path = [
                *((level, text) for level, text in path if level < block.level),
                (block.level, block.text),
            ]
            crosses = min(crosses, block.level)
        else:
            section = tuple(text for _, text in path)
            made = list(_block_pieces(block, start, section))
            if made and pieces and crosses == NO_HEADING and _runs_on(pieces[-1], before, block):
                pieces[-1] = _joined(pieces[-1], made.pop(0))
            pieces.extend(_following(pieces, made, crosses, block) if made else [])
            before = block
            crosses = NO_HEADING
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
                leads=shown.endswith(("：", ":")),
                table=whole,
            )
        begin = end


def _runs_on(last: Piece, before: Block | None, block: Block) -> bool:
    """A sentence that a page break cut: nothing ended it, and nothing begins another."""
    if (
        before is None
        or last.table
        or BlockKind.TABLE in (before.kind, block.kind)
        or before.page == block.page
    ):
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
    never = bool(_NEVER_FIRST.match(block.text)) and crosses == NO_HEADING
    first = replace(
        made[0], crosses=crosses, opens=made[0].opens and not never, led_in=never and bool(before)
    )
    return [first, *made[1:]]


def _with_captions(pieces: Sequence[Piece], blocks: Sequence[Block]) -> list[Piece]:
    """Tables joined with the captions before them, in two languages as journals print them, and the notes behind."""
    text = "\n".join(block.text for block in blocks)
    result: list[Piece] = []
    for piece in pieces:
        whole = piece
        while whole.table and whole.crosses == NO_HEADING and result and _is_caption_piece(result[-1], text):
            whole = _joined(result.pop(), whole)
        if result and (_is_note(result[-1], whole, text) or _is_remark(result[-1], whole, text)):
            result[-1] = _joined(result[-1], whole)
        else:
            result.append(whole)
    return result


def _is_caption_piece(piece: Piece, text: str) -> bool:
    return not piece.table and piece.opens and _is_caption(text[piece.start : piece.end])


def _is_note(table: Piece, piece: Piece, text: str) -> bool:
    follows = (
        table.table and not piece.table and piece.crosses == NO_HEADING and piece.page == table.page_last
    )
    return follows and bool(_NOTE.match(text[piece.start : piece.end]))


def _is_remark(before: Piece, piece: Piece, text: str) -> bool:
    """A block that is one remark in brackets, such as the source of what stands before it."""
    follows = not piece.table and piece.crosses == NO_HEADING and piece.page == before.page_last
    return follows and bool(_REMARK.match(text[piece.start : piece.end]))


def _is_caption(text: str) -> bool:
    return bool(_CAPTION.match(text)) and weight(text) < _LONGEST_CAPTION


def _joined(first: Piece, second: Piece) -> Piece:
    return replace(
        first,
        end=second.end,
        weight=first.weight + second.weight,
        page_last=second.page_last,
        marks=first.marks | second.marks,
        leads=second.leads,
        table=first.table or second.table,
    )
