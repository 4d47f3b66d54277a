"""The real model, converted and loaded once for the whole run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from knowledge.engines import e5_small
from knowledge.engines.encoder import SentenceEncoder

# As the encoder does before it loads torch: a test may be the first to import it, and threads that spin while they wait
# make every measure of time worthless on a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the model is converted to; YIDAO_TEST_CACHE keeps it from one run to the next."""
    kept = os.environ.get("YIDAO_TEST_CACHE")
    return Path(kept) if kept else tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def model_folder(model_cache: Path) -> Path:
    return e5_small.ensure(model_cache)


@pytest.fixture(scope="session")
def encoder(model_cache: Path) -> SentenceEncoder:
    return SentenceEncoder(cache=model_cache)
