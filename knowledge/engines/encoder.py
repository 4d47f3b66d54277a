"""The encoder: any sentence-transformers model, by default multilingual-e5-small without a hub.

torch takes seconds to import, so nothing here imports it before the first text is encoded; the fingerprint is known
without it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.engines import e5_small
from knowledge.engines.ports import Vectors
from knowledge.errors import EncoderUnavailable

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

logger = logging.getLogger(__name__)

DEFAULT_MODEL = e5_small.NAME

#: A model reads about 512 tokens; more characters than this only cost time (U+FDFA becomes 18 letters each).
MAX_CHARACTERS = 4_000
#: A batch holds texts of about the same length: at most this many texts, and this many characters with padding.
#: Larger batches fall out of the processor's caches (a tenth slower at 32 texts) and make a question wait longer.
BATCH_TEXTS = 8
BATCH_CHARACTERS = 1_600

#: Models of these kinds only call their dense layers; others also look at the layers' weights.
_PACKABLE = frozenset({"bert", "roberta", "xlm-roberta"})
#: A hint to oneDNN about how many tokens come at once.
_PACKED_FOR_TOKENS = 256
#: The E5 models need prompts, but their folders on the hub do not name them.
_E5 = re.compile(r"intfloat/(?:multilingual-)?e5-(?:small|base|large)(?:-v2)?$")
_SAMPLES = 64
_SAMPLE_BYTES = 1 << 16


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
        self._loaded: _Loaded | None = None
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
        if self._name == DEFAULT_MODEL:
            return e5_small.FINGERPRINT
        if folder := _folder(self._name):
            return f"{folder.resolve().name}/{_digest_of_folder(folder)}"
        return f"{self._name}/{_hub_revision(self._name)}"

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
        model: _Loaded,
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

    def _load(self) -> _Loaded:
        if self._loaded is None:
            with self._in_turn():
                # Another thread may have loaded it while this one waited.
                if self._loaded is None:
                    self._loaded = _load(self._name, self._cache, self.fingerprint)
        return self._loaded


# -------------------------------------------------------------------------------- texts and batches


def safe_text(text: str, special_tokens: Sequence[str] = ()) -> str:
    """The text as a tokenizer may see it: short enough, NFC, and nothing in it that reads as a special token.

    NFC, because the default model's table knows characters one by one: it cannot join a letter and its accent.
    """
    text = text[:MAX_CHARACTERS].replace("\0", " ")
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    for token in special_tokens:
        if token in text:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The texts' positions in batches of like length, the longest first: it shows early if memory is short."""
    batch: list[int] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        longest = max(longest, lengths[index])
        if batch and (len(batch) == BATCH_TEXTS or (len(batch) + 1) * longest > BATCH_CHARACTERS):
            yield batch
            batch, longest = [], lengths[index]
        batch.append(index)
    if batch:
        yield batch


# ------------------------------------------------------------------------------- the model in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
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


def _load(name: str, cache: Path, fingerprint: str) -> _Loaded:
    """The model, in the precision and the memory layout that this CPU is fastest with."""
    # Both are read once, when the libraries load. Threads that spin while they wait would starve the bot's own.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch

    on_cpu = name == DEFAULT_MODEL or not torch.accelerator.is_available()
    dtype = torch.bfloat16 if on_cpu and _has_fast_bf16() else torch.float32
    model = _open(name, cache, fingerprint, dtype)
    if on_cpu:
        _pack_weights(model)
    question_prompt, passage_prompt = _prompts(name, model)
    return _Loaded(
        model=model,
        dimension=model.get_embedding_dimension() or 0,
        question_prompt=question_prompt,
        passage_prompt=passage_prompt,
        special_tokens=_special_tokens(model),
        cores=min(torch.get_num_threads(), _processor_quota()),
    )


def _open(name: str, cache: Path, fingerprint: str, dtype: torch.dtype) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    options: dict[str, Any] = {"model_kwargs": {"dtype": dtype}}
    if name == DEFAULT_MODEL:
        return SentenceTransformer(str(e5_small.ensure(cache)), device="cpu", **options)
    try:
        if folder := _folder(name):
            return SentenceTransformer(str(folder), **options)
        options["revision"] = fingerprint.rpartition("/")[2]
        try:
            # Asking the hub about files that the cache has costs seconds, or a time-out where there is no net.
            return SentenceTransformer(_repository(name), local_files_only=True, **options)
        except (OSError, ValueError):
            return SentenceTransformer(_repository(name), **options)
    except (OSError, ValueError, ImportError, KeyError, RuntimeError) as error:
        raise EncoderUnavailable(f"YIDAO_EMBEDDING_MODEL={name!r} could not be loaded: {error}") from error


