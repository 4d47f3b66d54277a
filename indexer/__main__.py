"""`python -m indexer`, and the command `yidao-index`."""

from __future__ import annotations

import sys

from indexer.commands import main

if __name__ == "__main__":
    sys.exit(main())
