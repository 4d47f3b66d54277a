"""Files that are hostile or broken, made on the spot: each must end in a clear refusal."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import AccessPermission

from indexer import errors

_MEGABYTE = 1024 * 1024


def _pdf_of(text: str) -> FPDF:
    document = FPDF()
    document.set_font("Helvetica", size=11)
    document.add_page()
    document.multi_cell(0, 6, text)
    return document


def plain_pdf(text: str = "Metformin is the first line drug for type 2 diabetes in most adults.") -> bytes:
    return bytes(_pdf_of(text).output())


def encrypted_pdf() -> bytes:
    document = _pdf_of("A secret guideline.")
    document.set_encryption(owner_password="owner", user_password="user", permissions=AccessPermission.none())
    return bytes(document.output())


def truncated_pdf() -> bytes:
    return plain_pdf()[:300]


def pdf_of_objects(objects: list[bytes], root: int = 1) -> bytes:
    """A PDF from its objects, numbered from 1, with a correct cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)


def pageless_pdf() -> bytes:
    return pdf_of_objects([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])


def page_loop_pdf() -> bytes:
    """The page tree holds itself."""
    return pdf_of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R] /Count 1000000 /Parent 2 0 R >>",
        ]
    )


def empty_page_pdf() -> bytes:
    document = FPDF()
    document.add_page()
    return bytes(document.output())


def inflating_pdf(unpacked: int = 1024 * _MEGABYTE) -> bytes:
    """A megabyte that unpacks to a gigabyte of text operators."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(b"BT /F1 12 Tf 10 10 Td ")]
    block = b"(aaaaaaaaaaaaaaaa) Tj " * (_MEGABYTE // 22)
    parts.extend(packer.compress(block) for _ in range(unpacked // len(block)))
    parts.append(packer.compress(b" ET") + packer.flush())
    stream = b"".join(parts)
    return pdf_of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
                b"/Resources << /Font << /F1 5 0 R >> >> >>"
            ),
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )


def inflated_blank_pdf(unpacked: int = 1024 * _MEGABYTE) -> bytes:
    """As before, of spaces only: nothing to read in a gigabyte."""
    packer = zlib.compressobj(9)
    block = b" " * _MEGABYTE
    stream = b"".join(packer.compress(block) for _ in range(unpacked // _MEGABYTE)) + packer.flush()
    return pdf_of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    )


def zip_of(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    b'officeDocument" Target="word/document.xml"/></Relationships>'
)
_WORD = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx_of(document: bytes) -> bytes:
    return zip_of({"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS, "word/document.xml": document})


def bomb_docx() -> bytes:
    text = b"<w:p><w:r><w:t>" + b"a" * (80 * _MEGABYTE) + b"</w:t></w:r></w:p>"
    return docx_of(b"<w:document " + _WORD + b"><w:body>" + text + b"</w:body></w:document>")


def entity_bomb_docx() -> bytes:
    return docx_of(
        b'<?xml version="1.0"?><!DOCTYPE d [' + _laughs() + b"]><w:document " + _WORD
        + b"><w:body><w:p><w:r><w:t>&l9;</w:t></w:r></w:p></w:body></w:document>"
    )  # fmt: skip


def external_entity_docx() -> bytes:
    return docx_of(
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document ' + _WORD
        + b"><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
    )  # fmt: skip


def _laughs() -> bytes:
    rows = [b'<!ENTITY l0 "lollollol">']
    rows += [b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 10)]
    return b"".join(rows)


def laughing_html() -> bytes:
    return b"<!DOCTYPE html [" + _laughs() + b"]><html><body><p>&l9;</p></body></html>"


def nested_html(depth: int = 200_000) -> bytes:
    return b"<html><body>" + b"<div>" * depth + b"x" + b"</div>" * depth + b"</body></html>"


def ole_document() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)


#: By file name: what makes it, and the errors that it may end in. More than one where limits race.
Refusals = tuple[type[errors.IndexerError], ...]
ZOO: dict[str, tuple[Callable[[], bytes], Refusals]] = {
    "encrypted.pdf": (encrypted_pdf, (errors.Encrypted,)),
    "truncated.pdf": (truncated_pdf, (errors.Damaged, errors.NoText)),
    "empty.pdf": (bytes, (errors.EmptyFile,)),
    "pageless.pdf": (pageless_pdf, (errors.Damaged,)),
    "page_loop.pdf": (page_loop_pdf, (errors.Damaged, errors.NoText)),
    "blank_page.pdf": (empty_page_pdf, (errors.NoText,)),
    "really_html.pdf": (lambda: b"<!doctype html><html><body>Not found</body></html>", (errors.WrongKind,)),
    "inflating.pdf": (inflating_pdf, (errors.OutOfMemory, errors.Timeout, errors.Crashed, errors.Damaged)),
    "inflated_blank.pdf": (
        inflated_blank_pdf,
        (errors.OutOfMemory, errors.Timeout, errors.Crashed, errors.Damaged, errors.NoText),
    ),
    "bomb.docx": (bomb_docx, (errors.ArchiveBomb,)),
    "entities.docx": (entity_bomb_docx, (errors.Damaged, errors.OutOfMemory)),
    "external.docx": (external_entity_docx, (errors.Damaged, errors.NoText)),
    "no_document.docx": (lambda: zip_of({"readme.txt": b"hello"}), (errors.WrongKind,)),
    "broken.docx": (lambda: docx_of(b"<w:document")[:-40], (errors.Damaged,)),
    "text.docx": (lambda: b"plain text", (errors.WrongKind,)),
    "legacy.docx": (ole_document, (errors.LegacyOffice,)),
    "legacy.doc": (ole_document, (errors.LegacyOffice,)),
    "picture.png": (lambda: b"\x89PNG\r\n\x1a\n", (errors.UnsupportedKind,)),
    "laughs.html": (laughing_html, (errors.NoText, errors.Damaged)),
    "nested.html": (nested_html, (errors.NoText, errors.Damaged, errors.Crashed)),
    "no_tags.html": (lambda: b"just text", (errors.WrongKind,)),
    "really_pdf.md": (plain_pdf, (errors.WrongKind,)),
    "nul.txt": (lambda: bytes(1000), (errors.NoText, errors.WrongKind, errors.UnknownEncoding)),
    "random.txt": (
        lambda: bytes((7 * number * number + 13) % 251 for number in range(5000)),
        (errors.UnknownEncoding,),
    ),
    "blank.txt": (lambda: b" \n\t\n ", (errors.NoText,)),
    "digits.md": (lambda: b"1 2 3 4 5 6 7 8 9\n" * 50, (errors.NoText,)),
}


def caged(folder: Path, name: str) -> Path:
    """The file of that name, written into the folder."""
    path = folder / name
    path.write_bytes(ZOO[name][0]())
    return path
