from __future__ import annotations

import asyncio

import pytest

from bot.conversation import Unreached
from bot.library import view
from bot.library.watcher import LoadWatcher
from bot.library.worker import WorkerSupervisor
from bot.testing import FakeMessenger
from bot.texts import texts
from knowledge.domain import Language
from knowledge.store import Stores
from tests.bot.library.drafts import queued, ready
from tests.knowledge.editions import edition, publish

ZH = texts(Language.ZH)


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def supervisor(stores: Stores) -> WorkerSupervisor:
    return WorkerSupervisor(has_work=stores.jobs.has_work)


@pytest.fixture
def watcher(stores: Stores, messenger: FakeMessenger, supervisor: WorkerSupervisor) -> LoadWatcher:
    return LoadWatcher(stores=stores, messenger=messenger, supervisor=supervisor)


async def test_a_file_that_was_read_is_shown_once(stores, messenger, watcher):
    job, draft = ready(stores)
    assert await watcher.look() is False
    assert await watcher.look() is False
    assert [chat for chat, _ in messenger.sent] == [1]
    assert (messenger.sent[0][1].buttons[0][0].data or "").startswith(f"lib:yes:{draft.id}:")
    assert messenger.edits == [(1, 7, view.finished(job, ZH))]


async def test_a_new_process_tells_what_the_killed_one_did_not(stores, messenger, supervisor):
    ready(stores)
    watcher = LoadWatcher(stores=stores, messenger=messenger, supervisor=supervisor)
    await watcher.look()
    assert len(messenger.sent) == 1


async def test_a_refused_file_is_reported_with_its_reason(stores, messenger, watcher):
    job = queued(stores)
    stores.jobs.refuse(job.id, "encrypted", {})
    await watcher.look()
    assert "加了密码" in messenger.sent[0][1].html


async def test_reports_are_in_the_senders_language(stores, messenger, watcher):
    stores.people.meet(1, "Anna", Language.EN)
    job = queued(stores)
    stores.jobs.refuse(job.id, "encrypted", {})
    await watcher.look()
    assert "password" in messenger.sent[0][1].html


async def test_progress_is_edited_only_when_it_changed(stores, messenger, watcher):
    job = queued(stores)
    watcher.follow(job.id, view.received(job, ZH))
    assert await watcher.look() is True
    assert messenger.edits == []
    stores.jobs.claim()
    stores.jobs.progress(job.id, 10, 20)
    await watcher.look()
    await watcher.look()
    assert [message.html.splitlines()[-1] for _, _, message in messenger.edits] == ["▓▓▓▓░░░░ 10/20 段"]


async def test_after_a_restart_nothing_is_edited_to_what_it_says_already(stores, messenger, watcher):
    """Telegram refuses such an edit."""
    job = queued(stores)
    stores.jobs.claim()
    stores.jobs.progress(job.id, 10, 20)
    await watcher.look()
    assert messenger.edits == []
    stores.jobs.progress(job.id, 11, 20)
    await watcher.look()
    assert len(messenger.edits) == 1


async def test_files_in_the_queue_know_their_place(stores, messenger, watcher):
    first, second = queued(stores), queued(stores, file_name="b.pdf")
    for job in (first, second):
        watcher.follow(job.id, view.received(job, ZH))
    await watcher.look()
    assert [message.html for *_, message in messenger.edits] == ["收到 b.pdf，排队中：前面还有 1 个文件。"]


async def test_a_worker_that_cannot_work_is_told(stores, messenger, watcher, supervisor):
    job = queued(stores)
    watcher.follow(job.id, view.received(job, ZH))
    supervisor.failures = 2
    await watcher.look()
    assert "不用重发" in messenger.edits[0][2].html


async def test_a_draft_that_was_dealt_with_elsewhere_is_not_offered(stores, messenger, watcher):
    _, draft = ready(stores)
    stores.library.discard(draft.id)
    await watcher.look()
    assert messenger.sent[0][1].buttons == ()


