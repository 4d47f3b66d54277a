"""The weights file: where its parts and its tensors lie.

    header | vocabulary (offsets, scores, UTF-8) | normaliser table | directory of tensors | tensors

All numbers are little-endian.
"""

from __future__ import annotations

import itertools
import mmap
import struct
from dataclasses import dataclass

import numpy as np

from knowledge.engines.e5_small.package import WeightsUnknown

_HEADER = struct.Struct("<4sI7ifi5iQ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The model's dimensions, under the names that a BERT configuration gives them."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """Where one tensor lies in the file."""

    packed: bool
    elements: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """The weights file's parts, its tensors still where they lie."""

    shape: Shape
    unknown_id: int
    #: (piece, log probability) by id.
    pieces: list[tuple[str, float]]
    #: What the normaliser puts in the place of a character; an empty text deletes it.
    replacements: dict[str, str]
    tensors: dict[str, Tensor]

    @staticmethod
    def read(view: mmap.mmap) -> Packed:
        magic, version, *dimensions, epsilon, block, pieces, _bos, _eos, _pad, unknown, blob = (
            _HEADER.unpack_from(view)
        )
        if magic != b"E5S1" or version != 1 or block != 32:
            raise WeightsUnknown
        cursor = _Cursor(view, _HEADER.size)
        return Packed(
            shape=Shape(**dict(zip(Shape.__slots__, [*dimensions, epsilon], strict=True))),
            unknown_id=unknown,
            pieces=_read_pieces(cursor, pieces, blob),
            replacements=_read_replacements(cursor),
            tensors=_read_directory(cursor),
        )


class _Cursor:
    """Reads fixed structures and arrays one after the other."""

    def __init__(self, view: mmap.mmap, position: int) -> None:
        self._view = view
        self.position = position

    def take(self, size: int) -> bytes:
        self.position += size
        return self._view[self.position - size : self.position]

    def unpack(self, layout: str) -> tuple[int, ...]:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))


def _read_pieces(cursor: _Cursor, count: int, blob_size: int) -> list[tuple[str, float]]:
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), "<f4").tolist()
    blob = cursor.take(blob_size)
    texts = (blob[start:end].decode() for start, end in itertools.pairwise(offsets))
    return list(zip(texts, scores, strict=True))


def _read_replacements(cursor: _Cursor) -> dict[str, str]:
    count, _size = cursor.unpack("<iI")
    replacements = {}
    for _ in range(count):
        source, length = cursor.unpack("<IB")
        replacements[chr(source)] = "".join(map(chr, cursor.unpack(f"<{length}I")))
    return replacements


def _read_directory(cursor: _Cursor) -> dict[str, Tensor]:
    (count,) = cursor.unpack("<i")
    tensors = {}
    for _ in range(count):
        (length,) = cursor.unpack("<H")
        name = cursor.take(length).decode()
        kind, elements, offset, size = cursor.unpack("<BIQQ")
        tensors[name] = Tensor(packed=kind == 1, elements=elements, offset=offset, size=size)
    return tensors
