"""Searching in a process of its own, so that it and the conversation do not wait for each other.

Python runs one thread of a process at a time: in a burst, searching for some questions would hold up the sending of
answers to others, and be held up by it. At the other end of the pipes is bot.searcher.
"""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bot.asking.answers import Encoded
from bot.batch_thread import fail, fulfil
from knowledge.settings import Settings

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "bot.searcher")
#: So many are handed over at once: enough that the process is never idle, too few to fill a pipe.
_HANDED_OVER = 3
#: A question during which the process ended this often is given up.
_MOST_ENDS = 2
#: In seconds.
_PAUSE_BEFORE_RESTART = 1.0
_TIME_TO_END = 5.0


class SearchFailed(Exception):
    """Searching failed; the lines search.failed and search.ended in the log tell more."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class _Ended(Exception):
    """The process is no longer there."""


class SearchProcess:
    """Fulfils Searching. A process that ends is started again, and what it had not answered is searched for again."""

    def __init__(
        self, settings: Settings, command: Sequence[str] = COMMAND, pause_s: float = _PAUSE_BEFORE_RESTART
    ) -> None:
        # The searcher shall not know what it has no use for.
        self._settings = settings.model_copy(update={"bot_token": None})
        self._command = tuple(command)
        self._pause_s = pause_s
        self._closing = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def warm(self) -> None:
        child = self._running()
        self._send(child, None)
        if isinstance(outcome := self._receive(child), Exception):
            raise outcome

    def search(self, batch: Sequence[Encoded]) -> None:
        waiting, ends = deque(batch), 0
        while waiting and not self._closing.is_set():
            first = waiting[0]
            try:
                self._exchange(waiting)
            except _Ended:
                ends = ends + 1 if waiting[0] is first else 1
                if ends == _MOST_ENDS:
                    # It may be what ends the process each time; the others shall not wait for ever.
                    fail(waiting.popleft().reply, SearchFailed())
                    ends = 0
                self._closing.wait(self._pause_s)

    def close(self) -> None:
        self._closing.set()
        if (child := self._child) is not None:
            _end(child)

    def _exchange(self, waiting: deque[Encoded]) -> None:
        """Takes off what is answered, in order."""
        child, handed_over = self._running(), 0
        while waiting:
            while handed_over < min(_HANDED_OVER, len(waiting)):
                each = waiting[handed_over]
                self._send(child, (each.question, each.vector))
                handed_over += 1
            outcome = self._receive(child)
            reply, handed_over = waiting.popleft().reply, handed_over - 1
            if isinstance(outcome, Exception):
                fail(reply, outcome)
            else:
                fulfil(reply, outcome)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            # Not in our group: an interrupt from the terminal is for the bot, and when the bot ends, so does its pipe.
            self._child = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
            log.info("action=search.started pid=%d", self._child.pid)
            if self._closing.is_set():
                self._child.kill()
            self._send(self._child, self._settings)
        return self._child

    def _send(self, child: subprocess.Popen[bytes], what: object) -> None:
        assert child.stdin is not None  # noqa: S101 - PIPE was asked for
        try:
            pickle.dump(what, child.stdin)
            child.stdin.flush()
        except (OSError, ValueError) as error:
            raise self._ended(child) from error

    def _receive(self, child: subprocess.Popen[bytes]) -> Any:
        assert child.stdout is not None  # noqa: S101 - PIPE was asked for
        try:
            return pickle.load(child.stdout)  # noqa: S301 - of our own making, at both ends
        # A ValueError is what a stream says that `close` has closed meanwhile.
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise self._ended(child) from error

    def _ended(self, child: subprocess.Popen[bytes]) -> _Ended:
        code = _end(child)
        self._child = None
        if not self._closing.is_set():
            log.error("action=search.ended pid=%d code=%d", child.pid, code)
        return _Ended()


def _end(child: subprocess.Popen[bytes]) -> int:
    child.kill()
    code = child.wait(_TIME_TO_END)
    for stream in (child.stdin, child.stdout):
        # What could not be handed over is still in the buffer, and closing tries once more.
        with suppress(OSError):
            stream.close()  # type: ignore[union-attr]  # both are pipes
    return code
