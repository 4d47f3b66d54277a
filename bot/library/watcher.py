"""Tells coordinators how their files fare: progress while they are read, and the result once."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from bot.background import keep_running, signalled
from bot.conversation import Message, Messenger, Sent, Unreached
from bot.library import view
from bot.library.courses import card_view as courses_view
from bot.library.courses.reviewing import CourseReviewing
from bot.library.reviewing import Reviewing
from bot.library.worker import WorkerSupervisor
from bot.texts import Texts, texts
from knowledge.domain import Language
from knowledge.store import Stores
from knowledge.store.jobs import Job, JobKind, JobStatus

log = logging.getLogger(__name__)

#: Telegram slows a chat down in which a message is edited more often.
_INTERVAL_S = 2.5
#: One breakdown is mended by the next start; after two, the sender hears of the delay.
_FAILURES_TO_TELL = 2
_UNREAD = frozenset({JobStatus.WAITING, JobStatus.READING})
#: What there is something to tell of.
_READ = frozenset({JobStatus.READY, JobStatus.REFUSED, JobStatus.APPROVED, JobStatus.DISCARDED})


class LoadWatcher:
    """Follows every job whose sender has not been told; the database is all it remembers across a restart."""

    def __init__(
        self,
        *,
        stores: Stores,
        messenger: Messenger,
        supervisor: WorkerSupervisor | None = None,
        interval: float = _INTERVAL_S,
    ) -> None:
        self._stores = stores
        self._reviewing = Reviewing(stores)
        self._courses = CourseReviewing(stores)
        self._messenger = messenger
        self._supervisor = supervisor or WorkerSupervisor(has_work=stores.jobs.has_work)
        self._interval = interval
        self._news = asyncio.Event()
        self._settled = asyncio.Event()
        #: What a job's progress message says, as far as this process knows.
        self._shown: dict[int, Message] = {}
        self._supervisor.on_end = self._news.set

    def follow(self, job_id: int, shown: Message) -> None:
        """A file was queued, and its message says `shown`."""
        self._shown[job_id] = shown
        self._settled.clear()
        self._supervisor.wake()
        self._news.set()

    def wake(self) -> None:
        """There may be work that nobody is told of."""
        self._supervisor.wake()

    async def settled(self) -> None:
        """Returns when every file has been told of, if only that it has to wait."""
        await self._settled.wait()

    async def run(self) -> None:
        """For as long as the bot runs."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_running("worker", self._supervisor.run))
            tasks.create_task(keep_running("watcher", self._watch))

    async def _watch(self) -> None:
        while True:
            is_busy = await self.look()
            if not self._news.is_set() and (not is_busy or self._is_delayed):
                self._settled.set()
            await signalled(self._news, within=self._interval if is_busy else None)

    async def look(self) -> bool:
        """Tells what there is to tell; False when no file is being followed any more, and none waits to be told of."""
        all_open = await asyncio.to_thread(self._stores.jobs.open)
        jobs = [job for job in all_open if self._messenger.reaches(job.chat_id)]
        unread = [job for job in jobs if job.status in _UNREAD]
        for job in unread:
            ahead = sum(other.id < job.id and other.status in _UNREAD for other in all_open)
            await self._show_progress(job, ahead)
        told = [await self._tell(job) for job in jobs if job.status in _READ]
        return bool(unread) or not all(told)

    @property
    def _is_delayed(self) -> bool:
        return self._supervisor.failures >= _FAILURES_TO_TELL

    async def _show_progress(self, job: Job, ahead: int) -> None:
        words = await self._words_for(job)
        message = view.progress(job, ahead, words, delayed=self._is_delayed)
        # What stands in the chat after a restart is unknown, and Telegram refuses an edit that changes nothing.
        before = self._shown.setdefault(job.id, message)
        if job.message_id is not None and message != before:
            self._shown[job.id] = message
            await self._messenger.edit(job.chat_id, job.message_id, message)

    async def _tell(self, job: Job) -> bool:
        """Shows the result below the progress, where it makes the phone ring; then it is noted as told.

        False where Telegram cannot be reached: it is to be told later.
        """
        words = await self._words_for(job)
        if (result := await asyncio.to_thread(self._result, job, words)) is not None:
            outcome = await self._messenger.send(job.chat_id, result)
            if isinstance(outcome, Unreached):
                return False
            if not isinstance(outcome, Sent):
                log.warning("action=load.not_told job=%d outcome=%s", job.id, type(outcome).__name__)
            if job.message_id is not None:
                await self._messenger.edit(job.chat_id, job.message_id, view.finished(job, words))
        await asyncio.to_thread(self._close, job)
        return True

    def _close(self, job: Job) -> None:
        """The upload has served: what became a draft is kept among the library's files."""
        # In this order: a kill between the two must not leave a file that nothing refers to.
        if job.path:
            Path(job.path).unlink(missing_ok=True)
        self._stores.jobs.told(job.id)
        self._shown.pop(job.id, None)

    def _result(self, job: Job, words: Texts) -> Message | None:
        """None for a job that was decided elsewhere meanwhile."""
        if job.kind is JobKind.COURSES:
            return self._result_of_list(job, words)
        if job.status is JobStatus.REFUSED:
            return view.refused(job, words)
        if job.status is not JobStatus.READY or job.edition_id is None:
            return None
        card = self._reviewing.card(job.edition_id, words)
        return card if card.buttons else view.gone(job.file_name, words)

    def _result_of_list(self, job: Job, words: Texts) -> Message | None:
        if job.status is JobStatus.REFUSED:
            return courses_view.refused(job, words)
        return self._courses.card(job.id, words) if job.status is JobStatus.READY else None

    async def _words_for(self, job: Job) -> Texts:
        person = await asyncio.to_thread(self._stores.people.get, job.sent_by)
        return texts(person.language if person else Language.ZH)
