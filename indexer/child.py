"""The child of indexer.sandbox: limits itself, then reads the files that it is asked for, one line each.

python -m indexer.child MEGABYTES      {"path": …, "seconds": …} a line in, one line of JSON out
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.limits import NICENESS, limit
from indexer.served import serve


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """The document, or that it has no text and which pages are pictures of some. Raises IndexerError."""
    from indexer import errors
    from indexer.reading import read
    from indexer.recognition.lines import lines_in
    from indexer.wire import chunk_out, parsed_out

    recognised = {int(page): lines_in(lines) for page, lines in request.get("recognised", {}).items()}
    try:
        document = read(Path(request["path"]), recognised)
    except errors.NoText as error:
        return {"error": error.code, "detail": error.detail, "scans": list(error.scans)}
    return {
        "parsed": parsed_out(document.parsed),
        "chunks": [chunk_out(chunk) for chunk in document.chunks],
        "scans": list(document.parsed.scans),
    }


if __name__ == "__main__":
    limit(int(sys.argv[1]), niceness=NICENESS)
    serve(answer)
