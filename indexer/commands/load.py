"""`yidao-index load`: guideline files and folders into the library."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from indexer.app import App
from indexer.loading import Loader
from indexer.outcomes import LoadRecord, LoadStatus
from indexer.parsers.kinds import SUPPORTED_GUIDELINES
from knowledge.domain import EditionStatus
from knowledge.errors import NotFound
from knowledge.store import Stores, open_stores
from knowledge.store.library import title_key

#: A file, and whether it was named itself.
Found = tuple[Path, bool]
#: What becomes of one file; told how many of its passages are encoded.
Step = Callable[[Found, Callable[[int, int], None]], LoadRecord]


def add(subcommands: Any) -> None:
    command = subcommands.add_parser("load", help="load guideline files, or folders of them")
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file or a folder")
    command.add_argument("--draft", action="store_true", help="leave for review instead of approving")
    command.add_argument(
        "--as-edition-of",
        metavar="DOCUMENT",
        help="one file is an edition of this document: its number as `list` shows it, or its title",
    )
    command.add_argument(
        "--dry-run", action="store_true", help="say what would become of each file by itself; store nothing"
    )
    command.add_argument("--json", action="store_true", help="print one JSON array of records")
    command.set_defaults(command=run)


def run(app: App, options: argparse.Namespace) -> int:
    if options.dry_run:
        records = _plan(app, options)
    else:
        app.stores.database.migrate()
        app.stores.vectors.check_model(app.encoder.fingerprint)
        edition_of = _document_named(app.stores, options)
        records = load_all(
            app, options.paths, approve=not options.draft, edition_of=edition_of, quiet=options.json
        )
    if options.json:
        print(json.dumps([record.as_json() for record in records], ensure_ascii=False, indent=1))
    else:
        _summarise(records, "would be: " if options.dry_run else "")
    return 1 if any(record.status is LoadStatus.REFUSED for record in records) else 0


def load_all(
    app: App,
    paths: list[Path],
    *,
    approve: bool,
    edition_of: int | None = None,
    reinstate: bool = False,
    quiet: bool = False,
) -> list[LoadRecord]:
    """Loads every file, showing progress on standard error; what was stopped goes on where it stopped.

    reinstate: also what was withdrawn, of files that were found in a folder.
    """
    who = shell_user()
    with app.loader() as loader:

        def step(found: Found, show: Callable[[int, int], None]) -> LoadRecord:
            path, explicit = found
            return loader.load(
                path,
                loaded_by=who,
                approve=approve,
                edition_of=edition_of,
                reinstate=reinstate or explicit,
                on_progress=show,
            )

        return _each(paths, step, quiet=quiet)


def shell_user() -> str:
    """Who the audit log names for what is done on the command line."""
    return f"shell:{getpass.getuser()}"


def _plan(app: App, options: argparse.Namespace) -> list[LoadRecord]:
    with _as_it_is(app) as stores, app.sandbox() as sandbox:
        edition_of = _document_named(stores, options)
        loader = Loader(stores, app.encoder, sandbox, app.settings.files_dir)

        def step(found: Found, _show: Callable[[int, int], None]) -> LoadRecord:
            path, explicit = found
            return loader.plan(path, approve=not options.draft, edition_of=edition_of, reinstate=explicit)

        return _each(options.paths, step, quiet=options.json)


@contextmanager
def _as_it_is(app: App) -> Iterator[Stores]:
    """The library, or an empty one where there is none: looking makes nothing."""
    if app.stores.database.exists():
        app.stores.database.require_current()
        app.stores.vectors.check_model(app.encoder.fingerprint)
        yield app.stores
        return
    with tempfile.TemporaryDirectory(prefix="yidao-dry-run-") as folder:
        stores = open_stores(f"sqlite:///{Path(folder) / 'yidao.sqlite3'}")
        try:
            stores.database.migrate()
            yield stores
        finally:
            stores.database.close()


def _document_named(stores: Stores, options: argparse.Namespace) -> int | None:
    """The document that `--as-edition-of` names. Raises NotFound where none does, or more than one."""
    named: str | None = options.as_edition_of
    if named is None:
        return None
    if len(list(files_of(options.paths))) != 1:
        raise NotFound("--as-edition-of is about one file: name that file alone")
    if named.isascii() and named.isdigit():
        if not stores.library.editions_of(int(named)):
            raise NotFound(f"there is no document {named}; see `yidao-index list --all`")
        return int(named)
    return _document_titled(stores, named)


def _document_titled(stores: Stores, title: str) -> int:
    approved = [status for status in EditionStatus if status is not EditionStatus.DRAFT]
    titles = {edition.title: edition.document_id for edition in stores.library.list_editions(approved)}
    key = title_key(title)
    same = {titles[each] for each in titles if title_key(each) == key}
    near = {titles[each] for each in titles if key and key in title_key(each)}
    found = same or near
    if len(found) != 1:
        how = "no document is" if not found else f"{len(found)} documents are"
        raise NotFound(f"{how} called {title!r}; give its number as `yidao-index list --all` shows it")
    return found.pop()


# ---------------------------------------------------------------------------------------------- file by file
def _each(paths: list[Path], step: Step, *, quiet: bool) -> list[LoadRecord]:
    console = Console(stderr=True, quiet=quiet)
    files = list(files_of(paths))
    records: list[LoadRecord] = []
    with _progress(console) as progress:
        overall = progress.add_task("files", total=len(files), name="")
        try:
            for path, explicit in files:
                progress.update(overall, name=path.name)
                if explicit or path.suffix.lower() in SUPPORTED_GUIDELINES:
                    record = _shown((path, explicit), step, progress)
                else:
                    record = LoadRecord(file=str(path), status=LoadStatus.SKIPPED, reason="unsupported_kind")
                records.append(record)
                progress.advance(overall)
                _tell(progress.console, record, len(records), len(files))
        except KeyboardInterrupt:
            progress.console.print(f"stopped after {len(records)} of {len(files)} files", highlight=False)
            raise
    return records


def files_of(paths: list[Path]) -> Iterator[Found]:
    """(file, was it named itself) of each path; folders are walked in order, hidden files are passed over."""
    for path in paths:
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p.relative_to(path)))
            yield from ((file, False) for file in inside)
        else:
            yield path, True


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _shown(found: Found, step: Step, progress: Progress) -> LoadRecord:
    """Takes a file through its step, with a bar of its own for its passages."""
    task = progress.add_task("passages", total=None, name=found[0].name)
    try:
        return step(found, lambda done, total: progress.update(task, completed=done, total=total))
    finally:
        progress.remove_task(task)


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


def _tell(console: Console, record: LoadRecord, number: int, files: int) -> None:
    if record.status is not LoadStatus.SKIPPED:
        place = f"[{number}/{files}] " if files > 1 else ""
        console.print(f"{place}{_line(record)}", highlight=False, markup=False, soft_wrap=True)


def _line(record: LoadRecord) -> str:
    edition = record.edition
    if record.status is LoadStatus.REFUSED:
        return f"refused    {record.file}: {record.message or record.reason}"
    if edition is None:
        return f"{record.status.value:<10} {record.file}"
    pages = f", {edition.pages} pages" if edition.pages else ""
    encoded = f" ({record.to_encode} to encode)" if record.to_encode else ""
    warned = "".join(f"; {code.replace('_', ' ')}: {count}" for code, count in record.warnings)
    year = f" ({edition.year})" if edition.year else " (year unknown)"
    what = f"{edition.title}{year}{pages}, {edition.passages} passages{encoded}{warned}"
    return f"{_status(record):<10} {what}{_replaces(record)}{_stays(record)}"


def _status(record: LoadRecord) -> str:
    if record.edition and record.edition.status is EditionStatus.DRAFT:
        return "draft"
    is_planned = record.to_encode is not None and record.status is LoadStatus.LOADED
    return "would load" if is_planned else record.status.value


def _replaces(record: LoadRecord) -> str:
    return "".join(
        f"; replaces document {old.document_id}, {old.title} ({old.year or 'year unknown'})"
        for old in record.replaced
    )


def _stays(record: LoadRecord) -> str:
    if record.reason != "withdrawn" or record.edition is None:
        return ""
    document = record.edition.document_id
    return f"; was withdrawn and stays so: `yidao-index reinstate {document}` lets it answer again"


def _summarise(records: list[LoadRecord], lead: str) -> None:
    if not records:
        print("no files found")
        print("yidao-index: nothing to load there", file=sys.stderr)
        return
    counts = {status: sum(record.status is status for record in records) for status in LoadStatus}
    print(lead + ", ".join(f"{count} {status.value}" for status, count in counts.items() if count))
