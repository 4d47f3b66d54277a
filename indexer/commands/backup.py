"""`yidao-index backup` and `restore`: the whole library to somewhere safe, and back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from indexer.app import App
from indexer.backup import back_up, restore
from indexer.commands.load import shell_user


def add(subcommands: Any) -> None:
    command = subcommands.add_parser("backup", help="the whole library into a folder or an archive")
    command.add_argument(
        "target",
        type=Path,
        metavar="FOLDER|FILE",
        help="a folder, to which a later backup adds what is new; or a .tar, .tar.gz or .tgz file",
    )
    command.set_defaults(command=run_backup)
    restoring = subcommands.add_parser("restore", help="a backup in the place of the library")
    restoring.add_argument("source", type=Path, metavar="FOLDER|FILE")
    restoring.add_argument(
        "--replace", action="store_true", help="also where there is a library; it is kept beside"
    )
    restoring.set_defaults(command=run_restore)


def run_backup(app: App, options: argparse.Namespace) -> int:
    app.stores.database.require_current()
    manifest = back_up(app.stores, app.settings, options.target)
    details = {"generation": manifest.generation, "files": len(manifest.digests) - 1}
    app.stores.audit.note(shell_user(), "library.backup", str(options.target.resolve()), details)
    missing = f"; {manifest.missing} files were missing in the data folder" if manifest.missing else ""
    print(f"backed up: {manifest.documents} documents, {manifest.passages} passages{missing}")
    return 1 if manifest.missing else 0


def run_restore(app: App, options: argparse.Namespace) -> int:
    restored = restore(app.stores, app.settings, options.source, replace=options.replace)
    manifest = restored.manifest
    details = {"made_at": manifest.made_at, "generation": manifest.generation}
    app.stores.audit.note(shell_user(), "library.restore", str(options.source.resolve()), details)
    print(f"restored: {manifest.documents} documents, {manifest.passages} passages, as of {manifest.made_at}")
    if restored.before:
        print(f"the library that stood here is kept as {restored.before}")
    return 0
