"""A table of replaced characters in the form that sentencepiece and tokenizers read: a trie and the texts."""

from __future__ import annotations

import struct
from collections import deque
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from knowledge.engines.e5_small.package import WeightsUnknown

#: In a double array: bit 8 of a unit, bit 31 of a value, and room for a table ten times as large as today's.
_HAS_LEAF = 1 << 8
_IS_VALUE = 1 << 31
_MOST_UNITS = 1 << 18

_Trie: TypeAlias = "dict[int, _Trie | int]"


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
