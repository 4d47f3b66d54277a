"""What approving a draft would do, told before anybody decides."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.domain import EditionStatus
from knowledge.store import Stores
from knowledge.store.library import EditionRecord, is_older, title_key


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """No edition of this document answers yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaces:
    edition: EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAgain:
    """The very file that answers now, as a newer reader reads it."""

    edition: EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SameContent:
    """What answers now says the same, word for word; only what is said of it would change."""

    edition: EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderThan:
    """It will be kept, but does not answer, for this newer edition does."""

    edition: EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """Editions of this document are in the library, and none of them answers."""

    edition: EditionRecord


Plan = NewDocument | Replaces | ReadAgain | SameContent | OlderThan | Returns


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A current document that has many of the draft's sentences."""

    edition: EditionRecord
    #: Of the shorter one's sentences, 0 to 1.
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A draft with what approving it would do, as things stand."""

    draft: EditionRecord
    plan: Plan
    #: Sample documents that would be withdrawn with it.
    samples: int = 0
    #: The share of common sentences by which it was found to be an edition of what it would replace.
    by_content: float | None = None
    #: Documents that it may be an edition of, and is not taken for.
    alike: tuple[Likeness, ...] = ()

    @property
    def seen(self) -> str:
        """What a button says was shown: with anything of it changed, whoever presses looks at the card again."""
        draft, other = self.draft, getattr(self.plan, "edition", None)
        shown = (
            *(
                draft.title,
                draft.year,
                draft.publisher,
                draft.language,
                draft.specialties,
                draft.sharing.value,
                # SQLite gives a discarded draft's id to the next one, which may be called the same.
                draft.file_hash,
            ),
            *(type(self.plan).__name__, other and other.id, bool(self.samples)),
        )
        return hashlib.sha256(repr(shown).encode("utf-8", "replace")).hexdigest()[:8]


def proposal_for(stores: Stores, draft: EditionRecord) -> Proposal:
    """What `LibraryStore.approve` would do with the draft at this moment."""
    plan = plan_for(draft, stores.library.editions_of(draft.document_id))
    withdraws = not draft.is_sample and not isinstance(plan, OlderThan)
    known = _likeness(stores, draft)
    by_content = next((each.share for each in known if _is_renamed(each.edition, draft)), None)
    return Proposal(
        draft=draft,
        plan=plan,
        samples=stores.library.status().samples if withdraws else 0,
        by_content=by_content,
        alike=tuple(each for each in known if each.edition.document_id != draft.document_id),
    )


def _is_renamed(edition: EditionRecord, draft: EditionRecord) -> bool:
    """Another edition of the same document, under another title."""
    same_document = edition.document_id == draft.document_id
    return same_document and title_key(edition.title) != title_key(draft.title)


def plan_for(draft: EditionRecord, editions: Sequence[EditionRecord]) -> Plan:
    """editions: of the draft's document, itself included or not."""
    others = [each for each in editions if each.id != draft.id and each.status is not EditionStatus.DRAFT]
    current = [each for each in others if each.status is EditionStatus.CURRENT]
    if not current:
        return Returns(edition=others[0]) if others else NewDocument()
    newest = max(current, key=lambda edition: edition.year or 0)
    if is_older(draft, current):
        return OlderThan(edition=newest)
    if newest.file_hash == draft.file_hash:
        return ReadAgain(edition=newest)
    return (SameContent if newest.content_hash == draft.content_hash else Replaces)(edition=newest)


def _likeness(stores: Stores, draft: EditionRecord) -> list[Likeness]:
    """What the indexer found when it read the file, as far as that still answers."""
    job = stores.jobs.of_edition(draft.id)
    shares = {
        int(document): float(share) for document, share in (job.details.get("alike", ()) if job else ())
    }
    if not shares:
        return []
    current = {edition.document_id: edition for edition in stores.library.list_editions()}
    return [
        Likeness(edition=current[document], share=share)
        for document, share in shares.items()
        if document in current
    ]
