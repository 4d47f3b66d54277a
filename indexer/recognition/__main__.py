"""`python -m indexer.recognition MEGABYTES`: limits itself, then reads the pictures that it is asked for, a line each.

In:   {"path": …, "page": 3, "seconds": 120.0}
Out:  {"lines": [[text, x0, bottom, x1, top], …]}, or {"error": code, "detail": …}
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.limits import NICENESS, limit
from indexer.served import serve


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Raises IndexerError."""
    from indexer.recognition.engine import recognised
    from indexer.recognition.lines import lines_out

    return {"lines": lines_out(recognised(Path(request["path"]), int(request["page"])))}


if __name__ == "__main__":
    limit(int(sys.argv[1]), niceness=NICENESS)
    serve(answer)
