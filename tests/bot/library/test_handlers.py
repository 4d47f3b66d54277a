from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation import FileSent, Pressed
from bot.library.handlers import Library, press_of
from bot.library.watcher import LoadWatcher
from bot.testing import FakeChat, FakeMessenger, incoming
from knowledge.domain import EditionStatus, Language, Role
from knowledge.store import Stores
from tests.bot.library.drafts import ready

FILE = FileSent(name="高血压.pdf", size=1000)


@pytest.fixture
def library(stores: Stores, tmp_path: Path) -> Library:
    watcher = LoadWatcher(stores=stores, messenger=FakeMessenger())
    return Library(stores=stores, uploads_dir=tmp_path / "uploads", watcher=watcher)


async def send(library: Library, chat: FakeChat, file: FileSent = FILE, **update) -> None:
    handler = library.document()
    assert handler is not None
    await handler(incoming(file, **{"role": Role.COORDINATOR, **update}), chat)


async def test_a_file_is_received_stored_and_queued(library, stores, tmp_path):
    chat = FakeChat(file=b"%PDF-1.7")
    await send(library, chat, update_id=11)
    (job,) = stores.jobs.open()
    assert (job.file_name, job.sent_by, job.message_id) == ("高血压.pdf", 1001, 1)
    assert [path.read_bytes() for path in _files(tmp_path / "uploads", job.path)] == [b"%PDF-1.7"]
    assert chat.sent[0].html == "收到 高血压.pdf，正在读取……"


def _files(folder: Path, named: str) -> list[Path]:
    return [path for path in folder.iterdir() if str(path) == named]


async def test_an_update_that_comes_again_after_a_kill_queues_nothing_more(library, stores):
    chat = FakeChat()
    await send(library, chat, update_id=11)
    await send(library, chat, update_id=11)
    (job,) = stores.jobs.open()
    assert job.message_id == 1
    assert chat.edits[0][0] == 2


@pytest.mark.parametrize("language", Language)
async def test_a_doctor_is_refused_with_their_id(library, stores, language):
    chat = FakeChat()
    await send(library, chat, role=Role.DOCTOR, language=language)
    assert "1001" in chat.sent[0].html
    assert stores.jobs.open() == []


async def test_a_file_that_cannot_be_read_is_refused_at_once(library, stores):
    chat = FakeChat()
    await send(library, chat, FileSent(name="课程.csv", size=10))
    assert "yidao-index courses" in chat.sent[0].html
    assert stores.jobs.open() == []


async def press(library: Library, chat: FakeChat, data: str, role: Role = Role.COORDINATOR) -> None:
    await library.press(incoming(Pressed(data=data, message_id=5), role=role), chat)


async def test_a_press_loads_and_says_so_in_the_card(library, stores):
    job, draft = ready(stores)
    chat = FakeChat()
    await press(library, chat, f"load:yes:{job.id}")
    assert stores.library.edition(draft.id).status is EditionStatus.CURRENT
    assert chat.edits[0][0] == 5
    assert "医生现在可以查到" in chat.edits[0][1].html
    assert chat.edits[0][1].buttons == ()


async def test_a_second_press_is_only_acknowledged(library, stores):
    job, _ = ready(stores)
    chat = FakeChat()
    await press(library, chat, f"load:yes:{job.id}")
    await press(library, chat, f"load:no:{job.id}")
    assert len(chat.edits) == 1
    assert chat.notes == ["", "已经处理过了。"]


async def test_who_is_no_coordinator_any_more_cannot_decide(library, stores):
    job, draft = ready(stores)
    chat = FakeChat()
    await press(library, chat, f"load:yes:{job.id}", role=Role.DOCTOR)
    assert stores.library.edition(draft.id).status is EditionStatus.DRAFT
    assert chat.edits == []


@pytest.mark.parametrize(
    "data", ["load", "load:", "load:yes", "load:yes:", "load:maybe:1", "load:yes:²", "load:yes:-1"]
)
def test_data_that_no_card_of_ours_holds_is_not_understood(data):
    assert press_of(data) is None
