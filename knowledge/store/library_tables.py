"""The tables of the guideline library: documents, editions, passages, and the state of the whole."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from knowledge.store.database import UtcDateTime, metadata

library_state = Table(
    "library_state",
    metadata,
    Column("id", Integer, primary_key=True),
    # Which library this is: a cache folder left over from another one is noticed.
    Column("identity", String(32), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("model", String(200)),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("is_sample", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", ForeignKey("documents.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("title_key", Text, nullable=False, index=True),
    Column("year", Integer),
    Column("language", String(8), nullable=False),
    Column("publisher", Text),
    Column("specialties", Text, nullable=False),
    Column("source", Text),
    Column("sharing", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("replaced_by", ForeignKey("editions.id")),
    Column("file_name", Text, nullable=False),
    Column("file_hash", String(64), nullable=False, index=True),
    Column("content_hash", String(64), nullable=False, index=True),
    Column("pages", Integer),
    Column("warnings", Text, nullable=False),
    Column("loaded_by", Text, nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
    # Who approved, replaced or withdrew it last, and when.
    Column("decided_by", Text),
    Column("decided_at", UtcDateTime),
    # Which version of the reader made its passages.
    Column("reader", String(32)),
    Column("generation", Integer, nullable=False, index=True),
)

passages = Table(
    "passages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition_id", ForeignKey("editions.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("script", String(8), nullable=False),
    Column("section", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("tokens", Text, nullable=False),
    Column("page_first", Integer),
    Column("page_last", Integer),
    Column("page_label", String(32)),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("marks", Text, nullable=False),
    Column("vector_key", String(64), nullable=False),
    Index("ix_passages_edition_id_ordinal", "edition_id", "ordinal", unique=True),
)
