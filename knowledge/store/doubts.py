"""Sends of which nobody knows what came, with all that it takes to look for their messages, until that is told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, exists, func, select, update

from knowledge.domain import Language, Role
from knowledge.store.announcement_tables import (
    IS_CHECKING,
    AnnouncementStatus,
    DeliveryStatus,
    Reason,
    announcements,
    deliveries,
)
from knowledge.store.database import Database, now
from knowledge.store.deliveries import UNSETTLED, Claimed
from knowledge.store.note_tables import NoteStatus, notes
from knowledge.store.people import people

_S = DeliveryStatus
#: In which another message of the same kind may stand in the same chat.
_UNTOLD = (_S.SENDING, _S.CHECKING, _S.IN_DOUBT)
#: An answer to what somebody wrote is on its way for at most so long.
_ANSWERED_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A message that stands in its recipient's chat, or does not."""

    announcement_id: int
    telegram_id: int
    #: In which it was written.
    language: Language
    attempts: int
    #: The highest message id that was known before the call; None where none was.
    seen_before: int | None
    #: One that was given after the call was over; None where none is known yet.
    seen_after: int | None
    claimed_at: datetime
    #: From when on it can be looked for.
    due_at: datetime
    #: Why it is in doubt.
    reason: str
    #: Where its maker hears of it.
    chat_id: int


class DoubtStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    # ------------------------------------------------------------------------------------- arising
    def lost(self, claimed: Claimed, due_at: datetime) -> bool:
        """The reply of this call was lost; whether it is looked for, from then on. Without a beginning it is not."""
        looks = claimed.seen_before is not None
        values = {
            "status": _S.CHECKING if looks else _S.IN_DOUBT,
            "due_at": due_at if looks else None,
            "reason": Reason.LOST,
        }
        mine = _row(claimed.announcement_id, claimed.telegram_id).where(deliveries.c.status == _S.SENDING)
        with self._database.write() as connection:
            # `changed_at` goes on saying when it was claimed.
            connection.execute(mine.values(**values))
        return looks

    def with_interrupted(self) -> list[int]:
        """The announcements of which a send is under way, or was when the process ended."""
        query = select(deliveries.c.announcement_id).where(deliveries.c.status == _S.SENDING).distinct()
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def take_up_interrupted(self, announcement_ids: Collection[int], due_at: datetime) -> int:
        """At start: a send that a kill cut off is looked for from then on, or in doubt where nobody knows from which
        id on; it waits again where at least once was chosen. Gives how many.

        It waits too where the announcement is paused, for that can be resumed.
        """
        mine = deliveries.c.announcement_id.in_(tuple(announcement_ids))
        cut = mine & (deliveries.c.status == _S.SENDING)
        again = exists().where(
            announcements.c.id == deliveries.c.announcement_id,
            announcements.c.at_least_once,
            announcements.c.status.in_(UNSETTLED),
        )
        looks = deliveries.c.seen_before.is_not(None)
        with self._database.write() as connection:
            repeated = update(deliveries).where(cut, again).values(status=_S.QUEUED, due_at=now())
            taken_up = connection.execute(repeated).rowcount
            values = {
                "status": case((looks, _S.CHECKING.value), else_=_S.IN_DOUBT.value),
                "due_at": case((looks, due_at), else_=None),
                "reason": Reason.INTERRUPTED,
            }
            return int(taken_up + connection.execute(update(deliveries).where(cut).values(**values)).rowcount)

    # ------------------------------------------------------------------------------------- looking
    def due(self, at: datetime) -> list[Doubt]:
        """Those that can be looked for by then, the longest in doubt first."""
        query = (
            select(deliveries, announcements.c.chat_id)
            .select_from(deliveries.join(announcements))
            .where(IS_CHECKING, deliveries.c.due_at <= at)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(deliveries.c.due_at, deliveries.c.telegram_id)).all()
        return [_doubt(row) for row in rows]

    def bounded(self, doubt: Doubt, seen_after: int) -> None:
        """So that it need not be looked for among more and more, should this process end before it was found."""
        row = _row(doubt.announcement_id, doubt.telegram_id)
        with self._database.write() as connection:
            connection.execute(row.where(IS_CHECKING).values(seen_after=seen_after))

    def next_due(self) -> datetime | None:
        query = select(func.min(deliveries.c.due_at)).where(IS_CHECKING)
        with self._database.read() as connection:
            found: datetime | None = connection.execute(query).scalar_one()
            return found

    def others_between(self, low: int, high: int) -> set[int]:
        """Ids between these that are known to be other messages, of announcements that are not over."""
        is_open = announcements.c.status.in_((*UNSETTLED, AnnouncementStatus.RECALLING)) | (
            (announcements.c.status == AnnouncementStatus.STOPPED) & announcements.c.done_at.is_(None)
        )
        query = select(deliveries.c.message_id).where(
            deliveries.c.announcement_id.in_(select(announcements.c.id).where(is_open)),
            deliveries.c.message_id > low,
            deliveries.c.message_id < high,
        )
        with self._database.read() as connection:
            return set(connection.execute(query).scalars())

    def is_only(self, doubt: Doubt) -> bool:
        """Whether no other message of ours can have come into that chat since the call began.

        They did not write, nor shortly before, nothing was to be told to them, they are no staff, of whom more is told,
        and no other announcement came since or is in doubt for them. Only then may a message that is found there be
        asked for what it is: the question would change another one.
        """
        mine = people.c.telegram_id == doubt.telegram_id
        silent = select(people.c.telegram_id).where(
            mine, people.c.role == Role.DOCTOR, people.c.seen_at < doubt.claimed_at - _ANSWERED_WITHIN
        )
        told = select(notes.c.id).where(
            notes.c.telegram_id == doubt.telegram_id,
            (notes.c.status == NoteStatus.QUEUED) | (notes.c.sent_at >= doubt.claimed_at),
        )
        another = select(deliveries.c.announcement_id).where(
            deliveries.c.telegram_id == doubt.telegram_id,
            deliveries.c.announcement_id != doubt.announcement_id,
            deliveries.c.status.in_(_UNTOLD)
            | (deliveries.c.sent_at >= doubt.claimed_at)
            # What was found is noted as sent when its call began, and may have come later.
            | (deliveries.c.message_id > doubt.seen_before),
        )
        with self._database.read() as connection:
            is_silent = connection.execute(silent).first() is not None
            return is_silent and not any(
                connection.execute(query.limit(1)).first() for query in (told, another)
            )

    def asked(self, doubt: Doubt) -> None:
        """It is being asked what a message is: should this process end meanwhile, it cannot be asked again."""
        row = _row(doubt.announcement_id, doubt.telegram_id)
        with self._database.write() as connection:
            connection.execute(row.where(IS_CHECKING).values(reason=Reason.UNTOLD))

    def history(self, most: int) -> list[tuple[int, int]]:
        """Of the newest announcement that was delivered to anybody: its latest messages, each as chat and id, in the
        order in which they were noted.
        """
        newest = select(func.max(deliveries.c.announcement_id)).where(deliveries.c.message_id.is_not(None))
        query = (
            select(deliveries.c.telegram_id, deliveries.c.message_id)
            .where(
                deliveries.c.announcement_id == newest.scalar_subquery(), deliveries.c.message_id.is_not(None)
            )
            .order_by(deliveries.c.sent_at.desc())
            .limit(most)
        )
        with self._database.read() as connection:
            return [(row.telegram_id, row.message_id) for row in reversed(connection.execute(query).all())]

    # ------------------------------------------------------------------------------------- settled
    def found(self, doubt: Doubt, message_id: int) -> bool:
        """It stands in their chat. As for the others: False where somebody settled it meanwhile."""
        values = {"status": _S.SENT, "message_id": message_id, "sent_at": doubt.claimed_at, "reason": None}
        return self._settled(doubt, **values, due_at=None)

    def not_there(self, doubt: Doubt) -> bool:
        """It surely was not delivered: it is their turn again, as far as the announcement was not stopped."""
        is_over = exists().where(
            announcements.c.id == deliveries.c.announcement_id,
            announcements.c.status.not_in(UNSETTLED),
        )
        return self._settled(
            doubt,
            status=case((is_over, _S.STOPPED.value), else_=_S.QUEUED.value),
            due_at=case((is_over, None), else_=now()),
            reason=None,
        )

    def unreachable(self, doubt: Doubt) -> bool:
        """It was not delivered, so often that it is not tried again."""
        return self._settled(doubt, status=_S.FAILED, reason=Reason.UNREACHABLE, due_at=None)

    def away(self, doubt: Doubt, *, is_deleted: bool) -> bool:
        """They cannot be written to any more, nor their chat be looked into."""
        status = _S.DELETED if is_deleted else _S.BLOCKED
        return self._settled(doubt, status=status, reason=None, due_at=None)

    def give_up(self, doubt: Doubt, reason: str) -> bool:
        """It stays in doubt."""
        return self._settled(doubt, status=_S.IN_DOUBT, reason=reason, due_at=None)

    def _settled(self, doubt: Doubt, **values: Any) -> bool:
        row = _row(doubt.announcement_id, doubt.telegram_id)
        # Of this call, and not of one that was made since.
        same = row.where(deliveries.c.status == _S.CHECKING, deliveries.c.attempts == doubt.attempts)
        with self._database.write() as connection:
            return bool(connection.execute(same.values(**values, changed_at=now())).rowcount == 1)


def _row(announcement_id: int, telegram_id: int) -> Any:
    mine = deliveries.c.announcement_id == announcement_id
    return update(deliveries).where(mine, deliveries.c.telegram_id == telegram_id)


def _doubt(row: Row[Any]) -> Doubt:
    return Doubt(
        announcement_id=row.announcement_id,
        telegram_id=row.telegram_id,
        language=Language(row.language or Language.ZH),
        attempts=row.attempts,
        seen_before=row.seen_before,
        seen_after=row.seen_after,
        claimed_at=row.changed_at,
        due_at=row.due_at,
        reason=row.reason,
        chat_id=row.chat_id,
    )
