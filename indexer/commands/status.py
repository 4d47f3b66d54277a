"""`yidao-index status`, `list` and `migrate`: what is there."""

from __future__ import annotations

import argparse
import json
from typing import Any

from indexer.app import App
from indexer.reading import READER
from knowledge.domain import EditionStatus
from knowledge.terms.current import merged_with


def add(subcommands: Any) -> None:
    status = subcommands.add_parser("status", help="what the library holds; changes nothing")
    status.add_argument("--json", action="store_true")
    status.set_defaults(command=show_status)
    listing = subcommands.add_parser("list", help="the documents, one a line")
    listing.add_argument("--all", action="store_true", help="drafts, replaced and withdrawn editions too")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(command=show_list)
    migrate = subcommands.add_parser("migrate", help="make the database, or bring it to this version")
    migrate.set_defaults(command=run_migrate)


def show_status(app: App, options: argparse.Namespace) -> int:
    values = _status(app)
    if options.json:
        print(json.dumps(values, ensure_ascii=False))
    else:
        for name, value in values.items():
            print(f"{name:<12} {'-' if value is None else value}")
    return 0


def _status(app: App) -> dict[str, Any]:
    values: dict[str, Any] = {
        "folder": str(app.settings.data_dir.resolve()),
        "exists": app.stores.database.exists(),
        **_terms(app),
    }
    if not values["exists"]:
        counts = dict.fromkeys(("documents", "drafts", "samples", "passages", "courses", "generation"), 0)
        return {**values, **counts, "model": None}
    app.stores.database.require_current()
    status = app.stores.library.status()
    return {
        **values,
        "documents": status.documents,
        "drafts": status.drafts,
        "samples": status.samples,
        "passages": status.passages,
        "courses": app.stores.courses.count(),
        "generation": status.generation,
        "model": status.model,
        **_to_do(app, status.model),
    }


def _to_do(app: App, model: str | None) -> dict[str, Any]:
    """What an older version left undone, and the command that does it; nothing where all is as it is made today."""
    found: dict[str, Any] = {}
    if model and (missing := len(app.stores.passages.unencoded(model))):
        found["unencoded"] = f"{missing} passages lack the vectors of their sentences (yidao-index reread)"
    older = sum(edition.reader != READER for edition in app.stores.library.list_editions())
    if older:
        found["older reader"] = f"{older} documents were read by an older version (yidao-index reread)"
    return found


def _terms(app: App) -> dict[str, Any]:
    """How many concepts the term list has, and what is wrong with the coordinators' own."""
    merged = merged_with(app.settings.terms_file)
    values: dict[str, Any] = {"terms": len(merged.rows)}
    if merged.problems:
        more = f" and {len(merged.problems) - 1} more" if len(merged.problems) > 1 else ""
        values["own terms"] = f"left out: {merged.problems[0]}{more} (see yidao-index terms)"
    return values


def show_list(app: App, options: argparse.Namespace) -> int:
    app.stores.database.require_current()
    wanted = list(EditionStatus) if options.all else [EditionStatus.CURRENT]
    editions = app.stores.library.list_editions(wanted)
    if options.json:
        fields = (
            "document_id",
            "id",
            "title",
            "year",
            "publisher",
            "language",
            "status",
            "pages",
            "passages",
            "file_name",
        )
        print(
            json.dumps(
                [{f: getattr(edition, f) for f in fields} for edition in editions],
                ensure_ascii=False,
                indent=1,
            )
        )
        return 0
    for edition in editions:
        sample = " [sample]" if edition.is_sample else ""
        print(
            f"{edition.document_id:>5}  {edition.status:<9} {edition.year or '----'}  {edition.title}{sample}"
        )
    return 0


def run_migrate(app: App, options: argparse.Namespace) -> int:
    app.stores.database.migrate()
    print(f"the library in {app.settings.data_dir.resolve()} is up to date")
    return 0
