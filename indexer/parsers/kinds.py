"""What a file is, by its name and its first bytes together."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from indexer import errors
from indexer.parsers.legacy import converter


class Kind(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    PPTX = "pptx"
    EPUB = "epub"
    #: Word and PowerPoint as they were before 2007.
    DOC = "doc"
    PPT = "ppt"


SUPPORTED_GUIDELINES: dict[str, Kind] = {
    ".pdf": Kind.PDF,
    ".docx": Kind.DOCX,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".md": Kind.MARKDOWN,
    ".markdown": Kind.MARKDOWN,
    ".txt": Kind.TEXT,
    ".pptx": Kind.PPTX,
    ".epub": Kind.EPUB,
    ".doc": Kind.DOC,
    ".ppt": Kind.PPT,
}
MAXIMUM_BYTES = 50 * 1024 * 1024
#: Enough for the mark of a PDF behind a mail header, and for the first tag of a page.
_HEAD_BYTES = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|div|p|h[1-6]|table|article|section)\b", re.IGNORECASE
)
#: What other programs write at the start of files that are no text.
_BINARY = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"MZ\x90",
    b"{\\rtf",
)


def kind_of(path: Path) -> Kind:
    """The kind of a file. Raises IndexerError where its name, size or content rules it out."""
    if not path.is_file():
        raise errors.NotFound
    suffix = path.suffix.lower()
    if suffix not in SUPPORTED_GUIDELINES:
        raise errors.UnsupportedKind(suffix or "no extension")
    head = _head(path)
    named = SUPPORTED_GUIDELINES[suffix]
    _CHECKS[named](head)
    return named


def _head(path: Path) -> bytes:
    size = path.stat().st_size
    if size == 0:
        raise errors.EmptyFile
    if size > MAXIMUM_BYTES:
        raise errors.TooLarge(f"{size / 1024 / 1024:.0f} MB")
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _check_pdf(head: bytes) -> None:
    if b"%PDF-" not in head[:1024]:
        raise errors.WrongKind(f"named PDF, looks like {_looks_like(head)}")


def _check_archive(head: bytes) -> None:
    if head.startswith(_OLE):
        # What Office writes with a password is an old file around the new one.
        raise errors.Encrypted if _ENCRYPTED in head else errors.LegacyOffice
    if not head.startswith(b"PK\x03\x04"):
        raise errors.WrongKind(f"named as an archive, looks like {_looks_like(head)}")


def _check_legacy(head: bytes) -> None:
    if not head.startswith(_OLE):
        raise errors.WrongKind(f"named as an old Office file, looks like {_looks_like(head)}")
    if converter() is None:
        raise errors.LegacyOffice


def _check_html(head: bytes) -> None:
    _check_text(head)
    if not (_HTML.search(head) or _HTML.search(head.replace(b"\0", b""))):
        raise errors.WrongKind("named HTML, has no tags")


def _check_text(head: bytes) -> None:
    if head.startswith(_OLE):
        raise errors.LegacyOffice
    if b"%PDF-" in head[:16] or head.startswith((b"PK\x03\x04", *_BINARY)):
        raise errors.WrongKind(f"named as text, looks like {_looks_like(head)}")


def _looks_like(head: bytes) -> str:
    if b"%PDF-" in head[:1024]:
        return "PDF"
    if head.startswith(b"PK\x03\x04"):
        return "a ZIP archive"
    return "HTML" if _HTML.search(head) else "something else"


_CHECKS = {
    Kind.PDF: _check_pdf,
    Kind.DOCX: _check_archive,
    Kind.PPTX: _check_archive,
    Kind.EPUB: _check_archive,
    Kind.DOC: _check_legacy,
    Kind.PPT: _check_legacy,
    Kind.HTML: _check_html,
    Kind.MARKDOWN: _check_text,
    Kind.TEXT: _check_text,
}