def _prompts(name: str, model: SentenceTransformer) -> tuple[str, str]:
    """What the model wants before a question and before a passage."""
    named = model.prompts
    question, passage = named.get("query"), named.get("passage") or named.get("document")
    if not (question or passage) and _E5.match(name):
        return e5_small.PROMPTS["query"], e5_small.PROMPTS["passage"]
    return question or "", passage or ""


def _special_tokens(model: SentenceTransformer) -> tuple[str, ...]:
    """What the tokenizer takes for its own marks when a user types it; nothing, if it can tell the two apart."""
    tokenizer = model.tokenizer
    if getattr(tokenizer, "split_special_tokens", False):
        return ()
    return tuple(getattr(tokenizer, "all_special_tokens", ()))


def _pack_weights(model: SentenceTransformer) -> None:
    """Lays out the dense layers' weights as oneDNN wants them, once instead of at each call.

    A question takes 13 ms instead of 17, and its vector has the same bits. The two operators are those that
    torch.compile puts in; where a build of torch lacks them, the layers stay as they are.
    """
    import torch
    from torch import nn

    class Packed(nn.Module):
        def __init__(self, layer: nn.Linear) -> None:
            super().__init__()
            operators = torch.ops.mkldnn
            self.packed = operators._reorder_linear_weight(layer.weight.detach(), _PACKED_FOR_TOKENS)  # noqa: SLF001 (no public name)
            self.apply_packed = operators._linear_pointwise  # noqa: SLF001 (no public name)
            self.bias = layer.bias.detach()

        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            outputs: torch.Tensor = self.apply_packed(inputs, self.packed, self.bias, "none", [], "")
            return outputs

    bert = getattr(model[0], "auto_model", None)
    if not isinstance(bert, nn.Module) or getattr(bert.config, "model_type", None) not in _PACKABLE:
        return
    try:
        with torch.inference_mode():
            for parent in list(bert.modules()):
                for name, layer in list(parent.named_children()):
                    if type(layer) is nn.Linear and layer.bias is not None:
                        packed = Packed(layer)
                        packed(torch.zeros(1, layer.in_features, dtype=layer.weight.dtype))
                        setattr(parent, name, packed)
    except (AttributeError, RuntimeError) as error:
        logger.debug("weights are not packed: %s", error, extra={"action": "encoder.unpacked"})


# --------------------------------------------------------------------------------------- the processor


def _has_fast_bf16() -> bool:
    """Only avx512_bf16 computes bf16 faster than float32; elsewhere it is emulated."""
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text("ascii", "ignore")
    except OSError:
        return False


def _processor_quota() -> int:
    """The processors that a container's limit (cgroup v2) allows; more threads than that only halt each other."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        return max(1, round(int(quota) / int(period)))
    except (OSError, ValueError):
        return os.cpu_count() or 1


# ------------------------------------------------------------------------------- which model it is


def _folder(name: str) -> Path | None:
    """The folder that the name means, or None if it is one on the hub. Raises EncoderUnavailable if it is missing."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise EncoderUnavailable(f"YIDAO_EMBEDDING_MODEL={name!r}: there is no such folder.")
    return None


def _repository(name: str) -> str:
    """The name on the hub; a bare one belongs to sentence-transformers, as that library has it."""
    return name if "/" in name else f"sentence-transformers/{name}"


def _digest_of_folder(folder: Path) -> str:
    """A digest of all files' names, sizes and samples: gigabytes of weights are not read in full at each start."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
            with path.open("rb") as file:
                for position in range(0, size, max(_SAMPLE_BYTES, size // _SAMPLES)):
                    file.seek(position)
                    digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:12]


def _hub_revision(name: str) -> str:
    """The commit of the model in the hub's cache; asks the hub only if it is not there."""
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    try:
        found = try_to_load_from_cache(_repository(name), "config.json")
        path = found if isinstance(found, str) else hf_hub_download(_repository(name), "config.json")
    except Exception as error:  # the hub's client raises the errors of several libraries
        raise EncoderUnavailable(
            f"YIDAO_EMBEDDING_MODEL={name!r} is not on this machine and could not be fetched: {error}"
        ) from error
    return Path(path).parent.name
