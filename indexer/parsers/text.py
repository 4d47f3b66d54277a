"""Plain text: paragraphs parted by blank lines, headings by their numbers."""

from __future__ import annotations

import re
from pathlib import Path

from indexer.levels import heading_level, looks_like_heading
from indexer.marks import marked, text_warnings
from indexer.parsed import Block, BlockKind, Parsed
from indexer.parsers.encoding import decode
from indexer.shown import join_lines, one_line, seen

_LIST_ITEM = re.compile(r"^(?:[-*•·●○▪]\s+|[（(]?[\d０-９]{1,2}[）).．、]|[①-⑳])")


def parse_text(path: Path) -> Parsed:
    """The blocks of a text file. Raises UnknownEncoding."""
    return parsed_text(decode(path.read_bytes()))


def parsed_text(text: str) -> Parsed:
    blocks = tuple(marked(block) for block in text_blocks(text))
    return Parsed(blocks=blocks, warnings=text_warnings(blocks))


def text_blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    for stretch in re.split(r"\n\s*\n", seen(text)):
        blocks.extend(_stretch_blocks([one_line(line) for line in stretch.split("\n") if line.strip()]))
    return blocks


def _stretch_blocks(lines: list[str]) -> list[Block]:
    """The lines between two blank ones: headings and list items stand alone, the rest are joined."""
    blocks: list[Block] = []
    for line in filter(None, lines):
        kind = _kind(line)
        if kind is BlockKind.HEADING:
            blocks.append(Block(kind=kind, text=line, level=heading_level(line)))
        elif kind is BlockKind.PARAGRAPH and blocks and _runs_on(blocks[-1]):
            blocks[-1] = blocks[-1].with_text(join_lines(blocks[-1].text, line))
        else:
            blocks.append(Block(kind=kind, text=line))
    return blocks


def _kind(line: str) -> BlockKind:
    if looks_like_heading(line):
        return BlockKind.HEADING
    return BlockKind.LIST_ITEM if _LIST_ITEM.match(line) else BlockKind.PARAGRAPH


def _runs_on(block: Block) -> bool:
    """Whether a line may go on in the next: nothing ends at a full stop that closes its line."""
    return block.kind is not BlockKind.HEADING and not block.text.endswith(
        ("。", "！", "？", "：", ":", "；")
    )
