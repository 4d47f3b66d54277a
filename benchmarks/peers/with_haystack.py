"""Haystack: a FAISS store for vectors and its in-memory store for BM25, joined by a `DocumentJoiner`.

Its own in-memory store could do both and finds the same, but lays out all vectors anew for every question. The
components are called one after the other, as its documentation shows for each: a `Pipeline` only adds time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import product

# Read at import. Nothing of a benchmark is to be sent anywhere.
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever
from haystack_integrations.document_stores.faiss import FAISSDocumentStore

from benchmarks.peers.exported import Export, Question
from benchmarks.peers.peer import DEEP, DEPTHS, WEIGHTS, Role, Way
from benchmarks.peers.words import Cut, spaced, stems, words

NAME = "Haystack"
DISTRIBUTIONS = ("haystack-ai", "faiss-haystack", "faiss-cpu")

# How the joiner fuses, and the weight of vectors; distributions take no weights.
_JOINS: tuple[tuple[str, float | None], ...] = (
    *(("reciprocal_rank_fusion", weight) for weight in WEIGHTS),
    *(("merge", weight) for weight in WEIGHTS),
    ("distribution_based_rank_fusion", None),
)


def ways(export: Export) -> Iterator[Way]:
    vectors = _vectors(export)

    def nearest(question: Question) -> list[int]:
        return _ids(vectors.run(question.vector.tolist(), top_k=DEEP)["documents"])

    yield Way(role=Role.VECTORS, name="vectors", ask=nearest)
    for cut in (words, stems):
        store = _store(export, cut)
        for depth, (mode, weight) in product(DEPTHS, _JOINS):
            shipped = cut is words and depth == DEPTHS[0] and (mode, weight) == _JOINS[0]
            weighed = f", vectors {weight:g}" if weight else ""
            yield _way(
                Role.SHIPPED if shipped else Role.TRIED,
                f"{mode}{weighed}, {cut.__name__}, {depth}",
                vectors=vectors,
                # A weighted sum needs BM25 between 0 and 1, as similarities are.
                keywords=InMemoryBM25Retriever(store, scale_score=mode == "merge"),
                joiner=DocumentJoiner(join_mode=mode, weights=[weight, 1 - weight] if weight else None),
                cut=cut,
                depth=depth,
            )


def _vectors(export: Export) -> FAISSEmbeddingRetriever:
    store = FAISSDocumentStore(embedding_dim=export.vectors.shape[1])
    store.write_documents(
        [
            Document(id=str(passage.id), content=passage.text, embedding=vector.tolist())
            for passage, vector in zip(export.passages, export.vectors, strict=True)
        ]
    )
    return FAISSEmbeddingRetriever(document_store=store)


def _store(export: Export, cut: Cut) -> InMemoryDocumentStore:
    """Its tokenizer is a pattern, so the content is the words with spaces.

    BM25L is its own choice; BM25Okapi, which it offers too, found no better in trials and took twice as long.
    """
    text = spaced(cut)
    store = InMemoryDocumentStore(bm25_tokenization_regex=r"\S+", shared=False)
    store.write_documents(
        [Document(id=str(passage.id), content=text(passage.text)) for passage in export.passages]
    )
    return store


def _way(
    role: Role,
    name: str,
    *,
    vectors: FAISSEmbeddingRetriever,
    keywords: InMemoryBM25Retriever,
    joiner: DocumentJoiner,
    cut: Cut,
    depth: int,
) -> Way:
    text = spaced(cut)

    def ask(question: Question) -> list[int]:
        near = vectors.run(question.vector.tolist(), top_k=depth)["documents"]
        # It refuses an empty query; one without words has no keywords to find.
        spoken = text(question.text)
        named = keywords.run(spoken, top_k=depth)["documents"] if spoken else []
        return _ids(joiner.run(documents=[near, named])["documents"])

    return Way(role=role, name=name, ask=ask)


def _ids(documents: Sequence[Document]) -> list[int]:
    return [int(document.id) for document in documents]
