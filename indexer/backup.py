"""A backup: the database at one moment, the documents' files by hash, waiting uploads, and the coordinators' terms.

A folder, where a second backup adds only the files that are new, or one archive (.tar, .tar.gz, .tgz). What can be made
again, the keyword index and the converted model, is left out.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from indexer import originals
from indexer.errors import IndexerError
from knowledge.domain import EditionStatus
from knowledge.errors import BackupUnusable, LibraryUnusable
from knowledge.settings import Settings
from knowledge.store import Stores, backup, open_stores

_DATABASE = "yidao.sqlite3"
_TERMS = "terms.csv"
_MANIFEST = "backup.json"
_ARCHIVES = (".tar", ".tar.gz", ".tgz")
_FORMAT = 1
#: What changes from one backup to the next has its digest in its name: the next is written beside it.
_DATABASE_OF = re.compile(r"yidao(?:-[0-9a-f]{64})?\.sqlite3")
_TERMS_OF = re.compile(r"terms(?:-[0-9a-f]{64})?\.csv")
#: All that a backup holds: nothing else is taken out of an archive, and nothing outside the folder is ever named.
_MEMBER = re.compile(
    rf"(?:backup\.json|{_DATABASE_OF.pattern}|{_TERMS_OF.pattern}|files/[0-9a-f]{{2}}/[0-9a-f]{{64}}\.[a-z0-9]{{1,16}}"
    r"|uploads/[^/\0]{1,255})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds, and how each of its files is known to be whole."""

    made_at: str
    identity: str
    generation: int
    documents: int
    passages: int
    #: SHA-256 of every other file of the backup, by its place in it.
    digests: dict[str, str]
    #: Editions whose file was not in the data folder any more.
    missing: int = 0
    format: int = _FORMAT

    @property
    def database(self) -> str:
        """Its place in the backup; raises BackupUnusable where there is none."""
        found = next((place for place in self.digests if _DATABASE_OF.fullmatch(place)), None)
        if found is None:
            raise BackupUnusable("the backup is incomplete: it holds no database")
        return found


def is_archive(path: Path) -> bool:
    return path.name.lower().endswith(_ARCHIVES)


# -------------------------------------------------------------------------------------------------- making one
def back_up(stores: Stores, settings: Settings, target: Path) -> Manifest:
    """Writes a backup while others go on reading and writing; the one that stood there is whole until the new one is.

    Raises:
        BackupUnusable: a folder stands there that holds something else.
        LibraryUnusable: the library cannot be read, or the backup not be written.
    """
    try:
        if not is_archive(target):
            return _into_folder(stores, settings, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".yidao-backup-", dir=target.parent) as folder:
            manifest = _into_folder(stores, settings, Path(folder) / "backup")
            _pack(Path(folder) / "backup", target)
            return manifest
    except OSError as error:
        raise LibraryUnusable(f"the backup cannot be written: {error.strerror or error}") from error


def _into_folder(stores: Stores, settings: Settings, folder: Path) -> Manifest:
    folder.mkdir(parents=True, exist_ok=True)
    before = _manifest_of(folder)
    if before is None and any(folder.iterdir()):
        raise BackupUnusable(f"{folder} holds something else: name an empty folder, or one with a backup")
    fresh = folder / f"{_DATABASE}.{os.getpid()}.part"
    try:
        backup.copy_to(stores.database, fresh)
        manifest = _files_beside(fresh, settings, folder, before.digests if before else {})
        fresh.replace(folder / manifest.database)
    finally:
        fresh.unlink(missing_ok=True)
    # From here on this is the backup; until here the one before is, with all that it names.
    _write_whole(folder / _MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    _without_what_is_older(folder, manifest)
    return manifest


def _without_what_is_older(folder: Path, manifest: Manifest) -> None:
    """Also what a kill left of a backup that was never finished."""
    for path in folder.iterdir():
        changes = _DATABASE_OF.fullmatch(path.name) or _TERMS_OF.fullmatch(path.name)
        if changes and path.name not in manifest.digests:
            path.unlink(missing_ok=True)


def _files_beside(copy: Path, settings: Settings, folder: Path, known: dict[str, str]) -> Manifest:
    """Takes along what the copied database tells of. A loaded file is kept before its edition is, and never removed."""
    of_copy = open_stores(f"sqlite:///{copy}")
    try:
        status = of_copy.library.status()
        editions = of_copy.library.list_editions(list(EditionStatus))
        uploads = [Path(job.path) for job in of_copy.jobs.open() if job.path]
        identity = of_copy.library.identity()
    finally:
        of_copy.database.close()
    digest = _digest(copy)
    digests = {_named_by(digest, _DATABASE): digest}
    missing = 0
    for file_hash in sorted({edition.file_hash for edition in editions}):
        try:
            kept = originals.kept_file(settings.files_dir, file_hash)
        except IndexerError:
            missing += 1
            continue
        place = f"files/{file_hash[:2]}/{kept.name}"
        digests[place] = _taken_along(kept, folder / place, known.get(place))
    for upload in uploads:
        if upload.is_file():
            digests[f"uploads/{upload.name}"] = _taken_along(upload, folder / "uploads" / upload.name)
    if settings.terms_file.is_file():
        place = _named_by(_digest(settings.terms_file), _TERMS)
        digests[place] = _taken_along(settings.terms_file, folder / place)
    return Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        identity=identity,
        generation=status.generation,
        documents=status.documents,
        passages=status.passages,
        digests=digests,
        missing=missing,
    )


