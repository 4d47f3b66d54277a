"""Announcements, and one row for each recipient before the first message leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from knowledge.store.database import Database, UtcDateTime, inserted_id, metadata, now

announcements = Table(
    "announcements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("status", String(16), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("made_by", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("made_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("done_at", UtcDateTime),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("announcement_id", ForeignKey("announcements.id"), primary_key=True),
    Column("telegram_id", BigInteger, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("message_id", BigInteger),
    Column("reason", Text),
    Column("changed_at", UtcDateTime, nullable=False),
)


class AnnouncementStatus(StrEnum):
    #: /announce was sent; the text is awaited.
    EMPTY = "empty"
    #: The preview was shown.
    DRAFT = "draft"
    SENDING = "sending"
    DONE = "done"
    DISCARDED = "discarded"


class DeliveryStatus(StrEnum):
    QUEUED = "queued"
    #: The call to Telegram is under way; after a kill such a row is in doubt.
    SENDING = "sending"
    SENT = "sent"
    BLOCKED = "blocked"
    FAILED = "failed"
    #: Telegram may or may not have sent it; never tried again.
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    id: int
    status: AnnouncementStatus
    text: str
    made_by: int
    chat_id: int
    #: The bot's message that shows the progress.
    message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """How many recipients stand where; the sum is the audience."""

    queued: int = 0
    sending: int = 0
    sent: int = 0
    blocked: int = 0
    failed: int = 0
    in_doubt: int = 0

    @property
    def audience(self) -> int:
        return self.queued + self.sending + self.sent + self.blocked + self.failed + self.in_doubt

    @property
    def is_complete(self) -> bool:
        return not (self.queued or self.sending)


class AnnouncementStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, made_by: int, chat_id: int) -> Announcement:
        """A new, empty announcement; the maker's other unfinished ones are discarded."""
        with self._database.write() as connection:
            open_ = announcements.c.status.in_((AnnouncementStatus.EMPTY, AnnouncementStatus.DRAFT))
            mine = update(announcements).where(announcements.c.made_by == made_by, open_)
            connection.execute(mine.values(status=AnnouncementStatus.DISCARDED))
            values = {"status": AnnouncementStatus.EMPTY, "text": "", "made_by": made_by, "chat_id": chat_id}
            made = connection.execute(insert(announcements).values(**values, made_at=now()))
            id_ = inserted_id(made)
            return _announcement(
                connection.execute(select(announcements).where(announcements.c.id == id_)).one()
            )

    def get(self, announcement_id: int) -> Announcement | None:
        with self._database.read() as connection:
            row = connection.execute(
                select(announcements).where(announcements.c.id == announcement_id)
            ).one_or_none()
            return _announcement(row) if row else None

    def write_text(self, announcement_id: int, text: str) -> bool:
        """From empty to a draft with this text; False when it is no longer empty."""
        return self._move(announcement_id, AnnouncementStatus.EMPTY, AnnouncementStatus.DRAFT, text=text)

    def discard(self, announcement_id: int) -> bool:
        return self._move(
            announcement_id, AnnouncementStatus.DRAFT, AnnouncementStatus.DISCARDED
        ) or self._move(announcement_id, AnnouncementStatus.EMPTY, AnnouncementStatus.DISCARDED)

    def confirm(self, announcement_id: int, recipients: Sequence[int], message_id: int | None) -> bool:
        """Queues one delivery a recipient and starts sending, at once; False when it was confirmed before."""
        with self._database.write() as connection:
            draft = update(announcements).where(
                announcements.c.id == announcement_id, announcements.c.status == AnnouncementStatus.DRAFT
            )
            values = {"status": AnnouncementStatus.SENDING, "confirmed_at": now(), "message_id": message_id}
            if connection.execute(draft.values(**values)).rowcount != 1:
                return False
            row = {
                "announcement_id": announcement_id,
                "status": DeliveryStatus.QUEUED,
                "attempts": 0,
                "changed_at": now(),
            }
            if recipients:
                connection.execute(
                    insert(deliveries), [{**row, "telegram_id": id_} for id_ in sorted(set(recipients))]
                )
            return True

    def running(self) -> list[Announcement]:
        query = select(announcements).where(announcements.c.status == AnnouncementStatus.SENDING)
        with self._database.read() as connection:
            return [_announcement(row) for row in connection.execute(query.order_by(announcements.c.id))]

    def finish(self, announcement_id: int) -> bool:
        return self._move(announcement_id, AnnouncementStatus.SENDING, AnnouncementStatus.DONE, done_at=now())

    def doubt_interrupted(self) -> int:
        """At start: a send that a kill cut off is in doubt. Gives how many there were."""
        with self._database.write() as connection:
            cut = update(deliveries).where(deliveries.c.status == DeliveryStatus.SENDING)
            return int(
                connection.execute(cut.values(status=DeliveryStatus.IN_DOUBT, changed_at=now())).rowcount
            )

    def next_recipient(self, announcement_id: int) -> int | None:
        """Takes the next queued recipient: its row says that sending is under way before the call is made."""
        with self._database.write() as connection:
            queued = select(deliveries.c.telegram_id).where(
                deliveries.c.announcement_id == announcement_id, deliveries.c.status == DeliveryStatus.QUEUED
            )
            found = connection.execute(
                queued.order_by(deliveries.c.telegram_id).limit(1)
            ).scalar_one_or_none()
            if found is not None:
                row = _delivery(announcement_id, found)
                values = {"status": DeliveryStatus.SENDING, "changed_at": now()}
                connection.execute(row.values(**values, attempts=deliveries.c.attempts + 1))
            return found

    def settle(
        self,
        announcement_id: int,
        telegram_id: int,
        status: DeliveryStatus,
        *,
        message_id: int | None = None,
        reason: str | None = None,
    ) -> None:
        """What became of one send; QUEUED puts it back, when it surely was not carried out."""
        with self._database.write() as connection:
            values = {"status": status, "message_id": message_id, "reason": reason, "changed_at": now()}
            connection.execute(_delivery(announcement_id, telegram_id).values(**values))

    def report(self, announcement_id: int) -> DeliveryReport:
        query = select(deliveries.c.status, func.count()).where(
            deliveries.c.announcement_id == announcement_id
        )
        with self._database.read() as connection:
            rows = connection.execute(query.group_by(deliveries.c.status)).all()
        counts = {str(status): int(count) for status, count in rows}
        return DeliveryReport(**counts)

    def _move(
        self, announcement_id: int, before: AnnouncementStatus, after: AnnouncementStatus, **values: Any
    ) -> bool:
        with self._database.write() as connection:
            row = update(announcements).where(
                announcements.c.id == announcement_id, announcements.c.status == before
            )
            return connection.execute(row.values(status=after, **values)).rowcount == 1


def _delivery(announcement_id: int, telegram_id: int) -> Any:
    mine = (deliveries.c.announcement_id == announcement_id) & (deliveries.c.telegram_id == telegram_id)
    return update(deliveries).where(mine)


def _announcement(row: Row[Any]) -> Announcement:
    return Announcement(
        id=row.id,
        status=AnnouncementStatus(row.status),
        text=row.text,
        made_by=row.made_by,
        chat_id=row.chat_id,
        message_id=row.message_id,
    )
