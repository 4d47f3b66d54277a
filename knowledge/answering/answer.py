"""A question in; an answer, the lack of one, or a refusal out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from knowledge.answering.courses import matching
from knowledge.answering.evidence import Tone, calibration_for
from knowledge.answering.highlight import begins_with_exception, highlights
from knowledge.answering.index import PassageIndex
from knowledge.answering.judging import judge
from knowledge.answering.places import Place, places
from knowledge.answering.question import PreparedQuestion, prepare
from knowledge.answering.reranking import Reranking
from knowledge.answering.retrieval import Retrieved, retrieve
from knowledge.domain import (
    Answer,
    Citation,
    NoEvidence,
    OutOfScope,
    Passage,
    Quotation,
    Refused,
    Related,
    Reply,
)
from knowledge.engines.ports import Encoder, Vectors
from knowledge.sentences import pieces
from knowledge.store import Stores
from knowledge.terms.current import CurrentTerms
from knowledge.terms.termlist import TermSource, shipped

#: What is no answer takes little room.
_MOST_RELATED = 2


class Answerer:
    """Finds the passages that answer. Thread-safe; a call blocks for about twice the time of encoding a question."""

    def __init__(
        self,
        stores: Stores,
        encoder: Encoder,
        index: PassageIndex,
        terms: TermSource,
        reranking: Reranking | None = None,
    ) -> None:
        self._stores = stores
        self._encoder = encoder
        self._index = index
        self._terms = terms
        self._calibration = calibration_for(encoder.fingerprint)
        self._reranking = reranking

    @property
    def model(self) -> str:
        """Which model encodes; vectors of another cannot be compared with its own."""
        return self._encoder.fingerprint

    def warm(self) -> None:
        """Loads the models and the indexes ahead of the first question. Raises as `answer` does."""
        self.warm_search()
        self.warm_encoding()

    def warm_encoding(self) -> None:
        """Loads what `prepare` and `encode` need; a process that never searches needs no more."""
        self._terms.current()
        self._encoder.encode_questions(["warm"])

    def warm_search(self) -> None:
        """Loads what `reply` needs; a process that is handed encoded questions needs no more."""
        self._index.catch_up()
        if self._reranking:
            self._reranking.warm()

    def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply:
        """The reply to any text whatever; what it repeats of the question is safe and masked.

        earlier: the question before, as it was understood; replies: whether this one was sent as a reply to it.

        Raises:
            KnowledgeError: the library cannot be read, or was encoded with another model, or
                the encoder or the reranker cannot be loaded.
        """
        prepared = self.prepare(question, earlier, replies=replies)
        if isinstance(prepared, Refused):
            return prepared
        return self.reply(prepared, self.encode([prepared])[0])

    def prepare(
        self, question: str, earlier: str | None = None, *, replies: bool = False
    ) -> PreparedQuestion | Refused:
        """The question as it is looked up, or why it is not."""
        return prepare(question, self._terms.current(), earlier, replies=replies)

    def encode(self, questions: Sequence[PreparedQuestion]) -> Vectors:
        """float32 (n, dim), in order: what `reply` wants. Many at once cost less than one by one."""
        return self._encoder.encode_questions([question.encoded for question in questions])

    def reply(self, question: PreparedQuestion, vector: Vectors) -> Reply:
        """The reply to a question that was encoded. vector: float32 (dim,)."""
        with self._stores.database.at_one_moment():
            if self._index.is_current():
                return self._reply(question, vector)
        self._index.catch_up()
        with self._stores.database.at_one_moment():
            return self._reply(question, vector)

    def _reply(self, question: PreparedQuestion, vector: Vectors) -> Reply:
        retrieved = retrieve(question, vector, self._index)
        if self._reranking:
            retrieved = self._reranking.reorder(question, retrieved)
        judged = judge(question, retrieved.found, self._index, self._calibration)
        answering = [candidate for candidate in judged if candidate.tone is Tone.ANSWERS]
        related = [candidate for candidate in judged if candidate.tone is Tone.RELATED]
        if not answering and not related:
            return self._nothing(question)
        chosen = places(answering) if answering else places(related, most=_MOST_RELATED)
        quotations = tuple(self._quote(question, place, retrieved) for place in chosen)
        courses = matching(question.mentions, vector, self._index.catalogue, self._index.weigh)
        if answering:
            return Answer(
                question=question.text, quotations=quotations, courses=courses, context=question.combined
            )
        return Related(
            question=question.text,
            quotations=quotations,
            missing=tuple(word for word in chosen[0].missing if all(word in p.missing for p in chosen)),
            courses=courses,
            context=question.combined,
        )

    def _nothing(self, question: PreparedQuestion) -> Reply:
        # What no passage comes near, and what names nothing of the field, not even a symptom, is hardly medical.
        if self._index.documents and not question.mentions:
            return OutOfScope(question=question.text)
        return NoEvidence(
            question=question.text, documents_searched=self._index.documents, context=question.combined
        )

    def _quote(self, question: PreparedQuestion, place: Place, retrieved: Retrieved) -> Quotation:
        clues = retrieved.clues[place.passage.script]
        passage = place.passage
        marked = highlights(passage, question.understood, clues)
        if marked and marked[-1].end == len(passage.text):
            passage = self._with_exception(passage, place.last_ordinal)
            marked = highlights(passage, question.understood, clues)
        return Quotation(passage=passage, score=place.probability, highlights=marked)

    def _with_exception(self, passage: Passage, last_ordinal: int) -> Passage:
        """The passage with the next one's first sentence, where that takes something back."""
        following = self._stores.passages.at(passage.edition_id, last_ordinal + 1)
        if following is None or not begins_with_exception(following.text):
            return passage
        first = pieces(following.text, following.kind)[0]
        citation: Citation = replace(passage.citation, page_last=following.citation.page_first)
        return replace(
            passage,
            text=f"{passage.text}\n{following.text[first.start : first.end]}",
            tokens="\n".join((passage.tokens, following.tokens.split("\n")[1])),
            citation=citation,
            marks=passage.marks | following.marks,
        )


def open_answerer(
    stores: Stores,
    encoder: Encoder,
    cache_dir: Path,
    reranking: Reranking | None = None,
    *,
    own_terms: Path | None = None,
) -> Answerer:
    """An answerer over a library that exists; nothing is loaded before the first question, or `warm`.

    own_terms: the coordinator's term file, which need not exist yet and may change at any time.
    """
    index = PassageIndex(stores, encoder.fingerprint, cache_dir)
    terms = CurrentTerms(own_terms) if own_terms else shipped()
    return Answerer(stores, encoder, index, terms, reranking)
