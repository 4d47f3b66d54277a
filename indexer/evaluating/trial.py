"""A throw-away library, opened for questions of which it is known what answers them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.errors import InvalidSet
from indexer.evaluating.beir import QuestionSet, SetDocument, SetQuestion
from indexer.evaluating.documents import read_document, source_of
from indexer.loading import Loader, LoadStatus, encode_and_keep, encoder_texts, new_edition
from indexer.sandbox import Sandbox
from knowledge.answering import Answerer
from knowledge.answering.index import PassageIndex
from knowledge.answering.question import PreparedQuestion
from knowledge.domain import QUESTION_MAX_CHARACTERS, Passage, Refused
from knowledge.engines.ports import Encoder, Vectors
from knowledge.settings import Settings
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
    """What questions are asked of: the parts of an answerer, as a bot has them."""

    stores: Stores
    index: PassageIndex
    answerer: Answerer
    encoder: Encoder
    #: Every passage, in the order in which they were loaded.
    passages: tuple[Passage, ...]
    #: By passage: the id of what is judged, the set's document that it is of or the passage itself.
    judged_as: Mapping[int, str]
    #: Of the indexes.
    cache_dir: Path

    def reopened(self) -> Trial:
        """The same library as a process that starts now has it: its indexes stand, and it remembers no question."""
        index = PassageIndex(self.stores, self.encoder.fingerprint, self.cache_dir)
        index.catch_up()
        return replace(self, index=index, answerer=Answerer(self.stores, self.encoder, index, shipped()))

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
def trial_of_set(
    questions: QuestionSet, encoder: Encoder, on_progress: Progress | None = None
) -> Iterator[Trial]:
    """A set's documents in a library of their own, gone afterwards. on_progress: passages encoded, of how many."""
    with _empty_library() as (folder, stores):
        editions = _load(questions.documents, stores, encoder, on_progress)
        passages = {edition: stores.passages.of_edition(edition) for edition in editions}
        yield _trial(
            folder,
            stores,
            encoder,
            passages=tuple(passage for some in passages.values() for passage in some),
            judged_as={
                passage.id: document.id
                for document, some in zip(questions.documents, passages.values(), strict=True)
                for passage in some
            },
        )


@contextmanager
def trial_of_files(files: Sequence[Path], encoder: Encoder, sandbox: Sandbox) -> Iterator[Trial]:
    """Guidelines loaded as `yidao-index load` does, each passage judged by itself. Raises InvalidSet."""
    with _empty_library() as (folder, stores):
        loader = Loader(stores, encoder, sandbox, folder / "files")
        passages: list[Passage] = []
        for file in files:
            record = loader.load(file, loaded_by="evaluate", approve=True)
            if record.status is not LoadStatus.LOADED or record.edition is None:
                raise InvalidSet(f"{file}: {record.message or record.reason}")
            passages += stores.passages.of_edition(record.edition.id)
        yield _trial(
            folder, stores, encoder, passages=tuple(passages), judged_as={p.id: str(p.id) for p in passages}
        )


@contextmanager
def trial_of_samples(folder: Path, encoder: Encoder, settings: Settings) -> Iterator[Trial]:
    """The shipped samples. Raises InvalidSet."""
    with (
        Sandbox(timeout=settings.read_timeout, memory_mb=settings.read_memory_mb) as sandbox,
        trial_of_files(sorted((folder / "guidelines").glob("*.md")), encoder, sandbox) as trial,
    ):
        yield trial


@contextmanager
def _empty_library() -> Iterator[tuple[Path, Stores]]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        stores = open_stores(f"sqlite:///{folder / 'yidao.sqlite3'}")
        try:
            stores.database.migrate()
            yield folder, stores
        finally:
            stores.database.close()


def _trial(
    folder: Path,
    stores: Stores,
    encoder: Encoder,
    *,
    passages: tuple[Passage, ...],
    judged_as: Mapping[int, str],
) -> Trial:
    index = PassageIndex(stores, encoder.fingerprint, folder / "cache")
    index.catch_up()
    answerer = Answerer(stores, encoder, index, shipped())
    return Trial(
        stores=stores,
        index=index,
        answerer=answerer,
        encoder=encoder,
        passages=passages,
        judged_as=judged_as,
        cache_dir=folder / "cache",
    )


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
