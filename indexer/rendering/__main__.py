"""`python -m indexer.rendering MEGABYTES`: limits itself, then draws the pages that it is asked for, a line each.

In:   {"path": …, "page": 47, "page_first": 47, "page_last": 48, "texts": […], "seconds": 8.0}
Out:  {"jpeg": base64, "is_marked": true}, or {"error": code, "detail": …}

Whoever starts it ends it after so many seconds, by closing its standard input, or by killing it: it holds nothing.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.limits import limit, limit_cpu


def main() -> None:
    """Answers requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    #: A library that prints must not get into the answers.
    os.dup2(2, 1)
    limit(int(sys.argv[1]))
    for line in sys.stdin.buffer:
        request = json.loads(line)
        limit_cpu(float(request["seconds"]))
        answers.write(json.dumps(answer(request)).encode() + b"\n")
        answers.flush()


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request that was understood; what the file does to us is an answer too."""
    from indexer import errors
    from indexer.rendering.drawing import PageWanted, draw

    wanted = PageWanted(
        path=Path(request["path"]),
        page=request["page"],
        page_first=request["page_first"],
        page_last=request["page_last"],
        texts=tuple(request["texts"]),
    )
    try:
        picture = draw(wanted)
    except errors.IndexerError as error:
        return {"error": error.code, "detail": error.detail}
    except MemoryError:
        return {"error": errors.OutOfMemory.code, "detail": ""}
    # The libraries raise anything on a broken file; the type alone is safe to tell.
    except Exception as error:  # noqa: BLE001
        return {"error": errors.Damaged.code, "detail": type(error).__name__}
    return {"jpeg": base64.b64encode(picture.jpeg).decode(), "is_marked": picture.is_marked}


if __name__ == "__main__":
    main()
