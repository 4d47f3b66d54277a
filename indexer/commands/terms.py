"""`yidao-index terms`: the term list that counts, and the coordinators' own file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from indexer.app import App
from knowledge.terms.current import merged_with
from knowledge.terms.merging import Merged
from knowledge.terms.termlist import TermRow, chinese_key, other_key, shipped_rows


def add(subcommands: Any) -> None:
    command = subcommands.add_parser(
        "terms", help="the terms questions are understood by, and what is wrong with your own file of them"
    )
    command.add_argument("--check", type=Path, metavar="FILE", help="look at this file instead of your own")
    command.add_argument("--json", action="store_true")
    command.set_defaults(command=run)
    actions = command.add_subparsers(metavar="find")
    find = actions.add_parser("find", help="the concepts that have a name, or a name with this in it")
    find.add_argument("word", metavar="WORD")
    find.add_argument("--json", action="store_true")
    find.set_defaults(command=run_find)


def run(app: App, options: argparse.Namespace) -> int:
    file: Path = options.check or app.settings.terms_file
    if options.check and not file.is_file():
        print(f"yidao-index: there is no file {file}", file=sys.stderr)
        return 2
    merged = merged_with(file)
    if options.json:
        print(json.dumps(_report(file, merged), ensure_ascii=False, indent=1))
    else:
        _tell(file, merged)
    return 1 if merged.problems else 0


def _report(file: Path, merged: Merged) -> dict[str, Any]:
    return {
        "file": str(file),
        "exists": file.exists(),
        "concepts": len(merged.rows),
        "added": merged.added,
        "amended": merged.amended,
        "removed": merged.removed,
        "problems": [{"line": problem.line, "message": problem.message} for problem in merged.problems],
    }


def _tell(file: Path, merged: Merged) -> None:
    print(f"{len(merged.rows):,} concepts count, {len(shipped_rows()):,} are shipped")
    if not file.exists():
        print(f"{file}: not there; put your own terms into it")
        return
    print(
        f"{file}: {merged.added} concepts added, {merged.amended} amended, {merged.removed} names taken away"
    )
    for problem in merged.problems:
        print(f"  left out: {problem}", file=sys.stderr)


def run_find(app: App, options: argparse.Namespace) -> int:
    found = _called(options.word, merged_with(app.settings.terms_file).rows)
    if options.json:
        print(json.dumps([_values(row) for row in found], ensure_ascii=False, indent=1))
    else:
        for row in found:
            print(f"{row.kind:<10} " + "  ".join(f"{name}: {value}" for name, value in _cells(row)))
    if not found:
        print(f"yidao-index: nothing in the list is called {options.word!r}", file=sys.stderr)
    return 0 if found else 1


def _called(word: str, rows: tuple[TermRow, ...]) -> list[TermRow]:
    """Those that have this very name; where none has, those that have it in a name."""
    exact = [row for row in rows if _has(row, word)]
    part = chinese_key(word)
    return exact or [row for row in rows if any(part in chinese_key(name) for name in _names(row))]


def _has(row: TermRow, word: str) -> bool:
    key = other_key(word)
    chinese = chinese_key(word)
    return any(chinese_key(name) == chinese for name in _names(row)) or (
        word.isascii() and any(other_key(name) == key for name in (*row.en, *row.abbreviations))
    )


def _names(row: TermRow) -> tuple[str, ...]:
    return (*row.zh, *row.en, *row.abbreviations)


def _values(row: TermRow) -> dict[str, Any]:
    return {"zh": row.zh, "en": row.en, "abbreviations": row.abbreviations, "kind": row.kind}


def _cells(row: TermRow) -> list[tuple[str, str]]:
    """As they are written in the file."""
    return [(name, "|".join(value)) for name, value in _values(row).items() if value and name != "kind"]
