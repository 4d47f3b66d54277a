"""What more than one package's tests need."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import tiny_reranker


@pytest.fixture(scope="session")
def reranker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small cross-encoder that knows doses from targets, trained once for the whole run."""
    return tiny_reranker.train(tmp_path_factory.mktemp("reranker"))
