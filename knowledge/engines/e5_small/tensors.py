"""The tensors of the weights file as model.safetensors: fp16, under the names that transformers gives them.

A 4-bit block is 18 bytes for 32 weights: fp16 scale d, then 16 bytes whose low nibbles are weights 0–15 and whose high
nibbles are weights 16–31; a weight is (nibble − 8) · d.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.engines.e5_small.weights import Packed

_BLOCKS_AT_ONCE = 1 << 17


def _bert_names(layers: int) -> Iterator[tuple[str, str]]:
    """(name in transformers, name in the file) of every tensor, without the suffixes of weight and bias."""
    yield "embeddings.LayerNorm", "emb.ln"
    for layer in range(layers):
        theirs, ours = f"encoder.layer.{layer}", f"l{layer}"
        yield f"{theirs}.attention.self.query", f"{ours}.q"
        yield f"{theirs}.attention.self.key", f"{ours}.k"
        yield f"{theirs}.attention.self.value", f"{ours}.v"
        yield f"{theirs}.attention.output.dense", f"{ours}.ao"
        yield f"{theirs}.attention.output.LayerNorm", f"{ours}.aln"
        yield f"{theirs}.intermediate.dense", f"{ours}.fi"
        yield f"{theirs}.output.dense", f"{ours}.fo"
        yield f"{theirs}.output.LayerNorm", f"{ours}.oln"


def write_weights(packed: Packed, view: mmap.mmap, path: Path) -> None:
    from safetensors.numpy import save_file

    shape = packed.shape
    width = shape.hidden_size
    tensors = {
        "embeddings.word_embeddings.weight": _halves(packed, view, "emb.word", width),
        "embeddings.position_embeddings.weight": _halves(packed, view, "emb.pos", width),
        "embeddings.token_type_embeddings.weight": _halves(packed, view, "emb.type", width),
    }
    for theirs, ours in _bert_names(shape.num_hidden_layers):
        bias = _halves(packed, view, f"{ours}.b")
        # A dense layer's weight is [out, in] and its bias has `out` elements; a norm's weight is as long as its bias.
        dense = packed.tensors[f"{ours}.w"].packed
        columns = packed.tensors[f"{ours}.w"].elements // len(bias) if dense else None
        tensors[f"{theirs}.weight"] = _halves(packed, view, f"{ours}.w", columns)
        tensors[f"{theirs}.bias"] = bias
    save_file(tensors, path, metadata={"format": "pt"})


def _halves(packed: Packed, view: mmap.mmap, name: str, columns: int | None = None) -> NDArray[np.float16]:
    """One tensor as fp16, with that many columns, or flat."""
    tensor = packed.tensors[name]
    raw = np.frombuffer(view[tensor.offset : tensor.offset + tensor.size], np.uint8)
    values = _dequantise(raw, tensor.elements) if tensor.packed else raw.view("<f4").astype(np.float16)
    return values.reshape(-1, columns) if columns else values


def _dequantise(raw: NDArray[np.uint8], elements: int) -> NDArray[np.float16]:
    """The weights of 4-bit blocks; done in pieces, because the words' embeddings would take 1 GB at once."""
    blocks = raw.reshape(-1, 18)
    values = np.empty((len(blocks), 32), np.float16)
    for start in range(0, len(blocks), _BLOCKS_AT_ONCE):
        part = blocks[start : start + _BLOCKS_AT_ONCE]
        scale = part[:, :2].copy().view("<f2").astype(np.float32)
        nibbles = np.concatenate([part[:, 2:] & 0x0F, part[:, 2:] >> 4], axis=1).astype(np.float32)
        values[start : start + len(part)] = (nibbles - 8) * scale
    return values.reshape(-1)[:elements]
