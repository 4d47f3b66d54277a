"""The library's handlers, over a library of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue import Dialogues
from bot.library.handlers import Library
from bot.library.watcher import LoadWatcher
from bot.people.refusals import Refusals
from bot.testing import FakeMessenger
from knowledge.store import Stores


@pytest.fixture
def watcher(stores: Stores) -> LoadWatcher:
    return LoadWatcher(stores=stores, messenger=FakeMessenger())


@pytest.fixture
def library(stores: Stores, tmp_path: Path, watcher: LoadWatcher) -> Library:
    return Library(
        stores=stores,
        uploads_dir=tmp_path / "uploads",
        watcher=watcher,
        dialogues=Dialogues(stores.dialogues),
        refusals=Refusals(stores.audit),
    )
