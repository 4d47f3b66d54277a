"""The comparison with other systems, as far as it needs none of them installed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.peers.report import BEGIN, END, TOGETHER, Comparison, Measured, Size, render, rewritten
from benchmarks.peers.sets import prepare

ROOT = Path(__file__).resolve().parents[2]
EMPTY = f"# Title\n\n{BEGIN}\n{END}\n\nremarks\n"


def measured(
    peer: str,
    role: str,
    way: str,
    *,
    ndcg: Iterable[float],
    ms: float = 3.0,
    names: Iterable[str] = ("one", "two"),
) -> list[Measured]:
    return [
        Measured(
            peer=peer,
            role=role,
            way=way,
            set=name,
            ndcg=value,
            recall=value,
            mrr=value,
            ms_cpu=ms,
            ms_wall=ms + 1,
        )
        for name, value in zip(names, ndcg, strict=True)
    ]


def compared(
    *, ours: Iterable[float] = (0.9, 0.4), ms: float = 2.0, others: Iterable[Measured] = ()
) -> Comparison:
    names = ("one", "two", TOGETHER)
    return Comparison(
        machine="a machine",
        day="2030-01-02",
        versions={"Peer": {"peer-core": "1.2.3"}},
        sizes={name: Size(passages=1234, questions=5) for name in names},
        measured=[
            *measured("Yidao", "ours", "finding", ndcg=(*ours, 0.111), ms=ms, names=names),
            *measured("Yidao", "ours, answering", "answering", ndcg=(*ours, 0.111), ms=9.0, names=names),
            *measured("Peer", "vectors", "vectors", ndcg=(0.5, 0.5, 0.222), names=names),
            *measured("Peer", "shipped", "as it is", ndcg=(0.3, 0.3, 0.222), names=names),
            *measured("Peer", "tried", "good at one", ndcg=(0.8, 0.1, 0.222), names=names),
            *measured("Peer", "tried", "good at both", ndcg=(0.6, 0.6, 0.222), ms=2.5, names=names),
            *others,
        ],
    )


def section(text: str, title: str) -> str:
    return re.split(r"^(?:### |<details>)", text.split(f"### {title}")[1], flags=re.MULTILINE)[0]


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    once = rewritten(EMPTY, compared())
    assert once.startswith(f"# Title\n\n{BEGIN}\n")
    assert once.endswith(f"{END}\n\nremarks\n")
    assert rewritten(once, compared()) == once
    assert "0.700" in rewritten(once, compared(ours=(0.7, 0.7)))


@pytest.mark.parametrize("document", ["nothing", BEGIN, END, f"{END}\n{BEGIN}"])
def test_a_document_without_both_marks_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        rewritten(document, compared())


def test_the_machine_the_day_and_every_version_are_named() -> None:
    text = render(compared())
    assert "2030-01-02, a machine." in text
    assert "peer-core 1.2.3" in text


def test_a_peer_is_shown_by_vectors_as_shipped_at_its_best_on_average_and_at_its_best_of_each_set() -> None:
    rows = [line for line in section(render(compared()), "nDCG@10").splitlines() if line.startswith("| Peer")]
    assert rows == [
        "| Peer | vectors only | 0.500 | 0.500 | 0.500 |",
        "| Peer | hybrid as shipped | 0.300 | 0.300 | 0.300 |",
        "| Peer | best hybrid on average: good at both | 0.600 | **0.600** | 0.600 |",
        "| Peer | best way of each set, known afterwards | 0.800 | **0.600** | **0.700** |",
    ]


def test_there_is_no_mean_of_one_set() -> None:
    whole = compared()
    alone = Comparison(
        machine="a machine",
        day="2030-01-02",
        versions=whole.versions,
        sizes={"one": whole.sizes["one"]},
        measured=[one for one in whole.measured if one.set == "one"],
    )
    assert "| Peer | vectors only | 0.500 |\n" in render(alone)
    assert "mean" not in render(alone)


def test_the_verdict_names_the_sets_where_we_are_behind() -> None:
    text = render(compared())
    assert "the best of each set among them, on 1 of 2 sets; not on two." in text
    assert "hybrid in the table of times on 3 of 3 sets." in text
    slower = render(compared(ms=2.6, ours=(0.9, 0.9)))
    assert "the best of each set among them, on 2 of 2 sets." in slower
    assert f"hybrid in the table of times on 0 of 3 sets; not on one, two, {TOGETHER}." in slower


def test_of_all_sets_in_one_library_only_time_is_told() -> None:
    text = render(compared())
    assert "0.111" not in text
    assert "0.222" not in text
    assert TOGETHER not in section(text, "nDCG@10")
    assert "| **Yidao** | finding | 2.0 / 3.0 | 2.0 / 3.0 | 2.0 / 3.0 |" in section(text, "Milliseconds")


def test_every_hybrid_way_that_was_tried_is_listed() -> None:
    listed = render(compared()).split("<details>")[1]
    assert [way for way in ("as it is", "good at one", "good at both") if f"| Peer | {way} |" in listed] == [
        "as it is",
        "good at one",
        "good at both",
    ]


def test_the_document_has_its_place_for_the_comparison() -> None:
    rewritten((ROOT / "docs" / "benchmarks.md").read_text("utf-8"), compared())


def test_every_package_of_the_peers_is_pinned() -> None:
    lock = (ROOT / "benchmarks" / "peers" / "requirements.lock").read_text("utf-8")
    lines = [line for line in lock.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.match(r"[\w.-]+==[\w.]+( ; .+)?$", line)] == []
    asked = (ROOT / "benchmarks" / "peers" / "requirements.in").read_text("utf-8").splitlines()
    locked = {line.split("==")[0] for line in lines}
    assert [name for name in asked if name and not name.startswith("#") and name not in locked] == []


def test_every_question_on_the_samples_is_answered_by_a_section(tmp_path: Path) -> None:
    [folder] = prepare(tmp_path, [])
    questions = {row["_id"] for row in rows(folder / "queries.jsonl")}
    documents = {row["_id"]: row for row in rows(folder / "corpus.jsonl")}
    judged = judgements(folder)
    assert len(questions) > 150
    assert {question for question, _ in judged} == questions
    assert {document for _, document in judged} <= set(documents)
    assert all(row["title"] and row["text"] for row in documents.values())


def test_one_named_set_is_taken_as_it_is(tmp_path: Path) -> None:
    assert prepare(tmp_path / "made", [a_set(tmp_path / "one", ["a"])]) == [tmp_path / "one"]


def test_several_named_sets_are_also_put_into_one_library_with_what_they_share_once(tmp_path: Path) -> None:
    named = [a_set(tmp_path / "one", ["shared", "a"]), a_set(tmp_path / "two", ["b", "shared"])]
    *sets, together = prepare(tmp_path / "made", named)
    assert sets == named
    assert together.name == TOGETHER
    documents = {row["_id"]: row["text"] for row in rows(together / "corpus.jsonl")}
    assert sorted(documents.values()) == ["a", "b", "shared"]
    assert [row["_id"] for row in rows(together / "queries.jsonl")] == [
        "one/q0",
        "one/q1",
        "two/q0",
        "two/q1",
    ]
    assert [documents[document] for _, document in judgements(together)] == ["shared", "a", "b", "shared"]


def a_set(folder: Path, texts: list[str]) -> Path:
    """In each, question n is answered by document n."""
    (folder / "qrels").mkdir(parents=True)
    lines = {
        "corpus.jsonl": [{"_id": f"d{n}", "title": "", "text": text} for n, text in enumerate(texts)],
        "queries.jsonl": [{"_id": f"q{n}", "text": f"{text}?"} for n, text in enumerate(texts)],
    }
    for name, some in lines.items():
        (folder / name).write_text("".join(f"{json.dumps(row)}\n" for row in some), "utf-8")
    judged = "".join(f"q{n}\td{n}\t1\n" for n in range(len(texts)))
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{judged}", "utf-8")
    return folder


def rows(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def judgements(folder: Path) -> list[tuple[str, str]]:
    lines = (folder / "qrels" / "test.tsv").read_text("utf-8").splitlines()[1:]
    return [(line.split("\t")[0], line.split("\t")[1]) for line in lines]
