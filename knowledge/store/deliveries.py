"""What became of an announcement for each of its recipients: one row each, from before the first message leaves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, exists, func, select, update

from knowledge.domain import AnnouncementKind, Language, Person
from knowledge.store.announcement_tables import (
    AnnouncementStatus,
    DeliveryStatus,
    Reason,
    announcements,
    deliveries,
)
from knowledge.store.database import Database, now
from knowledge.store.delivery_report import Delivery, DeliveryReport, deliveries_of, report_of
from knowledge.store.people import PeopleStore, people

#: Telegram lets a bot delete its messages in a private chat for so long.
DELETABLE_FOR = timedelta(hours=48)
#: A message to delete that is older than that.
TOO_OLD = "too old"
#: So many rows of people who are not to be written to now are settled in one transaction.
_SKIPPED_AT_ONCE = 200


_S = DeliveryStatus
#: To be written to; who is to be looked for has an hour too.
_WAITS = deliveries.c.status != _S.CHECKING
_IS_SENDING = announcements.c.status == AnnouncementStatus.SENDING
#: Whoever waits still gets it, or may.
UNSETTLED = (AnnouncementStatus.SENDING, AnnouncementStatus.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One recipient whose turn it is; the row says from now on that the call is under way."""

    announcement_id: int
    #: Of the announcement, at this moment: which text is to be sent.
    revision: int
    telegram_id: int
    language: Language
    #: With this one.
    attempts: int
    #: The highest message id that was known at this moment.
    seen_before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """So many were not to be written to that nobody was found in one transaction; ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A message that stands in somebody's chat."""

    telegram_id: int
    message_id: int
    language: Language
    sent_at: datetime

    @property
    def is_deletable(self) -> bool:
        """A minute is left for the call to be made."""
        return now() - self.sent_at < DELETABLE_FOR - timedelta(minutes=1)


class DeliveryStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._people = PeopleStore(database)

    # ------------------------------------------------------------------------------------- sending
    def claim(
        self, announcement_ids: Sequence[int], at: datetime, *, seen_before: int | None = None
    ) -> Claimed | PassedOver | None:
        """Takes the next recipient of the first of these that is being sent and has one whose turn it is.

        People's wishes are read at this moment: who is not to be written to is settled here, and who has quiet hours
        is put off until they end. seen_before: the highest message id that is known.
        """
        with self._database.write() as connection:
            for announcement_id in announcement_ids:
                for _ in range(_SKIPPED_AT_ONCE):
                    found = connection.execute(_next(announcement_id, at)).one_or_none()
                    if found is None:
                        break
                    person = self._people.get(found.telegram_id)
                    instead = _instead_of_sending(person, found.kind, at)
                    if instead is None:
                        language = person.language if person else Language.ZH
                        return _claimed(connection, found, language, seen_before)
                    connection.execute(_row(found).values(**instead, changed_at=now()))
                else:
                    return PassedOver()
        return None

    def settle(
        self,
        claimed: Claimed,
        status: DeliveryStatus,
        *,
        message_id: int | None = None,
        reason: str | None = None,
    ) -> None:
        """What became of one send. Who cannot be written to any more is noted as such."""
        values: dict[str, Any] = {"status": status, "reason": reason, "changed_at": now()}
        if status is _S.SENT:
            values |= {"message_id": message_id, "sent_at": now(), "revision": claimed.revision}
        with self._database.write() as connection:
            # A reply may come when somebody took up what was in doubt meanwhile: it is true all the same.
            connection.execute(_row(claimed).values(**values, due_at=None))
            if status in {_S.BLOCKED, _S.DELETED}:
                gone = {"blocked": True} | ({"deleted": True} if status is _S.DELETED else {})
                theirs = update(people).where(people.c.telegram_id == claimed.telegram_id)
                connection.execute(theirs.values(**gone))

    def put_back(self, claimed: Claimed, due_at: datetime, *, counts: bool, reason: str | None) -> None:
        """It surely was not carried out, and is tried again from then on; counts: as one of the attempts.

        Where the announcement was stopped meanwhile, nobody waits any more.
        """
        is_over = exists().where(
            announcements.c.id == deliveries.c.announcement_id,
            announcements.c.status.not_in(UNSETTLED),
        )
        values = {
            "status": case((is_over, _S.STOPPED.value), else_=_S.QUEUED.value),
            "due_at": case((is_over, None), else_=due_at),
            "attempts": claimed.attempts - (not counts),
            "reason": reason,
        }
        with self._database.write() as connection:
            connection.execute(_row(claimed).values(**values, changed_at=now()))

    def next_due(self, announcement_ids: Collection[int]) -> datetime | None:
        """When the next recipient of any of these, as far as it is being sent, gets their turn."""
        with self._database.read() as connection:
            firsts = [connection.execute(_first_due(id_)).scalar() for id_ in announcement_ids]
        return min((each for each in firsts if each is not None), default=None)

    def is_settled(self, announcement_id: int) -> bool:
        """Whether nobody waits, no call is under way, and none is being looked for."""
        mine = deliveries.c.announcement_id == announcement_id
        waits = select(deliveries.c.telegram_id).where(mine, deliveries.c.due_at.is_not(None)).limit(1)
        under_way = select(deliveries.c.telegram_id).where(mine, deliveries.c.status == _S.SENDING).limit(1)
        with self._database.read() as connection:
            return not (connection.execute(waits).first() or connection.execute(under_way).first())

    def is_under_way(self, announcement_id: int, before_revision: int | None = None) -> bool:
        """Whether a call is under way, or its message looked for; with None of any revision."""
        open_ = deliveries.c.status.in_((_S.SENDING, _S.CHECKING))
        fits = [deliveries.c.announcement_id == announcement_id, open_]
        if before_revision is not None:
            fits.append(deliveries.c.revision < before_revision)
        with self._database.read() as connection:
            return (
                connection.execute(select(deliveries.c.telegram_id).where(*fits).limit(1)).first() is not None
            )

    # -------------------------------------------------------------------------- correcting, recalling
    def to_mend(
        self, announcement_id: int, revision: int | None, *, after: int, most: int
    ) -> list[Delivered]:
        """Messages of an older revision, or with None all that stand, not tried in vain; by id, above `after`."""
        fits = [
            deliveries.c.announcement_id == announcement_id,
            deliveries.c.telegram_id > after,
            deliveries.c.status == _S.SENT,
            deliveries.c.message_id.is_not(None),
            deliveries.c.mend_reason.is_(None),
        ]
        if revision is not None:
            fits.append(deliveries.c.revision < revision)
        query = select(deliveries).where(*fits).order_by(deliveries.c.telegram_id).limit(most)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [self._delivered(row) for row in rows]

    def mended(
        self,
        announcement_id: int,
        telegram_id: int,
        *,
        revision: int | None,
        language: Language | None = None,
        reason: str | None = None,
    ) -> None:
        """It shows this revision now, in this language, or with None is deleted; with a reason it could not be done."""
        values: dict[str, Any] = {"revision": revision, "language": language}
        if revision is None:
            values = {"status": _S.RECALLED}
        if reason is not None:
            values = {"mend_reason": reason}
        mine = (deliveries.c.announcement_id == announcement_id) & (deliveries.c.telegram_id == telegram_id)
        with self._database.write() as connection:
            connection.execute(
                update(deliveries).where(mine, deliveries.c.status == _S.SENT).values(**values)
            )

    # -------------------------------------------------------------------------------- recipients
    def press(
        self, announcement_id: int, telegram_id: int, message_id: int | None, *, opens: bool = True
    ) -> bool:
        """They pressed a button of it. Whoever could do so has received it, also where that was in doubt.

        opens: the button wants to know more; who mutes the kind has not opened it. False where they are not among
        those it was sent to.
        """
        mine = (deliveries.c.announcement_id == announcement_id) & (deliveries.c.telegram_id == telegram_id)
        doubtful = update(deliveries).where(
            mine, deliveries.c.status.in_((_S.IN_DOUBT, _S.SENDING, _S.CHECKING))
        )
        arrived = {"status": _S.SENT, "message_id": message_id, "reason": None, "changed_at": now()}
        opened = update(deliveries).where(mine, deliveries.c.status.in_((_S.SENT, _S.RECALLED)))
        with self._database.write() as connection:
            sent_at = func.coalesce(deliveries.c.sent_at, deliveries.c.changed_at)
            connection.execute(doubtful.values(**arrived, sent_at=sent_at, due_at=None))
            first = func.coalesce(deliveries.c.opened_at, now()) if opens else deliveries.c.opened_at
            return connection.execute(opened.values(opened_at=first)).rowcount == 1

    # ------------------------------------------------------------------------------------- report
    def report(self, announcement_id: int) -> DeliveryReport:
        with self._database.read() as connection:
            return report_of(connection, announcement_id)

    def of(self, announcement_id: int) -> list[Delivery]:
        """Every row, by the recipient's id."""
        with self._database.read() as connection:
            return deliveries_of(connection, announcement_id)

    # --------------------------------------------------------------------------------------- parts
    def _delivered(self, row: Row[Any]) -> Delivered:
        person = self._people.get(row.telegram_id)
        return Delivered(
            telegram_id=row.telegram_id,
            message_id=row.message_id,
            language=person.language if person else Language.ZH,
            sent_at=row.sent_at or row.changed_at,
        )


