"""Reviewing and exchanging editions on the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.indexer.guidelines import TARGET, TITLE, guideline
from tests.indexer.shell import several


def audited(data: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(data / "yidao.sqlite3")) as connection:
        rows = connection.execute("SELECT action, subject, who FROM audit_log ORDER BY id").fetchall()
    assert all(who.startswith("shell:") for _, _, who in rows)
    return [(action, subject) for action, subject, _ in rows]


def current(outcome) -> list[tuple[str, int]]:
    return [(edition["title"], edition["year"]) for edition in outcome.json]


def test_drafts_are_listed_with_what_they_would_do_then_approved_or_discarded_once(
    data: Path, tmp_path: Path
) -> None:
    first = guideline(tmp_path / "in", title="中国高血压防治指南（2018年版）", target=TARGET + "旧版。")
    draft = guideline(tmp_path / "in", "b.md")
    other = guideline(tmp_path / "in", "c.md", title="慢阻肺诊治指南（2021年版）", target="首选吸入治疗。")
    outcomes, _ = several(
        data,
        ("load", str(first)),
        ("load", str(draft), str(other), "--draft"),
        ("drafts",),
        ("drafts", "--json"),
        ("approve", "2"),
        ("approve", "2", "9"),
        ("discard", "3", "2"),
        ("drafts",),
        ("list", "--json"),
    )
    _, _, drafts, as_json, approved, again, discarded, none, listing = outcomes
    assert "replaces document 1, 中国高血压防治指南（2018年版） (2018)" in drafts.out
    assert "a new document" in drafts.out
    assert [(each["id"], each["title"]) for each in as_json.json] == [
        (2, TITLE),
        (3, "慢阻肺诊治指南（2021年版）"),
    ]
    assert (approved.status, again.status, discarded.status, none.out) == (0, 1, 1, "")
    assert "replaces 中国高血压防治指南（2018年版） (2018)" in approved.out
    assert "2: it is no draft: current" in again.err
    assert "9: there is no edition 9" in again.err
    assert "discarded: 慢阻肺诊治指南（2021年版）" in discarded.out
    assert current(listing) == [(TITLE, 2024)]
    assert audited(data) == [
        ("edition.approve", "edition:1"),
        ("edition.draft", "edition:2"),
        ("edition.draft", "edition:3"),
        ("edition.approve", "edition:2"),
        ("edition.discard", "edition:3"),
    ]


def test_an_edition_is_withdrawn_restored_rolled_back_and_brought_forward_again(
    data: Path, tmp_path: Path
) -> None:
    old = guideline(tmp_path / "in", title="中国高血压防治指南（2018年版）", target=TARGET + "旧版。")
    new = guideline(tmp_path / "in", "b.md")
    outcomes, _ = several(
        data,
        ("load", str(old)),
        ("rollback", "1"),
        ("load", str(new)),
        ("rollback", "1"),
        ("list", "--json"),
        ("reinstate", "1"),
        ("list", "--json"),
        ("withdraw", "1"),
        ("withdraw", "1"),
        ("list", "--json"),
        ("reinstate", "1"),
        ("list", "--json"),
    )
    _, nothing_before, _, back, then, forward, now, withdrawn, again, none, restored, last = outcomes
    assert nothing_before.status == 1
    assert "no edition before" in nothing_before.err
    assert "instead of that of 2024" in back.out
    assert [each["year"] for each in then.json] == [2018]
    assert (forward.status, [each["year"] for each in now.json]) == (0, [2024])
    assert (withdrawn.status, again.status, none.json) == (0, 1, [])
    assert (restored.status, [each["year"] for each in last.json]) == (0, [2024])
    assert [action for action, _ in audited(data)] == [
        "edition.approve",
        "edition.approve",
        "edition.restore",
        "edition.restore",
        "edition.withdraw",
        "edition.restore",
    ]


def test_a_dry_run_tells_what_would_happen_and_makes_nothing(data: Path, tmp_path: Path) -> None:
    guideline(tmp_path / "in")
    (tmp_path / "in" / "leer.md").write_bytes(b"")
    (outcome, as_json), modules = several(
        data,
        ("load", str(tmp_path / "in"), "--dry-run"),
        ("load", str(tmp_path / "in"), "--dry-run", "--json"),
    )
    assert outcome.status == as_json.status == 1
    assert "would be: 1 loaded, 1 refused" in outcome.out
    assert "would load 中国高血压防治指南（2024年版） (2024), 2 passages (2 to encode)" in outcome.err
    assert [(each["status"], each["to_encode"]) for each in as_json.json] == [
        ("refused", None),
        ("loaded", 2),
    ]
    assert "torch" not in modules
    assert not data.exists()


def test_a_dry_run_over_a_library_names_what_would_be_replaced_and_changes_nothing(
    data: Path, tmp_path: Path
) -> None:
    old = guideline(tmp_path / "in", title="中国高血压防治指南（2018年版）", target=TARGET + "旧版。")
    new = guideline(tmp_path / "in", "b.md")
    several(data, ("load", str(old)))
    before = rows_of(data)
    (plan, unchanged), _ = several(data, ("load", str(new), "--dry-run"), ("load", str(old), "--dry-run"))
    assert "2 passages (2 to encode); replaces document 1, 中国高血压防治指南（2018年版） (2018)" in plan.err
    assert "would be: 1 unchanged" in unchanged.out
    assert rows_of(data) == before


def rows_of(data: Path) -> str:
    with closing(sqlite3.connect(data / "yidao.sqlite3")) as connection:
        return json.dumps(list(connection.iterdump()), default=str)


def test_a_file_is_loaded_as_an_edition_of_the_document_that_is_named(data: Path, tmp_path: Path) -> None:
    old = guideline(tmp_path / "in", title="中国高血压防治指南（2018年版）", target=TARGET + "旧版。")
    new = guideline(tmp_path / "in", "b.md", title="高血压管理共识（2024年版）", target=TARGET + "新版。")
    twin = guideline(tmp_path / "in", "c.md", title="高血压另册（2020年版）", target=TARGET + "另册。")
    (_, _, none, two, by_title, several_files, elsewhere, listing), _ = several(
        data,
        ("load", str(old)),
        ("load", str(twin)),
        ("load", str(new), "--as-edition-of", "9"),
        ("load", str(new), "--as-edition-of", "高血压"),
        ("load", str(new), "--as-edition-of", "中国高血压防治指南"),
        ("load", str(old), str(new), "--as-edition-of", "1"),
        ("load", str(twin), "--as-edition-of", "1"),
        ("list", "--json"),
    )
    assert (none.status, two.status, several_files.status) == (2, 2, 2)
    assert "there is no document 9" in none.err
    assert "2 documents are called" in two.err
    assert (by_title.status, elsewhere.status) == (0, 1)
    assert "replaces document 1" in by_title.err
    assert "answers already as another document" in elsewhere.err
    assert current(listing) == [("高血压另册（2020年版）", 2020), ("高血压管理共识（2024年版）", 2024)]
    assert [each["document_id"] for each in listing.json] == [2, 1]
