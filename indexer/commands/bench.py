"""`yidao-index bench`: what encoding, finding and answering cost on this machine, on throw-away libraries."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from indexer.app import App, build
from indexer.benchmarking.passages import Corpus
from indexer.benchmarking.report import lines
from indexer.benchmarking.samples import (
    PASSAGE_CHARACTERS,
    answer_samples,
    bot_memory,
    cold_start,
    loading_share,
    passages_a_second,
)
from indexer.benchmarking.sizes import Questions, measure_size
from indexer.benchmarking.timing import Timing, timed
from indexer.benchmarking.vectors import MadeVectors
from indexer.commands.samples import FOLDER, load_samples
from knowledge.domain import Script

_QUESTIONS = FOLDER.parent / "benchmarks" / "samples.jsonl"
#: Of the questions, those that the samples' own library and the bot's memory are measured with.
_SAMPLES_ASKED = 120


def add(subcommands: Any) -> None:
    command = subcommands.add_parser(
        "bench", help="measure encoding, finding, answering and memory on this machine"
    )
    command.add_argument(
        "--sizes", type=_sizes, default=(10_000, 100_000, 1_000_000), metavar="N,N…",
        help="passages of the libraries to make, one after the other; 0 for none (default 10000,100000,1000000)",
    )  # fmt: skip
    command.add_argument(
        "--encoded", type=int, default=2_000, metavar="N",
        help="encode the first N passages, once; other vectors are drawn from their distribution (default 2000)",
    )  # fmt: skip
    command.add_argument(
        "--script", choices=[script.value for script in Script], help="passages of one script only"
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(command=run)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(size for size in map(int, text.split(",")) if size > 0)


def run(app: App, options: argparse.Namespace) -> int:
    if not _QUESTIONS.is_file():
        print("yidao-index: bench needs the source with its samples/ and benchmarks/", file=sys.stderr)
        return 2
    texts = [json.loads(line)["question"] for line in _QUESTIONS.read_text("utf-8").splitlines()]
    cold = cold_start(app.encoder)
    encoding = timed(lambda question: app.encoder.encode_questions([question]), texts)
    scripts = (Script(options.script),) if options.script else tuple(Script)
    corpus = Corpus(FOLDER / "guidelines", scripts)
    figures: dict[str, Any] = {
        "machine": _machine(),
        "model": app.encoder.fingerprint,
        "samples": {
            "machine": _machine(),
            **_of_samples(app, corpus, texts[:_SAMPLES_ASKED], cold, encoding),
        },
        "encoding": encoding.as_json(),
        "sizes": [],
    }
    if options.sizes:
        figures["encoded"] = options.encoded
        made = MadeVectors(corpus, app.encoder, app.settings.cache_dir / "bench")
        figures["sizes"] = _of_sizes(app, made, options, texts)
    print(json.dumps(figures, ensure_ascii=False) if options.json else "\n".join(lines(figures)))
    return 0


def _of_samples(
    app: App, corpus: Corpus, questions: Sequence[str], cold: float, encoding: Timing
) -> dict[str, Any]:
    """On a throw-away library of the samples. The encoder is not loaded twice, nor converted again for a bot."""
    with tempfile.TemporaryDirectory(prefix="yidao-bench-") as temporary:
        folder = Path(temporary)
        models = app.settings.cache_dir.resolve() / "models"
        models.mkdir(parents=True, exist_ok=True)
        (folder / "cache").mkdir()
        (folder / "cache" / "models").symlink_to(models)
        fresh = build(app.settings.model_copy(update={"data_dir": folder, "database_url": None}))
        other = App(settings=fresh.settings, stores=fresh.stores, encoder=app.encoder)
        speed = passages_a_second(app.encoder, FOLDER / "guidelines")
        other.stores.database.migrate()
        load_samples(other, quiet=True)
        answering = answer_samples(other, questions)
        memory = bot_memory(folder, questions)
        loading = loading_share(other, corpus, folder)
        return {
            "encoder cold start, s": round(cold, 2),
            "encode a question, ms wall p50 / p95": f"{encoding.wall.p50:.1f} / {encoding.wall.p95:.1f}",
            "encode a question, ms cpu p50": round(encoding.cpu.p50, 1),
            f"passages of {PASSAGE_CHARACTERS} characters a second": round(speed, 1),
            "passages in the library of the samples": other.stores.library.status().passages,
            "answer a question, ms wall p50 / p95": f"{answering.wall.p50:.1f} / {answering.wall.p95:.1f}",
            "answer a question, ms cpu p50": round(answering.cpu.p50, 1),
            "answering / encoding, cpu": round(answering.cpu.p50 / encoding.cpu.p50, 2),
            "peak memory of a bot that answers, MB": memory,
            "loading a document, texts a second": loading["loading_a_second"],
            "encoding its texts alone, texts a second": loading["encoding_a_second"],
            "loading / encoding alone": loading["ratio"],
        }


def _of_sizes(
    app: App, made: MadeVectors, options: argparse.Namespace, texts: Sequence[str]
) -> list[dict[str, Any]]:
    made.encode(min(options.encoded, max(options.sizes)), _progress)
    questions = Questions(texts=tuple(texts), vectors=app.encoder.encode_questions(texts))
    return [measure_size(size, made, app.encoder.fingerprint, questions) for size in options.sizes]


def _progress(done: int, of: int) -> None:
    if done % 5 == 0 or done == of:
        print(f"encoding documents of 100 passages, once: {done} of {of}", file=sys.stderr)


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", info.read_text()) if info.exists() else [platform.processor()]
    flags = "avx512_bf16" if info.exists() and "avx512_bf16" in info.read_text() else "no avx512_bf16"
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, {flags}"
