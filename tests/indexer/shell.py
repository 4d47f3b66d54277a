"""Commands as scripts and people call them: in a process of their own, with the fake encoder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

#: Runs commands one after the other in one process, which starts slowly; prints the outcome of each.
_SEVERAL = """
import contextlib, io, json, sys
from indexer.commands import main
outcomes = []
for arguments in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as end:
            status = end.code
    outcomes.append([status, out.getvalue(), err.getvalue()])
print(json.dumps({"outcomes": outcomes, "modules": sorted(sys.modules)}))
"""


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def process(data: Path, *command: str, said: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Runs a command; said: what it reads from standard input, which may be no text at all."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YIDAO_")}
    settings = {"YIDAO_DATA_DIR": str(data), "YIDAO_EMBEDDING_MODEL": "fake", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, *command],
        env={**kept, **settings, "PYTHONIOENCODING": "utf-8"},
        cwd=data.parent,
        input=said,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def several(data: Path, *commands: tuple[str, ...]) -> tuple[list[Outcome], set[str]]:
    """The outcome of each command, and the modules that were imported for them."""
    ran = process(data, "-c", _SEVERAL, json.dumps(commands))
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    return [Outcome(*outcome) for outcome in told["outcomes"]], set(told["modules"])
