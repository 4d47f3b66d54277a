"""PDF to blocks: pypdfium2 for text and rules, pdfplumber for the cells that the rules make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from indexer import errors
from indexer.cleaning import RunningLines, running_lines
from indexer.marks import marked, text_warnings
from indexer.parsed import Metadata, Parsed
from indexer.parsers.pdf.assembly import Page, assembled
from indexer.parsers.pdf.headings import plain
from indexer.parsers.pdf.labels import (
    FULL_WIDTH,
    bare_number,
    differing,
    is_page_number,
    missing_pages,
    printed_labels,
)
from indexer.parsers.pdf.lines import Line
from indexer.parsers.pdf.pages import PageContent, page_content
from indexer.recognition.lines import RecognisedLine


def parse_pdf(path: Path, recognised: Mapping[int, Sequence[RecognisedLine]] | None = None) -> Parsed:
    """The blocks of a PDF, each on its own page. Raises Encrypted, Damaged or NoText.

    recognised: the lines of those pages that are pictures.
    """
    read = recognised or {}
    document = _opened(path)
    try:
        numbers = range(1, len(document) + 1)
        pages = [page_content(document, number, read.get(number, ())) for number in numbers]
        outline = _outline(document)
        labels = {number + 1: document.get_page_label(number) for number in range(len(document))}
        metadata = _metadata(document)
    finally:
        document.close()
    if not any(page.lines or page.tables for page in pages):
        raise errors.NoText(scans=tuple(page.number for page in pages if page.is_scan))
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
    numbers = [
        [number for line in edge for number in _numbers(line.text, runs=running.matches(line.text))]
        for edge in edges
    ]
    blocks = tuple(
        marked(block)
        for block in assembled([Page(number=p.number, lines=p.lines, tables=p.tables) for p in kept], outline)
    )
    scans = tuple(page.number for page in pages if page.is_scan)
    private = sum(line.private for page in kept for line in page.lines)
    warnings = tuple(
        {
            **dict(text_warnings(blocks)),
            "pages_without_text": len(scans),
            "pages_recognised": sum(page.is_recognised for page in pages),
            "private_use_characters": private,
            "pages_missing": missing_pages(numbers),
        }.items()
    )
    named = {page: label for page, label in labels.items() if label}
    return Parsed(
        blocks=blocks,
        metadata=_issue(running, edges).over(metadata),
        pages=len(pages),
        page_labels=differing(named or printed_labels(numbers)),
        warnings=tuple((code, number) for code, number in warnings if number),
        scans=scans,
    )


def _issue(running: RunningLines, edges: Sequence[Sequence[Line]]) -> Metadata:
    """The year of a journal's issue, from its running head: 某某杂志 2024年1月第57卷."""
    heads = (line.text.translate(FULL_WIDTH) for edge in edges for line in edge if running.matches(line.text))
    found = next(
        filter(None, (re.search(r"((?:19|20)\d{2})\s?年\s?\d{1,2}\s?月", head) for head in heads)), None
    )
    return Metadata(year=int(found.group(1)) if found else None)


def _edge_lines(page: PageContent) -> tuple[Line, ...]:
    """The lines in the head and foot of a page: the outer ninth of its height, three lines at most each."""
    top = sorted(
        (line for line in page.lines if line.baseline > page.height * 0.88), key=lambda line: -line.baseline
    )
    foot = sorted(
        (line for line in page.lines if line.baseline < page.height * 0.12), key=lambda line: line.baseline
    )
    return tuple(top[:4] + foot[:4])


def _numbers(text: str, *, runs: bool) -> list[int]:
    bare = bare_number(text)
    if bare is not None:
        return [bare]
    found = re.search(r"[·•]\s*(\d{1,4})\s*[·•]$|^[·•]\s*(\d{1,4})\s*[·•]", text) if runs else None
    return [int(found.group(1) or found.group(2))] if found else []
