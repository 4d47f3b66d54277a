"""The encoder: any sentence-transformers model, by default multilingual-e5-small without a hub.

torch takes seconds to import, so nothing here imports it before the first text is encoded; the fingerprint is known
without it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import numpy as np

from knowledge.engines.batching import batches, safe_text
from knowledge.engines.loaded_model import LoadedModel, load_model
from knowledge.engines.model_identity import DEFAULT_MODEL, fingerprint_of
from knowledge.engines.ports import Vectors


class SentenceEncoder:
    """Fulfils Encoder with a sentence-transformers model.

    `model` is DEFAULT_MODEL, a folder, or a name on the hub; `cache` is where the default model is converted to;
    `threads` encode passages, by default one for each core that the process may use. The first encoding
    loads the model, which takes seconds; `warm` does so ahead of time. Raises EncoderUnavailable if it cannot.
    """

    def __init__(self, model: str = DEFAULT_MODEL, *, cache: Path, threads: int | None = None) -> None:
        self._name = model
        self._cache = cache
        self._threads = threads
        self._loaded: LoadedModel | None = None
        # Held for one batch at a time; whoever waits for it holds `_next`, so that a question comes after the current
        # batch and not after a whole document: a lock alone would go back to the thread that has just let go of it.
        self._lock = threading.Lock()
        self._next = threading.Lock()

    @cached_property
    def fingerprint(self) -> str:
        """Which model and which weights. Raises EncoderUnavailable if a hub model is neither cached nor reachable.

        Precision is no part of it: bf16 and fp32 vectors of real texts agree to a cosine of 0.9999, retrieval over a
        mixture is as good (nDCG@10 0.783–0.785), and a library must stay usable on a machine with another CPU.
        """
        return fingerprint_of(self._name)

    def warm(self) -> None:
        """Loads the model and encodes once, so that the first question is as fast as the others."""
        self.encode_questions(["warm"])

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """float32 (n, dim), unit rows, in order. One thread: for one short text a second only costs time."""
        model = self._load()
        return self._encode(model, texts, model.question_prompt, threads=1)

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """float32 (n, dim), unit rows, in order; every core works."""
        model = self._load()
        threads = self._threads or model.cores
        return self._encode(model, texts, model.passage_prompt, threads=threads, on_progress=on_progress)

    def _encode(
        self,
        model: LoadedModel,
        texts: Sequence[str],
        prompt: str,
        *,
        threads: int,
        on_progress: Callable[[int], None] | None = None,
    ) -> Vectors:
        safe = [safe_text(text, model.special_tokens) for text in texts]
        vectors = np.zeros((len(texts), model.dimension), np.float32)
        done = 0
        for batch in batches([len(text) for text in safe]):
            with self._in_turn():
                vectors[batch] = model.run([safe[index] for index in batch], prompt, threads)
            done += len(batch)
            if on_progress:
                on_progress(done)
        return vectors

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        with self._next:
            self._lock.acquire()
        try:
            yield
        finally:
            self._lock.release()

    def _load(self) -> LoadedModel:
        if self._loaded is None:
            with self._in_turn():
                # Another thread may have loaded it while this one waited.
                if self._loaded is None:
                    self._loaded = load_model(self._name, self._cache, self.fingerprint)
        return self._loaded
