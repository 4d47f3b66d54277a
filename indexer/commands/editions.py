"""`yidao-index drafts`, `approve`, `discard`, `withdraw`, `reinstate`, `rollback`: which editions answer."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from indexer.app import App
from indexer.commands.load import shell_user
from knowledge.domain import EditionStatus
from knowledge.errors import EditionConflict, NotFound
from knowledge.store import Stores
from knowledge.store.jobs import JobStatus
from knowledge.store.library import EditionRecord, is_older

#: Carries out one decision and tells what came of it.
Decision = Callable[[Stores, int, str], str]


def add(subcommands: Any) -> None:
    drafts = subcommands.add_parser("drafts", help="what waits for review, and what approving it would do")
    drafts.add_argument("--json", action="store_true", help="print one JSON array")
    drafts.set_defaults(command=show_drafts)
    for name, explanation, what, decision in (
        ("approve", "let drafts answer, in the place of the editions that they replace", "DRAFT", _approve),
        ("discard", "forget drafts", "DRAFT", _discard),
        ("withdraw", "stop documents from answering", "DOCUMENT", _withdraw),
        ("reinstate", "let withdrawn documents answer again", "DOCUMENT", _reinstate),
        ("rollback", "let the edition before the current one answer again", "DOCUMENT", _roll_back),
    ):
        shown_by = "drafts" if what == "DRAFT" else "list --all"
        command = subcommands.add_parser(name, help=explanation)
        command.add_argument("ids", nargs="+", type=int, metavar=what, help=f"its number in `{shown_by}`")
        command.set_defaults(command=_deciding(decision))


def show_drafts(app: App, options: argparse.Namespace) -> int:
    app.stores.database.require_current()
    drafts = app.stores.library.list_editions([EditionStatus.DRAFT])
    if options.json:
        print(json.dumps([_as_json(app.stores, each) for each in drafts], ensure_ascii=False, indent=1))
        return 0
    for draft in drafts:
        year = f" ({draft.year})" if draft.year else " (year unknown)"
        warned = "".join(f"; {code.replace('_', ' ')}: {count}" for code, count in draft.warnings)
        print(f"{draft.id:>5}  {draft.title}{year}, {draft.passages} passages{warned}")
        print(f"       {_effect(app.stores, draft)}; sent by {draft.loaded_by}, {draft.loaded_at:%Y-%m-%d}")
    if not drafts:
        print("no drafts", file=sys.stderr)
    return 0


def _as_json(stores: Stores, draft: EditionRecord) -> dict[str, Any]:
    return {
        "id": draft.id,
        "document_id": draft.document_id,
        "title": draft.title,
        "year": draft.year,
        "publisher": draft.publisher,
        "language": draft.language,
        "specialties": draft.specialties,
        "pages": draft.pages,
        "passages": draft.passages,
        "warnings": [{"code": code, "count": count} for code, count in draft.warnings],
        "loaded_by": draft.loaded_by,
        "loaded_at": draft.loaded_at.isoformat(),
        "effect": _effect(stores, draft),
    }


def _effect(stores: Stores, draft: EditionRecord) -> str:
    """What approving would do."""
    current = _current(stores, draft.document_id)
    if not current:
        return "a new document"
    named = f"document {draft.document_id}, {current[0].title} ({current[0].year or 'year unknown'})"
    return f"older than {named}: would not answer" if is_older(draft, current) else f"replaces {named}"


def _deciding(decision: Decision) -> Callable[[App, argparse.Namespace], int]:
    """One decision about each of some editions or documents; what cannot be done is told, and the others are."""

    def run(app: App, options: argparse.Namespace) -> int:
        app.stores.database.require_current()
        refused = 0
        for each in options.ids:
            try:
                # The change and its entry in the audit log are one: a kill leaves neither without the other.
                with app.stores.database.together():
                    told = decision(app.stores, each, shell_user())
                print(told)
            except (NotFound, EditionConflict) as error:
                print(f"yidao-index: {each}: {error}", file=sys.stderr)
                refused = 1
        return refused

    return run


def _approve(stores: Stores, edition_id: int, who: str) -> str:
    _require_draft(stores, edition_id)
    approved = stores.library.approve(edition_id, decided_by=who)
    stores.jobs.decided(edition_id, JobStatus.APPROVED)
    replaced = [other.id for other in approved.replaced]
    stores.audit.note(who, "edition.approve", f"edition:{edition_id}", {"replaced": replaced})
    kept = "" if approved.edition.status is EditionStatus.CURRENT else "; a newer edition goes on answering"
    instead = "".join(
        f"; replaces {other.title} ({other.year or 'year unknown'})" for other in approved.replaced
    )
    return f"approved: {approved.edition.title}{instead}{kept}"


def _discard(stores: Stores, edition_id: int, who: str) -> str:
    draft = _require_draft(stores, edition_id)
    stores.library.discard(edition_id)
    stores.jobs.decided(edition_id, JobStatus.DISCARDED)
    stores.audit.note(who, "edition.discard", f"edition:{edition_id}", {"file": draft.file_name})
    return f"discarded: {draft.title}"


def _withdraw(stores: Stores, document_id: int, who: str) -> str:
    current = _current(stores, document_id)
    if not current:
        raise NotFound("no such current document; see `yidao-index list`")
    withdrawn = stores.library.withdraw(current[0].id, decided_by=who)
    stores.audit.note(who, "edition.withdraw", f"edition:{withdrawn.id}")
    return f"withdrawn: {withdrawn.title}"


def _reinstate(stores: Stores, document_id: int, who: str) -> str:
    withdrawn = [each for each in stores.library.editions_of(document_id) if _was_withdrawn(each)]
    if not withdrawn:
        raise NotFound("no such withdrawn document; see `yidao-index list --all`")
    last, current = max(withdrawn, key=_decided_last), _current(stores, document_id)
    # What a rollback took back names what answers in its place, and may come back for it.
    if current and last.replaced_by != current[0].id:
        raise EditionConflict("another edition of it answers; withdraw that first, or use rollback")
    return _exchange(stores, last, current[0].id if current else None, who)


def _roll_back(stores: Stores, document_id: int, who: str) -> str:
    current = _current(stores, document_id)
    if not current:
        raise NotFound("no such current document; see `yidao-index list`")
    before = [
        each for each in stores.library.editions_of(document_id) if each.status is EditionStatus.REPLACED
    ]
    if not before:
        raise NotFound("no edition before the current one is there; `yidao-index withdraw` stops this one")
    own = [each for each in before if each.replaced_by == current[0].id]
    return _exchange(stores, max(own or before, key=_decided_last), current[0].id, who)


def _exchange(stores: Stores, edition: EditionRecord, instead_of: int | None, who: str) -> str:
    exchanged = stores.library.restore(edition.id, instead_of=instead_of, decided_by=who)
    stores.audit.note(who, "edition.restore", f"edition:{edition.id}", {"instead_of": instead_of})
    year = exchanged.edition.year or "year unknown"
    before = exchanged.instead_of
    instead = f", instead of that of {before.year or 'unknown year'}" if before else ""
    return f"answers again: {exchanged.edition.title} ({year}){instead}"


def _was_withdrawn(edition: EditionRecord) -> bool:
    return edition.status is EditionStatus.WITHDRAWN


def _decided_last(edition: EditionRecord) -> tuple[float, int]:
    return (edition.decided_at.timestamp() if edition.decided_at else 0.0, edition.id)


def _require_draft(stores: Stores, edition_id: int) -> EditionRecord:
    edition = stores.library.edition(edition_id)
    if edition.status is not EditionStatus.DRAFT:
        raise EditionConflict(f"it is no draft: {edition.status}")
    return edition


def _current(stores: Stores, document_id: int) -> Sequence[EditionRecord]:
    return [each for each in stores.library.editions_of(document_id) if each.status is EditionStatus.CURRENT]
