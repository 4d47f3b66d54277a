"""`python -m bot.searcher`: searches for what bot.asking.search_process hands over, until its standard input ends.

In come pickles: the settings, then pairs of a prepared question and its vector, or None, which asks to load what
searching needs. Out goes one pickle for each: the reply, None, or an exception.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import sys
from contextlib import suppress
from typing import IO, Any

from bot.asking.search_process import SearchFailed
from bot.logs import configure_logging, places
from knowledge.answering import Answerer
from knowledge.domain import Reply
from knowledge.errors import KnowledgeError
from knowledge.store import open_stores

log = logging.getLogger(__name__)


def main() -> int:
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever prints, in whichever library, must not get between the replies.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # The bot has gone: there is nobody to search for.
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, replies)
    return 0


def serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    """Raises EOFError where the requests end."""
    from bot.app import answerer_for

    settings = pickle.load(requests)  # noqa: S301 - of our own making, at both ends
    configure_logging(settings.log_level)
    answerer = answerer_for(settings, open_stores(settings.library_url))
    while True:
        request = pickle.load(requests)  # noqa: S301 - as above
        pickle.dump(outcome(answerer, request), replies)
        replies.flush()


def outcome(answerer: Answerer, request: Any) -> Reply | Exception | None:
    try:
        if request is None:
            answerer.warm_search()
            # See bot.asking.answers.
            gc.freeze()
            return None
        question, vector = request
        return answerer.reply(question, vector)
    except KnowledgeError as error:
        return error
    except Exception as error:  # noqa: BLE001 - the question is told off by the bot, and the next one comes
        # Its words may repeat the question's, and not every exception survives a pickle.
        log.error("action=search.failed error=%s at=%s", type(error).__name__, places(error))
        return SearchFailed()


if __name__ == "__main__":
    sys.exit(main())
