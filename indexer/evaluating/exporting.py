"""A set as others may be asked it too: the same passages, the same vectors, and what ours made of them."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexer.evaluating.beir import QuestionSet
from indexer.evaluating.rankings import Ranking, fused
from indexer.evaluating.trial import Asked, Trial, as_asked
from knowledge.searchable import passage_for_encoder

#: Questions asked before the clock runs, as benchmarks/peers does.
_WARM_UP = 10


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
    whole, finding = _times(trial, asked, _answer), _times(trial, asked, _find)
    ours = {
        a.question.id: {
            "docs": list(ranking[a.question.id]),
            "ms_cpu": whole_cpu,
            "ms_wall": whole_wall,
            "finding_ms_cpu": finding_cpu,
            "finding_ms_wall": finding_wall,
        }
        for a, (whole_cpu, whole_wall), (finding_cpu, finding_wall) in zip(asked, whole, finding, strict=True)
    }
    (folder / "ours.json").write_text(json.dumps(ours, ensure_ascii=False), "utf-8")


def _answer(trial: Trial, asked: Asked) -> None:
    """Everything but encoding."""
    trial.answerer.prepare(as_asked(asked.question))
    if asked.prepared:
        trial.answerer.reply(asked.prepared, asked.vector)


def _find(trial: Trial, asked: Asked) -> None:
    """Finding the documents alone."""
    trial.answerer.prepare(as_asked(asked.question))
    fused(trial, asked)


def _times(
    trial: Trial, asked: Sequence[Asked], ask: Callable[[Trial, Asked], None]
) -> list[tuple[float, float]]:
    """Milliseconds of cpu and by the clock, of each question, asked once.

    As benchmarks/peers times the others: a process that knows no question yet, ten to warm up, and collections of
    garbage that do not look through what was built before.
    """
    fresh = trial.reopened()
    for each in asked[:_WARM_UP]:
        ask(fresh, each)
    gc.collect()
    gc.freeze()
    try:
        return [_timed(fresh, each, ask) for each in asked]
    finally:
        gc.unfreeze()


def _timed(trial: Trial, asked: Asked, ask: Callable[[Trial, Asked], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    ask(trial, asked)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return round(cpu * 1000, 3), round(wall * 1000, 3)


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
