"""The list that counts at this moment: the shipped one, with the coordinator's file where there is one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from knowledge.terms.merging import Merged, merge
from knowledge.terms.own import OwnTerms, Problem, parse
from knowledge.terms.termlist import TermList, shipped, shipped_rows

log = logging.getLogger(__name__)

#: Time of the last change in nanoseconds, size in bytes, file number; None where there is no such file.
_Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class _Held:
    stamp: _Stamp
    list: TermList


class CurrentTerms:
    """Follows a coordinator's file without a restart. Thread-safe; a call costs one look at the file's date.

    Whatever is wrong with the file is logged and left out; the rest counts.
    """

    def __init__(self, own: Path) -> None:
        self._own = own
        self._lock = Lock()
        self._held: _Held | None = None

    def current(self) -> TermList:
        """After a change the first caller reads it, a third of a second; meanwhile others have the list before."""
        stamp = _stamp(self._own)
        held = self._held
        if held is not None and held.stamp == stamp:
            return held.list
        if self._lock.acquire(blocking=held is None):
            try:
                if self._held is None or self._held.stamp != stamp:
                    self._held = _Held(stamp, _read(self._own))
            finally:
                self._lock.release()
        held = self._held
        return held.list if held else shipped()


def merged_with(own: Path) -> Merged:
    """The shipped list with this file's rows; a file that is not there changes nothing."""
    try:
        raw = own.read_bytes()
    except FileNotFoundError:
        return Merged(rows=shipped_rows())
    except OSError as error:
        problem = Problem(line=0, message=f"it cannot be read ({error.strerror or type(error).__name__})")
        return merge(shipped_rows(), OwnTerms(problems=(problem,)))
    return merge(shipped_rows(), parse(raw))


def _read(own: Path) -> TermList:
    merged = merged_with(own)
    if merged.problems:
        lines = ", ".join(str(problem.line) for problem in merged.problems[:10])
        log.warning(
            "%s: %d of its lines are left out (%s); yidao-index terms says why",
            own.name,
            len(merged.problems),
            lines,
            extra={"action": "terms.problems"},
        )
    if merged.rows == shipped_rows():
        return shipped()
    log.info(
        "%s: %d concepts added, %d amended, %d names taken away",
        own.name,
        merged.added,
        merged.amended,
        merged.removed,
        extra={"action": "terms.read"},
    )
    return TermList(merged.rows)


def _stamp(own: Path) -> _Stamp:
    try:
        found = own.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
