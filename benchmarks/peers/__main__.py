"""`python -m benchmarks.peers`: the steps of `make bench-peers`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.report import TOGETHER, Comparison, Measured, Size, best_hybrid, rewritten
from benchmarks.peers.sets import prepare

#: A module each, in the order of the tables.
_PEERS = ("with_txtai", "with_llamaindex", "with_haystack", "with_langchain")
_DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def main() -> None:
    options = _parser().parse_args()
    options.command(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    commands = parser.add_subparsers(required=True)
    sets = commands.add_parser("sets", help="make the sets that are compared on, and print their folders")
    sets.add_argument("folder", type=Path, help="where what has to be made is written")
    sets.add_argument("named", type=Path, nargs="*", metavar="DIR", help="sets in BEIR's layout")
    sets.set_defaults(command=_sets)
    compare = commands.add_parser("compare", help="ask every peer, and write the tables")
    compare.add_argument("exports", type=Path, help="what yidao-index evaluate --export wrote")
    compare.add_argument("--document", type=Path, default=_DOCUMENT)
    compare.set_defaults(command=_compare)
    ask = commands.add_parser("ask", help="ask one peer (compare does it for each, in a process of its own)")
    ask.add_argument("exports", type=Path)
    ask.add_argument("peer", choices=_PEERS)
    ask.add_argument("results", type=Path)
    ask.set_defaults(command=_ask)
    return parser


def _sets(options: argparse.Namespace) -> None:
    for folder in prepare(options.folder, options.named):
        print(folder)


def _compare(options: argparse.Namespace) -> None:
    from benchmarks.peers.exported import read
    from benchmarks.peers.measuring import measure_ours

    exports = [read(folder) for folder in _folders(options.exports)]
    measured = [one for export in exports for one in measure_ours(export)]
    versions = {}
    for peer in _PEERS:
        name, used, results = _asked_apart(options.exports, peer)
        versions[name] = used
        measured += results
    comparison = Comparison(
        machine=_machine(),
        day=time.strftime("%Y-%m-%d"),
        versions=versions,
        sizes={e.name: Size(passages=len(e.passages), questions=len(e.questions)) for e in exports},
        measured=measured,
    )
    options.document.write_text(rewritten(options.document.read_text("utf-8"), comparison), "utf-8")
    print(f"written: {options.document}")


def _asked_apart(exports: Path, peer: str) -> tuple[str, dict[str, str], list[Measured]]:
    """In a process of its own: four frameworks in one would share memory, warnings and patched modules."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        subprocess.run([sys.executable, "-m", "benchmarks.peers", "ask", exports, peer, results], check=True)
        said: dict[str, Any] = json.loads(results.read_text("utf-8"))
    return said["name"], said["versions"], [Measured(**one) for one in said["measured"]]


def _ask(options: argparse.Namespace) -> None:
    import warnings

    # Deprecations of the peers' own parts; nothing of ours can mend them.
    warnings.simplefilter("ignore")
    from benchmarks.peers.exported import read
    from benchmarks.peers.measuring import measure, versions
    from benchmarks.peers.peer import Role, Way

    peer: Any = import_module(f"benchmarks.peers.{options.peer}")
    measured: list[Measured] = []

    def told(way: Way) -> bool:
        """Of all sets in one library, only what the table of times tells: the largest library has most questions."""
        return export.name != TOGETHER or way.role is Role.SHIPPED or way.name == best_hybrid(measured)

    for folder in _folders(options.exports):
        export = read(folder)
        for one in measure(peer, export, told):
            print(f"{one.peer}, {one.set}: {one.way}: {one.ndcg:.3f}, {one.ms_cpu:.1f} ms", file=sys.stderr)
            measured.append(one)
    said = {"name": peer.NAME, "versions": versions(peer), "measured": [asdict(one) for one in measured]}
    options.results.write_text(json.dumps(said), "utf-8")


def _folders(exports: Path) -> list[Path]:
    """By name, all sets in one library last."""
    folders = [folder for folder in exports.iterdir() if (folder / "ours.json").is_file()]
    return sorted(folders, key=lambda folder: (folder.name == TOGETHER, folder.name))


def _machine() -> str:
    """In its own words."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", info.read_text()) if info.exists() else [platform.processor()]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    said = [
        names[0] if names else platform.machine(),
        f"{os.cpu_count()} cores",
        f"{memory:.0f} GB of memory",
        platform.system(),
        f"Python {platform.python_version()}",
        f"OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS', 'unset')}",
    ]
    return ", ".join(said)


if __name__ == "__main__":
    main()
