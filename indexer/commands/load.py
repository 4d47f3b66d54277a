"""`yidao-index load`: guideline files and folders into the library."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from indexer.app import App
from indexer.loading import Loader, LoadRecord, LoadStatus
from indexer.parsers.kinds import SUPPORTED_GUIDELINES


def add(subcommands: Any) -> None:
    command = subcommands.add_parser("load", help="load guideline files, or folders of them")
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file or a folder")
    command.add_argument("--draft", action="store_true", help="leave for review instead of approving")
    command.add_argument("--json", action="store_true", help="print one JSON array of records")
    command.set_defaults(command=run)


def run(app: App, options: argparse.Namespace) -> int:
    app.stores.database.migrate()
    app.stores.vectors.check_model(app.encoder.fingerprint)
    records = load_all(app, options.paths, approve=not options.draft, quiet=options.json)
    if options.json:
        print(json.dumps([record.as_json() for record in records], ensure_ascii=False, indent=1))
    else:
        _summarise(records)
    return 1 if any(record.status is LoadStatus.REFUSED for record in records) else 0


def load_all(app: App, paths: list[Path], *, approve: bool, quiet: bool = False) -> list[LoadRecord]:
    """Loads every file, showing progress on standard error where that is a terminal."""
    console = Console(stderr=True, quiet=quiet)
    files = list(files_of(paths))
    records = []
    with app.loader() as loader, _progress(console) as progress:
        overall = progress.add_task("files", total=len(files), name="")
        for path, explicit in files:
            progress.update(overall, name=path.name)
            if explicit or path.suffix.lower() in SUPPORTED_GUIDELINES:
                record = _load_one(app, loader, path, approve=approve, progress=progress)
            else:
                record = LoadRecord(file=str(path), status=LoadStatus.SKIPPED, reason="unsupported_kind")
            progress.advance(overall)
            if record.status is not LoadStatus.SKIPPED:
                progress.console.print(_line(record), highlight=False, markup=False, soft_wrap=True)
            records.append(record)
    return records


def files_of(paths: list[Path]) -> Iterator[tuple[Path, bool]]:
    """(file, was it named itself) of each path; folders are walked in order, hidden files are passed over."""
    for path in paths:
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p.relative_to(path)))
            yield from ((file, False) for file in inside)
        else:
            yield path, True


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _load_one(app: App, loader: Loader, path: Path, *, approve: bool, progress: Progress) -> LoadRecord:
    task = progress.add_task("passages", total=None, name=path.name)

    def show(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)

    try:
        who = f"shell:{getpass.getuser()}"
        record = loader.load(path, loaded_by=who, approve=approve, on_progress=show)
    finally:
        progress.remove_task(task)
    if record.status is LoadStatus.LOADED and record.edition:
        action = "edition.approve" if approve else "edition.draft"
        app.stores.audit.note(who, action, f"edition:{record.edition.id}", {"file": path.name})
    return record


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:>8}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", markup=False),
        console=console,
        transient=True,
        disable=console.quiet or not console.is_terminal,
    )


def _line(record: LoadRecord) -> str:
    edition = record.edition
    if record.status is LoadStatus.REFUSED:
        return f"refused    {record.file}: {record.message or record.reason}"
    if edition is None:
        return f"{record.status.value:<10} {record.file}"
    pages = f", {edition.pages} pages" if edition.pages else ""
    warned = "".join(f"; {code.replace('_', ' ')}: {count}" for code, count in record.warnings)
    replaced = "".join(f"; replaces the edition of {old.year or 'unknown year'}" for old in record.replaced)
    status = "draft" if edition.status == "draft" else record.status.value
    year = f" ({edition.year})" if edition.year else " (year unknown)"
    return f"{status:<10} {edition.title}{year}{pages}, {edition.passages} passages{warned}{replaced}"


def _summarise(records: list[LoadRecord]) -> None:
    counts = {status: sum(record.status is status for record in records) for status in LoadStatus}
    print(
        ", ".join(f"{count} {status.value}" for status, count in counts.items() if count) or "no files found"
    )
    if not records:
        print("yidao-index: nothing to load there", file=sys.stderr)
