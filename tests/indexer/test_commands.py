"""The commands as scripts and people call them: in a process of their own, with the fake encoder."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.indexer.guidelines import TARGET, TITLE, guideline
from tests.indexer.shell import process, several

FIELDS = {"file", "status", "reason", "document_id", "title", "year", "pages", "passages", "warnings"}


def test_looking_makes_nothing_and_loads_no_model(data: Path) -> None:
    (help_, status, listing, withdraw), modules = several(
        data, ("--help",), ("status", "--json"), ("list",), ("withdraw", "1")
    )
    assert help_.status == 0
    assert "load" in help_.out
    assert status.status == 0
    assert (status.json["exists"], status.json["documents"], status.json["folder"]) == (False, 0, str(data))
    for refused in (listing, withdraw):
        assert refused.status != 0
        assert "yidao-index load" in refused.err
    assert not {"torch", "sentence_transformers", "transformers"} & modules
    assert not data.exists()


def test_own_terms_are_checked_and_shown_and_a_broken_line_stops_nothing(data: Path, tmp_path: Path) -> None:
    data.mkdir()
    header = "zh,en,abbreviations,kind\n"
    (data / "terms.csv").write_text(f"{header}高血压,,HBPX,\n某病,,,topik\n", "utf-8")
    good = tmp_path / "good.csv"
    good.write_text(f"{header}某病,,,topic\n", "utf-8")
    (own, as_json, check, missing, find, none, status), _ = several(
        data,
        ("terms",),
        ("terms", "--json"),
        ("terms", "--check", str(good)),
        ("terms", "--check", str(tmp_path / "nowhere.csv")),
        ("terms", "find", "HBPX"),
        ("terms", "find", "没有这个名字"),
        ("status", "--json"),
    )
    assert own.status == 1
    assert "1 amended" in own.out
    assert "line 3: kind must be" in own.err
    assert [problem["line"] for problem in as_json.json["problems"]] == [3]
    assert check.status == 0
    assert "1 concepts added" in check.out
    assert missing.status == 2
    assert find.status == 0
    assert "高血压" in find.out
    assert none.status == 1
    assert status.status == 0
    assert status.json["terms"] == as_json.json["concepts"]
    assert "line 3" in status.json["own terms"]


def test_asking_a_library_that_is_not_there_makes_none(data: Path) -> None:
    asked = process(data, "-m", "bot", "ask", "高血压的降压目标", "--json")
    assert asked.returncode != 0
    assert asked.stdout == ""
    assert "yidao-index load" in asked.stderr
    assert "Traceback" not in asked.stderr
    assert not data.exists()


def test_a_folder_is_loaded_then_unchanged_and_what_is_not_a_guideline_is_skipped(
    data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    path = guideline(folder)
    path.with_suffix(".yaml").write_text("publisher: 示例学会\n", "utf-8")
    (folder / "table.xlsx").write_bytes(b"PK\x03\x04")
    (folder / ".hidden.md").write_text("# hidden", "utf-8")
    guideline(
        folder / "sub",
        "b.md",
        title="慢阻肺诊治指南（2021年版）",
        target="慢阻肺稳定期首选长效支气管扩张剂吸入治疗。",
    )
    (first, again, text, status, listing), _ = several(
        data,
        ("load", str(folder), "--json"),
        ("load", str(folder), "--json"),
        ("load", str(folder)),
        ("status", "--json"),
        ("list", "--json"),
    )
    assert first.status == 0
    records = {Path(record["file"]).name: record for record in first.json}
    assert {name: record["status"] for name, record in records.items()} == {
        "高血压.md": "loaded", "高血压.yaml": "skipped", "table.xlsx": "skipped", "b.md": "loaded",
    }  # fmt: skip
    assert all(set(record) >= FIELDS for record in first.json)
    loaded = records["高血压.md"]
    assert (loaded["title"], loaded["year"], loaded["pages"], loaded["passages"]) == (TITLE, 2024, None, 2)
    assert (loaded["reason"], loaded["warnings"]) == (None, [])
    assert again.status == 0
    assert {record["status"] for record in again.json} == {"unchanged", "skipped"}
    assert "2 unchanged" in text.out
    assert (status.json["documents"], status.json["passages"], status.json["model"]) == (2, 4, "fake/1")
    assert [document["publisher"] for document in listing.json if document["title"] == TITLE] == ["示例学会"]


def test_a_file_named_explicitly_is_refused_for_its_kind_and_the_others_are_loaded(
    data: Path, tmp_path: Path
) -> None:
    path = guideline(tmp_path / "in")
    (tmp_path / "in" / "table.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "in" / "fake.pdf").write_bytes(b"<html><body>no pdf</body></html>")
    named = [str(tmp_path / "in" / name) for name in ("table.xlsx", "fake.pdf", "missing.md")]
    ran = process(data, "-m", "indexer", "load", *named, str(path), "--json")
    assert ran.returncode == 1
    records = json.loads(ran.stdout)
    assert [record["status"] for record in records] == ["refused", "refused", "refused", "loaded"]
    assert [record["reason"] for record in records[:2]] == ["unsupported_kind", "wrong_kind"]
    assert "Traceback" not in ran.stderr


def test_a_draft_waits_until_it_is_loaded_without_the_option(data: Path, tmp_path: Path) -> None:
    path = str(guideline(tmp_path / "in"))
    (draft, before, approved, after), _ = several(
        data,
        ("load", path, "--draft", "--json"),
        ("status", "--json"),
        ("load", path, "--json"),
        ("status", "--json"),
    )
    assert (draft.status, draft.json[0]["status"]) == (0, "loaded")
    assert (before.json["documents"], before.json["drafts"]) == (0, 1)
    assert approved.json[0]["document_id"] == draft.json[0]["document_id"]
    assert (after.json["documents"], after.json["drafts"]) == (1, 0)


def test_a_course_list_names_its_bad_rows_and_loads_the_others(data: Path, tmp_path: Path) -> None:
    courses = tmp_path / "courses.csv"
    courses.write_text(
        "课程名称,课程简介,链接,平台,学分\n"
        "高血压规范管理,降压目标,https://example.org/1,示例学院,2\n"
        ",没有标题,https://example.org/2,示例学院,\n"
        "没有链接,简介,,示例学院,\n"
        "坏链接,简介,javascript:alert(1),示例学院,\n"
        "重复,简介,https://example.org/1,示例学院,\n"
        "坏学分,简介,https://example.org/3,示例学院,很多\n"
        "糖尿病管理,血糖目标,https://example.org/4,示例学院,1.5\n",
        "utf-8",
    )
    (first, again, status, missing), _ = several(
        data,
        ("courses", str(courses), "--json"),
        ("courses", str(courses)),
        ("status", "--json"),
        ("courses", str(tmp_path / "nowhere.csv"), "--json"),
    )
    (report,) = first.json
    assert first.status == 1
    assert (report["status"], report["added"], report["updated"]) == ("loaded", 2, 0)
    assert [(bad["row"], bad["reason"]) for bad in report["bad_rows"]] == [
        (3, "title_missing"), (4, "url_missing"), (5, "url_invalid"), (6, "url_duplicate"), (7, "credits_invalid"),
    ]  # fmt: skip
    assert "0 courses added, 2 brought up to date" in again.out
    assert "row 3" in again.err
    assert status.json["courses"] == 2
    assert (missing.status, missing.json[0]["status"], missing.json[0]["reason"]) == (
        1,
        "refused",
        "not_found",
    )


def test_a_folder_that_is_loaded_again_leaves_what_was_withdrawn_as_it_is(data: Path, tmp_path: Path) -> None:
    path = guideline(tmp_path / "in")
    (_, _, planned, again, listed, named), _ = several(
        data,
        ("load", str(path.parent)),
        ("withdraw", "1"),
        ("load", str(path.parent), "--dry-run", "--json"),
        ("load", str(path.parent)),
        ("list",),
        ("load", str(path), "--json"),
    )
    assert (planned.json[0]["status"], planned.json[0]["reason"]) == ("unchanged", "withdrawn")
    assert again.status == 0
    assert "`yidao-index reinstate 1`" in again.err
    assert TITLE not in listed.out
    assert named.json[0]["status"] == "loaded", "whoever names the file itself means it"


def test_a_loaded_guideline_answers_until_it_is_withdrawn_and_outlives_a_rebuild(
    data: Path, tmp_path: Path
) -> None:
    path = str(guideline(tmp_path / "in"))
    (loaded, *_), _ = several(data, ("load", path, "--json"), ("rebuild",), ("rebuild", "--encode"))
    document = str(loaded.json[0]["document_id"])

    questions = "老年高血压患者的降压目标\n\n\x00\n今天天气\n".encode() + b"\xff\xfe bytes\n"
    asked = process(data, "-m", "bot", "ask", "-", "--json", said=questions)
    lines = [json.loads(line) for line in asked.stdout.splitlines()]
    assert len(lines) == 5, asked.stderr
    assert lines[0]["outcome"] == "answered"
    assert lines[0]["passages"][0]["text"] == TARGET
    assert {line["outcome"] for line in lines[1:3]} == {"refused"}

    (withdrawn, twice, status), _ = several(
        data, ("withdraw", document), ("withdraw", document, "99"), ("status", "--json")
    )
    assert withdrawn.status == 0
    assert TITLE in withdrawn.out
    assert twice.status == 1
    assert "99" in twice.err
    assert status.json["documents"] == 0


def test_a_library_of_an_older_version_gets_what_that_did_not_encode(data: Path, tmp_path: Path) -> None:
    """Vectors of sentences came later; until then the library answers without them."""

    def without_windows() -> int:
        with closing(sqlite3.connect(data / "yidao.sqlite3")) as library:
            (count,) = library.execute("SELECT count(*) FROM vectors WHERE windows IS NULL").fetchone()
        return int(count)

    several(data, ("load", str(guideline(tmp_path / "in"))))
    with closing(sqlite3.connect(data / "yidao.sqlite3")) as library, library:
        library.execute("UPDATE vectors SET windows = NULL")
    assert without_windows() == 2
    asked = process(data, "-m", "bot", "ask", "老年高血压患者的降压目标", "--json")
    assert json.loads(asked.stdout)["outcome"] == "answered"
    (rebuilt,), _ = several(data, ("rebuild", "--encode"))
    assert rebuilt.status == 0
    assert without_windows() == 0


def test_a_bad_setting_or_a_damaged_library_is_one_plain_line(data: Path) -> None:
    data.mkdir()
    (data / "yidao.sqlite3").write_bytes(b"no database" * 1000)
    ran = process(data, "-m", "indexer", "status")
    assert ran.returncode == 2
    assert ran.stderr.startswith("yidao-index: ")
    assert "Traceback" not in ran.stderr
    assert (data / "yidao.sqlite3").read_bytes() == b"no database" * 1000
