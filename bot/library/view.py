"""What a coordinator sees of a file: how far it is read, what was read, what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Button, Message
from bot.html import Line, Section, bold, line, page
from bot.library.deciding import Choice, Decided, Discarded, Gone, Kept, Loaded
from bot.library.plan import NewDocument, OlderThan, Plan, Replaces
from bot.library.upload import MEGABYTE, UploadRefusal, suffix_of
from bot.progress import bar
from bot.texts import Texts
from knowledge.store.jobs import Job, JobStatus
from knowledge.store.library import EditionRecord

#: The part before the first colon in the data of every button here.
CALLBACK = "load"


def upload_refused(reason: UploadRefusal, file_name: str, limit: int, words: Texts) -> Message:
    values = {"file": file_name, "suffix": suffix_of(file_name), "limit": limit // MEGABYTE}
    return _message(line(words.get(f"library.upload.{reason}", **values)))


def taken_already(file_name: str, words: Texts) -> Message:
    return _message(line(words.get("library.taken_already", file=file_name)))


def progress(job: Job, ahead: int, words: Texts, *, delayed: bool = False) -> Message:
    """What is being done; `ahead`: how many files are read before this one."""
    if delayed:
        return _message(line(words.get("library.delayed", file=job.file_name)))
    if job.status is JobStatus.WAITING and ahead:
        return _message(line(words.get("library.waiting", file=job.file_name, ahead=ahead)))
    if not job.total:
        return received(job.file_name, words)
    values = {"bar": bar(job.done, job.total), "done": job.done, "total": job.total}
    return _message(
        line(words.get("library.reading", file=job.file_name)), line(words.get("library.encoding", **values))
    )


def received(file_name: str, words: Texts) -> Message:
    return _message(line(words.get("library.received", file=file_name)))


def finished(job: Job, words: Texts) -> Message:
    """What the progress message says once the result stands below it."""
    key = "library.not_loaded" if job.status is JobStatus.REFUSED else "library.read"
    return _message(line(words.get(key, file=job.file_name)))


def card(job_id: int, draft: EditionRecord, plan: Plan, words: Texts) -> Message:
    """What was read and what loading it would do, with the two ways to decide."""
    warnings = (line(_warning(code, count, words)) for code, count in draft.warnings)
    choices = (
        Button(text=words.get("library.button.load"), data=f"{CALLBACK}:{Choice.LOAD}:{job_id}"),
        Button(text=words.get("library.button.discard"), data=f"{CALLBACK}:{Choice.DISCARD}:{job_id}"),
    )
    return _message(
        line(bold(words.get("library.title", title=draft.title))),
        line(_facts(draft, words)),
        *warnings,
        Section(blocks=(line(_plan(plan, words)),)),
        buttons=(choices,),
    )


def _facts(edition: EditionRecord, words: Texts) -> str:
    """Year, publisher, language, pages and passages on a line; what is unknown says so."""
    year = words.get("library.year", year=edition.year) if edition.year else words.get("library.year_unknown")
    facts = [
        year,
        edition.publisher or words.get("library.publisher_unknown"),
        words.get(_first_known((f"library.language.{edition.language}", "library.language.other"), words)),
    ]
    if edition.pages:
        facts.append(words.get("library.pages", count=edition.pages))
    facts.append(words.get("library.passages", count=edition.passages))
    return " · ".join(facts)


def _warning(code: str, count: int, words: Texts) -> str:
    key = _first_known((f"library.warning.{code}", "library.warning.other"), words)
    return words.get(key, count=count, code=code)


def _plan(plan: Plan, words: Texts) -> str:
    match plan:
        case NewDocument():
            return words.get("library.plan.new")
        case Replaces(edition=edition):
            return words.get(
                "library.plan.replaces", edition=edition_name(edition.title, edition.year, words)
            )
        case OlderThan(edition=edition):
            return words.get("library.plan.older", edition=edition_name(edition.title, edition.year, words))


def refused(job: Job, words: Texts) -> Message:
    """Why a file was not loaded and what to do, in one line."""
    title, year = job.details.get("title"), job.details.get("year")
    known = edition_name(str(title), year, words) if title else job.file_name
    key = _first_known((f"library.refused.{job.reason}", "library.refused.unreadable"), words)
    return _message(line(words.get(key, file=job.file_name, edition=known)))


def gone(file_name: str, words: Texts) -> Message:
    return _message(line(words.get("library.gone", file=file_name)))


def decided(result: Decided, words: Texts) -> Message:
    match result:
        case Loaded(approved=approved):
            edition = approved.edition
            name = edition_name(edition.title, edition.year, words)
            lines = [line(words.get("library.loaded", edition=name))]
            lines += (_replaced(other, words) for other in approved.replaced)
            if approved.samples_withdrawn:
                lines.append(line(words.get("library.samples_withdrawn", count=approved.samples_withdrawn)))
            return _message(*lines)
        case Kept(edition=edition):
            name = edition_name(edition.title, edition.year, words)
            return _message(line(words.get("library.kept", edition=name)))
        case Discarded(title=title):
            return _message(line(words.get("library.discarded", edition=edition_name(title, None, words))))
        case Gone():
            return _message(line(words.get("library.nothing_to_decide")))


def _replaced(other: EditionRecord, words: Texts) -> Line:
    return line(words.get("library.replaced", edition=edition_name(other.title, other.year, words)))


def edition_name(title: str, year: int | None, words: Texts) -> str:
    """《title》（2024）; a title that names its year is not followed by it again."""
    named = words.get("library.title", title=title)
    if year is None or str(year) in title:
        return named
    return words.get("library.title_year", title=named, year=year)


def _first_known(keys: Sequence[str], words: Texts) -> str:
    """The first key that has a text; codes come from the indexer, which may know newer ones."""
    known = words.keys()
    return next(key for key in keys if key in known)


def _message(*blocks: Line | Section, buttons: Sequence[tuple[Button, ...]] = ()) -> Message:
    return Message(html=page(blocks), buttons=tuple(buttons))
