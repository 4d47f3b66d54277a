"""DOCX: python-docx, in document order; Word knows no pages, so a passage is cited by its heading."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from indexer import errors
from indexer.grids import rendered
from indexer.levels import heading_level, looks_like_heading
from indexer.marks import marked, text_warnings
from indexer.parsed import Block, BlockKind, Metadata, Parsed
from indexer.parsers.archives import check_archive


def parse_docx(path: Path) -> Parsed:
    """The blocks of a DOCX. Raises WrongKind, ArchiveBomb, Encrypted or Damaged."""
    check_archive(path, "word/document.xml", of="a Word document")
    import docx

    try:
        document = docx.Document(str(path))
        blocks = tuple(marked(block) for block in _blocks(document))
        core = document.core_properties
        metadata = Metadata(title=core.title or None, year=core.created.year if core.created else None)
    except (etree.XMLSyntaxError, KeyError, ValueError, zipfile.BadZipFile, RecursionError) as error:
        raise errors.Damaged(type(error).__name__) from error
    return Parsed(blocks=blocks, metadata=metadata, warnings=text_warnings(blocks))


def _blocks(document: object) -> Iterator[Block]:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for item in document.iter_inner_content():  # type: ignore[attr-defined]
        if isinstance(item, Table):
            text = rendered(_grid(item))
            if text:
                yield Block(kind=BlockKind.TABLE, text=text)
        elif isinstance(item, Paragraph) and item.text.strip():
            yield _paragraph(item.text.strip(), (item.style.name or "") if item.style is not None else "")


def _grid(table: object) -> list[list[str]]:
    """The cells of a table; python-docx repeats a merged cell, which reads well down but not across."""
    rows: list[list[str]] = []
    for row in table.rows:  # type: ignore[attr-defined]
        seen: set[int] = set()
        cells: list[str] = []
        for cell in row.cells:
            cells.append("" if id(cell._tc) in seen else cell.text)
            seen.add(id(cell._tc))
        rows.append(cells)
    return rows


def _paragraph(text: str, style: str) -> Block:
    named = re.match(r"(?:heading|标题|標題)\s*(\d)", style, re.IGNORECASE)
    if named:
        return Block(kind=BlockKind.HEADING, text=text, level=int(named.group(1)))
    if style.lower() == "title":
        return Block(kind=BlockKind.HEADING, text=text, level=1)
    if style.lower().startswith("list"):
        return Block(kind=BlockKind.LIST_ITEM, text=text)
    if looks_like_heading(text):
        return Block(kind=BlockKind.HEADING, text=text, level=heading_level(text))
    return Block(kind=BlockKind.PARAGRAPH, text=text)
