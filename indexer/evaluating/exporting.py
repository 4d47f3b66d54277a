"""A set as others may be asked it too: the same passages, the same vectors, and what ours made of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexer.evaluating.beir import QuestionSet
from indexer.evaluating.rankings import Ranking, fused
from indexer.evaluating.trial import Asked, Trial, as_asked
from knowledge.searchable import passage_for_encoder


def export(
    folder: Path, questions: QuestionSet, trial: Trial, asked: Sequence[Asked], ranking: dict[str, Ranking]
) -> None:
    """Writes the set into a folder; vectors are float32 (n, dim), in the order of the lines beside them.

    ranking: the best documents of each question, fused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    encoded = [
        passage_for_encoder(p.citation.title, p.citation.section, p.text, p.kind).whole
        for p in trial.passages
    ]
    _write_lines(
        folder / "passages.jsonl",
        (
            {
                "id": passage.id,
                "doc": trial.judged_as[passage.id],
                "title": passage.citation.title,
                "text": passage.text,
                "encoded": text,
            }
            for passage, text in zip(trial.passages, encoded, strict=True)
        ),
    )
    np.save(folder / "passage_vectors.npy", trial.encoder.encode_passages(encoded))
    _write_lines(folder / "queries.jsonl", ({"id": a.question.id, "text": a.question.text} for a in asked))
    np.save(folder / "query_vectors.npy", np.stack([a.vector for a in asked]))
    judgements = (
        f"{question}\t{document}\t{grade}\n"
        for question, grades in questions.relevant.items()
        for document, grade in grades.items()
    )
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(judgements), "utf-8")
    ours = {a.question.id: {"docs": list(ranking[a.question.id]), **_timed(trial, a)} for a in asked}
    (folder / "ours.json").write_text(json.dumps(ours, ensure_ascii=False), "utf-8")


def _timed(trial: Trial, asked: Asked) -> dict[str, float]:
    """Milliseconds of everything but encoding, and of finding the documents alone. The caller asked everything once."""
    answerer, text = trial.answerer, as_asked(asked.question)
    cpu, wall = time.process_time(), time.perf_counter()
    answerer.prepare(text)
    if asked.prepared:
        answerer.reply(asked.prepared, asked.vector)
    whole = time.process_time() - cpu, time.perf_counter() - wall
    cpu, wall = time.process_time(), time.perf_counter()
    answerer.prepare(text)
    fused(trial, asked)
    finding = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "ms_cpu": round(whole[0] * 1000, 3),
        "ms_wall": round(whole[1] * 1000, 3),
        "finding_ms_cpu": round(finding[0] * 1000, 3),
        "finding_ms_wall": round(finding[1] * 1000, 3),
    }


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
