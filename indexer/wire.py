"""What the reading child writes and its parent reads: JSON, so that a hostile file can never unpickle anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.parsed import Block, BlockKind, Chunk, Metadata, Parsed
from knowledge.domain import PassageKind, QualityMark


def block_out(block: Block) -> dict[str, Any]:
    return {
        "kind": block.kind.value,
        "text": block.text,
        "level": block.level,
        "page": block.page,
        "marks": sorted(block.marks),
    }


def block_in(values: Mapping[str, Any]) -> Block:
    return Block(
        kind=BlockKind(values["kind"]),
        text=str(values["text"]),
        level=int(values["level"]),
        page=values["page"],
        marks=_marks(values),
    )


def chunk_out(chunk: Chunk) -> dict[str, Any]:
    return {
        "text": chunk.text,
        "section": list(chunk.section),
        "kind": chunk.kind.value,
        "page_first": chunk.page_first,
        "page_last": chunk.page_last,
        "start": chunk.start,
        "end": chunk.end,
        "marks": sorted(chunk.marks),
    }


def chunk_in(values: Mapping[str, Any]) -> Chunk:
    return Chunk(
        text=str(values["text"]),
        section=tuple(values["section"]),
        kind=PassageKind(values["kind"]),
        page_first=values["page_first"],
        page_last=values["page_last"],
        start=int(values["start"]),
        end=int(values["end"]),
        marks=_marks(values),
    )


def _marks(values: Mapping[str, Any]) -> frozenset[QualityMark]:
    return frozenset(QualityMark(mark) for mark in values["marks"])


def metadata_out(metadata: Metadata) -> dict[str, Any]:
    return {
        "title": metadata.title,
        "year": metadata.year,
        "publisher": metadata.publisher,
        "language": metadata.language,
        "specialties": list(metadata.specialties),
        "source": metadata.source,
        "sharing": metadata.sharing,
        "sample": metadata.sample,
    }


def metadata_in(values: Mapping[str, Any]) -> Metadata:
    return Metadata(**{**values, "specialties": tuple(values["specialties"])})


def parsed_out(parsed: Parsed) -> dict[str, Any]:
    return {
        "blocks": [block_out(block) for block in parsed.blocks],
        "metadata": metadata_out(parsed.metadata),
        "pages": parsed.pages,
        "page_labels": {str(page): label for page, label in parsed.page_labels.items()},
        "warnings": [list(warning) for warning in parsed.warnings],
    }


def parsed_in(values: Mapping[str, Any]) -> Parsed:
    return Parsed(
        blocks=tuple(block_in(block) for block in values["blocks"]),
        metadata=metadata_in(values["metadata"]),
        pages=values["pages"],
        page_labels={int(page): str(label) for page, label in values["page_labels"].items()},
        warnings=tuple((str(code), int(number)) for code, number in values["warnings"]),
    )
