"""What `yidao-index evaluate --export` writes for one question set, read back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    id: int
    document: str
    # As the encoder saw it, with title and headings: both engines of a peer search the same text.
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: str
    text: str
    # float32 (dim,), of unit length
    vector: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What Yidao found in the same run: at most ten documents, best first; milliseconds, all without encoding."""

    documents: tuple[str, ...]
    # Answering: finding, then evidence, places, the sentence that is marked, courses.
    ms_cpu: float
    ms_wall: float
    finding_ms_cpu: float
    finding_ms_wall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    name: str
    passages: tuple[Passage, ...]
    # float32 (passages, dim), rows of unit length, in the order of the passages
    vectors: npt.NDArray[np.float32]
    questions: tuple[Question, ...]
    # question id → document id → grade
    judgements: dict[str, dict[str, int]]
    ours: dict[str, Ours]

    def __post_init__(self) -> None:
        if len(self.passages) != len(self.vectors):
            raise ValueError(f"{self.name}: {len(self.passages)} passages, {len(self.vectors)} vectors")

    @property
    def documents(self) -> dict[int, str]:
        return {passage.id: passage.document for passage in self.passages}


def read(folder: Path) -> Export:
    query_vectors = np.load(folder / "query_vectors.npy").astype(np.float32)
    return Export(
        name=folder.name,
        passages=tuple(
            Passage(id=int(line["id"]), document=str(line["doc"]), text=line["encoded"])
            for line in _lines(folder / "passages.jsonl")
        ),
        vectors=np.load(folder / "passage_vectors.npy").astype(np.float32),
        questions=tuple(
            Question(id=str(line["id"]), text=line["text"], vector=vector)
            for line, vector in zip(_lines(folder / "queries.jsonl"), query_vectors, strict=True)
        ),
        judgements=_judgements(folder / "qrels.tsv"),
        ours={
            question: Ours(
                documents=tuple(answer["docs"]),
                ms_cpu=float(answer["ms_cpu"]),
                ms_wall=float(answer["ms_wall"]),
                finding_ms_cpu=float(answer["finding_ms_cpu"]),
                finding_ms_wall=float(answer["finding_ms_wall"]),
            )
            for question, answer in json.loads((folder / "ours.json").read_text("utf-8")).items()
        },
    )


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _judgements(file: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for question, document, grade in list(csv.reader(lines, delimiter="\t"))[1:]:
            judged.setdefault(question, {})[document] = int(float(grade))
    return judged
