"""A small made library is written, opened by a process of its own, and measured in every respect."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.benchmarking.filling import documents_of, fill
from indexer.benchmarking.passages import Corpus
from indexer.benchmarking.report import lines
from indexer.benchmarking.sizes import Questions, measure_size
from indexer.benchmarking.timing import timed
from indexer.benchmarking.vectors import MadeVectors, NearestExactly
from indexer.commands.samples import FOLDER
from knowledge.answering.index import PassageIndex
from knowledge.domain import EditionStatus, Script
from knowledge.store import Stores
from knowledge.testing import FakeEncoder

ENCODER = FakeEncoder()
QUESTIONS = ("老年高血压患者的降压目标是多少？", "first-line drug for type 2 diabetes", "今天天气怎么样")


@pytest.fixture
def made(tmp_path: Path) -> MadeVectors:
    vectors = MadeVectors(Corpus(FOLDER / "guidelines"), ENCODER, tmp_path / "encoded")
    vectors.encode(200)
    return vectors


def test_a_made_library_is_one_that_the_product_reads(
    stores: Stores, made: MadeVectors, tmp_path: Path
) -> None:
    fill(stores, made, 250, ENCODER.fingerprint, NearestExactly(ENCODER.encode_questions(QUESTIONS)))
    status = stores.library.status()
    assert (status.passages, status.documents, status.drafts) == (250, 3, 1)
    index = PassageIndex(stores, ENCODER.fingerprint, tmp_path / "cache")
    index.catch_up()
    assert sum(index.passages(script) for script in Script) == len(index.keywords) == 250
    first = made.corpus.document(0).passages[0]
    assert stores.passages.current_with_windows([1], "")[1].passage.text == first.text
    assert stores.passages.unencoded(ENCODER.fingerprint) == []
    read = stores.passages.current_with_windows(list(range(1, 101)), ENCODER.fingerprint)
    windows = np.concatenate([each.windows for each in read.values() if len(each.windows)])
    assert 200 < len(windows) < 500
    np.testing.assert_allclose(np.linalg.norm(windows.astype(np.float32), axis=1), 1, atol=1e-2)
    draft = stores.library.edition(documents_of(250) + 1)
    assert (draft.status, draft.passages) == (EditionStatus.DRAFT, 100)


def test_vectors_that_are_drawn_crowd_as_the_encoded_ones_do(made: MadeVectors) -> None:
    def cosines(numbers: range) -> np.ndarray:
        rows = np.concatenate([made.of(made.corpus.document(n)) for n in numbers if n % 2 == 0])
        return np.asarray((rows @ rows.T)[np.triu_indices(len(rows), 1)])

    encoded, drawn = cosines(range(2)), cosines(range(2, 6))
    assert drawn.mean() == pytest.approx(encoded.mean(), abs=0.1)
    assert np.quantile(drawn, 0.99) < 0.999


def test_what_was_encoded_once_is_read_back(made: MadeVectors, tmp_path: Path) -> None:
    fresh = FakeEncoder()
    again = MadeVectors(made.corpus, fresh, tmp_path / "encoded")
    again.encode(200)
    assert fresh.encoded == []
    document = made.corpus.document(1)
    np.testing.assert_array_equal(again.of(document), made.of(document))


def test_the_exact_nearest_are_those_of_brute_force(made: MadeVectors) -> None:
    questions = ENCODER.encode_questions(QUESTIONS)
    nearest = NearestExactly(questions, count=5)
    rows = made.of(made.corpus.document(0))
    nearest.see(Script.CHINESE, np.arange(1, 61), rows[:60])
    nearest.see(Script.CHINESE, np.arange(61, 101), rows[60:])
    ((script, found),) = nearest.ids()
    assert script is Script.CHINESE
    np.testing.assert_array_equal(found, 1 + np.argsort(-(questions @ rows.T), axis=1)[:, :5])


@pytest.mark.slow
def test_every_figure_of_a_size_is_measured_and_told(made: MadeVectors) -> None:
    questions = Questions(texts=QUESTIONS, vectors=ENCODER.encode_questions(QUESTIONS))
    size = measure_size(300, made, ENCODER.fingerprint, questions)
    assert size["recall"] == {"index": pytest.approx(1, abs=0.05), "flat_fp16": pytest.approx(1, abs=0.05)}
    assert set(size["stages"]) == {"vectors", "keywords", "store", "fusion", "total"}
    for stage in (*size["stages"].values(), *size["floors"].values()):
        assert 0 < stage["cpu"]["p50"] <= stage["cpu"]["p99"]
    assert size["start"]["seconds"] > 0
    assert size["update"]["seconds"] > 0
    assert size["keywords_mb"] > 0
    encoding = timed(lambda text: ENCODER.encode_questions([text]), QUESTIONS).as_json()
    told = "\n".join(lines({"samples": {"machine": "test"}, "encoding": encoding, "sizes": [size]}))
    for figure in ("total without encoding", "bare FAISS", "recall@10", "start-up", "one more document"):
        assert figure in told
