"""`python -m indexer.rendering MEGABYTES`: limits itself, then draws the pages that it is asked for, a line each.

In:   {"path": …, "page": 47, "page_first": 47, "page_last": 48, "texts": […], "recognised": …, "seconds": 8.0}
Out:  {"jpeg": base64, "is_marked": true}, or {"error": code, "detail": …}

Whoever starts it ends it after so many seconds, by closing its standard input, or by killing it: it holds nothing.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.limits import limit
from indexer.served import serve


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Raises IndexerError."""
    from indexer.rendering.drawing import PageWanted, draw

    picture = draw(
        PageWanted(
            path=Path(request["path"]),
            page=request["page"],
            page_first=request["page_first"],
            page_last=request["page_last"],
            texts=tuple(request["texts"]),
            recognised=Path(request["recognised"]) if request.get("recognised") else None,
        )
    )
    return {"jpeg": base64.b64encode(picture.jpeg).decode(), "is_marked": picture.is_marked}


if __name__ == "__main__":
    limit(int(sys.argv[1]))
    serve(answer)
