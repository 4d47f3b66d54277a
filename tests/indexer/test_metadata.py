"""What a document is called, of when and in what language: from its name, its head and its sidecar."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import errors
from indexer.metadata import (
    best_title,
    described,
    from_name,
    language_of,
    publisher_of,
    text_year,
    usable_title,
    without_title,
)
from indexer.parsed import Block, BlockKind, Metadata, Parsed
from indexer.sidecar import sidecar


def _parsed(*texts: str, metadata: Metadata | None = None) -> Parsed:
    blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts)
    return Parsed(blocks=blocks, metadata=metadata or Metadata())


@pytest.mark.parametrize(
    "stem, title, year",
    [
        ("国家基层糖尿病防治管理指南（2022）", "国家基层糖尿病防治管理指南（2022）", 2022),
        ("ChinaXiv-201812.00129V1_中国艾滋病诊疗指南_2018版", "中国艾滋病诊疗指南（2018版）", 2018),
        (
            "ChinaXiv-202207.00180V1_抗精神病药长效针剂社区应用专家共识",
            "抗精神病药长效针剂社区应用专家共识",
            None,
        ),
        ("Self-monitoring of blood pressure", "Self-monitoring of blood pressure", None),
        ("ESC_heart_failure_2021", "ESC heart failure 2021", 2021),
        ("12345", None, None),
    ],
)
def test_names_of_files(stem, title, year):
    assert (from_name(stem).title, from_name(stem).year) == (title, year)


@pytest.mark.parametrize(
    "title", ["Microsoft Word - 文件.doc", "untitled", "未命名", "Document1", "guide.indd", "1", "", None]
)
def test_titles_that_programs_write_are_none(title):
    assert usable_title(title) is None


def test_a_heading_that_holds_the_name_is_the_name_in_full():
    assert (
        best_title(None, "《欧洲指南：垂体腺瘤》解读", "欧洲指南 垂体腺瘤 解读")
        == "《欧洲指南：垂体腺瘤》解读"
    )
    assert best_title("Real title of it", None, "scan_20240101") == "Real title of it"


def test_the_preprint_archive_gives_the_last_resort_for_a_year(tmp_path):
    assert described(_parsed("文字。"), tmp_path / "ChinaXiv-202207.00180V1_某某共识.md").year == 2022


@pytest.mark.parametrize(
    "text, language",
    [
        ("高血压患者应当限制钠盐。", "zh"),
        ("高血壓患者應當限制鈉鹽。", "zh-TW"),
        ("Patients should reduce salt.", "en"),
        ("高血压 BP 130/80 mmHg", "zh"),
    ],
)
def test_languages(text, language):
    assert language_of(_parsed(text).blocks) == language


def test_years_and_publishers_on_the_first_pages():
    assert text_year(_parsed("© World Health Organization 2025").blocks) == 2025
    assert text_year(_parsed("本指南引用了2008年发布的数据。").blocks) is None
    assert publisher_of(_parsed("© World Health Organization 2025").blocks) == "World Health Organization"
    assert publisher_of(_parsed("中华医学会糖尿病学分会").blocks) == "中华医学会糖尿病学分会"


def test_the_sidecar_comes_first(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "title: 真名\nyear: 2023\nlanguage: zh-TW\nspecialties: [心内科]\nsharing: excerpt\nsample: true\n"
    )
    metadata = described(
        _parsed("文字。", metadata=Metadata(title="Some other title", year=2001)), tmp_path / "a.pdf"
    )
    assert metadata == Metadata(
        title="真名", year=2023, language="zh-TW", specialties=("心内科",), sharing="excerpt", sample=True
    )


@pytest.mark.parametrize(
    "content, key",
    [
        ("year: soon", "year"),
        ("year: true", "year"),
        ("language: fr", "language"),
        ("sharing: everything", "sharing"),
        ("sample: maybe", "sample"),
        ("specialties: 5", "specialties"),
        ("title: ''", "title"),
        ("colour: red", "colour"),
        ("- a\n- b", "keys"),
        ("a: [", "YAML"),
        ("a: &x [1]\nb: *x", "aliases"),
    ],
)
def test_a_wrong_sidecar_names_its_key(tmp_path, content, key):
    (tmp_path / "a.yaml").write_text(content)
    with pytest.raises(errors.InvalidSidecar, match=key):
        sidecar(tmp_path / "a.pdf")


def test_no_sidecar_says_nothing(tmp_path):
    assert sidecar(Path(tmp_path / "a.pdf")) == Metadata()


def test_the_title_is_no_part_of_the_section_path():
    blocks = (
        Block(kind=BlockKind.HEADING, text="某某 指南（2022）", level=1),
        Block(kind=BlockKind.HEADING, text="一、总则", level=2),
    )
    assert [block.text for block in without_title(Parsed(blocks=blocks), "某某指南（2022）").blocks] == [
        "一、总则"
    ]