async def test_a_file_that_is_still_on_its_way_is_neither_progress_nor_result(stores, messenger, watcher):
    stores.jobs.announce(file_name="a.pdf", sent_by=1, chat_id=1, update_id=5)
    assert await watcher.look() is False
    assert (messenger.sent, messenger.edits) == ([], [])
    assert len(stores.jobs.open()) == 1


async def test_what_was_read_again_is_shown_like_a_file_that_was_sent(stores, messenger, watcher):
    old = publish(stores, edition("甲", file_hash="f" * 64)).edition
    job, _ = stores.jobs.add_reread(old.id, file_name="甲.pdf", sent_by=1, chat_id=1)
    draft = stores.library.add_draft(edition("甲", ("新读法。",), file_hash="f" * 64), old.document_id)
    stores.jobs.ready(job.id, draft.id, {})
    await watcher.look()
    assert "重新读出" in messenger.sent[0][1].html
    assert stores.jobs.open() == []


async def test_a_terminal_does_not_report_to_telegram_nor_the_reverse(stores, supervisor):
    """Both may run over one library; each tells its own people."""
    ready(stores)
    terminal = FakeMessenger(terminal=True)
    await LoadWatcher(stores=stores, messenger=terminal, supervisor=supervisor).look()
    assert terminal.sent == []
    assert len(stores.jobs.open()) == 1


async def test_it_is_settled_when_every_file_was_told_of(stores, messenger, watcher):
    job = queued(stores)
    task = asyncio.create_task(watcher.run())
    watcher.follow(job.id, view.received(job, ZH))
    stores.jobs.refuse(job.id, "encrypted", {})
    async with asyncio.timeout(10):
        await watcher.settled()
    assert "加了密码" in messenger.sent[0][1].html
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_kill_while_an_upload_is_removed_leaves_nothing_behind(stores, watcher, tmp_path):
    upload = tmp_path / "upload.pdf"
    upload.write_bytes(b"%PDF")
    job = stores.jobs.add(path=str(upload), file_name="a.pdf", sent_by=1, chat_id=1, update_id=None)
    stores.jobs.refuse(job.id, "damaged", {})
    _execute(
        stores, "CREATE TRIGGER kill BEFORE UPDATE OF told_at ON jobs BEGIN SELECT RAISE(ABORT, ''); END"
    )
    with pytest.raises(Exception, match="IntegrityError"):
        await watcher.look()
    assert not upload.exists()
    _execute(stores, "DROP TRIGGER kill")
    await watcher.look()
    assert stores.jobs.open() == []


def _execute(stores, statement):
    with stores.database.write() as connection:
        connection.exec_driver_sql(statement)


class Away(FakeMessenger):
    """Telegram cannot be reached."""

    async def send(self, chat_id, message):
        return Unreached(reason="ConnectError")


async def test_a_result_that_could_not_reach_telegram_is_told_later(stores, supervisor, messenger, tmp_path):
    upload = tmp_path / "upload.pdf"
    upload.write_bytes(b"%PDF")
    job = stores.jobs.add(path=str(upload), file_name="a.pdf", sent_by=1, chat_id=1, update_id=None)
    stores.jobs.refuse(job.id, "damaged", {})
    away = Away()
    assert await LoadWatcher(stores=stores, messenger=away, supervisor=supervisor).look() is True
    assert [each.id for each in stores.jobs.open()] == [job.id]
    assert upload.exists()
    await LoadWatcher(stores=stores, messenger=messenger, supervisor=supervisor).look()
    assert len(messenger.sent) == 1
    assert stores.jobs.open() == []


async def test_an_upload_that_was_told_of_is_removed(stores, watcher, tmp_path):
    """What became a draft is kept among the library's files; the rest serves nobody."""
    upload = tmp_path / "upload.pdf"
    upload.write_bytes(b"%PDF")
    job = stores.jobs.add(path=str(upload), file_name="a.pdf", sent_by=1, chat_id=1, update_id=None)
    await watcher.look()
    assert upload.exists()
    stores.jobs.refuse(job.id, "damaged", {})
    await watcher.look()
    assert not upload.exists()
