"""The libraries' own calls with nothing around them: the floor that `yidao-index bench` holds the engines against."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import faiss
import numpy as np
import tantivy

from knowledge.domain import Script
from knowledge.engines.keywords import FIELDS, KeywordIndex
from knowledge.engines.ports import Vectors
from knowledge.engines.vectors import FlatVectorIndex

_ROWS_AT_ONCE = 20_000


def bare_vector_search(index: FlatVectorIndex) -> Callable[[Vectors, int], list[int]]:
    """FAISS's flat search in half floats over the rows of an index, which it copies: a vector and a count to ids."""
    flat = faiss.IndexScalarQuantizer(
        index.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    every_id = []
    for ids, vectors in index.rows(_ROWS_AT_ONCE):
        flat.add(vectors)
        every_id.append(ids)
    held = np.concatenate(every_id)

    def search(vector: Vectors, count: int) -> list[int]:
        _, places = flat.search(vector.reshape(1, -1), count)
        return [int(id_) for id_ in held[places[0]]]

    return search


def bare_keyword_search(index: KeywordIndex) -> Callable[[Sequence[str], Script, int], int]:
    """Tantivy's search for any of some terms: how many it found."""
    searcher, schema = index.searcher, index.schema

    def search(terms: Sequence[str], script: Script, count: int) -> int:
        wanted = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, FIELDS[script], term, "freq"))
            for term in terms
        ]
        return len(searcher.search(tantivy.Query.boolean_query(wanted), count, count=False).hits)

    return search
