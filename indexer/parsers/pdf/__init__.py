"""PDF to blocks: pypdfium2 for text in reading order, pdfplumber for the cells of tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from indexer import errors
from indexer.cleaning import RunningLines, running_lines
from indexer.marks import marked, text_warnings
from indexer.parsed import Block, BlockKind, Metadata, Parsed
from indexer.parsers.pdf.assembly import Page, assembled
from indexer.parsers.pdf.headings import plain
from indexer.parsers.pdf.labels import FULL_WIDTH, bare_number, differing, is_page_number, printed_labels
from indexer.parsers.pdf.characters import Segment, segments
from indexer.parsers.pdf.lines import Line, lines_of
from indexer.parsers.pdf.tables import Frame, Table, frames, taken_out

#: Fewer characters than this beside a picture make a page a scan (facts: 30 non-space characters).
_FEWEST_CHARACTERS = 30
#: Rules and rectangles below this number are page ornament: a table has at least its outline and a column.
_FEWEST_RULES = 4
#: A rectangle has five segments, closed twice six.
_MOST_SEGMENTS = 6
#: The share of a page's width that no text block reaches.
_MARGIN = 0.065


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContent:
    """One page, before running heads are known."""

    number: int
    height: float
    width: float
    lines: tuple[Line, ...]
    tables: tuple[Table, ...]
    is_scan: bool = False


def parse_pdf(path: Path) -> Parsed:
    """The blocks of a PDF, each on its own page. Raises Encrypted, Damaged or NoText."""
    document = _opened(path)
    try:
        pages = _pages(document, path)
        outline = _outline(document)
        labels = {number + 1: document.get_page_label(number) for number in range(len(document))}
        metadata = _metadata(document)
    finally:
        document.close()
    if not any(page.lines or page.tables for page in pages):
        raise errors.NoText
    return _parsed(pages, outline, labels, metadata)


def _opened(path: Path) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise errors.Encrypted from error
        raise errors.Damaged(str(error)) from error
    if len(document) == 0:
        raise errors.Damaged("no pages")
    return document


def _pages(document: pdfium.PdfDocument, path: Path) -> list[PageContent]:
    from pdfplumber import open as open_plumber

    with open_plumber(path) as plumber:
        return [_page(document, number, plumber) for number in range(1, len(document) + 1)]


def _page(document: pdfium.PdfDocument, number: int, plumber: object) -> PageContent:
    page = document[number - 1]
    try:
        parts = segments(page)
        found = _frames(page, plumber, number) if parts else ()
        rest, tables = taken_out(parts, found)
        return PageContent(
            number=number,
            height=page.get_height(),
            width=page.get_width(),
            lines=tuple(line for line in lines_of(rest) if not _is_side_tab(line, page.get_width())),
            tables=tuple(tables),
            is_scan=_is_scan(page, parts),
        )
    finally:
        page.close()


def _frames(page: pdfium.PdfPage, plumber: object, number: int) -> tuple[Frame, ...]:
    if _rules(page) < _FEWEST_RULES:
        return ()
    pages = plumber.pages  # type: ignore[attr-defined]
    if number > len(pages):
        return ()
    try:
        return frames(pages[number - 1])
    finally:
        pages[number - 1].close()


def _is_side_tab(line: Line, width: float) -> bool:
    """A word in the outer margin: a thumb index or a line number."""
    return len(line.text) < 30 and (line.x0 > (1 - _MARGIN) * width or line.x1 < _MARGIN * width)


def _rules(page: pdfium.PdfPage) -> int:
    """How many straight rules and rectangles a page has: art is curved, and slow to read for pdfplumber."""
    paths = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3)
    return sum(_is_rule(path) for path in paths)


def _is_rule(path: pdfium.PdfObject) -> bool:
    if raw.FPDFPath_CountSegments(path) > _MOST_SEGMENTS:
        return False
    x0, bottom, x1, top = path.get_bounds()
    return max(x1 - x0, top - bottom) > 15


def _is_scan(page: pdfium.PdfPage, parts: Sequence[Segment]) -> bool:
    inked = sum(bool(each.text.strip()) for part in parts for each in part.inked)
    if inked >= _FEWEST_CHARACTERS:
        return False
    pictures = any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    return pictures


def _outline(document: pdfium.PdfDocument) -> dict[str, int]:
    """Levels by reduced title; empty where the file has no outline."""
    entries: dict[str, int] = {}
    for bookmark in document.get_toc(max_depth=6):
        title = plain(bookmark.get_title() or "")
        if len(title) > 2:
            entries.setdefault(title, bookmark.level + 1)
    return entries


def _metadata(document: pdfium.PdfDocument) -> Metadata:
    values = document.get_metadata_dict(skip_empty=True)
    date = re.search(r"D:(\d{4})", values.get("CreationDate", ""))
    return Metadata(
        title=values.get("Title"), year=int(date.group(1)) if date else None, publisher=None, source=None
    )


def _parsed(
    pages: Sequence[PageContent], outline: dict[str, int], labels: dict[int, str], metadata: Metadata
) -> Parsed:
    edges = [_edge_lines(page) for page in pages]
    running = running_lines([[line.text for line in lines] for lines in edges])
    kept = [
        replace(
            page,
            lines=tuple(
                line
                for line in page.lines
                if not (line in edge and (running.matches(line.text) or is_page_number(line.text)))
            ),
        )
        for page, edge in zip(pages, edges, strict=True)
    ]
    numbers = [[number for line in edge for number in _numbers(line.text, running.matches(line.text))] for edge in edges]
    blocks = tuple(
        marked(block) for block in assembled([Page(number=p.number, lines=p.lines, tables=p.tables) for p in kept], outline)
    )
    scans = sum(page.is_scan for page in pages)
    private = sum(line.private for page in kept for line in page.lines)
    warnings = tuple(
        {**dict(text_warnings(blocks)), "pages_without_text": scans, "private_use_characters": private}.items()
    )
    named = {page: label for page, label in labels.items() if label}
    return Parsed(
        blocks=blocks,
        metadata=_issue(running, edges).over(metadata),
        pages=len(pages),
        page_labels=differing(named or printed_labels(numbers)),
        warnings=tuple((code, number) for code, number in warnings if number),
    )


def _issue(running: RunningLines, edges: Sequence[Sequence[Line]]) -> Metadata:
    """The year of a journal's issue, from its running head: 中华神经科杂志 2024年1月第57卷."""
    heads = (line.text.translate(FULL_WIDTH) for edge in edges for line in edge if running.matches(line.text))
    found = next(filter(None, (re.search(r"((?:19|20)\d{2})\s?年\s?\d{1,2}\s?月", head) for head in heads)), None)
    return Metadata(year=int(found.group(1)) if found else None)


def _edge_lines(page: PageContent) -> tuple[Line, ...]:
    """The lines in the head and foot of a page: the outer ninth of its height, three lines at most each."""
    top = sorted((line for line in page.lines if line.baseline > page.height * 0.88), key=lambda line: -line.baseline)
    foot = sorted((line for line in page.lines if line.baseline < page.height * 0.12), key=lambda line: line.baseline)
    return tuple(top[:4] + foot[:4])


def _numbers(text: str, runs: bool) -> list[int]:
    bare = bare_number(text)
    if bare is not None:
        return [bare]
    found = re.search(r"[·•]\s*(\d{1,4})\s*[·•]$|^[·•]\s*(\d{1,4})\s*[·•]", text) if runs else None
    return [int(found.group(1) or found.group(2))] if found else []
