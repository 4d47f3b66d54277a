"""Pictures that were drawn, kept as files until there are too many; all of them can be drawn again."""

from __future__ import annotations

import hashlib
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

#: Part of a picture's name: raise it when the same page would be drawn otherwise.
_LOOK = "1"
_MOST_BYTES = 200_000_000
_PART = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureName:
    """What makes a picture what it is."""

    file_hash: str
    page: int
    page_first: int
    page_last: int
    texts: tuple[str, ...]

    @property
    def file_name(self) -> str:
        told = (_LOOK, self.file_hash, self.page, self.page_first, self.page_last, *self.texts)
        return hashlib.sha256("\0".join(map(str, told)).encode("utf-8", "replace")).hexdigest() + ".jpg"


class PictureCache:
    """In a folder; what was not asked for the longest goes first."""

    def __init__(self, folder: Path, *, most_bytes: int = _MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def get(self, name: PictureName) -> Path | None:
        path = self._folder / name.file_name
        if not path.is_file():
            return None
        # A folder that cannot be written still gives what it has.
        with suppress(OSError):
            path.touch()
        return path

    def put(self, name: PictureName, jpeg: bytes) -> Path | None:
        """None where it cannot be kept, on a full disk for one: the picture is sent all the same."""
        path = self._folder / name.file_name
        part = path.with_suffix(f".{secrets.token_hex(4)}{_PART}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(jpeg)
            part.replace(path)
        except OSError as error:
            log.warning("action=picture.not_kept error=%s", error.strerror)
            with suppress(OSError):
                part.unlink(missing_ok=True)
            return None
        self._prune(path)
        return path

    def _prune(self, newest: Path) -> None:
        """Removes the oldest until the rest fits, and what a kill left half written."""
        with suppress(OSError):
            files = [(path.stat(), path) for path in self._folder.iterdir() if path != newest]
            left = self._most_bytes - newest.stat().st_size
            for stat, path in sorted(files, key=lambda each: -each[0].st_mtime_ns):
                left -= stat.st_size
                if left < 0 or path.suffix == _PART:
                    path.unlink(missing_ok=True)
