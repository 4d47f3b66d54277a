"""What one meets first: the encoder, the samples answered as they ship, a bot's memory, and loading a document."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from indexer.app import App
from indexer.benchmarking.passages import Corpus, MadeDocument
from indexer.benchmarking.timing import Timing, timed
from indexer.loading import Loader
from indexer.sandbox import Sandbox
from knowledge.answering import open_answerer
from knowledge.engines.ports import Encoder, Vectors

#: Passages of this many Chinese characters are encoded to tell the speed.
PASSAGE_CHARACTERS = 300
_PASSAGES = 96
#: Documents of a hundred passages that are loaded to tell what loading costs: one Chinese, one English.
_LOADED = (2, 3)


def cold_start(encoder: Encoder) -> float:
    """Seconds until a new process has encoded its first question."""
    started = time.perf_counter()
    encoder.encode_questions(["warm"])
    return time.perf_counter() - started


def passages_a_second(encoder: Encoder, guidelines: Path) -> float:
    text = "".join(path.read_text("utf-8") for path in sorted(guidelines.glob("*.zh.md")))
    plain = re.sub(r"[#|\-*\s]+", "", text)
    pieces = [plain[n : n + PASSAGE_CHARACTERS] for n in range(0, len(plain), PASSAGE_CHARACTERS)]
    passages = [pieces[n % (len(pieces) - 1)] for n in range(_PASSAGES)]
    encoder.encode_passages(passages[:8])
    started = time.perf_counter()
    encoder.encode_passages(passages)
    return len(passages) / (time.perf_counter() - started)


def answer_samples(app: App, questions: Sequence[str]) -> Timing:
    """All of an answer, over a library that holds the samples."""
    answerer = open_answerer(app.stores, app.encoder, app.settings.cache_dir)
    answerer.warm()
    return timed(answerer.answer, questions)


def bot_memory(data_dir: Path, questions: Sequence[str]) -> int | None:
    """Peak resident memory, in MB, of a bot's process that has answered these questions; None where it is not told.

    Read from the living child: what the system tells of a finished one counts in the memory of whoever started it.
    """
    environment = {**os.environ, "YIDAO_DATA_DIR": str(data_dir)}
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


def loading_share(app: App, corpus: Corpus, folder: Path) -> dict[str, Any]:
    """How fast documents load through the ordinary path, beside encoding the very same passages and nothing else."""
    listening = _Listening(app.encoder)
    limits = app.settings
    with Sandbox(timeout=limits.read_timeout, memory_mb=limits.read_memory_mb) as sandbox:
        loader = Loader(app.stores, listening, sandbox, limits.files_dir)
        loading = encoding = 0.0
        for number in _LOADED:
            path = _written(corpus.document(number), folder)
            started, heard = time.perf_counter(), len(listening.heard)
            loader.load(path, loaded_by="bench", approve=True)
            loading += time.perf_counter() - started
            texts = [text for some in listening.heard[heard:] for text in some]
            started = time.perf_counter()
            app.encoder.encode_passages(texts)
            encoding += time.perf_counter() - started
    count = sum(map(len, listening.heard))
    return {
        "texts": count,
        "loading_a_second": round(count / loading, 1),
        "encoding_a_second": round(count / encoding, 1),
        "ratio": round(encoding / loading, 3),
    }


class _Listening:
    """An encoder that remembers what it was given."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.heard: list[Sequence[str]] = []

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode_questions(texts)

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        self.heard.append(texts)
        return self._encoder.encode_passages(texts, on_progress)


def _written(document: MadeDocument, folder: Path) -> Path:
    """The document as a file of Markdown."""
    parts = [f"# {document.title}"]
    section: tuple[str, ...] = ()
    for passage in sorted(document.passages, key=lambda p: p.section):
        if passage.section != section:
            section = passage.section
            parts += [f"{'#' * (level + 2)} {heading}" for level, heading in enumerate(section)]
        parts.append(passage.text)
    path = folder / f"{document.number}.md"
    path.write_text("\n\n".join(parts), "utf-8")
    return path
