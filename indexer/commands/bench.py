"""`yidao-index bench`: what encoding and answering cost on this machine, on a throw-away library of the samples."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from indexer.app import App, build
from indexer.commands.samples import FOLDER, load_samples
from knowledge.answering import open_answerer

#: Passages of this many Chinese characters are encoded to tell the speed.
_PASSAGE_CHARACTERS = 300
_PASSAGES = 96
_QUESTIONS = FOLDER.parent / "benchmarks" / "samples.jsonl"
_QUESTIONS_ASKED = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Milliseconds of one call: wall clock, and cpu time of all threads."""

    wall_p50: float
    wall_p95: float
    cpu_p50: float


def add(subcommands: Any) -> None:
    command = subcommands.add_parser("bench", help="measure encoding, answering and memory on this machine")
    command.add_argument("--json", action="store_true")
    command.set_defaults(command=run)


def run(app: App, options: argparse.Namespace) -> int:
    if not _QUESTIONS.is_file():
        print("yidao-index: bench needs the source with its samples/ and benchmarks/", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        # The model's cache is shared with the real library: converting it is not what is measured here.
        settings = app.settings.model_copy(update={"data_dir": Path(folder), "database_url": None})
        (Path(folder) / "cache").mkdir()
        models = app.settings.cache_dir.resolve() / "models"
        models.mkdir(parents=True, exist_ok=True)
        (Path(folder) / "cache" / "models").symlink_to(models)
        figures = measure(build(settings))
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        for name, value in figures.items():
            print(f"{name:<42} {value}")
    return 0


def measure(app: App) -> dict[str, Any]:
    questions = [
        json.loads(line)["question"] for line in islice(_QUESTIONS.open(encoding="utf-8"), _QUESTIONS_ASKED)
    ]
    started = time.perf_counter()
    app.encoder.encode_questions(["warm"])
    cold = time.perf_counter() - started
    encoding = timed(lambda question: app.encoder.encode_questions([question]), questions)
    speed = _passages_a_second(app)
    app.stores.database.migrate()
    load_samples(app, quiet=True)
    answerer = open_answerer(app.stores, app.encoder, app.settings.cache_dir)
    answerer.warm()
    answering = timed(answerer.answer, questions)
    return {
        "machine": _machine(),
        "model": app.encoder.fingerprint,
        "encoder cold start, s": round(cold, 2),
        "encode a question, ms wall p50 / p95": f"{encoding.wall_p50:.1f} / {encoding.wall_p95:.1f}",
        "encode a question, ms cpu p50": round(encoding.cpu_p50, 1),
        f"passages of {_PASSAGE_CHARACTERS} characters a second": round(speed, 1),
        "passages in the library": app.stores.library.status().passages,
        "answer a question, ms wall p50 / p95": f"{answering.wall_p50:.1f} / {answering.wall_p95:.1f}",
        "answer a question, ms cpu p50": round(answering.cpu_p50, 1),
        "answering / encoding, cpu": round(answering.cpu_p50 / encoding.cpu_p50, 2),
        "peak memory of a bot that answers, MB": _bot_memory(app, questions),
    }


def timed(call: Callable[[str], object], questions: Sequence[str]) -> Timing:
    """Each question once, after a round that warms what can be warm."""
    for question in questions[:10]:
        call(question)
    walls, cpus = [], []
    for question in questions:
        wall, cpu = time.perf_counter(), time.process_time()
        call(question)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return Timing(
        wall_p50=statistics.median(walls),
        wall_p95=statistics.quantiles(walls, n=20)[-1],
        cpu_p50=statistics.median(cpus),
    )


def _passages_a_second(app: App) -> float:
    text = "".join(path.read_text("utf-8") for path in sorted((FOLDER / "guidelines").glob("*.zh.md")))
    plain = re.sub(r"[#|\-*\s]+", "", text)
    pieces = [plain[n : n + _PASSAGE_CHARACTERS] for n in range(0, len(plain), _PASSAGE_CHARACTERS)]
    passages = [pieces[n % (len(pieces) - 1)] for n in range(_PASSAGES)]
    app.encoder.encode_passages(passages[:8])
    started = time.perf_counter()
    app.encoder.encode_passages(passages)
    return len(passages) / (time.perf_counter() - started)


def _bot_memory(app: App, questions: Sequence[str]) -> int | None:
    """Peak resident memory, in MB, of a bot's process that has answered these questions; None where it is not told.

    Read from the living child: what the system tells of a finished one counts in the memory of whoever started it.
    """
    environment = {**os.environ, "YIDAO_DATA_DIR": str(app.settings.data_dir)}
    command = [sys.executable, "-m", "bot", "ask", "-", "--json"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as child:
        if child.stdin is None or child.stdout is None:
            raise RuntimeError("the bot was started without pipes")
        for question in questions:
            child.stdin.write(question.encode() + b"\n")
            child.stdin.flush()
            if not child.stdout.readline():
                raise RuntimeError("the bot ended before it had answered")
        status = Path(f"/proc/{child.pid}/status")
        peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
        child.stdin.close()
    return round(int(peak[1]) / 1024) if peak else None


def _machine() -> str:
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", info.read_text()) if info.exists() else [platform.processor()]
    flags = "avx512_bf16" if info.exists() and "avx512_bf16" in info.read_text() else "no avx512_bf16"
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, {flags}"
