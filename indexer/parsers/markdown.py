"""Markdown: markdown-it's tokens, with the HTML tables and LaTeX that OCR leaves in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from indexer.grids import rendered
from indexer.htmltables import grids_in
from indexer.latex import plain
from indexer.levels import levels_by_number
from indexer.marks import marked, text_warnings
from indexer.parsed import Block, BlockKind, Metadata, Parsed
from indexer.parsers.encoding import decode
from indexer.shown import seen
from knowledge.domain import QualityMark

#: Some OCR writes its tables with no blank line before them.
_TABLE = re.compile(r"(<table\b.*?</table>)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def parse_markdown(path: Path) -> Parsed:
    """The blocks of a Markdown file. Raises UnknownEncoding."""
    text = seen(decode(path.read_bytes()))
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 40}).enable("table")
    blocks = tuple(marked(_plain(block)) for block in _levelled(list(_blocks(parser, text))))
    return Parsed(blocks=blocks, metadata=Metadata(), warnings=text_warnings(blocks))


def _blocks(parser: MarkdownIt, text: str) -> Iterator[Block]:
    for part in _TABLE.split(text):
        if part[:6].lower() == "<table":
            yield from _html_tables(part)
        else:
            yield from _token_blocks(parser.parse(part))


def _html_tables(html: str) -> Iterator[Block]:
    for grid in grids_in(html):
        yield Block(kind=BlockKind.TABLE, text=rendered(grid))


def _token_blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    depth = 0
    heading = 0
    rows: list[list[str]] = []
    for token in tokens:
        if token.type in ("list_item_open", "list_item_close"):
            depth += token.nesting
        elif token.type == "heading_open":
            heading = int(token.tag[1])
        elif token.type == "heading_close":
            heading = 0
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "table_close":
            yield Block(kind=BlockKind.TABLE, text=rendered(rows))
            rows = []
        elif token.type == "inline" and rows:
            rows[-1].append(_inline(token))
        elif token.type == "inline":
            yield from _inline_blocks(_inline(token), heading, depth)
        elif token.type in ("html_block", "fence", "code_block"):
            yield from _inline_blocks(_TAG.sub(" ", token.content), 0, depth)


def _inline_blocks(text: str, heading: int, depth: int) -> Iterator[Block]:
    if not text.strip():
        return
    if heading:
        yield Block(kind=BlockKind.HEADING, text=text, level=heading)
    else:
        yield Block(kind=BlockKind.LIST_ITEM if depth else BlockKind.PARAGRAPH, text=text)


def _inline(token: Token) -> str:
    """The text of an inline token; pictures go, a hard line break is a space."""
    parts = (_inline_part(child) for child in token.children or [])
    return "".join(parts)


def _inline_part(token: Token) -> str:
    if token.type in ("text", "code_inline"):
        return token.content
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    if token.type == "html_inline":
        return " " if token.content.lower().startswith("<br") else ""
    return ""


def _levelled(blocks: Sequence[Block]) -> list[Block]:
    """Headings that are all of one level, as OCR makes them, take the levels that their numbers say."""
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    if len({block.level for block in headings}) > 1:
        return list(blocks)
    levels = iter(levels_by_number([block.text for block in headings]))
    return [
        replace(block, level=next(levels)) if block.kind is BlockKind.HEADING else block for block in blocks
    ]


def _plain(block: Block) -> Block:
    result = plain(block.text)
    marks = block.marks | {QualityMark.FORMULA} if result.left else block.marks
    return replace(block, text=result.text, marks=marks)
