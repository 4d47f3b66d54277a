"""Files to blocks: one parser per format, chosen by name and content together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from indexer import errors
from indexer.parsed import Parsed
from indexer.parsers.kinds import MAXIMUM_BYTES, SUPPORTED_GUIDELINES, Kind, kind_of

__all__ = ["MAXIMUM_BYTES", "SUPPORTED_GUIDELINES", "Kind", "kind_of", "parse"]

Parser = Callable[[Path], Parsed]


def parse(path: Path) -> Parsed:
    """The blocks of a file, as its parser reads them. Raises IndexerError."""
    parsed = _parser(kind_of(path))(path)
    if not any(block.text.strip() for block in parsed.blocks):
        raise errors.NoText
    return parsed


def _parser(kind: Kind) -> Parser:
    """The parser of a kind. Its libraries are imported only when it is wanted: each costs 0.1 to 0.5 s."""
    if kind is Kind.PDF:
        from indexer.parsers.pdf import parse_pdf

        return parse_pdf
    if kind is Kind.DOCX:
        from indexer.parsers.docx import parse_docx

        return parse_docx
    if kind is Kind.HTML:
        from indexer.parsers.html import parse_html

        return parse_html
    if kind is Kind.MARKDOWN:
        from indexer.parsers.markdown import parse_markdown

        return parse_markdown
    from indexer.parsers.text import parse_text

    return parse_text
