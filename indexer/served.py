"""The loop of a child that opens strangers' files: a line of JSON in, a line of JSON out, until standard input ends."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from indexer.limits import limit_cpu

Request = Mapping[str, Any]


def serve(answer: Callable[[Request], dict[str, Any]]) -> None:
    """answer: what is answered to a request, which tells in "seconds" what it may take; it raises what it likes."""
    answers = os.fdopen(os.dup(1), "wb")
    #: A library that prints must not get into the answers.
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        limit_cpu(float(request["seconds"]))
        answers.write(json.dumps(_safely(answer, request), ensure_ascii=True).encode() + b"\n")
        answers.flush()


def _safely(answer: Callable[[Request], dict[str, Any]], request: Request) -> dict[str, Any]:
    """What the file does to us is an answer too."""
    from indexer import errors

    try:
        return answer(request)
    except errors.IndexerError as error:
        return {"error": error.code, "detail": error.detail}
    except MemoryError:
        return {"error": errors.OutOfMemory.code}
    except RecursionError:
        return {"error": errors.Damaged.code, "detail": "nested too deeply"}
    # The libraries raise anything on a broken file; the type alone is safe to tell.
    except Exception as error:  # noqa: BLE001
        return {"error": errors.Damaged.code, "detail": type(error).__name__}
