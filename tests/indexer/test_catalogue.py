"""Course lists: rows that hold are kept, each bad row is named with its number and its fault."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest

from indexer import errors
from indexer.catalogue import MOST_ROWS, BadRow, RowFault, read_catalogue
from indexer.catalogue.records import delimiter_of, records_of
from indexer.catalogue.rows import catalogue as rows_and_faults
from knowledge.domain import Language
from tests.indexer.offices import archive_of, spreadsheet


@pytest.fixture
def written(tmp_path):
    def write(content: str | bytes, name: str):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def catalogue(written):
    """In the child, as it is always read; `rows_of` is quicker where only its rows are looked at."""
    return lambda content, name="courses.csv": read_catalogue(written(content, name))


@pytest.fixture
def rows_of(written):
    return lambda content, name="courses.csv": rows_and_faults(records_of(written(content, name)))


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
def test_encodings(rows_of, encoding):
    source = "标题,网址\n" + "".join(
        f"高血压患者的长期管理与随访第{number}讲,https://a.cn/{number}\n" for number in range(20)
    )
    assert len(rows_of(source.encode(encoding)).rows) == 20


@pytest.mark.parametrize(
    "row, fault",
    [
        (",https://a.cn/1,,", RowFault.TITLE_MISSING),
        ("课,,,", RowFault.URL_MISSING),
        ("课,javascript:alert(1),,", RowFault.URL_INVALID),
        ("课,ftp://a.cn/x,,", RowFault.URL_INVALID),
        ("课,https://[,,", RowFault.URL_INVALID),
        ("课,http://intranet/course,,", RowFault.URL_INVALID),
        ("课,https://user:password@a.cn/,,", RowFault.URL_INVALID),
        ("课,https://a.cn:99999/,,", RowFault.URL_INVALID),
        ("课,https://a.cn/0,,", RowFault.URL_DUPLICATE),
        ("课,https://a.cn/1,x,", RowFault.CREDITS_INVALID),
        ("课,https://a.cn/1,-2,", RowFault.CREDITS_INVALID),
        ("课,https://a.cn/1,,2024-13-01", RowFault.DATE_INVALID),
        ("课,https://a.cn/1,,soon", RowFault.DATE_INVALID),
        ("课,https://a.cn/1,,,,,", RowFault.NOT_A_ROW),
        ("=CONCAT(A1),https://a.cn/1,,", RowFault.FORMULA),
        ('课,"=HYPERLINK(""https://a.cn/1"")",,', RowFault.FORMULA),
        ("课,#REF!,,", RowFault.FORMULA),
    ],
)
def test_a_bad_row_is_named_and_the_others_load(rows_of, row, fault):
    result = rows_of(f"title,url,credits,starts\n好课,https://a.cn/0,,\n{row}\n最后,https://a.cn/9,,\n")
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


def test_the_language_is_guessed_from_the_title(rows_of):
    rows = rows_of("title,url\nHeart failure,https://a.cn/1\n心衰,https://a.cn/2\n").rows
    assert [row.language for row in rows] == [Language.EN, Language.ZH]


def test_a_language_that_the_bot_does_not_speak_is_a_fault(rows_of):
    assert (
        rows_of("title,url,language\nCurso,https://a.cn/1,Español\n").bad_rows[0].fault
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
        ("a.csv", "title,url\n".encode("utf-16")[:-1], errors.UnknownEncoding),
        ("a.csv", bytes(range(128, 256)) * 4, errors.UnknownEncoding),
        ("a.csv", b"title,url\n" + b'"' + b"x" * 1_100_000, errors.InvalidCatalogue),
        ("a.csv", b"title,url\n" + b"a,https://a.cn\n" * 100_000, errors.TooManyRows),
        ("a.jsonl", b"{}\n" * 100_000, errors.TooManyRows),
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
    assert read.bad_rows == (BadRow(number=5, fault=RowFault.URL_MISSING, column="url"),)


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
        (spreadsheet([["title", "url"]] * 100_000), errors.TooManyRows),
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


def test_a_formula_counts_by_its_value_and_is_named_where_it_has_none(catalogue):
    """What a program writes without ever working it out has no value in the file."""
    made = spreadsheet([["title", "url"], ["=CONCAT(A9)", "https://a.cn/1"], ["Gout", "https://a.cn/2"]])
    read = catalogue(made, "courses.xlsx")
    assert [row.title for row in read.rows] == ["Gout"]
    assert read.bad_rows == (BadRow(number=2, fault=RowFault.FORMULA, column="title"),)


def test_rows_are_counted_as_the_spreadsheet_counts_them(rows_of):
    read = rows_of("\n\ntitle,url\n\nGout,https://a.cn/1\n,\n\nGout\n")
    assert ([row.number for row in read.rows], [bad.number for bad in read.bad_rows]) == ([5], [8])


def test_as_many_rows_as_allowed_are_read(rows_of):
    lines = "".join(f"Gout,https://a.cn/{number}\n" for number in range(MOST_ROWS))
    assert len(rows_of(f"title,url\n{lines}").rows) == MOST_ROWS


def test_a_list_comes_out_of_the_child_as_it_is(catalogue, rows_of):
    source = "title,url,credits,starts,ends,specialty,provider,language\n心衰,https://a.cn/1,1.5,2026-03-31,,心内科,学院,zh\nx,,,,,,,\n"
    assert catalogue(source) == rows_of(source)


def test_a_list_that_takes_too_long_is_stopped(written):
    with pytest.raises(errors.Timeout):
        read_catalogue(written("title,url\n", "courses.csv"), seconds=0)
