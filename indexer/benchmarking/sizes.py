"""One size after the other: a library of so many passages is made, opened by a probe, and thrown away."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexer.benchmarking.filling import documents_of, fill
from indexer.benchmarking.probe import ask_probe
from indexer.benchmarking.vectors import MadeVectors, NearestExactly
from knowledge.domain import Script
from knowledge.engines.ports import Vectors
from knowledge.store import open_stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    texts: tuple[str, ...]
    #: float32 (n, dim)
    vectors: Vectors


def measure_size(size: int, made: MadeVectors, model: str, questions: Questions) -> dict[str, Any]:
    """Every figure of a library of so many passages."""
    with tempfile.TemporaryDirectory(prefix="yidao-bench-") as temporary:
        folder = Path(temporary)
        _tell(f"{size:,} passages: writing the library")
        started = time.perf_counter()
        nearest = NearestExactly(questions.vectors)
        stores = open_stores(f"sqlite:///{folder / 'yidao.sqlite3'}")
        fill(stores, made, size, model, nearest)
        stores.database.close()
        np.savez(
            folder / "questions.npz",
            allow_pickle=False,
            texts=np.array(questions.texts),
            vectors=questions.vectors,
            **{Script(script).value: ids for script, ids in nearest.ids()},
        )
        written = time.perf_counter() - started
        _tell(f"{size:,} passages: making the indexes")
        build = ask_probe(folder)
        _tell(f"{size:,} passages: starting, asking {len(questions.texts)} questions")
        figures = ask_probe(folder, draft=documents_of(size) + 1)
        return {
            "passages": size,
            "written_seconds": written,
            "build": {name: build[name] for name in ("seconds", "cpu_seconds")},
            "start": {name: figures.pop(name) for name in ("seconds", "cpu_seconds", "opening_cpu_seconds")},
            "database_mb": _megabytes([folder / "yidao.sqlite3"]),
            "keywords_mb": _megabytes((folder / "cache" / "keywords").iterdir()),
            **figures,
        }


def _megabytes(files: Iterable[Path]) -> float:
    return round(sum(file.stat().st_size for file in files) / 1e6, 1)


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
