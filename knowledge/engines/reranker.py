"""The reranker: any sentence-transformers CrossEncoder. As for the encoder, torch is imported when the model loads."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.engines.batching import safe_text
from knowledge.engines.loaded_model import special_tokens
from knowledge.engines.model_identity import hub_config, is_path
from knowledge.engines.ports import Scores
from knowledge.engines.processor import has_fast_bf16, usable_processors
from knowledge.errors import RerankerUnavailable

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

#: Question and passage together. Time grows with it; of a passage that is longer, the beginning is read.
MAX_TOKENS = 256
#: What a model that judges pairs calls itself. Another kind would be given a last layer of random weights, with no more
#: than a warning, and its order would be chance.
_JUDGES_PAIRS = ("ForSequenceClassification", "ForCausalLM", "ForConditionalGeneration")


class CrossEncoderReranker:
    """Fulfils Reranker with a sentence-transformers CrossEncoder that gives one score a pair.

    `model` is a folder, or a name on the hub, which is asked only for what its cache lacks; `threads` score, by default
    one for each core that the process may use. Raises RerankerUnavailable where no such model can be had.
    """

    def __init__(self, model: str, *, threads: int | None = None) -> None:
        self._name = model
        self._threads = threads
        self._lock = threading.Lock()
        self._model: CrossEncoder | None = None
        self._revision: str | None = None
        # Already here: a mistake in the settings is told to whoever starts the process, not to who asks first.
        self._check(self._config())

    def warm(self) -> None:
        """Loads the model, which takes seconds, and scores once, so that the first question is as fast as others."""
        self._loaded()

    def score(self, question: str, passages: Sequence[str]) -> Scores:
        """float32 (n,), in order."""
        model = self._loaded()
        # One batch at a time: it uses every core, and a tokenizer is not made for two threads.
        with self._lock:
            return self._run(model, question, passages)

    def _loaded(self) -> CrossEncoder:
        # Without the lock, which is held for as long as a batch takes.
        if self._model is not None:
            return self._model
        with self._lock:
            # Another thread may have loaded it while this one waited.
            if self._model is None:
                try:
                    model = self._load()
                    self._run(model, "warm", ["warm"])
                except Exception as error:  # a torn file raises the errors of several libraries
                    raise self._unavailable(str(error)) from error
                self._model = model
            return self._model

    def _run(self, model: CrossEncoder, question: str, passages: Sequence[str]) -> Scores:
        import torch

        if not passages:
            return np.zeros(0, np.float32)
        marks = special_tokens(model.tokenizer)
        asked = safe_text(question, marks)
        pairs = [(asked, safe_text(passage, marks)) for passage in passages]
        # OpenMP keeps this number for each calling thread, so the thread that scores says it anew.
        torch.set_num_threads(self._threads or usable_processors())
        # Without the usual sigmoid, which says 1 of everything that fits well.
        scores = model.predict(
            pairs, batch_size=len(pairs), activation_fn=torch.nn.Identity(), show_progress_bar=False
        )
        return np.asarray(scores, np.float32)

    def _config(self) -> dict[str, Any]:
        """The model's config.json; for one on the hub, notes the commit that it is of."""
        folder = Path(self._name).expanduser()
        if is_path(self._name) and not folder.is_dir():
            raise self._unavailable("there is no such folder")
        try:
            path = folder / "config.json" if folder.is_dir() else hub_config(_repository(self._name))
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except Exception as error:  # the hub's client raises the errors of several libraries
            raise self._unavailable(str(error)) from error
        self._revision = None if folder.is_dir() else path.parent.name
        return found

    def _check(self, config: dict[str, Any]) -> None:
        kinds = config.get("architectures") or []
        if not any(str(kind).endswith(_JUDGES_PAIRS) for kind in kinds):
            raise self._unavailable(
                f"is no CrossEncoder but {', '.join(map(str, kinds)) or 'of no known kind'}"
            )

    def _load(self) -> CrossEncoder:
        # Read once, when the tokenizers load.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        on_cpu = not torch.accelerator.is_available()
        dtype = torch.bfloat16 if on_cpu and has_fast_bf16() else torch.float32
        model = self._open({"dtype": dtype})
        if model.num_labels != 1:
            raise ValueError(f"gives {model.num_labels} scores a pair, not one")
        model.max_seq_length = min(model.max_seq_length or MAX_TOKENS, MAX_TOKENS)
        return model

    def _open(self, model_options: dict[str, Any]) -> CrossEncoder:
        from sentence_transformers import CrossEncoder

        def opened(name: str, *, local_files_only: bool) -> CrossEncoder:
            found: CrossEncoder = CrossEncoder(
                name, local_files_only=local_files_only, revision=self._revision, model_kwargs=model_options
            )
            return found

        if self._revision is None:
            return opened(str(Path(self._name).expanduser()), local_files_only=True)
        try:
            # Asking the hub about files that the cache has costs seconds, or a time-out where there is no net.
            return opened(_repository(self._name), local_files_only=True)
        except (OSError, ValueError):
            return opened(_repository(self._name), local_files_only=False)

    def _unavailable(self, why: str) -> RerankerUnavailable:
        return RerankerUnavailable(f"YIDAO_RERANKER_MODEL={self._name!r}: {why}. {RerankerUnavailable()}")


def _repository(name: str) -> str:
    """The name on the hub; a bare one belongs to cross-encoder, as sentence-transformers has it."""
    return name if "/" in name else f"cross-encoder/{name}"
