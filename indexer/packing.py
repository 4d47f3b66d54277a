"""Pieces to groups of even size, cut where it disturbs least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from indexer.pieces import LARGEST, Piece

#: How full passages are made on the whole: sentences do not fit like sand.
_FILL = 0.9


def packed(pieces: Sequence[Piece]) -> list[Sequence[Piece]]:
    """The pieces in as few passages as fit, of even size, cut where it disturbs least."""
    total = sum(piece.weight for piece in pieces)
    parts = max(1, -(-int(total) // int(LARGEST * _FILL)))
    ideal = min(LARGEST, total / parts)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(pieces) + 1):
        best.append(min(_choices(pieces, end, ideal, best)))
    cuts = [len(pieces)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    return [pieces[start:end] for end, start in pairwise(cuts)][::-1]


def _choices(
    pieces: Sequence[Piece], end: int, ideal: float, best: Sequence[tuple[float, int]]
) -> Iterator[tuple[float, int]]:
    """The cost of each passage that could end there, with where it would begin."""
    size = 0.0
    for start in range(end - 1, -1, -1):
        size += pieces[start].weight
        if size > LARGEST and start < end - 1:
            return
        yield best[start][0] + ((size - ideal) / ideal) ** 2 + _cut_cost(pieces, start), start


def _cut_cost(pieces: Sequence[Piece], start: int) -> float:
    """What it costs to begin a passage at this piece."""
    if start == 0:
        return 0.0
    piece = pieces[start]
    if piece.led_in or pieces[start - 1].leads:
        return 4.0
    return 0.05 if piece.opens else 0.35
