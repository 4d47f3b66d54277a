"""The sets in BEIR's layout that are compared on: those named, or one made from the project's own samples."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.report import TOGETHER

_ROOT = Path(__file__).resolve().parents[2]
_QUESTIONS = _ROOT / "benchmarks" / "samples.jsonl"
_SAMPLES = _ROOT / "samples" / "guidelines"
_HEADING = re.compile(r"^#+\s*(.+)$")

Row = dict[str, Any]


def prepare(folder: Path, named: Sequence[Path]) -> list[Path]:
    """The sets' folders: what was named, or the samples; and, of several, all in one library."""
    if not named:
        return [_samples(folder / "samples")]
    if len(named) == 1:
        return [named[0].resolve()]
    return [*(path.resolve() for path in named), _together(folder / TOGETHER, named)]


def _samples(folder: Path) -> Path:
    """Each section of a sample is a document; those that hold the words of an answer are the right ones."""
    sections = {file.name: list(_sections(file)) for file in sorted(_SAMPLES.glob("*.md"))}
    questions = list(_lines(_QUESTIONS))
    return _write(
        folder,
        documents=[section for some in sections.values() for section in some],
        questions=[{"_id": question["id"], "text": question["question"]} for question in questions],
        judgements=[
            (question["id"], section["_id"], "1")
            for question in questions
            for section in sections[question["document"]]
            if question["phrase"] in section["text"]
        ],
    )


def _sections(file: Path) -> Iterator[Row]:
    title, *rest = file.read_text("utf-8").splitlines()
    parts: list[list[str]] = [[]]
    for line in rest:
        heading = _HEADING.match(line)
        if heading:
            parts.append([heading[1], ""])
        else:
            parts[-1].append(line)
    for number, lines in enumerate(parts):
        text = "\n".join(lines).strip()
        # A chapter's heading alone says nothing.
        if "\n" in text:
            yield {"_id": f"{file.name}#{number}", "title": title.lstrip("# "), "text": text}


def _together(folder: Path, named: Sequence[Path]) -> Path:
    """All documents in one library, one that stands in several sets once, and all questions."""
    documents: dict[tuple[str, str], Row] = {}
    questions: list[Row] = []
    judgements: list[tuple[str, str, str]] = []
    for path in named:
        same: dict[str, str] = {}
        for document in _lines(path / "corpus.jsonl"):
            row = {**document, "_id": f"{path.name}/{document['_id']}"}
            kept = documents.setdefault((document.get("title", ""), document["text"]), row)
            same[document["_id"]] = kept["_id"]
        questions += [
            {"_id": f"{path.name}/{question['_id']}", "text": question["text"]}
            for question in _lines(path / "queries.jsonl")
        ]
        judgements += [
            (f"{path.name}/{question}", same[document], grade)
            for question, document, grade in _judgements(path / "qrels" / "test.tsv")
        ]
    return _write(folder, documents=documents.values(), questions=questions, judgements=judgements)


def _write(
    folder: Path,
    *,
    documents: Iterable[Row],
    questions: Iterable[Row],
    judgements: Iterable[tuple[str, str, str]],
) -> Path:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    for name, rows in (("corpus", documents), ("queries", questions)):
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    with (folder / "qrels" / "test.tsv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([("query-id", "corpus-id", "score"), *judgements])
    return folder


def _lines(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, filter(str.strip, lines))


def _judgements(file: Path) -> Iterator[tuple[str, str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t")
        next(rows)
        yield from ((question, document, grade) for question, document, grade in rows)
