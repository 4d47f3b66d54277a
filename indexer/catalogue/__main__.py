"""The child of indexer.catalogue: limits itself, then reads the lists that it is asked for, one line each.

python -m indexer.catalogue MEGABYTES      {"path": …, "seconds": …} a line in, one line of JSON out
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.limits import NICENESS, limit
from indexer.served import serve


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """The rows that hold, and the others with their fault. Raises IndexerError, and what openpyxl does."""
    from indexer.catalogue.records import records_of
    from indexer.catalogue.rows import catalogue
    from indexer.catalogue.wire import catalogue_out

    return catalogue_out(catalogue(records_of(Path(request["path"]))))


if __name__ == "__main__":
    limit(int(sys.argv[1]), niceness=NICENESS)
    serve(answer)
