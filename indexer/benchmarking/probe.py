"""A process that opens a library as a bot does when it starts, and measures: `python -m indexer.benchmarking.probe`.

A process of its own, so that memory is that of a bot without its encoder, and starting is what starting costs.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexer.benchmarking.stages import AskedQuestion, measure_floors, measure_stages
from knowledge.answering.index import PassageIndex
from knowledge.domain import Script
from knowledge.engines.bare import bare_vector_search
from knowledge.store import open_stores
from knowledge.terms.termlist import shipped

_RECALL_AT = 10


def ask_probe(folder: Path, *, draft: int | None = None) -> dict[str, Any]:
    """Runs the probe over the library in a folder; with `draft`, approves that edition at the end and measures all.

    The folder holds yidao.sqlite3, and questions.npz: texts, vectors, and the exact nearest ids for each script.
    """
    command = [sys.executable, "-m", "indexer.benchmarking.probe", str(folder), str(time.time())]
    command += ["--draft", str(draft)] if draft is not None else []
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("started", type=float)
    parser.add_argument("--draft", type=int)
    options = parser.parse_args(arguments)
    sys.stdout.write(json.dumps(_measure(options.folder, options.started, options.draft)))
    return 0


def _measure(folder: Path, started: float, draft: int | None) -> dict[str, Any]:
    stores = open_stores(f"sqlite:///{folder / 'yidao.sqlite3'}")
    imported, before = time.process_time(), _memory("VmRSS")
    index = PassageIndex(stores, str(stores.library.status().model), folder / "cache")
    index.catch_up()
    shipped()
    figures: dict[str, Any] = {
        "seconds": time.time() - started,
        "cpu_seconds": time.process_time(),
        "opening_cpu_seconds": time.process_time() - imported,
        "memory_mb": _memory("VmRSS"),
        "index_memory_mb": _memory("VmRSS") - before,
    }
    if draft is None:
        return figures
    asked = np.load(folder / "questions.npz")
    questions = [
        AskedQuestion(text=str(text), vector=vector)
        for text, vector in zip(asked["texts"], asked["vectors"], strict=True)
    ]
    stages = measure_stages(stores, index, str(stores.library.status().model), questions)
    figures["stages"] = {name: timing.as_json() for name, timing in stages.items()}
    figures["recall"] = _recall(index, questions, asked)
    figures["update"] = _update(index, stores, draft)
    # Last: the floor needs a second copy of every vector.
    figures["floors"] = {name: timing.as_json() for name, timing in measure_floors(index, questions).items()}
    return figures


def _recall(index: PassageIndex, questions: Sequence[AskedQuestion], asked: Any) -> dict[str, float]:
    """Share of the ten truly nearest in each script that are among the ten of the index, and of flat half floats."""
    ours, halves = [], []
    for script in index.vectors:
        flat = bare_vector_search(index.vectors[script])
        for question, exact in zip(questions, asked[Script(script).value].tolist(), strict=True):
            found = {hit.id for hit in index.vectors[script].search(question.vector, _RECALL_AT)}
            ours.append(len(found.intersection(exact)) / len(exact))
            halves.append(len(set(flat(question.vector, _RECALL_AT)).intersection(exact)) / len(exact))
        del flat
    return {"index": float(np.mean(ours)), "flat_fp16": float(np.mean(halves))}


def _update(index: PassageIndex, stores: Any, draft: int) -> dict[str, float]:
    """Approving one more document, until it is in every index of this process."""
    before = index.documents
    wall, cpu = time.perf_counter(), time.process_time()
    stores.library.approve(draft)
    index.catch_up()
    seconds = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    if index.documents != before + 1:
        raise RuntimeError("the document that was approved is not in the index")
    return seconds


def _memory(name: str) -> float:
    """Megabytes, as the system tells; 0 where it does not."""
    status = Path("/proc/self/status")
    found = re.search(rf"{name}:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return round(int(found[1]) / 1024, 1) if found else 0.0


if __name__ == "__main__":
    raise SystemExit(main())
