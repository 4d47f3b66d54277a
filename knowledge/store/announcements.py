"""An announcement from its draft to its end. What became of each recipient's message is in `deliveries`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, Row, exists, func, insert, select, update

from knowledge.domain import AnnouncementKind, Language
from knowledge.store.announcement_tables import (
    AnnouncementStatus,
    DeliveryStatus,
    announcements,
    deliveries,
)
from knowledge.store.database import Database, inserted_id, now
from knowledge.store.people import people

_S = AnnouncementStatus
#: Not confirmed yet.
UNCONFIRMED = (_S.EMPTY, _S.DRAFT)
#: Confirmed for later; can be taken back to a draft.
WAITING = (_S.SCHEDULED, _S.MISSED)
#: Can be corrected and recalled.
BEGUN = (_S.SENDING, _S.PAUSED, _S.STOPPED, _S.DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    id: int
    status: AnnouncementStatus
    kind: AnnouncementKind
    course_id: int | None
    #: Empty where none was written; `text_in` gives the other one then.
    text_zh: str
    text_en: str
    #: By which Telegram knows the picture.
    picture: str | None
    #: JSON.
    audience: str
    #: When it is to begin; None: as soon as it is confirmed.
    send_at: datetime | None
    zone: str | None
    #: Sends in doubt are made again, at the price of some who get it twice.
    at_least_once: bool
    #: How often it was corrected after it was confirmed.
    revision: int
    #: The correction of what was delivered is under way.
    correcting: bool
    made_by: int
    chat_id: int
    #: The bot's message that shows the progress.
    message_id: int | None
    made_at: datetime
    confirmed_at: datetime | None
    done_at: datetime | None

    def text_in(self, language: Language) -> str:
        """What readers of this language get: the text in it, else in the other."""
        if language is Language.ZH:
            return self.text_zh or self.text_en
        return self.text_en or self.text_zh


class Edits(TypedDict, total=False):
    """What can be changed before it is confirmed."""

    kind: AnnouncementKind
    course_id: int | None
    text_zh: str
    text_en: str
    picture: str | None
    audience: str
    send_at: datetime | None
    zone: str | None


class AnnouncementStore:
    """Every change of state says from which states it goes, and gives False where it was in none of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --------------------------------------------------------------------------------- before the send
    def begin(self, made_by: int, chat_id: int, **edits: Unpack[Edits]) -> Announcement:
        """A new one: empty, or a draft where something of it is known already, such as its course."""
        status = _S.DRAFT if edits else _S.EMPTY
        values = {"status": status, "made_by": made_by, "chat_id": chat_id, "made_at": now(), **edits}
        with self._database.write() as connection:
            id_ = inserted_id(connection.execute(insert(announcements).values(**values)))
            return _announcement(connection.execute(_one(id_)).one())

    def edit(self, announcement_id: int, **edits: Unpack[Edits]) -> bool:
        """Of an empty one or a draft; it is a draft from then on."""
        return self._move(announcement_id, UNCONFIRMED, _S.DRAFT, **edits)

    def schedule(self, seen: Announcement, send_at: datetime, zone: str) -> bool:
        """A draft is confirmed for a time to come; its recipients are those who fit the audience then.

        seen: as for `start`.
        """
        values = {"send_at": send_at, "zone": zone, "confirmed_at": now()}
        with self._database.write() as connection:
            return _confirmed(connection, seen, (_S.DRAFT,), _S.SCHEDULED, **values)

    def unschedule(self, announcement_id: int) -> bool:
        """Back to a draft."""
        return self._move(announcement_id, WAITING, _S.DRAFT, confirmed_at=None)

    def miss(self, seen: Announcement) -> bool:
        """Its time went by; not so where it was scheduled anew since it was seen."""
        with self._database.write() as connection:
            return _confirmed(connection, seen, (_S.SCHEDULED,), _S.MISSED)

    def discard(self, announcement_id: int) -> bool:
        return self._move(announcement_id, (*UNCONFIRMED, *WAITING), _S.DISCARDED)

    # ------------------------------------------------------------------------------------- the send
    def start(
        self,
        seen: Announcement,
        recipients: Collection[int],
        *,
        message_id: int | None = None,
        at_least_once: bool = False,
    ) -> bool:
        """Confirmed, or its time has come: one row a recipient, at once, and sending begins.

        seen: what was confirmed; False where somebody changed it since, or put it back to a draft.
        message_id: the bot's message in the maker's chat that will show the progress, where there is one already.
        """
        with self._database.write() as connection:
            values: dict[str, Any] = {"message_id": message_id} if message_id is not None else {}
            values["at_least_once"] = at_least_once
            values["confirmed_at"] = func.coalesce(announcements.c.confirmed_at, now())
            if not _confirmed(connection, seen, (_S.DRAFT, *WAITING), _S.SENDING, **values):
                return False
            if recipients:
                # Constants are looked up there: brought along, they would be converted for each of 100,000.
                moment = (
                    select(announcements.c.confirmed_at)
                    .where(announcements.c.id == seen.id)
                    .scalar_subquery()
                )
                values = {
                    "status": DeliveryStatus.QUEUED,
                    "attempts": 0,
                    "due_at": moment,
                    "changed_at": moment,
                }
                rows = [{"announcement_id": seen.id, "telegram_id": id_} for id_ in sorted(set(recipients))]
                connection.execute(insert(deliveries).values(**values), rows)
            return True

    def show_progress_in(self, announcement_id: int, message_id: int) -> None:
        with self._database.write() as connection:
            mine = update(announcements).where(announcements.c.id == announcement_id)
            connection.execute(mine.values(message_id=message_id))

    def pause(self, announcement_id: int) -> bool:
        """Holds from the next message on: each is claimed only while its announcement is being sent."""
        return self._move(announcement_id, (_S.SENDING,), _S.PAUSED)

    def resume(self, announcement_id: int) -> bool:
        return self._move(announcement_id, (_S.PAUSED,), _S.SENDING)

    def stop(self, announcement_id: int) -> bool:
        """For good: whoever waits still gets nothing."""
        with self._database.write() as connection:
            if not _moved(connection, announcement_id, (_S.SENDING, _S.PAUSED), _S.STOPPED):
                return False
            _stop_the_rest(connection, announcement_id)
            return True

    def correct(self, announcement_id: int, *, text_zh: str, text_en: str) -> bool:
        """From now on this text is sent, and put in the place of what was delivered.

        What was delivered in a language in which nothing changes says it already.
        """
        values: dict[str, Any] = {"text_zh": text_zh, "text_en": text_en, "correcting": True}
        with self._database.write() as connection:
            before = connection.execute(_one(announcement_id)).one_or_none()
            mine = update(announcements).where(
                announcements.c.id == announcement_id, announcements.c.status.in_(BEGUN)
            )
            corrected = mine.values(**values, revision=announcements.c.revision + 1)
            if connection.execute(corrected).rowcount != 1:
                return False
            rows = update(deliveries).where(deliveries.c.announcement_id == announcement_id)
            connection.execute(rows.values(mend_reason=None))
            if before is not None:
                old = _announcement(before)
                new = replace(old, text_zh=text_zh, text_en=text_en)
                same = [each for each in Language if old.text_in(each) == new.text_in(each)]
                connection.execute(_says_it_already(old, same))
            return True

    def recall(self, announcement_id: int) -> bool:
        """Whoever waits still gets nothing, and what was delivered is deleted as far as Telegram lets it be."""
        with self._database.write() as connection:
            if not _moved(connection, announcement_id, BEGUN, _S.RECALLING, correcting=False):
                return False
            _stop_the_rest(connection, announcement_id)
            rows = update(deliveries).where(deliveries.c.announcement_id == announcement_id)
            connection.execute(rows.values(mend_reason=None))
            return True

    def send_to_doubtful(self, announcement_id: int) -> bool:
        """Somebody decided that those in doubt get it now, perhaps for the second time.

        Not while it is looked for others of a send that was stopped: they would be written to as well.
        """
        with self._database.write() as connection:
            doubtful = update(deliveries).where(
                deliveries.c.announcement_id == announcement_id,
                deliveries.c.status == DeliveryStatus.IN_DOUBT,
            )
            over = select(announcements.c.id).where(
                announcements.c.id == announcement_id, announcements.c.done_at.is_not(None)
            )
            if connection.execute(over).first() is None:
                return False
            if not _moved(connection, announcement_id, (_S.DONE, _S.STOPPED), _S.SENDING, done_at=None):
                return False
            values = {"status": DeliveryStatus.QUEUED, "due_at": now(), "attempts": 0, "reason": None}
            connection.execute(doubtful.values(**values, changed_at=now()))
            return True

    # -------------------------------------------------------------------------------- for the sender
    def finish(self, announcement_id: int, *, concluded: AnnouncementStatus) -> bool:
        """Everything that was to be done with its recipients is done, and the maker was told.

        concluded: in which state that was. False where somebody wanted something else of it since, such as a recall:
        that is still to be done.
        """
        if concluded is _S.RECALLING:
            return self._move(announcement_id, (concluded,), _S.RECALLED)
        if concluded in {_S.SENDING, _S.STOPPED}:
            after = _S.STOPPED if concluded is _S.STOPPED else _S.DONE
            return self._move(announcement_id, (concluded,), after, done_at=now())
        return False

    def corrected(self, announcement_id: int, revision: int) -> bool:
        """Everybody who can has this revision; False where there is a newer one already."""
        mine = update(announcements).where(
            announcements.c.id == announcement_id, announcements.c.revision == revision
        )
        with self._database.write() as connection:
            return connection.execute(mine.values(correcting=False)).rowcount == 1

    def followed_up(self, announcement_id: int) -> None:
        with self._database.write() as connection:
            mine = update(announcements).where(announcements.c.id == announcement_id)
            connection.execute(mine.values(followed_up_at=now()))

    # ------------------------------------------------------------------------------------- reading
    def get(self, announcement_id: int) -> Announcement | None:
        with self._database.read() as connection:
            row = connection.execute(_one(announcement_id)).one_or_none()
            return _announcement(row) if row else None

    def listed(
        self, statuses: Collection[AnnouncementStatus], *, most: int = 100, skip: int = 0
    ) -> list[Announcement]:
        """The newest first."""
        query = select(announcements).where(announcements.c.status.in_(tuple(statuses)))
        return self._all(query.order_by(announcements.c.id.desc()).limit(most).offset(skip))

    def count(self, statuses: Collection[AnnouncementStatus]) -> int:
        query = select(func.count()).where(announcements.c.status.in_(tuple(statuses)))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def unfinished(self) -> list[Announcement]:
        """Those with something left to do for the sender, now or at a time, and be it to tell the maker."""
        at_work = announcements.c.status.in_((_S.SENDING, _S.RECALLING, _S.SCHEDULED))
        stopped = (announcements.c.status == _S.STOPPED) & announcements.c.done_at.is_(None)
        query = select(announcements).where(at_work | stopped | announcements.c.correcting)
        return self._all(query.order_by(announcements.c.id))

    def to_follow_up(self, done_before: datetime) -> list[Announcement]:
        """Those that were sent by then, and of which the maker has not heard since."""
        over = announcements.c.status.in_((_S.DONE, _S.STOPPED)) & (announcements.c.done_at <= done_before)
        query = select(announcements).where(over, announcements.c.followed_up_at.is_(None))
        return self._all(query.order_by(announcements.c.id))

    def _all(self, query: Any) -> list[Announcement]:
        with self._database.read() as connection:
            return [_announcement(row) for row in connection.execute(query)]

    def _move(
        self,
        announcement_id: int,
        before: Sequence[AnnouncementStatus],
        after: AnnouncementStatus,
        **values: Any,
    ) -> bool:
        with self._database.write() as connection:
            return _moved(connection, announcement_id, before, after, **values)


