"""What became of a file that was to be loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from knowledge.store.library import EditionRecord

#: Passages encoded, of how many.
Progress = Callable[[int, int], None]


class LoadStatus(StrEnum):
    LOADED = "loaded"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRecord:
    """What became of one file."""

    file: str
    status: LoadStatus
    #: Stable code of why a file was not loaded; None when it was.
    reason: str | None = None
    #: The same for people, in English.
    message: str | None = None
    edition: EditionRecord | None = None
    warnings: tuple[tuple[str, int], ...] = ()
    replaced: tuple[EditionRecord, ...] = field(default=())
    #: How many passages would have to be encoded; None where it was done, and not only planned.
    to_encode: int | None = None

    def as_json(self) -> dict[str, Any]:
        edition = self.edition
        return {
            "file": self.file,
            "status": self.status.value,
            "reason": self.reason,
            "message": self.message,
            "document_id": edition.document_id if edition else None,
            "edition_id": edition.id if edition else None,
            "title": edition.title if edition else None,
            "year": edition.year if edition else None,
            "pages": edition.pages if edition else None,
            "passages": edition.passages if edition else None,
            "warnings": [{"code": code, "count": count} for code, count in self.warnings],
            "replaces": [old.id for old in self.replaced],
            "to_encode": self.to_encode,
        }
