"""What a coordinator sees of a file on its way in: taken or not, how far it is read, why it could not be."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Button, Message
from bot.html import Block, line, page
from bot.library.data import Action, data_for
from bot.library.naming import name_of
from bot.library.upload import MEGABYTE, UploadRefusal, suffix_of
from bot.progress import bar
from bot.texts import Texts
from knowledge.store.jobs import Job, JobKind, JobStatus


def upload_refused(reason: UploadRefusal, file_name: str, limit: int, words: Texts) -> Message:
    values = {"file": file_name, "suffix": suffix_of(file_name), "limit": limit // MEGABYTE}
    return message(line(words.get(f"library.upload.{reason}", **values)))


def progress(job: Job, ahead: int, words: Texts, *, delayed: bool = False) -> Message:
    """What is being done; `ahead`: how many files are read before this one."""
    if delayed:
        return message(line(words.get("library.delayed", file=job.file_name)))
    if job.status is JobStatus.WAITING and ahead:
        return message(line(words.get("library.waiting", file=job.file_name, ahead=ahead)))
    if not job.total:
        return received(job, words)
    values = {"bar": bar(job.done, job.total), "done": job.done, "total": job.total}
    key = "library.courses.encoding" if job.kind is JobKind.COURSES else "library.encoding"
    return message(line(words.get("library.reading", file=job.file_name)), line(words.get(key, **values)))


def received(job: Job, words: Texts) -> Message:
    """True for as long as it stands in the chat, also where a kill keeps it from ever being edited."""
    return message(line(words.get(_RECEIVED[job.kind], file=job.file_name)))


_RECEIVED = {
    JobKind.UPLOAD: "library.received",
    JobKind.COURSES: "library.courses.received",
    JobKind.REREAD: "library.rereading",
}


def finished(job: Job, words: Texts) -> Message:
    """What the progress message says once the result stands below it."""
    key = "library.read"
    if job.status is JobStatus.REFUSED:
        key = "library.not_reread" if job.kind is JobKind.REREAD else "library.not_loaded"
    return message(line(words.get(key, file=job.file_name)))


def refused(job: Job, words: Texts) -> Message:
    """Why a file was not loaded and what to do; a document that has it already is one tap away."""
    title, year = job.details.get("title"), job.details.get("year")
    known = name_of(str(title), year, words) if title else job.file_name
    key = first_known((f"library.refused.{job.reason}", "library.refused.unreadable"), words)
    document = job.details.get("document")
    buttons = [(open_button(int(document), words),)] if document is not None else []
    return message(line(words.get(key, file=job.file_name, edition=known)), buttons=buttons)


def gone(file_name: str, words: Texts) -> Message:
    return message(line(words.get("library.gone", file=file_name)))


def open_button(document_id: int, words: Texts) -> Button:
    return button("library.button.open", words, Action.DOCUMENT, document_id)


def button(key: str, words: Texts, action: Action, *arguments: object, **values: object) -> Button:
    return Button(text=words.get(key, **values), data=data_for(action, *arguments))


def first_known(keys: Sequence[str], words: Texts) -> str:
    """The first key that has a text; codes come from the indexer, which may know newer ones."""
    known = words.keys()
    return next(key for key in keys if key in known)


def message(*blocks: Block, buttons: Sequence[Sequence[Button]] = ()) -> Message:
    return Message(html=page(blocks), buttons=tuple(tuple(row) for row in buttons if row))
