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
def library_file(migrated: Path, tmp_path: Path) -> Path:
    """An empty library of the test's own, as a file."""
    return Path(shutil.copyfile(migrated, tmp_path / "yidao.sqlite3"))


@pytest.fixture
def stores(library_file: Path) -> Iterator[Stores]:
    """The stores of an empty library."""
    opened = open_stores(f"sqlite:///{library_file}")
    yield opened
    opened.database.close()


@pytest.fixture
def elsewhere(library_file: Path) -> Iterator[Stores]:
    """The same library as another process sees it."""
    opened = open_stores(f"sqlite:///{library_file}")
    yield opened
    opened.database.close()
