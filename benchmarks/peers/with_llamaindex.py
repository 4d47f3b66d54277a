"""LlamaIndex: a `VectorStoreIndex` on FAISS and its BM25 retriever in a `QueryFusionRetriever`."""

from __future__ import annotations

from collections.abc import Iterator

import faiss
from llama_index.core import MockEmbedding, StorageContext, VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.faiss import FaissVectorStore

from benchmarks.peers.exported import Export, Question
from benchmarks.peers.peer import DEEP, DEPTHS, WEIGHTS, Role, Way
from benchmarks.peers.words import Cut, spaced, stems, words

NAME = "LlamaIndex"
DISTRIBUTIONS = (
    "llama-index-core",
    "llama-index-retrievers-bm25",
    "llama-index-vector-stores-faiss",
    "bm25s",
    "faiss-cpu",
)

# A mode and the weight of vectors; reciprocal ranks take no weights.
_FUSIONS: tuple[tuple[FUSION_MODES, float | None], ...] = (
    (FUSION_MODES.RECIPROCAL_RANK, None),
    *((FUSION_MODES.RELATIVE_SCORE, weight) for weight in WEIGHTS),
    *((FUSION_MODES.DIST_BASED_SCORE, weight) for weight in WEIGHTS),
)
# Its own pattern drops words of one character, of which Chinese has many.
_ANY_WORD = r"(?u)\b\w+\b"


class _Matching(BaseRetriever):
    """The passages that hold a word of the question.

    Its BM25 retriever fills up with passages that score 0, in no order, and the fusions take their ranks for evidence.
    """

    def __init__(self, keywords: BM25Retriever) -> None:
        super().__init__()
        self._keywords = keywords

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [found for found in self._keywords.retrieve(query_bundle) if found.score]


def ways(export: Export) -> Iterator[Way]:
    nodes = _nodes(export, words)
    yield _way(Role.VECTORS, "vectors", _vectors(export, nodes, DEEP), words)
    depth = DEPTHS[0]
    keywords = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=depth)
    # Reciprocal ranks are what its documentation shows for hybrid search.
    yield _hybrid(
        Role.SHIPPED, f"words, {depth}", [_vectors(export, nodes, depth), keywords], words, _FUSIONS[0]
    )
    for depth in DEPTHS:
        keywords = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=depth)
        yield from _hybrids(export, nodes, keywords, words, depth)
    nodes = _nodes(export, stems)
    for depth in DEPTHS:
        keywords = BM25Retriever.from_defaults(
            nodes=nodes, similarity_top_k=depth, skip_stemming=True, token_pattern=_ANY_WORD
        )
        yield from _hybrids(export, nodes, keywords, stems, depth)


def _hybrids(
    export: Export, nodes: list[TextNode], keywords: BM25Retriever, cut: Cut, depth: int
) -> Iterator[Way]:
    both = [_vectors(export, nodes, depth), _Matching(keywords)]
    for fusion in _FUSIONS:
        yield _hybrid(Role.TRIED, f"{cut.__name__}, {depth}, matches only", both, cut, fusion)


def _hybrid(
    role: Role, said: str, both: list[BaseRetriever], cut: Cut, fusion: tuple[FUSION_MODES, float | None]
) -> Way:
    mode, weight = fusion
    fused = QueryFusionRetriever(
        both,
        llm=MockLLM(),
        mode=mode,
        similarity_top_k=DEEP,
        # One question is asked as it stands: no language model rewrites it.
        num_queries=1,
        # Both engines answer within milliseconds here: an event loop would only cost time.
        use_async=False,
        retriever_weights=[weight, 1 - weight] if weight else None,
    )
    weighed = f", vectors {weight:g}" if weight else ""
    return _way(role, f"{mode.value}{weighed}, {said}", fused, cut)


def _nodes(export: Export, cut: Cut) -> list[TextNode]:
    """The BM25 retriever takes no tokenizer any more, so a node's text is its words with spaces.

    A fusion takes nodes with the same text and metadata for one; the id keeps two documents with the same text apart.
    """
    text = spaced(cut)
    return [
        TextNode(
            id_=str(passage.id),
            text=text(passage.text),
            metadata={"id": passage.id},
            excluded_embed_metadata_keys=["id"],
            embedding=vector.tolist(),
        )
        for passage, vector in zip(export.passages, export.vectors, strict=True)
    ]


def _vectors(export: Export, nodes: list[TextNode], depth: int) -> BaseRetriever:
    # The inner product: with the L2 index of its examples, the fusion would take distances for similarities.
    store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(export.vectors.shape[1]))
    index = VectorStoreIndex(
        nodes,
        storage_context=StorageContext.from_defaults(vector_store=store),
        embed_model=MockEmbedding(embed_dim=export.vectors.shape[1]),
    )
    return index.as_retriever(similarity_top_k=depth)


def _way(role: Role, name: str, retriever: BaseRetriever, cut: Cut) -> Way:
    text = spaced(cut)

    def ask(question: Question) -> list[int]:
        bundle = QueryBundle(text(question.text), embedding=question.vector.tolist())
        return [int(found.node.node_id) for found in retriever.retrieve(bundle)]

    return Way(role=role, name=name, ask=ask)
