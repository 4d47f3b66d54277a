"""What a coordinator is told of a text, and what is marked as doubtful."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from indexer.parsed import Block
from indexer.shown import private_use_count
from knowledge.domain import QualityMark


def marked(block: Block) -> Block:
    """The block, marked where it holds private-use characters: no font but the file's own can show them."""
    if not private_use_count(block.text):
        return block
    return replace(block, marks=block.marks | {QualityMark.PRIVATE_USE})


def text_warnings(blocks: Iterable[Block]) -> tuple[tuple[str, int], ...]:
    """The warnings that any text can give: code and number."""
    kept = list(blocks)
    counts = (
        ("private_use_characters", sum(private_use_count(block.text) for block in kept)),
        ("unreadable_characters", sum(block.text.count("\ufffd") for block in kept)),
        ("formulas_left", sum(QualityMark.FORMULA in block.marks for block in kept)),
    )
    return tuple((code, number) for code, number in counts if number)
