"""What staff change about documents that are in the library: one transaction each, with its line in the audit log."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bot.library.shelf import specialty_id
from knowledge.domain import Sharing
from knowledge.errors import EditionConflict, NotFound
from knowledge.store import Stores
from knowledge.store.jobs import Job
from knowledge.store.library import EditionRecord, Exchanged, Fact, FactValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    edition: EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaken:
    """Somebody else changed it first, so that nothing was done."""


def withdraw(stores: Stores, edition_id: int, *, who: str) -> Done | Overtaken:
    try:
        with stores.database.together():
            before = stores.library.edition(edition_id)
            after = stores.library.withdraw(edition_id, decided_by=who)
            _note(stores, who, "edition.withdraw", before, after)
            return Done(edition=after)
    except (NotFound, EditionConflict):
        return Overtaken()


def restore(stores: Stores, edition_id: int, *, instead_of: int | None, who: str) -> Exchanged | Overtaken:
    """instead_of: what answers now, as it was shown; None where nothing of the document did."""
    try:
        with stores.database.together():
            before = stores.library.edition(edition_id)
            exchanged = stores.library.restore(edition_id, instead_of=instead_of, decided_by=who)
            _note(stores, who, "edition.restore", before, exchanged.edition, instead_of=instead_of)
            return exchanged
    except (NotFound, EditionConflict):
        return Overtaken()


def correct(
    stores: Stores, edition_id: int, fact: Fact, value: FactValue, *, who: str
) -> EditionRecord | Overtaken:
    """Corrects a fact; that it is so already is no change. A title that passages are found by is encoded anew."""
    try:
        # Before the writer's place is taken: cutting a whole document takes seconds, and nobody else could write.
        recut = stores.library.cut_anew(edition_id, str(value)) if fact is Fact.TITLE else None
        with stores.database.together():
            edited = stores.library.edit(edition_id, fact, value, recut=recut)
            if edited.before != edited.after:
                _note(stores, who, f"edition.edit.{fact}", edited.before, edited.after)
                if fact is Fact.TITLE:
                    by = int(who.partition(":")[2])
                    stores.jobs.add_encode(edition_id, asked_by=by, chat_id=by)
            return edited.after
    except NotFound:
        return Overtaken()


def with_specialty(
    stores: Stores, edition_id: int, id_: str, *, wanted: bool, who: str
) -> EditionRecord | Overtaken:
    """Adds one specialty or takes it away: two who change different ones do not undo each other."""
    try:
        with stores.database.together():
            known = stores.library.edition(edition_id).specialties
            kept = tuple(each for each in known if specialty_id(each) != specialty_id(id_))
            return correct(stores, edition_id, Fact.SPECIALTIES, (*kept, id_) if wanted else kept, who=who)
    except NotFound:
        return Overtaken()


def assign(stores: Stores, edition_id: int, document_id: int | None, *, who: str) -> Done | Overtaken:
    """Says what a draft is an edition of; None: of a document of its own."""
    try:
        with stores.database.together():
            before = stores.library.edition(edition_id)
            after = stores.library.assign(edition_id, document_id)
            if before.document_id != after.document_id:
                _note(stores, who, "edition.assign", before, after)
            return Done(edition=after)
    except (NotFound, EditionConflict):
        return Overtaken()


def read_again(stores: Stores, edition: EditionRecord, *, by: int, chat_id: int) -> tuple[Job, bool]:
    """Queues it, and whether that is new."""
    with stores.database.together():
        job, is_new = stores.jobs.add_reread(
            edition.id, file_name=edition.file_name, sent_by=by, chat_id=chat_id
        )
        if is_new:
            stores.audit.note(
                f"telegram:{by}", "edition.reread", f"edition:{edition.id}", {"reader": edition.reader}
            )
        return job, is_new


def _note(
    stores: Stores, who: str, action: str, before: EditionRecord, after: EditionRecord, **more: Any
) -> None:
    """Only what changed: the rest stands in the library."""
    old, new = asdict(before), asdict(after)
    changed = [name for name in old if old[name] != new[name] and name not in ("decided_at", "decided_by")]
    details = {
        "before": {name: _plain(old[name]) for name in changed},
        "after": {name: _plain(new[name]) for name in changed},
        **more,
    }
    stores.audit.note(who, action, f"edition:{after.id}", details)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Sharing) else list(value) if isinstance(value, tuple) else value
