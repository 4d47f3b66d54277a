"""A course list's card: what adding it would do, rows that were left out and why, and what came of the decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.conversation import Button, Message
from bot.html import Block, Line, Section, bold, line
from bot.library.courses.deciding import Discarded, Gone, Settled
from bot.library.courses.prospect import Prospect
from bot.library.data import Action
from bot.library.naming import Staff
from bot.library.view import button, first_known, message
from bot.texts import Texts
from knowledge.domain import Course
from knowledge.store.courses import COURSE_FIELDS
from knowledge.store.jobs import Job, JobStatus

#: Courses that are shown of those that are new, and of those that change.
EXAMPLES = 3
_RANGES = 10
_LONGEST_VALUE = 60
_LONGEST_FILE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    new: tuple[Course, ...] = ()
    #: As the catalogue has it, and as the list does.
    changed: tuple[tuple[Course, Course], ...] = ()


def card(prospect: Prospect, examples: Examples, words: Texts, *, note: str = "") -> Message:
    """note: what changed since the card was last shown."""
    job = prospect.job
    blocks: list[Block] = [line(note)] if note else []
    blocks.append(line(bold(words.get("library.courses.title", file=job.file_name))))
    blocks.append(line(_counts(prospect, words)))
    blocks += left_out(job, words)
    if examples.new:
        blocks.append(_section("library.courses.new_ones", map(_new, examples.new), words))
    if examples.changed:
        changes = (_change(before, after, words) for before, after in examples.changed)
        blocks.append(_section("library.courses.changed_ones", changes, words))
    blocks.append(Section(blocks=tuple(line(each) for each in _outlook(prospect, words))))
    return message(*blocks, buttons=(_choices(prospect, words),))


def _counts(prospect: Prospect, words: Texts) -> str:
    counts = {"new": len(prospect.new), "changed": len(prospect.changed), "unchanged": prospect.unchanged}
    return words.get("library.courses.counts", **counts)


def _section(key: str, lines: Iterator[Line], words: Texts) -> Section:
    return Section(blocks=(line(words.get(key)), *lines))


def _outlook(prospect: Prospect, words: Texts) -> Iterator[str]:
    if not prospect.changes_something:
        yield words.get("library.courses.nothing_to_add")
        return
    if prospect.samples:
        yield words.get("library.courses.samples", count=prospect.samples)
    yield words.get("library.courses.before")


def _choices(prospect: Prospect, words: Texts) -> list[Button]:
    job_id, count = prospect.job.id, len(prospect.new) + len(prospect.changed)
    discard = button("library.courses.button.discard", words, Action.DISCARD_COURSES, job_id, prospect.seen)
    if not count:
        return [discard]
    return [
        button("library.courses.button.add", words, Action.ADD_COURSES, job_id, prospect.seen, count=count),
        discard,
    ]


# ------------------------------------------------------------------------------------------------- courses
def _new(course: Course) -> Line:
    return line("· ", " · ".join(filter(None, (_short(course.title), _short(course.provider)))))


def _change(before: Course, after: Course, words: Texts) -> Line:
    differences = [
        _difference(name, getattr(before, name), getattr(after, name), words)
        for name in COURSE_FIELDS
        if getattr(before, name) != getattr(after, name)
    ]
    what = differences or [words.get("library.courses.on_offer_again")]
    return line(
        "· ",
        _short(before.title),
        words.get("library.courses.colon"),
        words.get("library.courses.and").join(what),
    )


def _difference(name: str, before: object, after: object, words: Texts) -> str:
    field = words.get(f"library.courses.field.{name}")
    if name == "summary":  # too long for both to be read side by side
        return field
    return words.get("library.courses.difference", field=field, before=_value(before), after=_value(after))


def _value(value: object) -> str:
    match value:
        case None | "":
            return "–"
        case date():
            return value.isoformat()
        case float():
            return f"{value:g}"
        case _:
            return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


# ------------------------------------------------------------------------------------------------ bad rows
def left_out(job: Job, words: Texts) -> list[Line]:
    """Which rows of a list were left out, and why."""
    faults: Mapping[str, Mapping[str, Any]] = job.details.get("bad_rows", {})
    if not faults:
        return []
    total = sum(int(each["count"]) for each in faults.values())
    lines = [line(words.get("library.courses.left_out", count=total))]
    return lines + [line("· ", _fault(fault, each, words)) for fault, each in faults.items()]


def _fault(fault: str, found: Mapping[str, Any], words: Texts) -> str:
    named, rows = ranges(found["rows"], words), int(found["count"])
    key = first_known((f"library.courses.fault.{fault}", "library.courses.fault.other"), words)
    if named.count < rows:
        return words.get("library.courses.rows_and_more", rows=named.text, count=rows, fault=words.get(key))
    number = "library.courses.row" if rows == 1 else "library.courses.rows"
    return words.get(number, rows=named.text, fault=words.get(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """Some numbers as people write them."""

    text: str
    #: How many of them are named.
    count: int


def ranges(numbers: Sequence[int], words: Texts) -> Ranges:
    """7, 9–12: the first of them, as far as they fit a phone."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    shown = found[:_RANGES]
    text = words.get("library.list_comma").join(
        str(first) if first == last else f"{first}–{last}" for first, last in shown
    )
    return Ranges(text=text, count=sum(last - first + 1 for first, last in shown))


# ------------------------------------------------------------------------------------------------ outcomes
def added(prospect: Prospect, words: Texts) -> Message:
    lines = [
        line(
            words.get(
                "library.courses.added", **_numbers(prospect.job, len(prospect.new), len(prospect.changed))
            )
        )
    ]
    if prospect.samples:
        lines.append(line(words.get("library.courses.samples_withdrawn", count=prospect.samples)))
    return message(*lines)


def decided(result: Discarded | Settled | Gone, staff: Staff, words: Texts) -> Message:
    match result:
        case Discarded(file_name=name):
            return message(line(words.get("library.courses.discarded", file=name)))
        case Settled(job=job):
            return _told_before(job, staff, words)
        case Gone():
            return message(line(words.get("library.courses.gone")))


def _told_before(job: Job, staff: Staff, words: Texts) -> Message:
    """Who decided and how: two may hold the same card."""
    key = (
        "library.courses.added_before"
        if job.status is JobStatus.APPROVED
        else "library.courses.discarded_before"
    )
    numbers = _numbers(job, int(job.details.get("added", 0)), int(job.details.get("changed", 0)))
    return message(
        line(words.get(key, who=staff.called(str(job.details.get("decided_by", "")), words), **numbers))
    )


def _numbers(job: Job, new: int, changed: int) -> dict[str, object]:
    return {"file": job.file_name, "new": new, "changed": changed}


def refused(job: Job, words: Texts) -> Message:
    """Why nothing of a list can be added, and what to do."""
    keys = (
        f"library.courses.refused.{job.reason}",
        f"library.refused.{job.reason}",
        "library.refused.unreadable",
    )
    text = words.get(first_known(keys, words), file=job.file_name, edition=job.file_name)
    return message(line(text), *left_out(job, words))


def name_on_button(job: Job, words: Texts) -> Button:
    name = job.file_name
    shown = name if len(name) <= _LONGEST_FILE else name[: _LONGEST_FILE - 1] + "…"
    return button("library.courses.button.open", words, Action.COURSES, job.id, file=shown)
