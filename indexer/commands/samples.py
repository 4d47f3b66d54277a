"""`yidao-index samples`: the summaries and courses that ship with the source, for trying it out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from indexer.app import App
from indexer.commands.courses import load_courses
from indexer.commands.load import load_all
from indexer.loading import LoadStatus

FOLDER = Path(__file__).resolve().parents[2] / "samples"


def add(subcommands: Any) -> None:
    command = subcommands.add_parser(
        "samples", help="load the sample summaries and courses, for trying it out"
    )
    command.add_argument(
        "--once", action="store_true", help="do nothing where samples or real documents were loaded before"
    )
    command.set_defaults(command=run)


def run(app: App, options: argparse.Namespace) -> int:
    app.stores.database.migrate()
    if options.once and _loaded_before(app):
        return 0
    if not FOLDER.is_dir():
        print("yidao-index: the samples come with the source, not with the wheel", file=sys.stderr)
        return 2
    app.stores.vectors.check_model(app.encoder.fingerprint)
    print("Loading the sample summaries and courses, once (about a minute) …", file=sys.stderr)
    return 0 if load_samples(app) else 1


def load_samples(app: App, *, quiet: bool = False) -> bool:
    """Loads the samples; tells whether all of them were read."""
    records = load_all(app, [FOLDER / "guidelines"], approve=True, reinstate=True, quiet=quiet)
    # Courses last: whether they are there tells that everything before them was loaded too.
    reports = load_courses(app, [FOLDER / "courses.csv"], is_sample=True)
    refused = any(record.status is LoadStatus.REFUSED for record in records)
    return not refused and not any(report.bad_rows or report.reason for report in reports)


def _loaded_before(app: App) -> bool:
    status = app.stores.library.status()
    return app.stores.courses.has_samples() or status.documents > status.samples
