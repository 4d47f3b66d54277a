"""What loading a draft would change, told before anybody decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.store.library import EditionRecord, is_older


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """No edition of this document answers yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaces:
    edition: EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderThan:
    """It will be kept, but does not answer, for this newer edition does."""

    edition: EditionRecord


Plan = NewDocument | Replaces | OlderThan


def plan_for(draft: EditionRecord, current: Iterable[EditionRecord]) -> Plan:
    """What `LibraryStore.approve` would do with the draft, given the current editions."""
    others = [edition for edition in current if edition.document_id == draft.document_id]
    if not others:
        return NewDocument()
    newest = max(others, key=lambda edition: edition.year or 0)
    if is_older(draft, others):
        return OlderThan(edition=newest)
    return Replaces(edition=newest)
