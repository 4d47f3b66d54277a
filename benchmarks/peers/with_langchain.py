"""LangChain: FAISS and BM25 retrievers in an `EnsembleRetriever`, which fuses by weighted reciprocal rank."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_community.vectorstores.utils import DistanceStrategy
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from benchmarks.peers.exported import Export, Question
from benchmarks.peers.peer import DEEP, DEPTHS, WEIGHTS, Role, Way
from benchmarks.peers.words import stems, words

NAME = "LangChain"
DISTRIBUTIONS = ("langchain-core", "langchain-classic", "langchain-community", "rank-bm25", "faiss-cpu")

# The ensemble's c, 60 unless told: the smaller, the more the first ranks count.
_CONSTANTS = (60, 10)


class _Given(Embeddings):
    """The vectors that the questions came with."""

    def __init__(self, export: Export) -> None:
        self._vectors = {question.text: question.vector.tolist() for question in export.questions}

    def embed_query(self, text: str) -> list[float]:
        return self._vectors[text]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise NotImplementedError


class _Matching(BM25Retriever):
    """The passages that hold a word of the question.

    The retriever as it ships fills up with passages that score 0, in no order, and the ensemble takes their ranks for
    evidence.
    """

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        scores = self.vectorizer.get_scores(self.preprocess_func(query))
        return [self.docs[n] for n in np.argsort(-scores)[: self.k] if scores[n] > 0]


def ways(export: Export) -> Iterator[Way]:
    texts = [passage.text for passage in export.passages]
    ids: list[dict[str, Any]] = [{"id": passage.id} for passage in export.passages]
    store = FAISS.from_embeddings(
        zip(texts, export.vectors.tolist(), strict=True),
        _Given(export),
        metadatas=ids,
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )
    nearest = {depth: store.as_retriever(search_kwargs={"k": depth}) for depth in DEPTHS}
    yield _way(Role.VECTORS, "vectors", nearest[DEEP])
    depth = DEPTHS[0]
    keywords = BM25Retriever.from_texts(texts, metadatas=ids, preprocess_func=words, k=depth)
    both = [nearest[depth], keywords]
    yield _hybrid(Role.SHIPPED, f"words, {depth}", both, weight=WEIGHTS[0], constant=_CONSTANTS[0])
    for cut in (words, stems):
        keywords = _Matching.from_texts(texts, metadatas=ids, preprocess_func=cut)
        for depth, constant, weight in product(DEPTHS, _CONSTANTS, WEIGHTS):
            both = [nearest[depth], keywords.model_copy(update={"k": depth})]
            said = f"{cut.__name__}, {depth}, matches only"
            yield _hybrid(Role.TRIED, said, both, weight=weight, constant=constant)


def _hybrid(role: Role, said: str, both: list[BaseRetriever], *, weight: float, constant: int) -> Way:
    ensemble = EnsembleRetriever(retrievers=both, weights=[weight, 1 - weight], c=constant, id_key="id")
    return _way(role, f"vectors {weight:g}, c {constant}, {said}", ensemble)


def _way(role: Role, name: str, retriever: BaseRetriever) -> Way:
    def ask(question: Question) -> list[int]:
        return [document.metadata["id"] for document in retriever.invoke(question.text)]

    return Way(role=role, name=name, ask=ask)
