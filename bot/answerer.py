"""`python -m bot.answerer`: answers what bot.asking.answering_process hands over, until its standard input ends.

In come pickles: the settings, then pairs of a number and a question, or a number and None, which asks to gather gaps.
Out go pickles, each after its length: None, when what answering needs is loaded; then, as they are ready, pairs of a
number and a reply, a count, or an exception.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import IO, Any

from bot.asking.answer_thread import AnswerThread
from bot.asking.answering_process import LENGTH, AnsweringFailed
from bot.logs import configure_logging, places
from knowledge.errors import KnowledgeError
from knowledge.gaps import Gatherer
from knowledge.store import open_stores

log = logging.getLogger(__name__)


def main() -> int:
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever prints, in whichever library, must not get between the replies.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # A service manager tells all processes at once that it is over; the bot still sends its last answers then, and our
    # input ends when it does.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # The bot has gone: there is nobody to answer.
    with suppress(EOFError, KeyboardInterrupt):
        serve(sys.stdin.buffer, Outcomes(replies))
    return 0


class Outcomes:
    """The way back, shared by the threads."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def ready(self, _warm: Future[None]) -> None:
        self._send(None)

    def tell(self, number: int, outcome: Future[Any]) -> None:
        """What became of the request of that number."""
        if not outcome.cancelled():
            self._send((number, told(outcome)))

    def _send(self, what: object) -> None:
        pickled = pickle.dumps(what)
        # A pipe that nobody reads any more: the end of our input says so too.
        with self._lock, suppress(BrokenPipeError):
            self._stream.write(len(pickled).to_bytes(LENGTH) + pickled)
            self._stream.flush()


def serve(requests: IO[bytes], outcomes: Outcomes) -> None:
    """Raises EOFError where the requests end."""
    from bot.app import answerer_for

    settings = pickle.load(requests)  # noqa: S301 - of our own making, at both ends
    configure_logging(settings.log_level)
    stores = open_stores(settings.library_url)
    answerer = answerer_for(settings, stores)
    thread = AnswerThread(answerer, Gatherer(stores.gaps, answerer).gather)
    thread.warm().add_done_callback(outcomes.ready)
    try:
        while True:
            number, asked = pickle.load(requests)  # noqa: S301 - as above
            outcome: Future[Any] = thread.gather() if asked is None else thread.ask(asked)
            outcome.add_done_callback(partial(outcomes.tell, number))
    finally:
        thread.close()


def told(outcome: Future[Any]) -> Any:
    error = outcome.exception()
    if error is None:
        return outcome.result()
    if isinstance(error, KnowledgeError):
        return error
    # Its words may repeat the question's, and not every exception survives a pickle.
    log.error("action=answering.failed error=%s at=%s", type(error).__name__, places(error))
    return AnsweringFailed()


if __name__ == "__main__":
    # Not by sys.exit, which would wait for the threads: a model that is just being loaded is of no use to anybody now.
    os._exit(main())
