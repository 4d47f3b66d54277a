"""How the service is used: counts over a stretch of time, and nothing of any one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Integer, cast, extract, func, select

from knowledge.domain import Outcome, Rating
from knowledge.store.announcement_tables import DeliveryStatus, announcements, deliveries
from knowledge.store.database import Database
from knowledge.store.gaps import GapStatus, gaps
from knowledge.store.library_tables import editions
from knowledge.store.people import people
from knowledge.store.questions import citations, questions

_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days on the clocks of a zone, both included."""

    first: date
    last: date
    zone: str

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=day) for day in range((self.last - self.first).days + 1))

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), ZoneInfo(self.zone))

    @property
    def ends(self) -> datetime:
        """Exclusive."""
        return datetime.combine(self.last + timedelta(days=1), time(), ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Something by its name, and how often."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Questions by day and outcome; those without an outcome are not answered yet, or never were."""

    by_day: Mapping[date, Mapping[Outcome | None, int]]
    #: In milliseconds; None where nothing was answered.
    p50_ms: float | None
    p95_ms: float | None
    askers: int
    rated: Mapping[Rating, int]

    @property
    def total(self) -> int:
        return sum(sum(day.values()) for day in self.by_day.values())

    def with_outcome(self, *outcomes: Outcome | None) -> int:
        return sum(day.get(outcome, 0) for day in self.by_day.values() for outcome in outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """Who joined: all of them by the end of each day, and those of the period."""

    by_day: Mapping[date, int]
    new: int
    #: Of all who joined: those who blocked the bot, or whose account is no more.
    gone: int

    @property
    def total(self) -> int:
        return max(self.by_day.values(), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    id: int
    #: Its first line, in the language asked for or the other.
    name: str
    audience: int
    #: Whose chats it stands in, and in whose it stood before it was recalled.
    sent: int
    recalled: int
    opened: int


class UsageStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def asked(self, period: Period) -> Asked:
        within = _within(questions.c.asked_at, period)
        day = _day(questions.c.asked_at, period)
        by_day = select(day.label("day"), questions.c.outcome, func.count().label("count")).where(within)
        rated = select(questions.c.rating, func.count()).where(within, questions.c.rating.is_not(None))
        askers = select(func.count(questions.c.asked_by.distinct())).where(within)
        with self._database.read() as connection:
            counted = connection.execute(by_day.group_by("day", questions.c.outcome)).all()
            return Asked(
                by_day=_outcomes(counted, period),
                p50_ms=_percentile(connection, within, 0.50),
                p95_ms=_percentile(connection, within, 0.95),
                askers=int(connection.execute(askers).scalar_one()),
                rated={
                    Rating(rating): int(count)
                    for rating, count in connection.execute(rated.group_by(questions.c.rating))
                },
            )

    def most_cited(self, period: Period, most: int) -> list[Counted]:
        """Documents by the answers that quote them, whichever edition it was; by the newest one's title."""
        answers = func.count(citations.c.question_id.distinct())
        newest = func.max(editions.c.id)
        query = (
            select(newest.label("newest"), answers.label("answers"))
            .select_from(
                citations.join(questions, questions.c.id == citations.c.question_id).join(
                    editions, editions.c.id == citations.c.edition_id
                )
            )
            .where(_within(questions.c.asked_at, period))
            .group_by(editions.c.document_id)
            .order_by(answers.desc(), editions.c.document_id)
            .limit(most)
        )
        with self._database.read() as connection:
            counted = connection.execute(query).all()
            named = select(editions.c.id, editions.c.title).where(
                editions.c.id.in_([row.newest for row in counted])
            )
            titles = {row.id: row.title for row in connection.execute(named)}
        return [Counted(name=titles[row.newest], count=int(row.answers)) for row in counted]

    def most_missed(self, period: Period, most: int) -> list[Counted]:
        """Open gaps by the questions of the period that fell into them."""
        asked = func.count(questions.c.id)
        query = (
            select(gaps.c.text, asked)
            .select_from(gaps.join(questions, questions.c.gap_id == gaps.c.id))
            .where(_within(questions.c.asked_at, period), gaps.c.status == GapStatus.OPEN)
            .group_by(gaps.c.id, gaps.c.text)
            .order_by(asked.desc(), gaps.c.id)
            .limit(most)
        )
        with self._database.read() as connection:
            return [Counted(name=text, count=int(count)) for text, count in connection.execute(query)]

    def grown(self, period: Period) -> Grown:
        day = _day(people.c.started_at, period)
        joined = select(day.label("day"), func.count()).where(_within(people.c.started_at, period))
        before = select(func.count()).where(people.c.started_at < period.begins)
        gone = select(func.count()).where(
            people.c.started_at < period.ends, people.c.blocked | people.c.deleted
        )
        with self._database.read() as connection:
            new = {_date(number): int(count) for number, count in connection.execute(joined.group_by("day"))}
            total = int(connection.execute(before).scalar_one())
            by_day: dict[date, int] = {}
            for each in period.days:
                total += new.get(each, 0)
                by_day[each] = total
            return Grown(
                by_day=by_day, new=sum(new.values()), gone=int(connection.execute(gone).scalar_one())
            )

    def announced(self, period: Period, most: int, *, in_chinese: bool) -> list[Announced]:
        """Those that began in the period, the newest first."""
        columns = announcements.c
        query = select(columns.id, columns.text_zh, columns.text_en).where(
            _within(columns.confirmed_at, period), columns.id.in_(select(deliveries.c.announcement_id))
        )
        with self._database.read() as connection:
            found = connection.execute(query.order_by(columns.id.desc()).limit(most)).all()
            return [_announced(connection, row, in_chinese=in_chinese) for row in found]


def _announced(connection: Connection, row: Any, *, in_chinese: bool) -> Announced:
    mine = deliveries.c.announcement_id == row.id
    by_status = select(deliveries.c.status, func.count(), func.count(deliveries.c.opened_at)).where(mine)
    rows = connection.execute(by_status.group_by(deliveries.c.status)).all()
    people = {status: int(count) for status, count, _ in rows}
    text = (row.text_zh or row.text_en) if in_chinese else (row.text_en or row.text_zh)
    name = text.strip().partition("\n")[0]
    return Announced(
        id=row.id,
        name=name,
        audience=sum(people.values()),
        sent=people.get(DeliveryStatus.SENT, 0),
        recalled=people.get(DeliveryStatus.RECALLED, 0),
        opened=sum(int(opened) for _, _, opened in rows),
    )


def _within(column: Any, period: Period) -> Any:
    return (column >= period.begins) & (column < period.ends)


def _day(column: Any, period: Period) -> Any:
    """The day that it is in, as a number of days since 1970 on the clocks of the zone.

    Where clocks change within the period, the hour around midnight may be counted on the day beside it.
    """
    offset = period.ends.utcoffset() or timedelta()
    seconds = cast(extract("epoch", column), Integer) + int(offset.total_seconds())
    return (seconds - seconds % _DAY_S) / _DAY_S


def _date(number: Any) -> date:
    return date(1970, 1, 1) + timedelta(days=int(number))


def _outcomes(rows: Sequence[Any], period: Period) -> dict[date, dict[Outcome | None, int]]:
    """Every day of the period, also those without a question."""
    found: dict[date, dict[Outcome | None, int]] = {day: {} for day in period.days}
    for row in rows:
        outcomes = found.setdefault(_date(row.day), {})
        outcomes[Outcome(row.outcome) if row.outcome else None] = int(row.count)
    return found


def _percentile(connection: Connection, within: Any, share: float) -> float | None:
    """The nearest rank."""
    fits = within & questions.c.took_ms.is_not(None)
    count = int(connection.execute(select(func.count()).where(fits)).scalar_one())
    if not count:
        return None
    place = max(0, -(-int(count * share * 1000) // 1000) - 1)
    query = select(questions.c.took_ms).where(fits).order_by(questions.c.took_ms).limit(1).offset(place)
    return float(connection.execute(query).scalar_one())
