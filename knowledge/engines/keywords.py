"""Keyword search with tantivy over pre-cut tokens: a cache folder that can always be made again from the database."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import tantivy

from knowledge.domain import Script
from knowledge.engines.ports import Hit

#: A field for each script, so that a term's rarity and a passage's length are counted among their like.
FIELDS = {Script.CHINESE: "zh", Script.OTHER: "en"}
#: What a writer gathers at most before it writes a segment: a few large segments are quicker to search than many.
_WRITER_BYTES = 200_000_000

#: Up to so many postings every term of a question is looked up, which is a millisecond or two.
_POSTINGS = 150_000
#: Of a question with more, the commonest terms go that together tell less than this share of what all of them tell.
_SHARE_LEFT_OUT = 0.05

#: Questions use the same few thousand words again and again.
_FREQUENCIES_KEPT = 50_000

#: What the folder is written as: another tantivy, or another schema, makes it again.
FORMAT = f"tantivy {version('tantivy')}, schema 1"


class KeywordRow(Protocol):
    """A passage with the tokens it is found by, separated by spaces."""

    @property
    def id(self) -> int: ...
    @property
    def script(self) -> Script: ...
    @property
    def tokens(self) -> str: ...


class KeywordIndex:
    """BM25 over the tokens of passages. One writer at a time: the caller holds the folder's lock while writing."""

    def __init__(self, folder: Path | None) -> None:
        """Opens the index in this folder, made where there is none; in memory without a folder.

        Raises:
            ValueError: what is in the folder cannot be read by this version of tantivy.
        """
        self.schema = _schema()
        if folder is None:
            self._index = tantivy.Index(self.schema)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self.schema, path=str(folder))
        self.searcher = self._index.searcher()
        #: Of terms that were asked for since the last change.
        self._frequencies: dict[tuple[str, Script], int] = {}

    def __len__(self) -> int:
        return int(self.searcher.num_docs)

    def reload(self) -> None:
        """Sees what was committed since, by this process or another."""
        self._index.reload()
        self.searcher = self._index.searcher()
        self._frequencies = {}

    def write(self, remove: Collection[int], add: Iterable[tuple[int, Sequence[KeywordRow]]]) -> None:
        """Replaces editions in one commit: those in `remove` go, then the rows of each edition in `add` come.

        Doing it twice gives the same index: an edition that is added is removed before.
        """
        self.reload()
        had_any = len(self) > 0
        writer: Any = self._index.writer(_WRITER_BYTES, 1)
        if had_any:
            for edition in remove:
                # By text: deleting by a term on an unsigned number field silently deletes nothing.
                writer.delete_documents_by_term("edition", str(edition))
        for edition, rows in add:
            if had_any:
                writer.delete_documents_by_term("edition", str(edition))
            for row in rows:
                document = tantivy.Document()
                document.add_integer("id", row.id)
                document.add_text("edition", str(edition))
                document.add_text(FIELDS[row.script], row.tokens)
                writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self.reload()

    def search(self, terms: Sequence[str], script: Script, count: int) -> list[Hit]:
        """The passages of a script that hold any of the terms, best BM25 first; the score is above 0."""
        return [Hit(id_, score) for id_, score in self.scores(terms, script, count).items()]

    def scores(self, terms: Sequence[str], script: Script, count: int) -> dict[int, float]:
        """The same as scores by id, in their order.

        Among very many passages the commonest terms of a question are not looked up: they cost the most and change the
        order the least.
        """
        field = FIELDS[script]
        wanted = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self.schema, field, term, "freq"))
            for term in self._worth_looking_up(terms, script)
        ]
        if not wanted:
            return {}
        found = self.searcher.search(tantivy.Query.boolean_query(wanted), count, count=False).hits
        ids = self.searcher.fast_field_values("id", [address for _, address in found])
        return {int(id_): score for id_, (score, _) in zip(ids, found, strict=True) if id_ is not None}

    def _worth_looking_up(self, terms: Sequence[str], script: Script) -> list[str]:
        frequencies = {term: self.document_frequency(term, script) for term in terms}
        held = sorted(
            (term for term in frequencies if frequencies[term]), key=lambda term: -frequencies[term]
        )
        postings = sum(frequencies.values())
        if postings <= _POSTINGS:
            return held
        tells = {term: math.log(len(self) / frequencies[term]) + 1 for term in held}
        spared = _SHARE_LEFT_OUT * sum(tells.values())
        while postings > _POSTINGS and tells[held[0]] <= spared:
            postings -= frequencies[held[0]]
            spared -= tells[held.pop(0)]
        return held

    def probe(self) -> None:
        """Searches once in each script; raises ValueError where a file of the index is missing or damaged."""
        for script in Script:
            self.search(["probe"], script, 1)

    def document_frequency(self, term: str, script: Script) -> int:
        """How many passages of the script hold the term."""
        frequency = self._frequencies.get((term, script))
        if frequency is None:
            frequency = int(self.searcher.doc_freq(FIELDS[script], term))
            if len(self._frequencies) < _FREQUENCIES_KEPT:
                self._frequencies[term, script] = frequency
        return frequency


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=False, indexed=True, fast=True)
    builder.add_text_field("edition", tokenizer_name="raw", index_option="basic")
    for field in FIELDS.values():
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
