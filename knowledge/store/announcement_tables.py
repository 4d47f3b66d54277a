"""Announcements, and one row for each recipient of one, as they are kept."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
    text,
)

from knowledge.store.database import UtcDateTime, metadata

announcements = Table(
    "announcements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("status", String(16), nullable=False, index=True),
    Column("kind", String(16), nullable=False, server_default=text("'notice'")),
    Column("course_id", Integer),
    Column("text_zh", Text, nullable=False, server_default=text("''")),
    Column("text_en", Text, nullable=False, server_default=text("''")),
    # By which Telegram knows the picture.
    Column("picture", Text),
    # JSON; see knowledge.audience.
    Column("audience", Text, nullable=False, server_default=text("'{}'")),
    Column("send_at", UtcDateTime),
    # In which the time was named.
    Column("zone", String(64)),
    Column("at_least_once", Boolean, nullable=False, server_default=false()),
    # How often the text was corrected after it was confirmed, and whether that is still being done.
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("correcting", Boolean, nullable=False, server_default=false()),
    Column("made_by", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("made_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    # When the maker heard who opened it, a day later.
    Column("followed_up_at", UtcDateTime),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("announcement_id", ForeignKey("announcements.id"), primary_key=True),
    Column("telegram_id", BigInteger, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    # When it is this one's turn; NULL as soon as it is under way or settled. So what is left to do is found at once,
    # however many there are.
    Column("due_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("message_id", BigInteger),
    Column("sent_at", UtcDateTime),
    # Which text stands in their chat.
    Column("revision", Integer, nullable=False, server_default=text("0")),
    # Why it could not be corrected or taken back.
    Column("mend_reason", Text),
    Column("reason", Text),
    Column("opened_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_deliveries_announcement_id_due_at", "announcement_id", "due_at"),
)


class AnnouncementStatus(StrEnum):
    #: Begun; nothing was written yet.
    EMPTY = "empty"
    DRAFT = "draft"
    #: Confirmed, for a time to come.
    SCHEDULED = "scheduled"
    #: Its time went by while the bot was down for hours; the maker is asked whether it is still to be sent.
    MISSED = "missed"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"
    #: What was delivered is being deleted.
    RECALLING = "recalling"
    RECALLED = "recalled"
    DISCARDED = "discarded"


class DeliveryStatus(StrEnum):
    QUEUED = "queued"
    #: It is the recipient's quiet hours; sent when they end.
    POSTPONED = "postponed"
    #: The call to Telegram is under way; after a kill such a row is in doubt.
    SENDING = "sending"
    SENT = "sent"
    BLOCKED = "blocked"
    #: The account is no more.
    DELETED = "deleted"
    FAILED = "failed"
    #: Telegram may or may not have sent it; never tried again, unless somebody asks for it.
    IN_DOUBT = "in_doubt"
    #: They do not want this kind of announcement.
    MUTED = "muted"
    #: The announcement was stopped before it was their turn.
    STOPPED = "stopped"
    #: It was sent, and deleted again.
    RECALLED = "recalled"
