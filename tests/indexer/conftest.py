"""What the tests of the indexer share: a zoo of hostile files, PDFs made by hand, a check of page truth.

The tests are no package (importlib mode), so their own folder is put on the path for these modules.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
