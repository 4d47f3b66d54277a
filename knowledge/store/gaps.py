"""Questions that the library could not answer, near-duplicates as one, until somebody closes the gap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from knowledge.domain import EditionStatus, Outcome, Rating
from knowledge.store.database import Database, UtcDateTime, inserted_id, metadata, now
from knowledge.store.library_tables import editions
from knowledge.store.note_causes import queue_for_askers, queue_for_loader
from knowledge.store.questions import citations, questions
from knowledge.store.vectors import Vectors, unpack

gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    # What was asked, as it is to be looked up again; masked.
    Column("text", Text, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("asked_first", UtcDateTime, nullable=False),
    Column("asked_last", UtcDateTime, nullable=False),
    # By which model its vector was made; NULL where it could not be encoded.
    Column("model", String(200)),
    Column("vector", LargeBinary),
    # The library's generation at which it was last looked up in vain.
    Column("tried_generation", Integer, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", UtcDateTime),
)


class GapStatus(StrEnum):
    OPEN = "open"
    #: Taken off the coordinators' list. It is looked up again all the same, for its askers were promised to hear of it.
    DISMISSED = "dismissed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    id: int
    text: str
    status: GapStatus
    #: How many people asked it, and how often.
    askers: int
    times: int
    asked_first: datetime
    asked_last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPage:
    gaps: tuple[Gap, ...]
    #: How many there are on all pages.
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unqueued:
    """A question that was not answered and belongs to no gap yet."""

    id: int
    #: As it was understood.
    text: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGap:
    """A gap as a new question is compared with it."""

    id: int
    text: str
    #: float32 (dim,); None where it has none of the model asked for.
    vector: Vectors | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapToTry:
    id: int
    text: str
    #: The editions that an asker was answered from and said that this was no answer, and all with the same content or
    #: of the same file.
    disliked: frozenset[int]


class GapStore:
    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    # ------------------------------------------------------------------------------------- from questions to gaps
    def unqueued(self, limit: int) -> list[Unqueued]:
        """Unanswered questions that belong to no gap, oldest first."""
        query = (
            select(questions.c.id, _MEANING, questions.c.asked_at)
            .where(questions.c.gap_id.is_(None), _is_unanswered())
            .order_by(questions.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [Unqueued(id=id_, text=text, asked_at=at) for id_, text, at in connection.execute(query)]

    def known(self, model: str, *, after: int = 0) -> list[KnownGap]:
        """All gaps with a higher id, whatever became of them, with their vectors of this model."""
        query = select(gaps.c.id, gaps.c.text, gaps.c.model, gaps.c.vector)
        query = query.where(gaps.c.id > after).order_by(gaps.c.id)
        with self._database.read() as connection:
            return [
                KnownGap(id=row.id, text=row.text, vector=unpack(row.vector) if row.model == model else None)
                for row in connection.execute(query)
            ]

    def add(self, question: Unqueued, *, model: str | None, vector: Vectors | None) -> int:
        """A gap of its own; it is looked up anew at once, for the library may have grown since it was asked."""
        values = {
            "text": question.text,
            "status": GapStatus.OPEN,
            "asked_first": question.asked_at,
            "asked_last": question.asked_at,
            "model": model,
            "vector": vector.astype("<f2").tobytes() if vector is not None else None,
            "tried_generation": _NEVER,
        }
        with self._database.write() as connection:
            gap_id = inserted_id(connection.execute(insert(gaps).values(**values)))
            _join(connection, question.id, gap_id)
            return gap_id

    def join(self, question: Unqueued, gap_id: int) -> bool:
        """One more question in a gap; a gap that was closed is open again. False where the gap is gone."""
        mine = gaps.c.id == gap_id
        with self._database.write() as connection:
            if connection.execute(select(gaps.c.id).where(mine)).first() is None:
                return False
            _join(connection, question.id, gap_id)
            connection.execute(
                update(gaps)
                .where(mine, gaps.c.asked_last < question.asked_at)
                .values(asked_last=question.asked_at)
            )
            connection.execute(
                update(gaps)
                .where(mine, gaps.c.status == GapStatus.ANSWERED)
                .values(status=GapStatus.OPEN, tried_generation=_NEVER)
            )
            return True

    def forget_empty(self) -> int:
        """Forgets gaps that no question belongs to any more, because their askers' data were deleted."""
        asked = select(questions.c.gap_id).where(questions.c.gap_id.is_not(None))
        with self._database.read() as connection:
            if connection.execute(select(gaps.c.id).where(gaps.c.id.not_in(asked)).limit(1)).first() is None:
                return 0
        with self._database.write() as connection:
            return int(connection.execute(delete(gaps).where(gaps.c.id.not_in(asked))).rowcount)

    # -------------------------------------------------------------------------------------------- for coordinators
    def page(self, *, offset: int, limit: int, status: GapStatus = GapStatus.OPEN) -> GapPage:
        """Most asked first: by people, then by how often, then the newest."""
        wanted = _gaps().where(gaps.c.status == status)
        ordered = wanted.order_by(_ASKERS.desc(), _TIMES.desc(), _LAST.desc(), gaps.c.id)
        with self._database.read() as connection:
            total = connection.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
            rows = connection.execute(ordered.offset(offset).limit(limit))
            return GapPage(gaps=tuple(map(_gap, rows)), total=total)

    def get(self, gap_id: int) -> Gap | None:
        """None where there is no such gap, or nobody's question belongs to it any more."""
        with self._database.read() as connection:
            row = connection.execute(_gaps().where(gaps.c.id == gap_id)).one_or_none()
            return _gap(row) if row else None

    def decide(self, gap_id: int, status: GapStatus, who: str) -> bool:
        """From open to dismissed or back; False where it is not of the other standing.

        who: as the audit log has it.
        """
        before = GapStatus.OPEN if status is GapStatus.DISMISSED else GapStatus.DISMISSED
        decided = update(gaps).where(gaps.c.id == gap_id, gaps.c.status == before)
        with self._database.write() as connection:
            values = {"status": status, "decided_by": who, "decided_at": self._clock()}
            return connection.execute(decided.values(**values)).rowcount == 1

    # ------------------------------------------------------------------------------------------------- closing them
    def to_try(self, since: datetime) -> list[int]:
        """Gaps that were not looked up since the last edition became current, most asked first.

        since: those that nobody asked after it are left alone, for nobody would be told.
        """
        newest = (
            select(func.coalesce(func.max(editions.c.generation), 0))
            .where(editions.c.status == EditionStatus.CURRENT)
            .scalar_subquery()
        )
        query = (
            _gaps()
            .where(gaps.c.status != GapStatus.ANSWERED, gaps.c.tried_generation < newest)
            .having(since <= _LAST)
            .order_by(_ASKERS.desc(), _TIMES.desc(), gaps.c.id)
        )
        with self._database.read() as connection:
            return [row.id for row in connection.execute(query)]

    def due(self, gap_id: int, generation: int) -> GapToTry | None:
        """The gap as it is to be looked up; None where it was closed or tried at this generation meanwhile."""
        mine = select(gaps.c.id, gaps.c.text).where(
            gaps.c.id == gap_id, gaps.c.status != GapStatus.ANSWERED, gaps.c.tried_generation < generation
        )
        same = or_(
            editions.c.content_hash == _cited.c.content_hash, editions.c.file_hash == _cited.c.file_hash
        )
        disliked = (
            select(editions.c.id)
            .select_from(
                citations.join(questions)
                .join(_cited, _cited.c.id == citations.c.edition_id)
                .join(editions, same)
            )
            .where(questions.c.gap_id == gap_id, questions.c.rating == Rating.DOWN)
        )
        with self._database.read() as connection:
            row = connection.execute(mine).one_or_none()
            if row is None:
                return None
            return GapToTry(
                id=row.id, text=row.text, disliked=frozenset(connection.execute(disliked).scalars())
            )

    def tried(self, gap_id: int, generation: int) -> None:
        """It was looked up in vain at this generation."""
        with self._database.write() as connection:
            connection.execute(update(gaps).where(gaps.c.id == gap_id).values(tried_generation=generation))

    def close(self, gap_id: int, *, generation: int, edition_id: int, since: datetime) -> int:
        """The library answers it now, from this edition; the number of askers who are to hear of it.

        Their notes are queued in the same transaction. since: whoever asked before it does not wait any more.
        """
        values = {
            "status": GapStatus.ANSWERED,
            "tried_generation": generation,
            "decided_by": "library",
            "decided_at": self._clock(),
        }
        still = update(gaps).where(gaps.c.id == gap_id, gaps.c.status != GapStatus.ANSWERED)
        waiting = (
            select(questions)
            .where(questions.c.gap_id == gap_id, questions.c.asked_at >= since, _is_unanswered())
            .order_by(questions.c.id)
        )
        with self._database.write() as connection:
            if not connection.execute(still.values(**values)).rowcount:
                return 0
            askers = connection.execute(waiting).all()
            told = queue_for_askers(connection, askers, at=self._clock())
            if askers:
                queue_for_loader(connection, askers[-1].id, edition_id, at=self._clock())
            return told


