"""The files of documents as they were loaded, each kept under its hash."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer import errors
from knowledge.store.library import EditionRecord

_PART = ".part"
#: File systems count a name in bytes, and most take 255 of them.
_LONGEST_NAME = 200


def keep(path: Path, file_hash: str, files_dir: Path) -> Path:
    """Stores a file under its hash, whole or not at all, and gives its place."""
    kept = files_dir / file_hash[:2] / f"{file_hash}{path.suffix.lower()}"
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    temporary = kept.with_suffix(f"{kept.suffix}.{os.getpid()}{_PART}")
    try:
        shutil.copyfile(path, temporary)
        temporary.replace(kept)
    finally:
        # A full disk must not be left fuller.
        temporary.unlink(missing_ok=True)
    return kept


def kept_file(files_dir: Path, file_hash: str) -> Path:
    """A loaded file by its hash. Raises NotFound."""
    some = (files_dir / file_hash[:2]).glob(f"{file_hash}.*")
    found = next((path for path in some if path.suffix != _PART), None)
    if found is None:
        raise errors.NotFound("the file that was loaded is no longer in the data folder")
    return found


def safe_name(name: str) -> str:
    """A file's name as any file system takes it; its end is kept, for its suffix."""
    end = re.sub(r"[/\\\0]", "_", name).encode("utf-8", "replace")[-_LONGEST_NAME:]
    return end.decode("utf-8", "ignore").lstrip(".") or "upload"


def is_full(error: OSError) -> bool:
    """Whether it is the disk that is at fault, and not the file."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def as_it_was_loaded(edition: EditionRecord, files_dir: Path) -> Iterator[Path]:
    """An edition's file under its own name, with what is known of it beside it, as people corrected it.

    Title, year and the other facts change what is read: a heading that repeats the title is left out of the sections.
    Raises NotFound.
    """
    kept = kept_file(files_dir, edition.file_hash)
    name = Path(safe_name(edition.file_name)).with_suffix(kept.suffix).name
    with tempfile.TemporaryDirectory(prefix="yidao-reading-") as folder:
        # A copy: a link would be resolved to the name that the file is kept under.
        path = Path(shutil.copyfile(kept, Path(folder) / name))
        path.with_suffix(".yaml").write_text(_sidecar(edition), "utf-8")
        yield path


def _sidecar(edition: EditionRecord) -> str:
    facts = {
        "title": edition.title,
        "year": edition.year,
        "publisher": edition.publisher,
        "language": edition.language,
        "specialties": list(edition.specialties) or None,
        "source": edition.source,
        "sharing": edition.sharing.value,
        "sample": edition.is_sample,
    }
    # JSON is YAML; the signs of aliases, which sidecars may not have, are written as their numbers.
    return json.dumps(facts).replace("&", "\\u0026").replace("*", "\\u002a")
