"""`yidao-index evaluate`: what it prints, writes and exits with."""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np
import pytest

from indexer.commands import main
from indexer.commands.evaluate import judge
from indexer.evaluating.own import OwnFigure
from tests.indexer.evaluating.sets import DOCUMENTS, write_set


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YIDAO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("YIDAO_EMBEDDING_MODEL", "fake")


def test_json_is_by_set_by_engine_by_measure(tmp_path, capsys):
    sets = [write_set(tmp_path / name) for name in ("one", "two")]
    assert main(["evaluate", *map(str, sets), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    measures = {"ndcg@10": 1.0, "recall@10": 1.0, "mrr@10": 1.0}
    assert printed == {
        name: dict.fromkeys(("vectors", "keywords", "fused"), measures) for name in ("one", "two")
    }


def test_the_table_tells_what_was_asked_of_what_and_what_was_left_out(tmp_path, capsys):
    assert main(["evaluate", str(write_set(tmp_path / "one"))]) == 0
    printed = capsys.readouterr().out
    assert "one: 3 documents, 3 passages, 3 questions (1 without a document that answers left out)" in printed
    assert "1.000 (1.000 to 1.000)" in printed


def test_a_broken_set_is_named_and_nothing_is_printed(tmp_path, capsys):
    folder = write_set(tmp_path / "one")
    (folder / "qrels" / "test.tsv").unlink()
    assert main(["evaluate", str(folder), "--json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "test.tsv" in printed.err


def test_the_library_of_the_folder_is_not_touched(tmp_path):
    main(["evaluate", str(write_set(tmp_path / "one")), "--json"])
    assert not list((tmp_path / "data").glob("yidao.sqlite3*"))


@pytest.mark.parametrize("arguments", [[], ["some", "--own"]])
def test_it_wants_either_sets_or_its_own(arguments, capsys):
    assert main(["evaluate", *arguments]) == 2
    assert "--own" in capsys.readouterr().err


def test_where_there_is_no_ir_measures_it_says_so_before_it_encodes(tmp_path, capsys, monkeypatch):
    """It has no wheel for Linux on ARM, and installing goes on without it."""
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    assert main(["evaluate", str(write_set(tmp_path / "one"))]) == 2
    assert "ir-measures" in capsys.readouterr().err
    assert not (tmp_path / "data" / "cache").exists()


def test_an_export_holds_passages_vectors_and_what_was_found(tmp_path):
    folder = tmp_path / "export"
    main(["evaluate", str(write_set(tmp_path / "one")), "--export", str(folder), "--json"])
    lines = {
        name: [
            json.loads(line) for line in (folder / "one" / f"{name}.jsonl").read_text("utf-8").splitlines()
        ]
        for name in ("passages", "queries")
    }
    assert [(p["doc"], p["title"], p["text"]) for p in lines["passages"]] == [
        (id_, title, text) for id_, (title, text) in DOCUMENTS.items()
    ]
    assert lines["passages"][0]["encoded"] == "Gout\nColchicine relieves an acute attack of gout."
    assert [q["id"] for q in lines["queries"]] == ["q1", "q2", "q3"]
    vectors = {name: np.load(folder / "one" / f"{name}_vectors.npy") for name in ("passage", "query")}
    assert {name: (v.shape, v.dtype) for name, v in vectors.items()} == {
        "passage": ((3, 384), np.float32),
        "query": ((3, 384), np.float32),
    }
    assert (folder / "one" / "qrels.tsv").read_text("utf-8").splitlines()[1] == "q1\tgout\t1"
    ours = json.loads((folder / "one" / "ours.json").read_text("utf-8"))
    assert ours["q2"]["docs"][0] == "rabies"
    assert ours["q2"]["ms_cpu"] > 0
    assert ours["q2"]["ms_wall"] > 0


# ------------------------------------------------------------------------------------------------------- own


def _judge(tmp_path, value, **options):
    figure = OwnFigure(name="samples.zh.first", value=value, questions=10, noise=0.1)
    given = {"json": False, "raise_floors": False, **options}
    return judge([figure], tmp_path / "floors.json", argparse.Namespace(**given))


def test_below_a_floor_it_fails_and_says_which_figure(tmp_path, capsys):
    (tmp_path / "floors.json").write_text('{"samples.zh.first": 0.8}', "utf-8")
    assert _judge(tmp_path, 0.75) == 1
    assert "samples.zh.first is 0.7500, below its floor of 0.8000" in capsys.readouterr().err


def test_on_a_floor_it_succeeds(tmp_path, capsys):
    (tmp_path / "floors.json").write_text('{"samples.zh.first": 0.8}', "utf-8")
    assert _judge(tmp_path, 0.8) == 0
    assert capsys.readouterr().err == ""


def test_floors_rise_when_asked_to_and_else_not(tmp_path):
    assert _judge(tmp_path, 0.9) == 0
    assert not (tmp_path / "floors.json").exists()
    assert _judge(tmp_path, 0.9, raise_floors=True) == 0
    assert json.loads((tmp_path / "floors.json").read_text("utf-8")) == {"samples.zh.first": 0.8}
    assert _judge(tmp_path, 0.5, raise_floors=True) == 1
    assert json.loads((tmp_path / "floors.json").read_text("utf-8")) == {"samples.zh.first": 0.8}


def test_the_json_of_its_own_is_by_figure(tmp_path, capsys):
    _judge(tmp_path, 0.9, json=True)
    assert json.loads(capsys.readouterr().out) == {"samples.zh.first": 0.9}