_cited = editions.alias("cited")

#: Below every generation.
_NEVER = -1

_MEANING = func.coalesce(questions.c.understood, questions.c.text)
_TIMES = func.count(questions.c.id)
_ASKERS = func.count(questions.c.asked_by.distinct())
_FIRST = func.min(questions.c.asked_at)
_LAST = func.max(questions.c.asked_at)


def _is_unanswered() -> ColumnElement[bool]:
    """Nothing answered it, or its asker disliked what did; and it was not asked anew as it was meant."""
    anew = questions.alias("anew")
    return and_(
        or_(
            questions.c.outcome.in_((Outcome.NO_EVIDENCE, Outcome.RELATED)),
            and_(questions.c.outcome == Outcome.ANSWERED, questions.c.rating == Rating.DOWN),
        ),
        ~select(anew.c.id).where(anew.c.instead_of == questions.c.id).exists(),
    )


def _gaps() -> Select[Any]:
    """Gaps with what their questions tell; one without questions is none."""
    return (
        select(
            gaps.c.id,
            gaps.c.text,
            gaps.c.status,
            _ASKERS.label("askers"),
            _TIMES.label("times"),
            _FIRST.label("asked_first"),
            _LAST.label("asked_last"),
        )
        .select_from(gaps.join(questions, questions.c.gap_id == gaps.c.id))
        .where(_is_unanswered())
        .group_by(gaps.c.id, gaps.c.text, gaps.c.status)
    )


def _join(connection: Connection, question_id: int, gap_id: int) -> None:
    connection.execute(update(questions).where(questions.c.id == question_id).values(gap_id=gap_id))


def _gap(row: Row[Any]) -> Gap:
    return Gap(
        id=row.id,
        text=row.text,
        status=GapStatus(row.status),
        askers=row.askers,
        times=row.times,
        asked_first=row.asked_first,
        asked_last=row.asked_last,
    )
