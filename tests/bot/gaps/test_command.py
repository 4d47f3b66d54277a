"""`yidao-bot gaps`, as a script meets it."""

from __future__ import annotations

import json

import pytest

from bot.__main__ import main
from knowledge.store import Stores
from knowledge.store.gaps import GapStatus
from tests.knowledge.asked import in_vain


@pytest.fixture(autouse=True)
def library(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's own."""
    monkeypatch.setenv("YIDAO_DATABASE_URL", f"sqlite:///{stores.database.file}")
    gap(stores, "水痘隔离几天", 1)
    gap(stores, "手足口病\n隔离几天", 1, 2)
    assert stores.gaps.decide(gap(stores, "不列的", 1), GapStatus.DISMISSED, "telegram:7")


def gap(stores: Stores, text: str, *askers: int) -> int:
    for by in askers:
        in_vain(stores, text, by=by)
    first, *others = stores.gaps.unqueued(10)
    gap_id = stores.gaps.add(first, model=None, vector=None)
    for other in others:
        stores.gaps.join(other, gap_id)
    return gap_id


def test_it_lists_the_most_asked_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gaps"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[:2] == ["2", "2"]
    assert first.endswith("手足口病 隔离几天")
    assert second.endswith("水痘隔离几天")


def test_in_json_each_is_an_object_without_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gaps", "--json", "--all"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["question"], each["status"], each["askers"]) for each in records] == [
        ("手足口病\n隔离几天", "open", 2),
        ("水痘隔离几天", "open", 1),
        ("不列的", "dismissed", 1),
    ]
    keys = {"id", "question", "status", "askers", "times", "first_asked", "last_asked"}
    assert all(each.keys() == keys for each in records)


def test_without_a_library_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("nothing")
    monkeypatch.setenv("YIDAO_DATABASE_URL", f"sqlite:///{folder / 'none.sqlite3'}")
    assert main(["gaps"]) == 1
