"""PDFs with Chinese text, written by hand: a font that is only named, and a map that says what its codes mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.indexer.zoo import pdf_of_objects

_FONT = b"/F1"


@dataclass(frozen=True, slots=True)
class Put:
    """Text at a place, in points from the lower left; raised text is set with a rise."""

    x: float
    y: float
    text: str
    size: float = 10.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A line from one place to another."""

    x0: float
    y0: float
    x1: float
    y1: float


Page = Sequence[Put | Rule]


def paragraph(x: float, y: float, text: str, *, size: float = 10.0, columns: int = 40) -> list[Put]:
    """Text set in lines of so many characters, 1.6 sizes apart."""
    lines = [text[start : start + columns] for start in range(0, len(text), columns)]
    return [Put(x, y - 1.6 * size * number, line, size) for number, line in enumerate(lines)]


def grid(
    x: float, y: float, rows: Sequence[Sequence[str]], *, width: float = 120, height: float = 20
) -> list[Put | Rule]:
    """A ruled table, its upper left corner at x, y."""
    down, across = len(rows), len(rows[0])
    drawn: list[Put | Rule] = [
        Rule(x, y - height * row, x + width * across, y - height * row) for row in range(down + 1)
    ]
    drawn += [
        Rule(x + width * column, y, x + width * column, y - height * down) for column in range(across + 1)
    ]
    drawn += [
        Put(x + width * column + 4, y - height * row - 14, text)
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
        if text
    ]
    return drawn


def chinese_pdf(pages: Sequence[Page], *, boxes: bytes = b"/MediaBox [0 0 600 800]") -> bytes:
    """A PDF of these pages, 600 by 800 points unless other boxes or a rotation are given."""
    first = 6
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        (
            b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R] "
            b"/ToUnicode 5 0 R >>"
        ),
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (Identity) /Supplement 0 >> /DW 1000 /W [%s] /FontDescriptor << /Type /FontDescriptor "
        b"/FontName /Song /Flags 4 /FontBBox [0 -200 1000 900] /Ascent 880 /Descent -120 /ItalicAngle 0 "
        b"/CapHeight 700 /StemV 80 >> >>" % b" ".join([b"32 126 500"]),
        _stream(_unicode_map()),
    ]
    for number, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R %s /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % (boxes, first + 2 * number + 1)
        )
        objects.append(_stream(b"\n".join(_operators(each) for each in page)))
    return pdf_of_objects(objects)


def _stream(body: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body)


def _operators(each: Put | Rule) -> bytes:
    if isinstance(each, Rule):
        return f"0.5 w {each.x0} {each.y0} m {each.x1} {each.y1} l S".encode()
    codes = each.text.encode("utf-16-be").hex().encode()
    return f"BT /F1 {each.size} Tf {each.x} {each.y} Td <".encode() + codes + b"> Tj ET"


def _unicode_map() -> bytes:
    ranges = [
        b"<%02x00> <%02xff> <%02x00>" % (high, high, high) for high in range(256) if not 0xD8 <= high <= 0xDF
    ]
    blocks = [ranges[start : start + 100] for start in range(0, len(ranges), 100)]
    body = b"\n".join(
        b"%d beginbfrange\n%s\nendbfrange" % (len(block), b"\n".join(block)) for block in blocks
    )
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <ffff> endcodespacerange\n" + body + b"\nendcmap end end"
    )
