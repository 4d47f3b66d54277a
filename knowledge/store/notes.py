"""What doctors are told unasked, once each: that what they were answered from was replaced, that a gap was closed.

A note is queued in the transaction that gives cause for it, or found from what the database says, and marked once it is
sent: after a kill between the two it is sent a second time, and never not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from knowledge.domain import EditionStatus, Language, Outcome, Role
from knowledge.quiet_hours import DEFAULT_ZONE, QuietHours
from knowledge.store.database import Database, now
from knowledge.store.library_tables import editions
from knowledge.store.note_causes import answered_from_what_is_gone
from knowledge.store.note_tables import (
    NoteKind,
    NoteStatus,
    insert_once,
    note_values,
    notes,
    wants_notes,
)
from knowledge.store.people import people
from knowledge.store.questions import questions

#: Notes of one doctor are counted over so long.
_DAY = timedelta(days=1)
_INSERTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedQuestion:
    """A question that a note is about."""

    note_id: int
    #: As it was understood.
    text: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An edition as it is named to people."""

    title: str
    year: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NowAnswered:
    question: NotedQuestion
    #: There was an answer, which they said was none.
    was_disliked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionGone:
    """Everything that one person was answered from one edition, newest first."""

    questions: tuple[NotedQuestion, ...]
    edition: Named
    #: What answers in its place; None where it was withdrawn.
    successor: Named | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapsClosed:
    """What somebody's loading has answered, and how many who waited for it were told."""

    gaps: int
    told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One message to one person."""

    note_ids: tuple[int, ...] = field(repr=False)
    telegram_id: int
    chat_id: int
    language: Language
    about: NowAnswered | EditionGone | GapsClosed


class NoteStore:
    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    # ------------------------------------------------------------------------------------------------------ queueing
    def queue_for_editions(self, since: datetime) -> int:
        """Queues a note for each question of doctors since then that was answered from what was replaced or withdrawn.

        Each question and edition once; none where the same file or content answers under another name or year, and
        none of samples.
        """
        with self._database.read() as connection:
            rows = connection.execute(answered_from_what_is_gone(since)).all()
        values = [
            note_values(NoteKind.EDITION, row, edition_id=row.edition_id, at=self._clock(), wanted=row.wanted)
            for row in rows
        ]
        for start in range(0, len(values), _INSERTED_AT_ONCE):
            with self._database.write() as connection:
                for each in values[start : start + _INSERTED_AT_ONCE]:
                    insert_once(connection, each)
        return sum(row.wanted for row in rows)

    def decline(self, question_id: int, by: int) -> bool:
        """They do not want to hear of this question; False where it is not theirs or there is none."""
        mine = select(questions.c.id, questions.c.asked_by, questions.c.chat_id).where(
            questions.c.id == question_id, questions.c.asked_by == by
        )
        with self._database.write() as connection:
            row = connection.execute(mine).one_or_none()
            if row is None:
                return False
            insert_once(
                connection,
                note_values(NoteKind.ANSWERED, row, at=self._clock()) | {"status": NoteStatus.DECLINED},
            )
            declined = update(notes).where(
                notes.c.kind == NoteKind.ANSWERED,
                notes.c.question_id == question_id,
                notes.c.status == NoteStatus.QUEUED,
            )
            connection.execute(declined.values(status=NoteStatus.DECLINED))
            return True

    # ------------------------------------------------------------------------------------------------------- sending
    def has_queued(self) -> bool:
        with self._database.read() as connection:
            queued = select(notes.c.id).where(notes.c.status == NoteStatus.QUEUED).limit(1)
            return connection.execute(queued).first() is not None

    def next_due(self, reaches: Callable[[int], bool], *, most_a_day: int) -> Due | None:
        """The next message to send; None where there is none, or all who wait have had enough for a day or sleep.

        Answers to what was asked in vain go first. What does not hold any more is dropped on the way. reaches: which
        chats the caller can write to.
        """
        while True:
            with self._database.read() as connection:
                found = self._next(connection, reaches, most_a_day)
            if not isinstance(found, _Void):
                return found
            with self._database.write() as connection:
                _end(connection, found)

    def sent(self, due: Due, message_id: int) -> None:
        self._mark(due, status=NoteStatus.SENT, message_id=message_id, sent_at=self._clock())

    def failed(self, due: Due) -> None:
        self._mark(due, status=NoteStatus.FAILED)

    def question(self, note_id: int, of: int) -> str | None:
        """What a note to this person asked; None where there is no such note of theirs, or it was forgotten."""
        query = (
            select(func.coalesce(questions.c.understood, questions.c.text))
            .select_from(notes.join(questions, questions.c.id == notes.c.question_id))
            .where(notes.c.id == note_id, notes.c.telegram_id == of)
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar_one_or_none()

    def _mark(self, due: Due, **values: Any) -> None:
        with self._database.write() as connection:
            connection.execute(update(notes).where(notes.c.id.in_(due.note_ids)).values(**values))

    def _next(
        self, connection: Connection, reaches: Callable[[int], bool], most_a_day: int
    ) -> Due | _Void | None:
        first = _first(connection, reaches, self._clock(), most_a_day)
        if first is None:
            return None
        language = None if first.language is None else Language(first.language)
        if language is None or not first.wanted:
            return _Void(ids=(first.id,), status=NoteStatus.DROPPED)
        ids, about = _about(connection, first)
        if about is None:
            return _Void(ids=ids, status=None)
        return Due(
            note_ids=ids,
            telegram_id=first.telegram_id,
            chat_id=first.chat_id,
            language=language,
            about=about,
        )


# ---------------------------------------------------------------------------------------------------- in detail


@dataclass(frozen=True, slots=True, kw_only=True)
class _Void:
    """Notes that are not to be sent; None: forgotten, so that a later cause gives a note again."""

    ids: tuple[int, ...]
    status: NoteStatus | None


def _first(
    connection: Connection, reaches: Callable[[int], bool], moment: datetime, most_a_day: int
) -> Row[Any] | None:
    full = (
        select(notes.c.telegram_id)
        .where(notes.c.sent_at > moment - _DAY, notes.c.kind != NoteKind.LOADED)
        .group_by(notes.c.telegram_id)
        .having(func.count(notes.c.message_id.distinct()) >= most_a_day)
    )
    order = case({kind.value: place for place, kind in enumerate(NoteKind)}, value=notes.c.kind)
    query = (
        select(notes, *_WHEN, people.c.language, _is_wanted().label("wanted"))
        .select_from(notes.outerjoin(people, people.c.telegram_id == notes.c.telegram_id))
        .where(
            notes.c.status == NoteStatus.QUEUED,
            or_(notes.c.kind == NoteKind.LOADED, notes.c.telegram_id.not_in(full)),
        )
        .order_by(order, notes.c.id)
    )
    rows = connection.execute(query)
    return next((row for row in rows if reaches(row.chat_id) and not _is_quiet(row, moment)), None)


def _is_wanted() -> ColumnElement[bool]:
    """Whether they want notes; what became of a document is for those who may load any."""
    may_load = people.c.role.in_([role for role in Role if role.includes(Role.COORDINATOR)])
    return and_(wants_notes(), or_(notes.c.kind != NoteKind.LOADED, may_load))


_WHEN = (people.c.quiet_from, people.c.quiet_until, people.c.time_zone)


def _is_quiet(row: Row[Any], moment: datetime) -> bool:
    """Whether the person does not want to be disturbed now."""
    if row.quiet_from is None or row.quiet_until is None or row.quiet_from == row.quiet_until:
        return False
    quiet = QuietHours(start=row.quiet_from, end=row.quiet_until, time_zone=row.time_zone or DEFAULT_ZONE)
    return quiet.ends_at(moment) is not None


def _about(
    connection: Connection, first: Row[Any]
) -> tuple[tuple[int, ...], NowAnswered | EditionGone | GapsClosed | None]:
    """The notes that one message tells, and what it says; None where there is nothing left to say."""
    match NoteKind(first.kind):
        case NoteKind.ANSWERED:
            asked = _noted(connection, notes.c.id == first.id)
            return (first.id,), _now_answered(connection, first, asked)
        case NoteKind.LOADED:
            return _closed(connection, first.telegram_id)
        case NoteKind.EDITION:
            asked = _noted(connection, _of_edition(first))
            ids = tuple(question.note_id for question in asked) or (first.id,)
            return ids, _gone(connection, first.edition_id, asked)


def _now_answered(
    connection: Connection, first: Row[Any], asked: Sequence[NotedQuestion]
) -> NowAnswered | None:
    if not asked:
        return None
    outcome = select(questions.c.outcome).where(questions.c.id == first.question_id)
    was_answered = connection.execute(outcome).scalar_one() == Outcome.ANSWERED
    return NowAnswered(question=asked[0], was_disliked=was_answered)


def _of_edition(first: Row[Any]) -> ColumnElement[bool]:
    return and_(
        notes.c.kind == NoteKind.EDITION,
        notes.c.telegram_id == first.telegram_id,
        notes.c.edition_id == first.edition_id,
        notes.c.status == NoteStatus.QUEUED,
    )


def _noted(connection: Connection, which: ColumnElement[bool]) -> tuple[NotedQuestion, ...]:
    query = (
        select(notes.c.id, func.coalesce(questions.c.understood, questions.c.text), questions.c.asked_at)
        .select_from(notes.join(questions, questions.c.id == notes.c.question_id))
        .where(which)
        .order_by(questions.c.id.desc())
    )
    return tuple(
        NotedQuestion(note_id=id_, text=text, asked_at=at) for id_, text, at in connection.execute(query)
    )


def _gone(connection: Connection, edition_id: int, asked: Sequence[NotedQuestion]) -> EditionGone | None:
    """None where it answers again, or something with the same content does."""
    row = connection.execute(select(editions).where(editions.c.id == edition_id)).one_or_none()
    if row is None or row.status == EditionStatus.CURRENT or not asked:
        return None
    successor = connection.execute(
        select(editions)
        .where(editions.c.document_id == row.document_id, editions.c.status == EditionStatus.CURRENT)
        .order_by(editions.c.id.desc())
        .limit(1)
    ).one_or_none()
    if successor is not None and (
        successor.content_hash == row.content_hash or successor.file_hash == row.file_hash
    ):
        return None
    return EditionGone(
        questions=tuple(asked),
        edition=_named(row),
        successor=_named(successor) if successor is not None else None,
    )


def _named(row: Row[Any]) -> Named:
    return Named(title=row.title, year=row.year)


def _closed(connection: Connection, telegram_id: int) -> tuple[tuple[int, ...], GapsClosed]:
    queued = (
        select(notes.c.id, questions.c.gap_id)
        .select_from(notes.outerjoin(questions, questions.c.id == notes.c.question_id))
        .where(
            notes.c.kind == NoteKind.LOADED,
            notes.c.telegram_id == telegram_id,
            notes.c.status == NoteStatus.QUEUED,
        )
    )
    rows = connection.execute(queued).all()
    closed = {row.gap_id for row in rows} - {None}
    told = (
        select(func.count(notes.c.telegram_id.distinct()))
        .select_from(notes.join(questions, questions.c.id == notes.c.question_id))
        .where(
            notes.c.kind == NoteKind.ANSWERED,
            notes.c.status == NoteStatus.SENT,
            questions.c.gap_id.in_(closed),
        )
    )
    count = connection.execute(told).scalar_one()
    return tuple(row.id for row in rows), GapsClosed(gaps=len(rows), told=count)


def _end(connection: Connection, void: _Void) -> None:
    which = and_(notes.c.id.in_(void.ids), notes.c.status == NoteStatus.QUEUED)
    if void.status is None:
        connection.execute(delete(notes).where(which))
    else:
        connection.execute(update(notes).where(which).values(status=void.status))
