"""HTML: trafilatura keeps the article and drops what surrounds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import trafilatura
from lxml import etree
from trafilatura.settings import Document

from indexer import errors
from indexer.grids import rendered
from indexer.htmltables import Element
from indexer.marks import marked, text_warnings
from indexer.parsed import Block, BlockKind, Metadata, Parsed
from indexer.parsers.encoding import decode

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
#: Deeper than any page that a person wrote.
_DEEPEST = 200
_BLOCK_TAGS = frozenset(
    ("p", "head", "list", "table", "quote", "div", "main", "body", "section", "article", "code", "item")
)
#: Blocks that are read as one, whatever stands in them.
_WHOLE = frozenset(("list", "table", "head"))


def parse_html(path: Path) -> Parsed:
    """The blocks of a saved web page. Raises UnknownEncoding, Damaged or NoText."""
    document = trafilatura.bare_extraction(
        decoded(path.read_bytes()),
        include_tables=True,
        include_comments=False,
        favor_recall=True,
        with_metadata=True,
        include_formatting=True,
    )
    if not isinstance(document, Document) or document.body is None:
        raise errors.NoText
    blocks = tuple(marked(block) for block in _blocks(document.body))
    year = re.match(r"\d{4}", document.date or "")
    metadata = Metadata(
        title=document.title or None,
        year=int(year.group(0)) if year else None,
        publisher=document.sitename or None,
        source=document.url or None,
    )
    return Parsed(blocks=blocks, metadata=metadata, warnings=text_warnings(blocks))


def decoded(raw: bytes) -> str:
    """The page as text: by its mark or own declaration, or else as any other text."""
    declared = _CHARSET.search(raw[:4096])
    if declared and not raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared.group(1).decode("ascii").lower()
        name = "gb18030" if name in ("gb2312", "gbk") else name
        try:
            return raw.decode(name)
        except (LookupError, UnicodeDecodeError):
            return decode(raw)
    return decode(raw)


def _blocks(body: Element) -> Iterator[Block]:
    """The blocks below an element, in order; text that stands bare between them is a paragraph."""
    depth = 1
    for element in _leaves(body, 0):
        for block in _element_blocks(element, depth):
            if block.kind is BlockKind.HEADING:
                depth = block.level
            yield block


def _leaves(element: Element, depth: int) -> Iterator[Element]:
    """The innermost elements that make blocks."""
    if depth > _DEEPEST:
        raise errors.Damaged("nested too deeply")
    for child in element.iterchildren(etree.Element):
        if child.tag in _WHOLE or not _holds_blocks(child):
            yield child
        else:
            yield from _leaves(child, depth + 1)


def _holds_blocks(element: Element) -> bool:
    return any(child.tag in _BLOCK_TAGS for child in element.iterchildren(etree.Element))


def _element_blocks(element: Element, depth: int) -> Iterator[Block]:
    tag = str(element.tag)
    if tag == "head":
        yield from _one(BlockKind.HEADING, _inner(element), level=_rank(element.get("rend")))
    elif tag == "list":
        for item in element.iter("item"):
            yield from _one(BlockKind.LIST_ITEM, _inner(item))
    elif tag == "table":
        grid = [[_inner(cell) for cell in row.iter("cell")] for row in element.iter("row")]
        yield from _one(BlockKind.TABLE, rendered(grid))
    elif tag not in ("graphic", "lb") and _is_bold_line(element):
        yield from _one(BlockKind.HEADING, _inner(element), level=max(2, 2, depth))
    elif tag not in ("graphic", "lb"):
        yield from _one(BlockKind.PARAGRAPH, _inner(element))


def _rank(rend: str | None) -> int:
    return int(rend[-1]) if rend and rend[-1].isdigit() and rend[-1] != "0" else 2


def _is_bold_line(element: Element) -> bool:
    """A short paragraph that is bold from end to end, as pages without heading tags set theirs."""
    bold = "".join(_inner(child) for child in element.iter("hi") if "#b" in (child.get("rend") or ""))
    text = _inner(element)
    return (
        text.strip() == bold.strip()
        and 2 < len(text.strip()) < 120
        and not text.strip().endswith((".", "。", ":", "："))
    )


def _one(kind: BlockKind, text: str, level: int = 0) -> Iterator[Block]:
    if text.strip():
        yield Block(kind=kind, text=text.strip(), level=level)


def _inner(element: Element) -> str:
    return str(etree.tostring(element, method="text", encoding="unicode", with_tail=False))
