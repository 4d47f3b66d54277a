"""What a parser reads out of a file: the values between parsing, cleaning and chunking."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from knowledge.domain import PassageKind, QualityMark


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, a paragraph, a list item or a whole table, in reading order."""

    kind: BlockKind
    #: What is shown. A table is one row a line, its cells joined with " | ", the header row first.
    text: str
    #: 1 for the highest heading; 0 for everything that is no heading.
    level: int = 0
    #: Physical page, counted from 1; None where the format has no pages.
    page: int | None = None
    #: What stands beside the text as doubt: OCR, formulas left over, private-use characters.
    marks: frozenset[QualityMark] = frozenset()

    def __post_init__(self) -> None:
        if self.kind is BlockKind.HEADING and self.level < 1:
            raise ValueError("a heading has a level from 1")
        if self.page is not None and self.page < 1:
            raise ValueError("pages count from 1")

    def with_text(self, text: str) -> Block:
        return replace(self, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a file says of itself; None where it says nothing."""

    title: str | None = None
    year: int | None = None
    publisher: str | None = None
    #: "zh", "zh-TW" or "en".
    language: str | None = None
    specialties: tuple[str, ...] = ()
    source: str | None = None
    #: "excerpt", "page_picture" or "file".
    sharing: str | None = None
    sample: bool = False

    def over(self, other: Metadata) -> Metadata:
        """This metadata, with the gaps filled from the other."""
        return Metadata(
            title=self.title or other.title,
            year=self.year or other.year,
            publisher=self.publisher or other.publisher,
            language=self.language or other.language,
            specialties=self.specialties or other.specialties,
            source=self.source or other.source,
            sharing=self.sharing or other.sharing,
            sample=self.sample or other.sample,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A file as its parser read it."""

    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
    #: How many physical pages the file has; None where the format has none.
    pages: int | None = None
    #: The number printed on each page, by physical page, where the file names one that differs.
    page_labels: dict[int, str] = field(default_factory=dict)
    #: Stable codes with a number, such as ("pages_without_text", 2): what a coordinator should know.
    warnings: tuple[tuple[str, int], ...] = ()
    #: The pages that are pictures without text.
    scans: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage before it has an identity: whole sentences, or a whole table or a slice of its rows."""

    text: str
    section: tuple[str, ...]
    kind: PassageKind
    page_first: int | None
    page_last: int | None
    #: Offsets in code points into the document's cleaned text (its blocks joined with "\n").
    start: int
    end: int
    marks: frozenset[QualityMark] = frozenset()