def _moved(
    connection: Connection,
    announcement_id: int,
    before: Sequence[AnnouncementStatus],
    after: AnnouncementStatus,
    **values: Any,
) -> bool:
    row = update(announcements).where(
        announcements.c.id == announcement_id, announcements.c.status.in_(tuple(before))
    )
    return connection.execute(row.values(status=after, **values)).rowcount == 1


def _confirmed(
    connection: Connection,
    seen: Announcement,
    before: Sequence[AnnouncementStatus],
    after: AnnouncementStatus,
    **values: Any,
) -> bool:
    """Moves it only as it was seen: in the same state, and with everything that is confirmed as it was."""
    if seen.status not in before:
        return False
    row = update(announcements).where(
        announcements.c.id == seen.id,
        announcements.c.status == seen.status,
        announcements.c.course_id.is_not_distinct_from(seen.course_id),
        announcements.c.text_zh == seen.text_zh,
        announcements.c.text_en == seen.text_en,
        announcements.c.picture.is_not_distinct_from(seen.picture),
        announcements.c.audience == seen.audience,
        announcements.c.send_at.is_not_distinct_from(seen.send_at),
    )
    return connection.execute(row.values(status=after, **values)).rowcount == 1


def _stop_the_rest(connection: Connection, announcement_id: int) -> None:
    """Who may have it already is looked for all the same."""
    waiting = update(deliveries).where(
        deliveries.c.announcement_id == announcement_id,
        deliveries.c.due_at.is_not(None),
        deliveries.c.status != DeliveryStatus.CHECKING,
    )
    connection.execute(waiting.values(status=DeliveryStatus.STOPPED, due_at=None, changed_at=now()))


