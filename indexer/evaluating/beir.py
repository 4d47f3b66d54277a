"""Sets of questions in BEIR's layout: `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import InvalidSet

QUERIES = "queries.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDocument:
    id: str
    #: Empty where the set gives none.
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuestion:
    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """Documents, and questions of which it is known which documents answer."""

    name: str
    documents: tuple[SetDocument, ...]
    #: Only those that some document answers.
    questions: tuple[SetQuestion, ...]
    #: By question: the documents that answer, with their grade from 1.
    relevant: Mapping[str, Mapping[str, int]]
    #: Questions left out, because no document is said to answer them.
    unjudged: int


def read_set(folder: Path, queries: str = QUERIES) -> QuestionSet:
    """The set in a folder. queries: the file of its questions, in the folder or anywhere.

    Raises:
        InvalidSet: a file is missing, a line is no JSON, an id is there twice or not at all.
    """
    documents = [
        SetDocument(id=row["_id"], title=row["title"].strip(), text=row["text"])
        for row in _rows(folder / "corpus.jsonl", optional=("title",))
    ]
    questions = [SetQuestion(id=row["_id"], text=row["text"]) for row in _rows(folder / queries)]
    relevant = _relevant(
        folder / "qrels" / "test.tsv", {question.id for question in questions}, {d.id for d in documents}
    )
    judged = tuple(question for question in questions if question.id in relevant)
    if not judged:
        raise InvalidSet(f"{folder}: no document answers any of its questions")
    return QuestionSet(
        name=folder.resolve().name,
        documents=tuple(documents),
        questions=judged,
        relevant=relevant,
        unjudged=len(questions) - len(judged),
    )


def _rows(path: Path, optional: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """The objects of a JSONL file, with `_id`, `text` and what is optional as strings."""
    seen: set[str] = set()
    for number, line in _lines(path):
        row = _object(path, number, line)
        if row["_id"] in seen:
            raise InvalidSet(f'{path}, line {number}: the id "{row["_id"]}" is there twice')
        seen.add(row["_id"])
        yield row | {name: str(row.get(name) or "") for name in optional}


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InvalidSet(f"{path}, line {number}: no JSON") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "_id" not in row:
        raise InvalidSet(f"{path}, line {number}: no object with _id and text")
    return row | {"_id": str(row["_id"])}


def _relevant(path: Path, questions: set[str], documents: set[str]) -> dict[str, dict[str, int]]:
    """The grades above 0, by question and document; the first line names the columns."""
    relevant: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        if number == 1:
            continue
        question, document, grade = _judgement(path, number, line)
        for kind, id_, known in (("question", question, questions), ("document", document, documents)):
            if id_ not in known:
                raise InvalidSet(f'{path}, line {number}: there is no {kind} "{id_}"')
        if grade > 0:
            relevant.setdefault(question, {})[document] = grade
    return relevant


def _judgement(path: Path, number: int, line: str) -> tuple[str, str, int]:
    try:
        question, document, grade = line.rstrip("\r\n").split("\t")
        return question, document, int(grade)
    except ValueError as error:
        raise InvalidSet(f"{path}, line {number}: no question, document and grade between tabs") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1."""
    try:
        with path.open(encoding="utf-8") as file:
            yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())
    except OSError as error:
        raise InvalidSet(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidSet(f"{path}: not UTF-8") from error
