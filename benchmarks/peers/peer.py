"""What every peer offers: ways to ask it, each named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from benchmarks.peers.exported import Export, Question

#: Passages that each engine of a hybrid hands to the fusion: documents are one passage or two, and ten are wanted. The
#: fewer, the faster, and the less a poor engine spoils; the first is what a peer is asked for as it ships.
DEPTHS = (20, 50)
#: Passages that vectors alone are asked for.
DEEP = DEPTHS[-1]
#: The weights of vectors that are tried wherever a fusion takes weights; keywords get the rest.
WEIGHTS = (0.5, 0.7, 0.8, 0.9)


class Role(StrEnum):
    # Its vector search alone.
    VECTORS = "vectors"
    # Its hybrid search as its documentation shows it, but with Chinese cut by jieba.
    SHIPPED = "shipped"
    # Another setting that it offers.
    TRIED = "tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    role: Role
    # Says what was set, as a reader who knows the peer would.
    name: str
    # Passage ids, best first; cutting the question's words is part of it, encoding the question is not.
    ask: Callable[[Question], Sequence[int]]


class Peer(Protocol):
    #: As its makers write it.
    NAME: str
    #: The distributions whose versions the report names.
    DISTRIBUTIONS: tuple[str, ...]

    def ways(self, export: Export) -> Iterator[Way]: ...