def _says_it_already(before: Announcement, languages: Sequence[Language]) -> Any:
    """Only who got the newest text in the language that they read still: others are shown theirs at last."""
    reads_it = exists().where(
        people.c.telegram_id == deliveries.c.telegram_id, people.c.language == deliveries.c.language
    )
    theirs = update(deliveries).where(
        deliveries.c.announcement_id == before.id,
        deliveries.c.status == DeliveryStatus.SENT,
        deliveries.c.revision == before.revision,
        deliveries.c.language.in_(languages),
        reads_it,
    )
    return theirs.values(revision=before.revision + 1)


def _one(announcement_id: int) -> Any:
    return select(announcements).where(announcements.c.id == announcement_id)


def _announcement(row: Row[Any]) -> Announcement:
    return Announcement(
        id=row.id,
        status=AnnouncementStatus(row.status),
        kind=AnnouncementKind(row.kind),
        course_id=row.course_id,
        text_zh=row.text_zh,
        text_en=row.text_en,
        picture=row.picture,
        audience=row.audience,
        send_at=row.send_at,
        zone=row.zone,
        at_least_once=row.at_least_once,
        revision=row.revision,
        correcting=row.correcting,
        made_by=row.made_by,
        chat_id=row.chat_id,
        message_id=row.message_id,
        made_at=row.made_at,
        confirmed_at=row.confirmed_at,
        done_at=row.done_at,
    )
