"""The engines behind finding: encoder, vectors, keywords."""

from __future__ import annotations

import os
from pathlib import Path

# Read once, when FAISS's and torch's OpenMP load: threads that spin while they wait take a core from the bot's own.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from knowledge.engines.encoder import SentenceEncoder
from knowledge.engines.ports import Encoder, Reranker
from knowledge.engines.reranker import CrossEncoderReranker

#: The value of YIDAO_EMBEDDING_MODEL that needs no model at all: for tests and for trying things without one.
FAKE = "fake"


def open_encoder(model: str, cache_dir: Path, threads: int | None = None) -> Encoder:
    """The encoder that a setting names, loaded when it first encodes; threads: for passages, by default all cores."""
    if model == FAKE:
        from knowledge.testing import FakeEncoder

        return FakeEncoder()
    return SentenceEncoder(model, cache=cache_dir / "models", threads=threads)


def open_reranker(model: str, threads: int | None = None) -> Reranker | None:
    """The reranker that a setting names, or None where it names none; loaded when it is warmed or first scores.

    Raises RerankerUnavailable if there is no such model.
    """
    return CrossEncoderReranker(model, threads=threads) if model.strip() else None
