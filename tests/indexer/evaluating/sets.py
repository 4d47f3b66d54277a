"""Small sets of questions as files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Documents that share no words, by id.
DOCUMENTS = {
    "gout": ("Gout", "Colchicine relieves an acute attack of gout."),
    "rabies": ("Rabies", "Vaccinate at once after a bite by a rabid dog."),
    "骨折": ("骨折", "骨折后先用夹板固定患肢，再送医院。"),
}
QUESTIONS = {
    "q1": "colchicine gout",
    "q2": "rabid dog bite",
    "q3": "骨折怎么用夹板固定",
    "q4": "nobody knows",
}
JUDGEMENTS = (("q1", "gout", 1), ("q2", "rabies", 1), ("q3", "骨折", 1), ("q4", "gout", 0))


def write_set(
    folder: Path,
    documents: Mapping[str, tuple[str, str]] = DOCUMENTS,
    questions: Mapping[str, str] = QUESTIONS,
    judgements: Sequence[tuple[str, str, int]] = JUDGEMENTS,
) -> Path:
    (folder / "qrels").mkdir(parents=True)
    corpus = ({"_id": id_, "title": title, "text": text} for id_, (title, text) in documents.items())
    write_lines(folder / "corpus.jsonl", corpus)
    write_lines(folder / "queries.jsonl", ({"_id": id_, "text": text} for id_, text in questions.items()))
    rows = "".join(f"{question}\t{document}\t{grade}\n" for question, document, grade in judgements)
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{rows}", "utf-8")
    return folder


def write_lines(path: Path, rows) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
