"""A throw-away library of a set's documents, opened for its questions."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.evaluating.beir import QuestionSet, SetDocument, SetQuestion
from indexer.evaluating.documents import read_document, source_of
from indexer.loading import encode_and_keep, encoder_texts, new_edition
from knowledge.answering import Answerer
from knowledge.answering.index import PassageIndex
from knowledge.answering.question import PreparedQuestion
from knowledge.domain import QUESTION_MAX_CHARACTERS, Passage, Refused
from knowledge.engines.ports import Encoder, Vectors
from knowledge.store import Stores, open_stores
from knowledge.terms.termlist import shipped
from knowledge.text import encoded_text

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question on its way through answering."""

    question: SetQuestion
    #: None where answering refuses it: it finds nothing then.
    prepared: PreparedQuestion | None
    #: float32 (dim,).
    vector: Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a set's questions are asked of: the parts of an answerer, as a bot has them."""

    stores: Stores
    index: PassageIndex
    answerer: Answerer
    encoder: Encoder
    #: The set's document that an edition of the library is of.
    document_of: dict[int, SetDocument]
    #: In the order of the set's documents.
    passages: tuple[Passage, ...]

    def ask(self, questions: Sequence[SetQuestion]) -> list[Asked]:
        """The questions prepared and encoded; one that is longer than a bot takes is cut to that length."""
        prepared = [self.answerer.prepare(as_asked(q)) for q in questions]
        ready = [None if isinstance(p, Refused) else p for p in prepared]
        texts = [p.encoded if p else encoded_text(as_asked(q)) for p, q in zip(ready, questions, strict=True)]
        vectors = self.encoder.encode_questions(texts)
        return [
            Asked(question=q, prepared=p, vector=vector)
            for q, p, vector in zip(questions, ready, vectors, strict=True)
        ]


def as_asked(question: SetQuestion) -> str:
    """The question, cut to what a bot takes."""
    return question.text[:QUESTION_MAX_CHARACTERS]


@contextmanager
def trial(questions: QuestionSet, encoder: Encoder, on_progress: Progress | None = None) -> Iterator[Trial]:
    """The set's documents in a library of their own, gone afterwards. on_progress: passages encoded, of how many."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        stores = open_stores(f"sqlite:///{Path(folder) / 'yidao.sqlite3'}")
        stores.database.migrate()
        try:
            editions = _load(questions.documents, stores, encoder, on_progress)
            index = PassageIndex(stores, encoder.fingerprint, Path(folder) / "cache")
            index.catch_up()
            yield Trial(
                stores=stores,
                index=index,
                answerer=Answerer(stores, encoder, index, shipped()),
                encoder=encoder,
                document_of=dict(zip(editions, questions.documents, strict=True)),
                passages=tuple(p for edition in editions for p in stores.passages.of_edition(edition)),
            )
        finally:
            stores.database.close()


def _load(
    documents: Sequence[SetDocument], stores: Stores, encoder: Encoder, on_progress: Progress | None
) -> list[int]:
    """Loads each as a document of its own, all at once: the editions' ids."""
    read = [read_document(document) for document in documents]
    texts = [encoder_texts(r, document.title) for r, document in zip(read, documents, strict=True)]
    keys = iter(encode_and_keep([text for some in texts for text in some], stores, encoder, on_progress))
    return stores.library.add_apart(
        new_edition(r, source_of(document), document.title, [next(keys) for _ in r.chunks])
        for r, document in zip(read, documents, strict=True)
    )
