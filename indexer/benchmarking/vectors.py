"""Vectors for any number of passages: of the encoder for the first ones, of the same distribution for the others.

e5's cosines crowd between .75 and .92. A vector that is drawn has the mean and the covariance of the encoded ones of
its script, and leans half on an encoded one of the same sample: so cosines crowd as the real ones do, and a question
has near neighbours as it has among real passages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from indexer.benchmarking.passages import PASSAGES_A_DOCUMENT, Corpus, MadeDocument
from knowledge.domain import Script
from knowledge.engines.ports import Encoder, Vectors

#: Share of a drawn vector's variance that is its encoded neighbour's.
_NEIGHBOUR = 0.5

#: How far a window lies from its passage, in deviations of another passage.
_BESIDE = 0.3

Progress = Callable[[int, int], None]


class MadeVectors:
    """The vectors of a corpus's passages, document by document."""

    def __init__(self, corpus: Corpus, encoder: Encoder, cache_dir: Path) -> None:
        self.corpus = corpus
        self._encoder = encoder
        self._cache_dir = cache_dir
        self._encoded: dict[int, Vectors] = {}
        self._by_template: dict[int, Vectors] = {}
        self._means: dict[Script, Vectors] = {}
        self._roots: dict[Script, Vectors] = {}

    def encode(self, passages: int, on_progress: Progress | None = None) -> None:
        """Encodes the first so many passages, at least; what was encoded once is read from the cache folder."""
        documents = list(self.corpus.documents(passages))
        for done, document in enumerate(documents):
            self._encoded[document.number] = self._rows(document)
            if on_progress:
                on_progress(done + 1, len(documents))
        for script in {document.script for document in documents}:
            of_script = [document for document in documents if document.script is script]
            rows = np.concatenate([self._encoded[document.number] for document in of_script])
            self._means[script] = rows.mean(axis=0)
            self._roots[script] = _root(rows)
            for template in {document.template for document in of_script}:
                alike = [self._encoded[d.number] for d in of_script if d.template == template]
                self._by_template[template] = np.concatenate(alike)

    def of(self, document: MadeDocument) -> Vectors:
        """float32 (passages, dim), unit length."""
        encoded = self._encoded.get(document.number)
        if encoded is not None and len(encoded) >= len(document.passages):
            return encoded[: len(document.passages)]
        return self._drawn(document)

    def windows_of(self, document: MadeDocument, rows: Vectors) -> list[Vectors]:
        """Those of each passage's windows, float32 (k, dim), beside it; rows: what `of` gave. None of them is encoded:

        they are read only for the few passages that are looked at closely, and cost the same whatever they hold.
        """
        beside = np.roll(rows, 1, axis=0) - rows.mean(axis=0)
        counts = document.windows()
        every = np.repeat(rows, counts, axis=0) + _BESIDE * np.repeat(beside, counts, axis=0)
        every /= np.linalg.norm(every, axis=1, keepdims=True)
        return np.split(every, np.cumsum(counts)[:-1])

    def _drawn(self, document: MadeDocument) -> Vectors:
        chance = np.random.default_rng(document.number)
        count, mean, root = len(document.passages), self._means[document.script], self._roots[document.script]
        noise = chance.standard_normal((count, len(root)), np.float32) @ root
        near = self._by_template.get(document.template)
        if near is None:
            rows = mean + noise
        else:
            beside = near[chance.integers(len(near), size=count)] - mean
            rows = mean + _NEIGHBOUR**0.5 * beside + (1 - _NEIGHBOUR) ** 0.5 * noise
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    def _rows(self, document: MadeDocument) -> Vectors:
        texts = document.for_encoder()
        digest = hashlib.sha256("\0".join([self._encoder.fingerprint, *texts]).encode()).hexdigest()
        kept = self._cache_dir / f"{digest}.npy"
        if kept.exists():
            return np.asarray(np.load(kept), np.float32)
        rows = self._encoder.encode_passages(texts)
        self._cache_dir.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_suffix(".part")
        with temporary.open("wb") as file:
            np.save(file, rows)
        temporary.replace(kept)
        return rows


def _root(rows: Vectors) -> Vectors:
    """What turns independent noise into noise with the covariance of these rows."""
    covariance = np.cov(rows, rowvar=False) + 1e-9 * np.eye(rows.shape[1])
    return np.asarray(np.linalg.cholesky(covariance).T, np.float32)


class NearestExactly:
    """The nearest passages of some questions in float32, found while the vectors pass by."""

    def __init__(self, questions: Vectors, count: int = 10) -> None:
        self._questions = questions
        self._count = count
        self._waiting: dict[Script, list[tuple[np.ndarray, Vectors]]] = {script: [] for script in Script}
        self._best: dict[Script, tuple[np.ndarray, np.ndarray]] = {}

    def see(self, script: Script, ids: np.ndarray, vectors: Vectors) -> None:
        self._waiting[script].append((ids, vectors))
        if len(self._waiting[script]) * PASSAGES_A_DOCUMENT >= 20_000:
            self._take_in(script)

    def ids(self) -> Iterator[tuple[Script, np.ndarray]]:
        """For each script that was seen: int64 (questions, count), best first."""
        for script in Script:
            self._take_in(script)
            if script in self._best:
                yield script, self._best[script][1]

    def _take_in(self, script: Script) -> None:
        if not self._waiting[script]:
            return
        ids = np.concatenate([some for some, _ in self._waiting[script]])
        scores = self._questions @ np.concatenate([rows for _, rows in self._waiting[script]]).T
        all_ids = np.broadcast_to(ids, scores.shape)
        self._waiting[script].clear()
        if script in self._best:
            scores = np.concatenate([self._best[script][0], scores], axis=1)
            all_ids = np.concatenate([self._best[script][1], all_ids], axis=1)
        order = np.argsort(-scores, axis=1)[:, : self._count]
        self._best[script] = (
            np.take_along_axis(scores, order, axis=1),
            np.take_along_axis(all_ids, order, axis=1),
        )
