"""Presentations, e-books, and old files that LibreOffice turns into new ones."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from indexer import errors
from indexer.parsed import BlockKind
from indexer.reading import read
from tests.indexer.offices import archive_of, book, presentation, shape, table

FIRST = shape("高血压的治疗", "title") + shape("首选钙通道阻滞剂。\n从小剂量开始，每两周评估一次。")
SECOND = (
    shape("第 2 页", "sldNum")
    + shape("随访", "title")
    + table(
        [["时间", "复查的项目"], ["3个月", "诊室血压、血钾与肾功能"], ["每年", "眼底、心电图与尿微量白蛋白"]]
    )
)


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_slides_are_pages_in_the_order_in_which_they_are_shown(tmp_path: Path) -> None:
    document = read(written(tmp_path, "高血压讲义.pptx", presentation([SECOND, FIRST], order=[2, 1])))
    texts = [(chunk.page_first, chunk.section, chunk.text) for chunk in document.chunks]
    assert document.parsed.pages == 2
    assert texts[0][:2] == (1, ("高血压的治疗",))
    assert "从小剂量开始" in texts[0][2]
    assert texts[-1] == (
        2,
        ("随访",),
        "时间 | 复查的项目\n3个月 | 诊室血压、血钾与肾功能\n每年 | 眼底、心电图与尿微量白蛋白",
    )
    assert not any("第 2 页" in text for _, _, text in texts), "the number of a slide is no text"


def test_a_slide_without_text_is_told(tmp_path: Path) -> None:
    document = read(written(tmp_path, "讲义.pptx", presentation([FIRST, ""])))
    assert ("pages_without_text", 1) in document.parsed.warnings


def test_the_chapters_of_a_book_are_read_in_its_order(tmp_path: Path) -> None:
    chapters = {
        "b.xhtml": "<h1>第二章 治疗</h1><p>首选长效支气管扩张剂吸入治疗，按症状与急性加重风险调整方案。</p>",
        "a.xhtml": "<h1>第一章 诊断</h1><p>肺功能检查是诊断慢阻肺的金标准，吸入支气管扩张剂后FEV1/FVC&lt;0.70。</p>",
        "c.xhtml": "<img src='cover.png'/>",
    }
    made = book(chapters, title="慢阻肺诊治手册", spine=["c.xhtml", "a.xhtml", "b.xhtml"])
    document = read(written(tmp_path, "x.epub", made))
    metadata = document.parsed.metadata
    assert (metadata.title, metadata.year, metadata.publisher) == ("慢阻肺诊治手册", 2021, "示例学会")
    assert [chunk.section for chunk in document.chunks] == [("第一章 诊断",), ("第二章 治疗",)]
    assert "<0.70" in document.chunks[0].text


@pytest.mark.parametrize(
    "name, content, error",
    [
        ("a.pptx", archive_of({"word/document.xml": "<x/>"}), errors.WrongKind),
        ("a.pptx", archive_of({"ppt/presentation.xml": "0" * 20_000_000}), errors.ArchiveBomb),
        ("a.pptx", archive_of({"ppt/presentation.xml": "<x"}), errors.Damaged),
        ("a.pptx", b"PK\x03\x04 no archive", errors.Damaged),
        ("a.pptx", b"%PDF-1.7", errors.WrongKind),
        ("a.epub", archive_of({"a": "b"}), errors.WrongKind),
        ("a.epub", archive_of({"META-INF/container.xml": "<container/>"}), errors.Damaged),
        ("a.epub", archive_of({"META-INF/container.xml": "0" * 20_000_000}), errors.ArchiveBomb),
        ("a.epub", book({"../../../etc/passwd": "<p>x</p>"}, spine=[]), errors.IndexerError),
        ("a.epub", book({"a.xhtml": "<img src='a.png'/>"}), errors.NoText),
        (
            "a.pptx",
            archive_of(
                {
                    "ppt/presentation.xml": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
                    "ppt/_rels/presentation.xml.rels": "<Relationships/>",
                }
            ),
            errors.Damaged,
        ),
    ],
)
def test_what_is_hostile_or_broken_is_refused(
    tmp_path: Path, name: str, content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        read(written(tmp_path, name, content))


def test_xml_never_brings_a_file_of_this_machine_in(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a secret of the machine")
    evil = (
        f'<!DOCTYPE x [<!ENTITY a SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Take the tablets twice daily with food. &a;</p></body></html>'
    )
    whole = book({"a.xhtml": "x"})
    path = written(tmp_path, "a.epub", whole)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    path.write_bytes(archive_of({**parts, "OEBPS/text/a.xhtml": evil}))
    assert "secret of" not in "".join(chunk.text for chunk in read(path).chunks)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.fixture
def libre_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for LibreOffice: it saves what lies in `made` under the name that is asked for."""
    folder = tmp_path / "bin"
    folder.mkdir()
    made = tmp_path / "made"
    command = folder / "soffice"
    command.write_text(
        "#!/bin/sh\n"
        'while [ $# -gt 1 ]; do case "$1" in --convert-to) to=$2;; --outdir) out=$2;; esac; shift; done\n'
        f'[ -f "{made}" ] && cp "{made}" "$out/in.$to"\n'
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    return made


def test_an_old_presentation_is_read_as_libre_office_saves_it(tmp_path: Path, libre_office: Path) -> None:
    libre_office.write_bytes(presentation([FIRST]))
    document = read(written(tmp_path, "高血压讲义.ppt", OLE))
    assert document.chunks[0].section == ("高血压的治疗",)
    assert document.parsed.blocks[0].kind is BlockKind.HEADING
    assert document.parsed.metadata.title == "高血压讲义"


def test_what_libre_office_cannot_open_is_damaged(tmp_path: Path, libre_office: Path) -> None:
    with pytest.raises(errors.Damaged):
        read(written(tmp_path, "a.doc", OLE))


@pytest.mark.parametrize("name", ["a.doc", "a.ppt"])
def test_without_libre_office_an_old_file_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("indexer.parsers.kinds.converter", lambda: None)
    with pytest.raises(errors.LegacyOffice, match=r"Save it as \.docx"):
        read(written(tmp_path, name, OLE))
    with pytest.raises(errors.WrongKind):
        read(written(tmp_path, name, b"plain text"))


def test_a_new_file_with_a_password_is_told_from_an_old_one(tmp_path: Path) -> None:
    locked = OLE + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(errors.Encrypted):
        read(written(tmp_path, "a.docx", locked))
    with pytest.raises(errors.LegacyOffice):
        read(written(tmp_path, "a.docx", OLE))
