"""Made passages are as many as asked for, the same every time, and worded as guidelines are."""

from __future__ import annotations

from collections import Counter

import pytest

from indexer.benchmarking.passages import PASSAGES_A_DOCUMENT, Corpus
from indexer.commands.samples import FOLDER
from knowledge.domain import PassageKind, Script
from knowledge.searchable import passage_for_encoder, passage_tokens
from knowledge.text import script_of


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(FOLDER / "guidelines")


def test_there_are_as_many_passages_as_asked_for(corpus: Corpus) -> None:
    documents = list(corpus.documents(250))
    assert [len(document.passages) for document in documents] == [100, 100, 50]
    assert [document.number for document in documents] == [0, 1, 2]


def test_the_same_number_is_always_the_same_document(corpus: Corpus) -> None:
    again = Corpus(FOLDER / "guidelines")
    assert corpus.document(7) == again.document(7)
    assert corpus.document(7).passages[:10] == again.document(7, 10).passages


def test_documents_take_turns_in_both_scripts_or_keep_to_one(corpus: Corpus) -> None:
    scripts = [document.script for document in corpus.documents(4 * PASSAGES_A_DOCUMENT)]
    assert scripts == [Script.CHINESE, Script.OTHER] * 2
    for document in Corpus(FOLDER / "guidelines", (Script.OTHER,)).documents(300):
        assert document.script is Script.OTHER
        assert all(script_of(passage.text) is Script.OTHER for passage in document.passages)


def test_hardly_two_passages_are_alike(corpus: Corpus) -> None:
    passages = [passage for document in corpus.documents(2_000) for passage in document.passages]
    assert len({passage.text for passage in passages}) > 0.97 * len(passages)
    assert len({passage.tokens for passage in passages}) > 0.99 * len(passages)


def test_tokens_are_those_of_the_ordinary_path(corpus: Corpus) -> None:
    document = corpus.document(0)
    for passage in document.passages:
        ordinary = passage_tokens(document.title, passage.section, passage.text, PassageKind.TEXT)
        assert passage.tokens == ordinary


def test_there_are_as_many_windows_as_on_the_ordinary_path(corpus: Corpus) -> None:
    for document in (corpus.document(0), corpus.document(1)):
        ordinary = [
            len(passage_for_encoder(document.title, p.section, p.text, PassageKind.TEXT).windows)
            for p in document.passages
        ]
        assert sum(document.windows()) == pytest.approx(sum(ordinary), rel=0.2)


def test_a_few_words_stand_in_half_of_the_passages_and_most_in_hardly_any(corpus: Corpus) -> None:
    chinese = [d for d in corpus.documents(4_000) if d.script is Script.CHINESE]
    holding = Counter(
        token
        for document in chinese
        for passage in document.passages
        for token in set(passage.tokens.split())
    )
    passages = sum(len(document.passages) for document in chinese)
    assert sum(count >= passages / 3 for count in holding.values()) >= 10
    assert sum(count <= passages / 10 for count in holding.values()) >= 0.8 * len(holding)
