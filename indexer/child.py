"""The child of indexer.sandbox: limits itself, then reads the files that it is asked for, one line each.

python -m indexer.child MEGABYTES      {"path": …, "seconds": …} a line in, one line of JSON out
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from indexer.limits import limit, limit_cpu

#: Answers go before reading.
_NICENESS = 5


def main() -> None:
    """Answers requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    #: A library that prints must not get into the answers.
    os.dup2(2, 1)
    limit(int(sys.argv[1]), niceness=_NICENESS)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        limit_cpu(float(request["seconds"]))
        answers.write(json.dumps(_answer(Path(request["path"])), ensure_ascii=True).encode() + b"\n")
        answers.flush()


def _answer(path: Path) -> dict[str, Any]:
    from indexer import errors
    from indexer.reading import read
    from indexer.wire import chunk_out, parsed_out

    try:
        document = read(path)
        return {
            "parsed": parsed_out(document.parsed),
            "chunks": [chunk_out(chunk) for chunk in document.chunks],
        }
    except errors.IndexerError as error:
        return {"error": error.code, "detail": error.detail}
    except MemoryError:
        return {"error": errors.OutOfMemory.code}
    except RecursionError:
        return {"error": errors.Damaged.code, "detail": "nested too deeply"}
    # The libraries raise anything on a broken file; the type alone is safe to tell.
    except Exception as error:  # noqa: BLE001
        return {"error": errors.Damaged.code, "detail": type(error).__name__}


if __name__ == "__main__":
    main()
