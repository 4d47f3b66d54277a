"""Course lists: rows that hold are kept, each bad row is named with its number and its fault."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest

from indexer import errors
from indexer.catalogue import BadRow, RowFault, delimiter_of, read_catalogue
from knowledge.domain import Language
from tests.indexer.offices import archive_of, spreadsheet


@pytest.fixture
def catalogue(tmp_path):
    def read(content: str | bytes, name: str = "courses.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_catalogue(path)

    return read


def test_a_full_row_with_chinese_names(catalogue):
    source = "课程名称;简介;链接;平台;专科;学分;开课日期;结束\n心衰管理;三讲;https://a.cn/1;好医生;心内科;1.5;2024年3月1日;2024/12/31\n"
    (row,) = catalogue(source).rows
    assert (row.title, row.summary, row.url, row.provider, row.specialty) == (
        "心衰管理",
        "三讲",
        "https://a.cn/1",
        "好医生",
        "心内科",
    )
    assert (row.language, row.credits, row.starts, row.ends) == (
        Language.ZH,
        1.5,
        date(2024, 3, 1),
        date(2024, 12, 31),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(catalogue, encoding):
    source = "标题,网址\n" + "".join(
        f"高血压患者的长期管理与随访第{number}讲,https://a.cn/{number}\n" for number in range(20)
    )
    assert len(catalogue(source.encode(encoding)).rows) == 20


@pytest.mark.parametrize(
    "row, fault",
    [
        (",https://a.cn/1,,", RowFault.TITLE_MISSING),
        ("课,,,", RowFault.URL_MISSING),
        ("课,javascript:alert(1),,", RowFault.URL_INVALID),
        ("课,ftp://a.cn/x,,", RowFault.URL_INVALID),
        ("课,https://[,,", RowFault.URL_INVALID),
        ("课,https://a.cn/0,,", RowFault.URL_DUPLICATE),
        ("课,https://a.cn/1,x,", RowFault.CREDITS_INVALID),
        ("课,https://a.cn/1,-2,", RowFault.CREDITS_INVALID),
        ("课,https://a.cn/1,,2024-13-01", RowFault.DATE_INVALID),
        ("课,https://a.cn/1,,soon", RowFault.DATE_INVALID),
        ("课,https://a.cn/1,,,,,", RowFault.NOT_A_ROW),
    ],
)
def test_a_bad_row_is_named_and_the_others_load(catalogue, row, fault):
    result = catalogue(f"title,url,credits,starts\n好课,https://a.cn/0,,\n{row}\n最后,https://a.cn/9,,\n")
    assert [each.title for each in result.rows] == ["好课", "最后"]
    assert [(each.number, each.fault) for each in result.bad_rows] == [(3, fault)]


def test_jsonl_without_provider_and_summary(catalogue):
    result = catalogue(
        '{"title": "肝癌", "url": "https://a.cn/1", "summary": ""}\nnonsense\n[1]\n', "a.jsonl"
    )
    assert (result.rows[0].provider, result.rows[0].summary) == (None, "")
    assert result.bad_rows == (
        BadRow(number=2, fault=RowFault.NOT_A_ROW),
        BadRow(number=3, fault=RowFault.NOT_A_ROW),
    )


def test_the_language_is_guessed_from_the_title(catalogue):
    rows = catalogue("title,url\nHeart failure,https://a.cn/1\n心衰,https://a.cn/2\n").rows
    assert [row.language for row in rows] == [Language.EN, Language.ZH]


def test_a_language_that_the_bot_does_not_speak_is_a_fault(catalogue):
    assert (
        catalogue("title,url,language\nCurso,https://a.cn/1,Español\n").bad_rows[0].fault
        is RowFault.LANGUAGE_UNSUPPORTED
    )


@pytest.mark.parametrize("header, mark", [("a,b,c", ","), ("a;b;c", ";"), ("a\tb\tc", "\t")])
def test_delimiters(header, mark):
    assert delimiter_of(header) == mark


@pytest.mark.parametrize(
    "name, content, error",
    [
        ("a.csv", b"", errors.EmptyFile),
        ("a.csv", b"name of nothing,x\n1,2\n", errors.InvalidCatalogue),
        ("a.csv", b"PK\x03\x04rest", errors.WrongKind),
        ("a.xls", b"\xd0\xcf\x11\xe0rest", errors.UnsupportedKind),
    ],
)
def test_what_is_no_course_list(catalogue, name, content, error):
    with pytest.raises(error):
        catalogue(content, name)


# ------------------------------------------------------------------------------------------------ spreadsheets


def test_a_spreadsheet_is_read_with_its_dates_and_numbers(catalogue):
    made = spreadsheet(
        [],
        [
            ["课程名称", "链接", "学分", "开课日期"],
            ["心衰管理", "https://a.cn/1", 2.0, datetime(2026, 3, 31, 8, 30)],  # noqa: DTZ001  # as a sheet has it
            [],
            ["糖尿病管理", "https://a.cn/2", 1.5, "2026年4月1日"],
            ["没有链接"],
        ],
    )
    read = catalogue(made, "courses.xlsx")
    assert [(row.title, row.credits, row.starts) for row in read.rows] == [
        ("心衰管理", 2.0, date(2026, 3, 31)),
        ("糖尿病管理", 1.5, date(2026, 4, 1)),
    ]
    assert read.bad_rows == (BadRow(number=4, fault=RowFault.URL_MISSING, column="url"),)


@pytest.mark.parametrize(
    "content, error",
    [
        (b"", errors.EmptyFile),
        (b"title,url\na,https://a.cn\n", errors.WrongKind),
        (b"PK\x03\x04 no archive", errors.Damaged),
        (archive_of({"a": "b"}), errors.WrongKind),
        (archive_of({"xl/workbook.xml": "<x"}), errors.Damaged),
        (archive_of({"xl/workbook.xml": "0" * 20_000_000}), errors.ArchiveBomb),
        (spreadsheet([["Name", "Something"], ["a", "b"]]), errors.InvalidCatalogue),
        (spreadsheet([["title", "url"]] * 20_001), errors.TooLarge),
    ],
)
def test_a_hostile_or_wrong_spreadsheet_is_refused(catalogue, content, error):
    with pytest.raises(error):
        catalogue(content, "courses.xlsx")


def test_a_sheet_that_claims_to_be_huge_ends_where_its_rows_end(catalogue):
    """Some programs write a last cell a million rows below; a hostile file claims what it likes."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["title", "url"])
    sheet.append(["Heart failure", "https://a.cn/1"])
    sheet.cell(row=1_048_576, column=1, value="far below")
    out = io.BytesIO()
    book.save(out)
    assert [row.title for row in catalogue(out.getvalue(), "courses.xlsx").rows] == ["Heart failure"]
