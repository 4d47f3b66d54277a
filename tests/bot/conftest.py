"""A database of its own for each test, copied from one that was migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.store import Stores, open_stores


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty library of this version, as a file."""
    path = tmp_path_factory.mktemp("library") / "yidao.sqlite3"
    empty = open_stores(f"sqlite:///{path}")
    empty.database.migrate()
    empty.database.close()
    return path


@pytest.fixture
def stores(migrated: Path, tmp_path: Path) -> Iterator[Stores]:
    """The stores of an empty library."""
    path = tmp_path / "yidao.sqlite3"
    shutil.copyfile(migrated, path)
    opened = open_stores(f"sqlite:///{path}")
    yield opened
    opened.database.close()
