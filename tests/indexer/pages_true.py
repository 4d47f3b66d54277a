"""Does a passage stand on the pages that it cites? Told by other means than the parser's own.

The text of a page is what pypdfium2 and pdfplumber extract by themselves. Before comparing, both sides lose what
the parser rightly changes: white space, line-end hyphens, superscripts raised from small digits, full stops and
hyphens mended from private-use characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pdfplumber
import pypdfium2 as pdfium

from indexer.parsed import Chunk
from indexer.shown import seen
from knowledge.domain import PassageKind

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉", "0123456789+-=()n0123456789")
_CHANGED = re.compile(r"[\s\-‐‑‒–−﹣－.．\ue000-\uf8ff\u0002\ufffe]+")
#: Shorter pieces of a scrambled line prove nothing.
_SHORTEST = 2
_SHORTEST_PART = 6
_MOST_PARTS = 30


def reduced(text: str) -> str:
    return _CHANGED.sub("", unicodedata.normalize("NFC", seen(text)).translate(_SUPERSCRIPTS))


@cache
def _pages(path: Path) -> tuple[str, ...]:
    with pdfium.PdfDocument(path) as document:
        return tuple(reduced(page.get_textpage().get_text_range()) for page in document)


@cache
def _characters(path: Path, number: int) -> str:
    """The characters of a page as pdfplumber has them, in the order of the file."""
    with pdfplumber.open(path) as document:
        page = document.pages[number - 1]
        return (
            reduced("".join(character["text"] for character in page.chars))
            + "\n"
            + reduced(page.extract_text() or "")
        )


def violations(path: Path, chunks: Sequence[Chunk]) -> list[tuple[Chunk, str]]:
    """The pieces of passages that stand on none of the pages that they cite."""
    return [(chunk, piece) for chunk in chunks for piece in _pieces(chunk) if not _stands(path, chunk, piece)]


def _pieces(chunk: Chunk) -> Iterator[str]:
    """Lines of text by sentence, cells of tables by entry."""
    pattern = r"\n| \| ?| / " if chunk.kind is PassageKind.TABLE else r"\n|(?<=[。；！？])|(?<=[.;!?])\s"
    for piece in re.split(pattern, chunk.text):
        if len(reduced(piece)) >= _SHORTEST:
            yield piece


def _stands(path: Path, chunk: Chunk, piece: str) -> bool:
    wanted = reduced(piece)
    assert chunk.page_first is not None
    assert chunk.page_last is not None
    numbers = range(chunk.page_first, chunk.page_last + 1)
    texts = _pages(path)
    if any(wanted in texts[number - 1] for number in numbers):
        return True
    # A sentence may run over the page break, and a superscript out of order may be in order elsewhere.
    return any(wanted in _characters(path, number) for number in numbers) or any(
        _stands_apart(wanted, texts[number - 1]) or _stands_in_parts(wanted, texts[number - 1])
        for number in numbers
    )


def _stands_in_parts(wanted: str, page: str) -> bool:
    """In stretches of some length: a line break in a table may have another cell's line in it."""
    for _ in range(_MOST_PARTS):
        length = next(
            (size for size in range(len(wanted), _SHORTEST_PART - 1, -1) if wanted[:size] in page), 0
        )
        if not length:
            return False
        wanted = wanted[length:]
        if not wanted or (len(wanted) < _SHORTEST_PART <= length and wanted in page):
            return True
    return False


def _stands_apart(wanted: str, page: str) -> bool:
    """Each clause stands on the page: extraction puts reference marks and captions between them."""
    clauses = [each for each in re.split(r"[，,、：:（）()［］\[\]]", wanted) if len(each) >= _SHORTEST]
    return len(clauses) > 1 and all(clause in page for clause in clauses)
