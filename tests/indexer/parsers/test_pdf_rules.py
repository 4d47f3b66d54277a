"""The straight rules of a page are found where they are shown, and a drawing has none."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
import pytest
from fpdf import FPDF

from indexer.parsers.pdf.rules import ruled_page


def rules_of(path: Path) -> set[tuple[str, int, int, int, int]]:
    document = pdfium.PdfDocument(path)
    try:
        edges = ruled_page(document[0]).edges
        return {
            (e["orientation"], round(e["x0"]), round(-e["bottom"]), round(e["x1"]), round(-e["top"]))
            for e in edges
        }
    finally:
        document.close()


@pytest.fixture
def sheet() -> FPDF:
    """A page of 300 by 400 points, measured from its upper left corner."""
    pdf = FPDF(unit="pt", format=(300, 400))
    pdf.add_page()
    return pdf


def test_lines_and_rectangles_are_rules_and_what_slants_is_none(sheet: FPDF, tmp_path: Path) -> None:
    sheet.line(10, 100, 210, 100)
    sheet.line(10, 100, 210, 300)
    sheet.rect(20, 200, 50, 30)
    sheet.output(str(tmp_path / "a.pdf"))
    assert rules_of(tmp_path / "a.pdf") == {
        ("h", 10, 300, 210, 300),
        ("h", 20, 200, 70, 200),
        ("h", 20, 170, 70, 170),
        ("v", 20, 170, 20, 200),
        ("v", 70, 170, 70, 200),
    }


def test_a_curve_has_no_rules_but_where_it_is_straight(sheet: FPDF, tmp_path: Path) -> None:
    sheet.ellipse(50, 50, 100, 60)
    sheet.output(str(tmp_path / "a.pdf"))
    assert rules_of(tmp_path / "a.pdf") == set()


def test_a_page_that_is_stored_turned_has_its_rules_where_they_are_shown(sheet: FPDF, tmp_path: Path) -> None:
    sheet.line(10, 100, 210, 100)
    sheet.output(str(tmp_path / "a.pdf"))
    document = pdfium.PdfDocument(tmp_path / "a.pdf")
    document[0].set_rotation(90)
    edges = ruled_page(document[0]).edges
    document.close()
    assert [edge["orientation"] for edge in edges] == ["v"]


def test_a_drawing_of_thousands_of_strokes_is_not_searched_for_tables(sheet: FPDF, tmp_path: Path) -> None:
    for n in range(6_200):
        sheet.line(10, n / 20, 210, n / 20)
    sheet.output(str(tmp_path / "a.pdf"))
    assert rules_of(tmp_path / "a.pdf") == set()