def _next(announcement_id: int, at: datetime) -> Any:
    columns = (deliveries.c.announcement_id, deliveries.c.telegram_id, deliveries.c.attempts)
    query = select(*columns, announcements.c.kind, announcements.c.revision).select_from(
        deliveries.join(announcements)
    )
    due = (deliveries.c.announcement_id == announcement_id) & (deliveries.c.due_at <= at)
    return query.where(due, _WAITS, _IS_SENDING).order_by(deliveries.c.due_at).limit(1)


def _first_due(announcement_id: int) -> Any:
    """When the first who waits for it has their turn, as far as it is being sent."""
    mine = (deliveries.c.announcement_id == announcement_id) & deliveries.c.due_at.is_not(None)
    query = select(deliveries.c.due_at).select_from(deliveries.join(announcements))
    return query.where(mine, _WAITS, _IS_SENDING).order_by(deliveries.c.due_at).limit(1)


def _instead_of_sending(person: Person | None, kind: str, at: datetime) -> dict[str, Any] | None:
    """What the row of somebody says who is not to be written to now; None for all others."""
    if person is None or person.barred:
        return {"status": _S.FAILED, "reason": Reason.NOT_HERE, "due_at": None}
    if person.is_deleted:
        return {"status": _S.DELETED, "due_at": None}
    if person.blocked:
        return {"status": _S.BLOCKED, "due_at": None}
    if AnnouncementKind(kind) in person.muted:
        return {"status": _S.MUTED, "due_at": None}
    if person.quiet_hours and (ends_at := person.quiet_hours.ends_at(at)):
        return {"status": _S.POSTPONED, "due_at": ends_at}
    return None


def _claimed(connection: Connection, found: Row[Any], language: Language, seen_before: int | None) -> Claimed:
    claimed = Claimed(
        announcement_id=found.announcement_id,
        revision=found.revision,
        telegram_id=found.telegram_id,
        language=language,
        attempts=found.attempts + 1,
        seen_before=seen_before,
    )
    values = {
        "status": _S.SENDING,
        "due_at": None,
        "attempts": claimed.attempts,
        "revision": claimed.revision,
        "seen_before": seen_before,
        "seen_after": None,
        "language": language,
    }
    connection.execute(_row(claimed).values(**values, changed_at=now()))
    return claimed


def _row(which: Any) -> Any:
    """Of something that names its announcement and its recipient."""
    mine = deliveries.c.announcement_id == which.announcement_id
    return update(deliveries).where(mine, deliveries.c.telegram_id == which.telegram_id)