def _named_by(digest: str, name: str) -> str:
    path = Path(name)
    return f"{path.stem}-{digest}{path.suffix}"


def _taken_along(source: Path, target: Path, known: str | None = None) -> str:
    """The digest of a file that is now in the backup; one that was in it already, by its hash, is not copied again."""
    if known and target.is_file() and target.stat().st_size == source.stat().st_size:
        return known
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(source, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return _digest(target)


def _pack(folder: Path, archive: Path) -> None:
    temporary = archive.with_name(f"{archive.name}.{os.getpid()}.part")
    try:
        packing = "w" if archive.suffix == ".tar" else "w:gz"
        with tarfile.open(temporary, packing) as tar:  # type: ignore[call-overload]  # the mode is one of two texts
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                tar.add(path, path.relative_to(folder).as_posix())
        temporary.replace(archive)
    finally:
        temporary.unlink(missing_ok=True)


# ------------------------------------------------------------------------------------------------ putting it back
@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    manifest: Manifest
    #: Where the library that stood there is now; None where there was none.
    before: Path | None


def restore(stores: Stores, settings: Settings, source: Path, *, replace: bool) -> Restored:
    """Puts a backup in the place of the library: all that answers changes at once, or nothing does.

    replace: whether a library that stands there may give way; it is kept beside.

    Raises:
        BackupUnusable: it is none, or is damaged; or a library stands there that may not give way.
        LibraryUnusable: the data folder cannot be written.
    """
    file = stores.database.file
    if file is None:
        raise LibraryUnusable("the library is on a database server: restore it with the server's own means")
    is_live = stores.database.exists()
    if is_live and not replace:
        raise BackupUnusable(
            f"there is a library in {file.parent}: say --replace to put the backup in its place"
        )
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with _unpacked(source, settings.data_dir) as folder:
            manifest = _checked(folder)
            return _put_back(stores, settings, folder, manifest, is_live=is_live)
    except OSError as error:
        raise LibraryUnusable(f"the backup cannot be put back: {error.strerror or error}") from error


def _put_back(
    stores: Stores, settings: Settings, folder: Path, manifest: Manifest, *, is_live: bool
) -> Restored:
    file = stores.database.file
    if file is None:
        raise LibraryUnusable
    with tempfile.TemporaryDirectory(prefix=".yidao-restore-", dir=settings.data_dir) as temporary:
        prepared = Path(shutil.copyfile(folder / manifest.database, Path(temporary) / _DATABASE))
        _brought_to_this_version(prepared)
        generation = stores.library.generation() if is_live else 0
        backup.renew(prepared, above=generation, uploads_dir=settings.uploads_dir)
        # Files first: an edition whose file is not there yet must not answer.
        _files_back(folder, manifest, settings)
        before = _kept_beside(stores, file) if is_live else None
        backup.put_in_place(prepared, stores.database)
    return Restored(manifest=manifest, before=before)


def _brought_to_this_version(copy: Path) -> None:
    of_copy = open_stores(f"sqlite:///{copy}")
    try:
        of_copy.database.migrate()
    finally:
        of_copy.database.close()
    backup.check(copy)


def _files_back(folder: Path, manifest: Manifest, settings: Settings) -> None:
    for place in manifest.digests:
        if place == manifest.database:
            continue
        is_terms = _TERMS_OF.fullmatch(place) is not None
        target = settings.data_dir / (_TERMS if is_terms else place)
        if is_terms and target.is_file() and _digest(target) != manifest.digests[place]:
            target.replace(target.with_name(f"{_TERMS}.{_stamp()}.before"))
        if not target.is_file():
            _taken_along(folder / place, target)


def _kept_beside(stores: Stores, file: Path) -> Path:
    before = file.with_name(f"{file.name}.{_stamp()}.before")
    backup.copy_to(stores.database, before)
    return before


@contextmanager
def _unpacked(source: Path, data_dir: Path) -> Iterator[Path]:
    """The backup as a folder."""
    if source.is_dir():
        yield source
        return
    if not source.is_file():
        raise BackupUnusable(f"there is no backup {source}")
    with tempfile.TemporaryDirectory(prefix=".yidao-restore-", dir=data_dir) as folder:
        try:
            with tarfile.open(source) as tar:
                for member in tar:
                    if member.isfile() and _MEMBER.fullmatch(member.name):
                        tar.extract(member, folder, filter="data")
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise BackupUnusable(f"{source} is no archive, or is damaged: {error}") from error
        yield Path(folder)


def _checked(folder: Path) -> Manifest:
    """What the backup says of itself, once every one of its files was found whole. Raises BackupUnusable."""
    manifest = _manifest_of(folder)
    if manifest is None:
        raise BackupUnusable(f"there is no backup in {folder}")
    if manifest.format != _FORMAT:
        raise BackupUnusable("the backup was made by a newer version of Yidao")
    for place, digest in manifest.digests.items():
        if not _MEMBER.fullmatch(place) or not (folder / place).is_file():
            raise BackupUnusable(f"the backup is incomplete: {place} is missing")
        if _digest(folder / place) != digest:
            raise BackupUnusable(f"the backup is damaged: {place} is not as it was written")
    backup.check(folder / manifest.database)
    return manifest


def _manifest_of(folder: Path) -> Manifest | None:
    """None where there is none that can be read."""
    try:
        return Manifest(**json.loads((folder / _MANIFEST).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write_whole(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
