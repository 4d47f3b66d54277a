"""Text recognition for scanned pages, with the extra `ocr` installed; without it they stay unread and are counted.

Each page is recognised in a child of its own with limits on memory and time, and what was recognised is kept, so that
a scan of a hundred pages goes on where it stopped.
"""

from __future__ import annotations

from importlib.util import find_spec


def is_installed() -> bool:
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))
