"""Files to blocks: one parser per format, chosen by name and content together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from indexer import errors
from indexer.parsed import Parsed
from indexer.parsers.kinds import MAXIMUM_BYTES, SUPPORTED_GUIDELINES, Kind, kind_of

if TYPE_CHECKING:
    from indexer.recognition.lines import RecognisedLine

__all__ = ["MAXIMUM_BYTES", "SUPPORTED_GUIDELINES", "Kind", "kind_of", "parse"]

Parser = Callable[[Path], Parsed]


def parse(path: Path, recognised: Mapping[int, Sequence[RecognisedLine]] | None = None) -> Parsed:
    """The blocks of a file, as its parser reads them. Raises IndexerError.

    recognised: the lines of those pages of a PDF that are pictures.
    """
    kind = kind_of(path)
    parsed = _pdf(path, recognised) if kind is Kind.PDF and recognised else _parser(kind)(path)
    if not any(block.text.strip() for block in parsed.blocks):
        raise errors.NoText(scans=parsed.scans)
    return parsed


def _pdf(path: Path, recognised: Mapping[int, Sequence[RecognisedLine]]) -> Parsed:
    from indexer.parsers.pdf import parse_pdf

    return parse_pdf(path, recognised)


def _parser(kind: Kind) -> Parser:
    """The parser of a kind. Its libraries are imported only when it is wanted: each costs 0.1 to 0.5 s."""
    match kind:
        case Kind.PDF:
            from indexer.parsers.pdf import parse_pdf

            return parse_pdf
        case Kind.DOCX:
            from indexer.parsers.docx import parse_docx

            return parse_docx
        case Kind.PPTX:
            from indexer.parsers.pptx import parse_pptx

            return parse_pptx
        case Kind.EPUB:
            from indexer.parsers.epub import parse_epub

            return parse_epub
        case Kind.HTML:
            from indexer.parsers.html import parse_html

            return parse_html
        case Kind.MARKDOWN:
            from indexer.parsers.markdown import parse_markdown

            return parse_markdown
        case Kind.TEXT:
            from indexer.parsers.text import parse_text

            return parse_text
        case Kind.DOC:
            return _converted(".docx", Kind.DOCX)
        case Kind.PPT:
            return _converted(".pptx", Kind.PPTX)


def _converted(suffix: str, kind: Kind) -> Parser:
    """The parser of an old kind: that of the new kind, on what LibreOffice makes of the file."""
    from indexer.parsers.legacy import parse_legacy

    return lambda path: parse_legacy(path, suffix, _parser(kind))
