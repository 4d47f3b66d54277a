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
    literal_column,
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
    # When it is this one's turn, to be written to or to be looked for; NULL as soon as it is under way or settled. So
    # what is left to do is found at once, however many there are.
    Column("due_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("message_id", BigInteger),
    Column("sent_at", UtcDateTime),
    # Which text stands in their chat.
    Column("revision", Integer, nullable=False, server_default=text("0")),
    # And in which language; NULL where that was not noted.
    Column("language", String(2)),
    # Why it could not be corrected or taken back.
    Column("mend_reason", Text),
    Column("reason", Text),
    Column("opened_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    # The highest message id that was known when the newest call began: a message that it sent has a higher one.
    Column("seen_before", BigInteger),
    # One that was given after it was over, where it is looked for: a message that it sent has a lower one.
    Column("seen_after", BigInteger),
    Index("ix_deliveries_announcement_id_due_at", "announcement_id", "due_at"),
)

#: Written out, for a database takes an index of some rows only where it sees in the query that these are meant.
IS_CHECKING = deliveries.c.status == literal_column("'checking'")
Index("ix_deliveries_checking", deliveries.c.due_at, sqlite_where=IS_CHECKING, postgresql_where=IS_CHECKING)


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
    #: The call to Telegram is under way; after a kill nobody knows what came of it.
    SENDING = "sending"
    #: Its reply was lost: whether the message stands in their chat is looked for.
    CHECKING = "checking"
    SENT = "sent"
    BLOCKED = "blocked"
    #: The account is no more.
    DELETED = "deleted"
    FAILED = "failed"
    #: Telegram may or may not have sent it, and looking did not tell; never tried again, unless somebody asks for it.
    IN_DOUBT = "in_doubt"
    #: They do not want this kind of announcement.
    MUTED = "muted"
    #: The announcement was stopped before it was their turn.
    STOPPED = "stopped"
    #: It was sent, and deleted again.
    RECALLED = "recalled"


class Reason(StrEnum):
    """Why a send is in doubt or has failed, where it is not Telegram that gave a reason."""

    #: The process ended while the call was under way.
    INTERRUPTED = "interrupted"
    #: The connection broke before Telegram's reply; the log says how.
    LOST = "connection lost"
    #: Telegram could not be reached, again and again.
    UNREACHABLE = "not reached"
    #: They had themselves forgotten, or were shut out, after the announcement was confirmed.
    NOT_HERE = "not here any more"
    #: It was under way when the backup was made that the library was restored from.
    RESTORED = "restored from a backup"
    #: Message ids were not given one after the other, so that where to look is not known.
    NUMBERING = "ids not in order"
    #: The message would be one of too many to ask for each.
    TOO_MANY = "too many messages since"
    #: Something stands there of which it cannot be told what it is.
    UNTOLD = "not told apart"
