"""Old Word and PowerPoint files: LibreOffice turns them into new ones, where it is installed.

It runs within the limits of the child that reads, which it inherits: memory, time, size of files, no network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from indexer import errors
from indexer.parsed import Parsed

#: Where it may be if the path does not name it.
_ELSEWHERE = ("/Applications/LibreOffice.app/Contents/MacOS/soffice", "/usr/lib/libreoffice/program/soffice")


def converter() -> str | None:
    """The command of LibreOffice; None where it is not installed."""
    named = shutil.which("soffice") or shutil.which("libreoffice")
    return named or next((path for path in _ELSEWHERE if os.access(path, os.X_OK)), None)


def parse_legacy(path: Path, suffix: str, parse: Callable[[Path], Parsed]) -> Parsed:
    """What `parse` reads out of the file as LibreOffice saves it under this suffix.

    Raises LegacyOffice where LibreOffice is not installed, Damaged where it cannot open the file.
    """
    command = converter()
    if command is None:
        raise errors.LegacyOffice
    with tempfile.TemporaryDirectory(prefix="yidao-converting-") as folder:
        source = Path(shutil.copyfile(path, Path(folder) / f"in{path.suffix.lower()}"))
        made = Path(folder) / f"in{suffix}"
        subprocess.run(
            [
                command,
                # A profile of its own: macros off, and no other LibreOffice that runs is asked to do it.
                f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
                "--headless",
                "--norestore",
                "--convert-to",
                suffix.removeprefix("."),
                "--outdir",
                folder,
                str(source),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": folder},
            check=False,
        )
        if not made.is_file():
            raise errors.Damaged("LibreOffice could not open it")
        return parse(made)
