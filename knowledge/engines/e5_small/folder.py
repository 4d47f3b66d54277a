"""The stock sentence-transformers folder: written whole, or not there, and checked before it is used."""

from __future__ import annotations

import errno
import json
import mmap
import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

from knowledge.engines.e5_small.digest import sha256
from knowledge.engines.e5_small.tensors import write_weights
from knowledge.engines.e5_small.tokenizer import write_tokenizer
from knowledge.engines.e5_small.weights import Packed, Shape

PROMPTS = {"query": "query: ", "passage": "passage: "}

#: 233 MB of model, 17 MB of tokenizer, and room for the file system's own needs.
BYTES_NEEDED = 300 * 1024 * 1024
#: The file that is written last: its presence, and agreement with it, is what makes a folder complete.
_MANIFEST = "converted.json"


def is_complete(folder: Path) -> bool:
    """Whether every file of a converted folder is there and unchanged (it is read in full, about 0.2 s)."""
    try:
        expected: dict[str, str] = json.loads((folder / _MANIFEST).read_text("utf-8"))
        return bool(expected) and all(sha256(folder / name) == digest for name, digest in expected.items())
    except (OSError, ValueError, AttributeError):
        return False


def convert(weights: Path, folder: Path) -> None:
    """Writes the files of a sentence-transformers model into `folder`. `ensure` is what makes that safe.

    The weights' hash is not checked here. Raises OSError, and WeightsUnknown if the file has another structure.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with weights.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        packed = Packed.read(view)
        write_weights(packed, view, folder / "model.safetensors")
        write_tokenizer(packed, folder)
    _write_configuration(packed.shape, folder)
    _write_manifest(folder)


def convert_aside(weights: Path, folder: Path) -> None:
    """Converts into a temporary sibling and renames it, so that a half-written folder never has the real name."""
    _sweep(folder)
    free = shutil.disk_usage(folder.parent).free
    if free < BYTES_NEEDED:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder.parent))
    aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        convert(weights, aside)
        aside.chmod(0o755)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Removes a damaged folder and what interrupted conversions left; only called with the lock held."""
    for left in folder.parent.glob(f"{folder.name}.*.part"):
        shutil.rmtree(left, ignore_errors=True)
    if folder.exists():
        shutil.rmtree(folder)


def _write_configuration(shape: Shape, folder: Path) -> None:
    """The small files that make the folder a stock sentence-transformers model."""
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    for name, content in {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            **asdict(shape),
            "hidden_act": "gelu",
            "pad_token_id": 1,
            # Without it transformers 5 would take the precision of the stored weights, fp16: unusable on a CPU.
            "dtype": "float32",
        },
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for index, (path, kind) in enumerate(modules)
        ],
        "sentence_bert_config.json": {
            "max_seq_length": shape.max_position_embeddings,
            "do_lower_case": False,
            # The file has no pooler; one of random numbers would be made up for it.
            "model_args": {"add_pooling_layer": False},
        },
        "config_sentence_transformers.json": {
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden_size,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "tokenizer_config.json": {
            # A class of its own (XLMRobertaTokenizer) would rebuild the normaliser instead of reading tokenizer.json.
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.max_position_embeddings,
            "split_special_tokens": True,
            "clean_up_tokenization_spaces": False,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
    }.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2), "utf-8")


def _write_manifest(folder: Path) -> None:
    """Records what every file must be, once all of them are safely on the disk."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        # safetensors lets only the owner read; a service may run as somebody else than whoever installed it.
        path.chmod(0o644)
        with path.open("rb") as file:
            os.fsync(file.fileno())
    digests = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    (folder / _MANIFEST).write_text(json.dumps(digests, indent=2), "utf-8")
