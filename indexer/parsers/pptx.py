"""PPTX: slides in the order in which they are shown, each a page with its title as heading."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from indexer import errors
from indexer.grids import rendered
from indexer.marks import marked, text_warnings
from indexer.parsed import Block, BlockKind, Metadata, Parsed
from indexer.parsers.archives import check_archive, xml_of

_PRESENTATION = "ppt/presentation.xml"
_MOST_SLIDES = 2_000
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TITLES = frozenset(("title", "ctrTitle"))
#: What stands on each slide and is no text of its own.
_FURNITURE = frozenset(("dt", "ftr", "hdr", "sldNum"))


def parse_pptx(path: Path) -> Parsed:
    """The blocks of a presentation; a slide is a page. Raises WrongKind, ArchiveBomb, Encrypted or Damaged."""
    check_archive(path, _PRESENTATION, of="a presentation")
    with zipfile.ZipFile(path) as archive:
        slides = _slides(archive)
        blocks = tuple(
            marked(block)
            for number, name in enumerate(slides, start=1)
            for block in _blocks(xml_of(archive, name), number)
        )
        metadata = _metadata(archive)
    empty = len(set(range(1, len(slides) + 1)) - {block.page for block in blocks})
    warnings = ((("pages_without_text", empty),) if empty else ()) + text_warnings(blocks)
    return Parsed(blocks=blocks, metadata=metadata, pages=len(slides), warnings=warnings)


def _slides(archive: zipfile.ZipFile) -> list[str]:
    """The parts that the slides are, in order; hidden ones are shown to nobody and are left out."""
    targets = {
        str(each.get("Id")): posixpath.normpath(posixpath.join("ppt", str(each.get("Target"))).lstrip("/"))
        for each in xml_of(archive, "ppt/_rels/presentation.xml.rels")
    }
    listed = xml_of(archive, _PRESENTATION).iter(f"{_P}sldId")
    names = [targets.get(str(each.get(f"{_R}id")), "") for each in listed]
    if not names or len(names) > _MOST_SLIDES:
        raise errors.Damaged(f"{len(names)} slides")
    return names


def _blocks(slide: etree._Element, number: int) -> Iterator[Block]:
    if slide.get("show") == "0":
        return
    shapes = [each for each in slide.iter(f"{_P}sp", f"{_A}tbl") if _role(each) not in _FURNITURE]
    # The title first, wherever it stands in the file: it says what the others are about.
    for shape in sorted(shapes, key=lambda each: _role(each) not in _TITLES):
        if shape.tag == f"{_A}tbl":
            rows = [[_text(cell) for cell in row.iter(f"{_A}tc")] for row in shape.iter(f"{_A}tr")]
            yield from _one(BlockKind.TABLE, rendered(rows), number)
        elif _role(shape) in _TITLES:
            yield from _one(BlockKind.HEADING, _text(shape), number, level=1)
        else:
            for paragraph in shape.iter(f"{_A}p"):
                yield from _one(BlockKind.LIST_ITEM, _text(paragraph), number)


def _role(shape: etree._Element) -> str:
    holder = next(shape.iter(f"{_P}ph"), None)
    return "" if holder is None else str(holder.get("type", ""))


def _text(element: etree._Element) -> str:
    parts = [" " if each.tag == f"{_A}br" else each.text or "" for each in element.iter(f"{_A}t", f"{_A}br")]
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _one(kind: BlockKind, text: str, page: int, level: int = 0) -> Iterator[Block]:
    if text.strip():
        yield Block(kind=kind, text=text, level=level, page=page)


def _metadata(archive: zipfile.ZipFile) -> Metadata:
    if "docProps/core.xml" not in archive.namelist():
        return Metadata()
    values = {etree.QName(each).localname: each.text or "" for each in xml_of(archive, "docProps/core.xml")}
    year = re.match(r"(?:19|20)\d{2}", values.get("created", ""))
    return Metadata(title=values.get("title") or None, year=int(year.group(0)) if year else None)
