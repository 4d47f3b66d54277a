"""What was promised whatever is killed when, looked for in a library and its bot."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.kills.guidelines import COURSES, SECTIONS
from benchmarks.kills.world import World
from knowledge.answering import open_answerer
from knowledge.domain import Answer, EditionStatus
from knowledge.store.jobs import JobKind, JobStatus
from knowledge.store.library import EditionRecord
from tests.journeys.people import Person


def broken(world: World) -> Iterator[str]:
    """What was promised and does not hold."""
    known = world.stores.library.list_editions(tuple(EditionStatus))
    editions = {edition.title: edition for edition in known if edition.title in world.sent}
    current = {title for title, edition in editions.items() if edition.status is EditionStatus.CURRENT}
    yield from _wrong_jobs(world)
    yield from _not_whole(world, editions)
    yield from _wrongly_current(world, current)
    yield from _not_waiting(world, editions)
    yield from _wrong_courses(world)
    yield from _wrong_answers(world, current)


def _wrong_courses(world: World) -> Iterator[str]:
    """Of each list all courses or none: all where it was approved, none where nobody wanted that."""
    links = [course.url for course in world.stores.courses.current()]
    status = {job.file_name: job.status for job in world.jobs()}
    for name, sent in world.lists.items():
        there = sum(link.startswith(sent.address) for link in links)
        if there not in (0, COURSES):
            yield f"{name} is half there: {there} of {COURSES}"
        if (there > 0) is not (status.get(name) == JobStatus.APPROVED):
            yield f"{name} is {status.get(name)}, with {there} courses in the catalogue"
        if there and name not in world.wanted:
            yield f"{name} is in the catalogue, and nobody approved it"
        if name in world.approved and not there:
            yield f"{name} was approved, and is not in the catalogue"
        if name in world.left and not (
            status.get(name) == JobStatus.READY and world.has_button(name, "添加")
        ):
            yield f"{name} was left waiting, and is {status.get(name)}"


def _not_whole(world: World, editions: dict[str, EditionRecord]) -> Iterator[str]:
    for title, edition in editions.items():
        held = " ".join(p.text for p in world.stores.passages.of_edition(edition.id))
        if held.count(world.sent[title].mark) != SECTIONS:
            yield f"{title} is half there: {held.count(world.sent[title].mark)} of {SECTIONS}"


def _wrongly_current(world: World, current: set[str]) -> Iterator[str]:
    """At most one edition of each document, that somebody approved; and what was approved, until a newer one is."""
    for disease, count in Counter(world.sent[title].disease for title in current).items():
        if count > 1:
            yield f"{disease} has {count} current editions"
    for title in (world.approved & world.sent.keys()) - current:
        later = [t for t in current if world.sent[t].disease == world.sent[title].disease]
        if not any(world.sent[t].year > world.sent[title].year for t in later):
            yield f"{title} was approved and is not current"
    for title in current - world.wanted:
        yield f"{title} is current, and nobody approved it"


def _not_waiting(world: World, editions: dict[str, EditionRecord]) -> Iterator[str]:
    for title in world.left & world.sent.keys():
        if title not in editions or editions[title].status is not EditionStatus.DRAFT:
            yield f"{title} was left waiting, and waits no more"
        if not world.has_button(title, "收录"):
            yield f"{title} waits, and no card of it stands in the chat"


def _wrong_jobs(world: World) -> Iterator[str]:
    """Each upload is known once, and loaded, waits with a draft, was discarded, or was refused and that told."""
    counts = Counter(job.file_name for job in world.jobs())
    for name, count in world.uploads.items():
        if counts[name] != count:
            yield f"{name}: sent {count} times, {counts[name]} jobs"
    known = {e.id: e.status for e in world.stores.library.list_editions(tuple(EditionStatus))}
    for job in world.jobs():
        if job.kind == JobKind.COURSES:
            continue
        status = known.get(job.edition_id)
        is_right = {
            JobStatus.READY: status is EditionStatus.DRAFT,
            JobStatus.APPROVED: status not in (None, EditionStatus.DRAFT),
            JobStatus.DISCARDED: True,
            JobStatus.REFUSED: job.told_at is not None,
        }
        if not is_right.get(JobStatus(job.status), False):
            yield f"{job.file_name} is {job.status}, and its edition {status}"


async def asked_of_the_bot(world: World) -> list[str]:
    """What the bot itself answers wrongly, asked in the chat about what was sent last and some others."""
    editions = world.stores.library.list_editions((EditionStatus.CURRENT,))
    current = {edition.title for edition in editions}
    diseases = list(dict.fromkeys(guideline.disease for guideline in reversed(world.sent.values())))
    asked = diseases[:3] + world.chance.sample(diseases[3:], min(2, len(diseases[3:])))
    doctor, wrong = Person(world.coordinator.server, "王医生"), []
    await doctor.joins("请不要发送")
    for disease in asked:
        about = [guideline for guideline in world.sent.values() if guideline.disease == disease]
        text = await _answer(doctor, about[0].question)
        world.tally.questions += 1
        is_answer = "不是答案" not in text
        for guideline in about:
            answers, should = is_answer and guideline.mark in text, guideline.title in current
            if answers != should:
                wrong.append(f"the bot {_does(answers)} from {guideline.title}, which {_is(should)} current")
    return wrong


async def _answer(doctor: Person, question: str) -> str:
    """What the bot says to it, which is not that one has to wait a moment for the process that searches."""
    before = len(doctor.chat.events)
    doctor.writes(question)

    def said() -> str | None:
        return next((text for _, text, _ in doctor.chat.events[before:] if "请稍候" not in text), None)

    return await doctor.server.until(f"an answer to {question}", said, within=60)


def _wrong_answers(world: World, current: set[str]) -> Iterator[str]:
    cache = Path(tempfile.mkdtemp(dir=world.folder))
    answerer = open_answerer(world.stores, world.encoder, cache)
    for disease in {guideline.disease for guideline in world.sent.values()}:
        editions = [guideline for guideline in world.sent.values() if guideline.disease == disease]
        reply = answerer.answer(editions[0].question)
        shown = " ".join(q.passage.text for q in reply.quotations) if isinstance(reply, Answer) else ""
        for guideline in editions:
            answers, should = guideline.mark in shown, guideline.title in current
            if answers != should:
                yield f"{guideline.title} {_does(answers)}, and {_is(should)} current"
    shutil.rmtree(cache)


def _does(answers: bool) -> str:  # noqa: FBT001 - a word for it
    return "answers" if answers else "does not answer"


def _is(current: bool) -> str:  # noqa: FBT001 - likewise
    return "is" if current else "is not"
