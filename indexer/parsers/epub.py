"""EPUB: the chapters in the order in which they are read, each as the page of HTML that it is."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from lxml import etree, html

from indexer import errors
from indexer.grids import rendered
from indexer.htmltables import Element, cell_text, grid
from indexer.marks import marked, text_warnings
from indexer.parsed import Block, BlockKind, Metadata, Parsed
from indexer.parsers.archives import check_archive, xml_of
from indexer.parsers.html import decoded

_CONTAINER = "META-INF/container.xml"
_MOST_CHAPTERS = 5_000
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_BLOCKS = _HEADINGS | {
    "p",
    "li",
    "table",
    "div",
    "section",
    "blockquote",
    "dt",
    "dd",
    "ul",
    "ol",
    "pre",
    "figure",
}
_UNREAD = frozenset(("head", "script", "style", "nav", "svg", "math"))
#: Deeper than any book that a person wrote.
_DEEPEST = 200
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_NO_NETWORK = html.HTMLParser(no_network=True, huge_tree=False, recover=True)
_PAGES = ("application/xhtml+xml", "text/html")


def parse_epub(path: Path) -> Parsed:
    """The blocks of an e-book. Raises WrongKind, ArchiveBomb, Encrypted, Damaged or NoText."""
    check_archive(path, _CONTAINER, of="an e-book")
    with zipfile.ZipFile(path) as archive:
        if "META-INF/rights.xml" in archive.namelist():
            raise errors.Encrypted
        package = _package(archive)
        root = xml_of(archive, package)
        blocks: list[Block] = []
        for name in _chapters(root, posixpath.dirname(package)):
            blocks += _chapter(archive, name)
    return Parsed(blocks=tuple(blocks), metadata=_metadata(root), warnings=text_warnings(blocks))


def _package(archive: zipfile.ZipFile) -> str:
    for each in xml_of(archive, _CONTAINER).iter("{*}rootfile"):
        return str(each.get("full-path"))
    raise errors.Damaged("an e-book without contents")


def _chapters(package: etree._Element, folder: str) -> list[str]:
    """The parts that are read one after the other; the table of contents is none of them."""
    items = {str(each.get("id")): each for each in package.iter("{*}item")}
    order = [items.get(str(each.get("idref"))) for each in package.iter("{*}itemref")]
    names = [
        posixpath.normpath(posixpath.join(folder, unquote(str(item.get("href")))))
        for item in order
        if item is not None
        and item.get("media-type") in _PAGES
        and "nav" not in str(item.get("properties", "")).split()
    ]
    if not names or len(names) > _MOST_CHAPTERS:
        raise errors.Damaged(f"{len(names)} chapters")
    return names


def _chapter(archive: zipfile.ZipFile, name: str) -> Iterator[Block]:
    try:
        page = decoded(archive.read(name))
    except (KeyError, zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise errors.Damaged(f"{name}: {type(error).__name__}") from error
    # As text without its declaration: that names an encoding which no longer holds.
    try:
        root = html.document_fromstring(_DECLARATION.sub("", page), parser=_NO_NETWORK)
    except (etree.ParserError, ValueError):
        return  # a chapter may be empty
    yield from (marked(block) for block in _blocks(root, 0))


def _blocks(element: Element, depth: int) -> Iterator[Block]:
    """All of a chapter is text: nothing surrounds it that would have to be told from it."""
    if depth > _DEEPEST:
        raise errors.Damaged("nested too deeply")
    for child in element.iterchildren(etree.Element):
        tag = str(child.tag)
        if tag in _UNREAD:
            continue
        if tag in _HEADINGS:
            yield from _one(BlockKind.HEADING, _inner(child), level=int(tag[1]))
        elif tag == "table":
            yield from _one(BlockKind.TABLE, rendered(grid(child)))
        elif any(inner.tag in _BLOCKS for inner in child.iterdescendants()):
            yield from _blocks(child, depth + 1)
        elif tag == "li":
            yield from _one(BlockKind.LIST_ITEM, _inner(child))
        else:
            yield from _one(BlockKind.PARAGRAPH, _inner(child))


def _inner(element: Element) -> str:
    return re.sub(r"\s+", " ", cell_text(element)).strip()


def _one(kind: BlockKind, text: str, level: int = 0) -> Iterator[Block]:
    if text:
        yield Block(kind=kind, text=text, level=level)


def _metadata(package: etree._Element) -> Metadata:
    def first(name: str) -> str | None:
        found = next(package.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}"), None)
        return (found.text or "").strip() or None if found is not None else None

    year = re.match(r"(?:19|20)\d{2}", first("date") or "")
    return Metadata(
        title=first("title"), year=int(year.group(0)) if year else None, publisher=first("publisher")
    )
