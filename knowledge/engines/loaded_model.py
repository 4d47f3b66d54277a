"""A model in memory, in the precision and the memory layout that this CPU is fastest with."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.engines import e5_small
from knowledge.engines.model_identity import DEFAULT_MODEL, model_folder, repository
from knowledge.engines.packed_linear import pack_weights
from knowledge.engines.ports import Vectors
from knowledge.engines.processor import has_fast_bf16, processor_quota
from knowledge.errors import EncoderUnavailable

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

#: The E5 models need prompts, but their folders on the hub do not name them.
_E5 = re.compile(r"intfloat/(?:multilingual-)?e5-(?:small|base|large)(?:-v2)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A model in memory with what is known about it."""

    model: SentenceTransformer
    dimension: int
    question_prompt: str
    passage_prompt: str
    #: Texts that the tokenizer would take for its own marks; empty where it knows better.
    special_tokens: tuple[str, ...]
    cores: int

    def run(self, texts: list[str], prompt: str, threads: int) -> Vectors:
        """One batch's vectors."""
        import torch
        from sentence_transformers.util import batch_to_device

        # OpenMP keeps this number for each calling thread, so the thread that encodes says it anew.
        torch.set_num_threads(threads)
        # What model.encode does for one batch, without the 1.5 ms that its generality costs a question.
        with torch.inference_mode():
            features = batch_to_device(self.model.preprocess(texts, prompt=prompt), self.model.device)
            found = self.model(features)["sentence_embedding"].float().cpu().numpy()
        # bf16 rounds the length too, and a model without a Normalize module has any length.
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        vectors: Vectors = np.divide(found, lengths, out=np.zeros_like(found), where=lengths > 0)
        return vectors


def load_model(name: str, cache: Path, fingerprint: str) -> LoadedModel:
    """The model, in the precision and the memory layout that this CPU is fastest with."""
    # Read once, when the tokenizers load. OpenMP's own setting stands in knowledge.engines, before FAISS loads it.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch

    on_cpu = name == DEFAULT_MODEL or not torch.accelerator.is_available()
    dtype = torch.bfloat16 if on_cpu and has_fast_bf16() else torch.float32
    model = _open(name, cache, fingerprint, dtype)
    if on_cpu:
        pack_weights(model)
    question_prompt, passage_prompt = _prompts(name, model)
    return LoadedModel(
        model=model,
        dimension=model.get_embedding_dimension() or 0,
        question_prompt=question_prompt,
        passage_prompt=passage_prompt,
        special_tokens=special_tokens(model.tokenizer),
        cores=min(torch.get_num_threads(), processor_quota()),
    )


def _open(name: str, cache: Path, fingerprint: str, dtype: torch.dtype) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    options: dict[str, Any] = {"model_kwargs": {"dtype": dtype}}
    if name == DEFAULT_MODEL:
        return SentenceTransformer(str(e5_small.ensure(cache)), device="cpu", **options)
    try:
        if folder := model_folder(name):
            return SentenceTransformer(str(folder), **options)
        options["revision"] = fingerprint.rpartition("/")[2]
        try:
            # Asking the hub about files that the cache has costs seconds, or a time-out where there is no net.
            return SentenceTransformer(repository(name), local_files_only=True, **options)
        except (OSError, ValueError):
            return SentenceTransformer(repository(name), **options)
    except (OSError, ValueError, ImportError, KeyError, RuntimeError) as error:
        raise EncoderUnavailable(f"YIDAO_EMBEDDING_MODEL={name!r} could not be loaded: {error}") from error


def _prompts(name: str, model: SentenceTransformer) -> tuple[str, str]:
    """What the model wants before a question and before a passage."""
    named = model.prompts
    question, passage = named.get("query"), named.get("passage") or named.get("document")
    if not (question or passage) and _E5.match(name):
        return e5_small.PROMPTS["query"], e5_small.PROMPTS["passage"]
    return question or "", passage or ""


def special_tokens(tokenizer: object) -> tuple[str, ...]:
    """What a tokenizer takes for its own marks when a user types it; nothing, if it can tell the two apart."""
    if getattr(tokenizer, "split_special_tokens", False):
        return ()
    return tuple(getattr(tokenizer, "all_special_tokens", ()))
