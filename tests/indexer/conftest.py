"""What loading and the worker are tried on: a library of their own, and a loader over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.store import Stores, open_stores
from tests.indexer.guidelines import Workshop


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = open_stores(f"sqlite:///{tmp_path / 'yidao.sqlite3'}")
    opened.database.migrate()
    yield opened
    opened.database.close()


@pytest.fixture
def workshop(stores: Stores, tmp_path: Path) -> Workshop:
    return Workshop(stores, tmp_path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    return tmp_path / "data"
