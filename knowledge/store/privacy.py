"""What is kept of a person, for them to see, and to be erased: all of it at once, or what is older than it may get.

What is erased leaves counts without a person: a question stays as one that somebody asked at some hour, a delivery as
one that somebody got. In SQLite the words do not stay behind in the file either: freed space is overwritten, and the
write-ahead log is emptied.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from knowledge.domain import Role
from knowledge.store.announcement_tables import DeliveryStatus, Reason, deliveries
from knowledge.store.audit import audit_log, write_line
from knowledge.store.database import Database, now
from knowledge.store.dialogues import dialogues
from knowledge.store.gaps import gaps
from knowledge.store.invitations import invitation_uses, invitations
from knowledge.store.jobs import jobs
from knowledge.store.note_tables import notes
from knowledge.store.people import LastAdministrator, is_last_administrator, locked, people
from knowledge.store.questions import citations, questions

#: Where a message stood that nobody is to be found by any more; Telegram numbers no chat so.
_NO_CHAT = 0
#: In a gap that is gone: it must not be taken for one that waits to be put into a gap.
_NO_GAP = 0
#: Somebody who never agreed is forgotten after so long a silence.
STRANGERS_FOR = timedelta(days=30)
#: So many questions are erased in one transaction, so that nobody waits long for the writer's place.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was there and is not any more."""

    questions: int = 0
    notes: int = 0
    deliveries: int = 0
    people: int = 0

    def __add__(self, other: Erased) -> Erased:
        return Erased(
            questions=self.questions + other.questions,
            notes=self.notes + other.notes,
            deliveries=self.deliveries + other.deliveries,
            people=self.people + other.people,
        )


class PrivacyStore:
    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    # -------------------------------------------------------------------------------------------- consent
    def agree(self, telegram_id: int, version: str, *, joins: bool) -> bool:
        """They agreed to this version of the notice; a second time changes nothing. Whether they joined by it.

        joins: they can be written to.
        """
        mine = people.c.telegram_id == telegram_id
        values: dict[str, Any] = {"consent_version": version, "consent_at": self._clock()}
        with self._database.write() as connection:
            is_new = mine & (
                people.c.consent_version.is_distinct_from(version) | people.c.consent_at.is_(None)
            )
            connection.execute(update(people).where(is_new).values(**values))
            joined = update(people).where(mine, people.c.started_at.is_(None))
            joined = joined.values(started_at=self._clock())
            return joins and connection.execute(joined).rowcount == 1

    def agreed_to(self, telegram_id: int) -> str | None:
        """The version of the notice that they agreed to last; None where they were only told."""
        mine = (people.c.telegram_id == telegram_id) & people.c.consent_at.is_not(None)
        query = select(people.c.consent_version).where(mine)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one_or_none()

    def was_answered(self, chat_id: int, said_in: int) -> bool:
        """Whether the question that this message asked has its answer."""
        asked = (questions.c.chat_id == chat_id) & (questions.c.said_in == said_in)
        with self._database.read() as connection:
            query = select(questions.c.id).where(asked, questions.c.message_id.is_not(None)).limit(1)
            return connection.execute(query).first() is not None

    # ------------------------------------------------------------------------------------------ to be seen
    def questions_of(self, telegram_id: int) -> int:
        """How many of their questions are kept."""
        query = select(func.count()).where(questions.c.asked_by == telegram_id)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def kept_of(self, telegram_id: int) -> dict[str, list[dict[str, Any]]]:
        """Everything that names this person, by area; JSON values."""
        with self._database.read() as connection:
            found = {
                area: _rows(connection, table, where(telegram_id)) for area, (table, where) in _KEPT.items()
            }
            mine = [row["id"] for row in found["questions"]]
            found["citations"] = [
                row
                for start in range(0, len(mine), _AT_ONCE)
                for row in _rows(
                    connection, citations, citations.c.question_id.in_(mine[start : start + _AT_ONCE])
                )
            ]
        return found

    # --------------------------------------------------------------------------------------- to be erased
    def forget(
        self, telegram_id: int, *, who: str | None = None, always: Collection[int] = ()
    ) -> Erased | LastAdministrator:
        """Erases everything of this person but what the staff did (loaded files, announcements) and the audit log.

        That holds lines of doctors too, which nobody can change: who came by a link, and what was refused to whom.
        Who is shut out stays so: of them the id and that are kept. Of the staff it is noted that they are none any
        more; the last administrator stays, for nobody would be left.
        who: does it, as in the audit log; None: they themselves. always: ids that the settings make administrators.
        """
        somebody = _nobody()
        with self._database.write() as connection:
            person = locked(connection, telegram_id)
            if person is not None and person.role is not Role.DOCTOR:
                keeps_it = telegram_id in always
                if not keeps_it and not person.barred and is_last_administrator(connection, person, always):
                    return LastAdministrator()
                details = {"before": person.role.value}
                who = who or f"telegram:{telegram_id}"
                write_line(connection, who, "person.forget", f"person:{telegram_id}", details)
            asked = _ids(connection, questions.c.asked_by == telegram_id)
            erased = Erased(questions=len(asked), notes=_delete(connection, notes, telegram_id))
            _erase_questions(connection, asked, somebody)
            _delete(connection, dialogues, telegram_id)
            _erase_invitations(connection, telegram_id)
            erased += Erased(deliveries=_detach_deliveries(connection, telegram_id))
            erased += Erased(people=_erase_person(connection, telegram_id))
        self.sweep()
        return erased

    def expire(self, days: int) -> Erased:
        """Erases questions, and notes about them, that are older than so many days; 0 keeps them. Some at a time."""
        erased = self._forget_strangers()
        before = self._clock() - timedelta(days=days)
        while days:
            with self._database.write() as connection:
                some = _ids(connection, and_(questions.c.asked_at < before, _is_somebodys()), most=_AT_ONCE)
                for mine in _by_asker(connection, some):
                    _erase_questions(connection, mine, _nobody())
                old = delete(notes).where(notes.c.made_at < before)
                erased += Erased(questions=len(some), notes=connection.execute(old).rowcount)
            if len(some) < _AT_ONCE:
                break
        if erased != Erased():
            self.sweep()
        return erased

    def sweep(self) -> bool:
        """Empties SQLite's write-ahead log, which still holds what was erased; False while somebody reads it."""
        return self._database.empty_log()

    def _forget_strangers(self) -> Erased:
        """People who wrote and never agreed, after a while: of them only the name and the language were kept."""
        silent = and_(
            people.c.consent_version.is_(None),
            people.c.started_at.is_(None),
            people.c.invitation_id.is_(None),
            people.c.role == Role.DOCTOR,
            people.c.barred.is_(False),
            people.c.seen_at < self._clock() - STRANGERS_FOR,
            people.c.telegram_id.not_in(select(questions.c.asked_by)),
            people.c.telegram_id > 0,
        )
        with self._database.write() as connection:
            return Erased(people=connection.execute(delete(people).where(silent)).rowcount)


# ------------------------------------------------------------------------------------------------------ what is kept

Where = Callable[[int], ColumnElement[bool]]


def _audited(telegram_id: int) -> ColumnElement[bool]:
    return or_(audit_log.c.who == f"telegram:{telegram_id}", audit_log.c.subject == f"person:{telegram_id}")


#: Every table that names people, and how; a test holds that none is missing.
_KEPT: Mapping[str, tuple[Table, Where]] = {
    "person": (people, lambda id_: people.c.telegram_id == id_),
    "questions": (questions, lambda id_: questions.c.asked_by == id_),
    "notes": (notes, lambda id_: notes.c.telegram_id == id_),
    "announcements_received": (deliveries, lambda id_: deliveries.c.telegram_id == id_),
    "open_dialogues": (dialogues, lambda id_: dialogues.c.person_id == id_),
    "invitations_used": (invitation_uses, lambda id_: invitation_uses.c.telegram_id == id_),
    "files_sent": (jobs, lambda id_: jobs.c.sent_by == id_),
    "audit_log": (audit_log, _audited),
}


def _rows(connection: Connection, table: Table, where: ColumnElement[bool]) -> list[dict[str, Any]]:
    query = select(table).where(where).order_by(*table.primary_key.columns)
    return [
        {name: _json(value) for name, value in row._asdict().items()} for row in connection.execute(query)
    ]


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


# ---------------------------------------------------------------------------------------------------------- erasing


def _nobody() -> int:
    """Stands for one person of whom nothing else is known: what they asked counts as one person's still."""
    return -1 - secrets.randbits(62)


def _is_somebodys() -> ColumnElement[bool]:
    return questions.c.asked_by >= 0


def _ids(connection: Connection, where: ColumnElement[bool], most: int | None = None) -> list[int]:
    query = select(questions.c.id).where(where).order_by(questions.c.id).limit(most)
    return list(connection.execute(query).scalars())


def _by_asker(connection: Connection, ids: list[int]) -> list[list[int]]:
    query = select(questions.c.asked_by, questions.c.id).where(questions.c.id.in_(ids))
    askers: dict[int, list[int]] = {}
    for asker, id_ in connection.execute(query):
        askers.setdefault(asker, []).append(id_)
    return list(askers.values())


def _erase_questions(connection: Connection, ids: list[int], somebody: int) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        _take_from_gaps(connection, some)
        connection.execute(delete(notes).where(notes.c.question_id.in_(some)))
        connection.execute(delete(citations).where(citations.c.question_id.in_(some)))
        for row in connection.execute(
            select(questions.c.id, questions.c.asked_at, questions.c.answered_at).where(
                questions.c.id.in_(some)
            )
        ).all():
            counted = update(questions).where(questions.c.id == row.id)
            connection.execute(counted.values(**_counted(row, somebody)))


def _counted(row: Any, somebody: int) -> dict[str, Any]:
    """What stays of a question: that there was one, in which hour, what became of it, how it was rated."""
    return {
        "asked_by": somebody,
        "chat_id": _NO_CHAT,
        "text": "",
        "understood": None,
        "cited": None,
        "update_id": None,
        "message_id": None,
        "said_in": None,
        "context_id": None,
        "instead_of": None,
        "asked_at": _hour(row.asked_at),
        "answered_at": _hour(row.answered_at) if row.answered_at else None,
    }


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _take_from_gaps(connection: Connection, ids: list[int]) -> None:
    """A gap whose words these are is told in another asker's; one that nobody else asked is gone."""
    told = func.coalesce(questions.c.understood, questions.c.text)
    mine = connection.execute(
        select(questions.c.gap_id, told.label("told")).where(
            questions.c.id.in_(ids), questions.c.gap_id.is_not(None), questions.c.gap_id != _NO_GAP
        )
    ).all()
    # What was not answered and is in no gap yet would be put into one, without its words.
    waiting = update(questions).where(questions.c.id.in_(ids), questions.c.gap_id.is_(None))
    connection.execute(waiting.values(gap_id=_NO_GAP))
    for gap_id in sorted({row.gap_id for row in mine}):
        others = (
            select(told)
            .where(questions.c.gap_id == gap_id, questions.c.id.not_in(ids), questions.c.text != "")
            .order_by(questions.c.id.desc())
            .limit(1)
        )
        words = connection.execute(others).scalar_one_or_none()
        gap = gaps.c.id == gap_id
        if words is None:
            emptied = update(questions).where(questions.c.gap_id == gap_id)
            connection.execute(emptied.values(gap_id=_NO_GAP))
            connection.execute(delete(gaps).where(gap))
            continue
        said = [row.told for row in mine if row.gap_id == gap_id]
        renamed = update(gaps).where(gap, gaps.c.text.in_(said))
        connection.execute(renamed.values(text=words, model=None, vector=None))


def _delete(connection: Connection, table: Table, telegram_id: int) -> int:
    owner: Column[int] = table.c.person_id if "person_id" in table.c else table.c.telegram_id
    return int(connection.execute(delete(table).where(owner == telegram_id)).rowcount)


def _erase_invitations(connection: Connection, telegram_id: int) -> None:
    """Not those to the staff: by the same link, somebody would get again what was taken from them."""
    doctors = select(invitations.c.id).where(invitations.c.role == Role.DOCTOR)
    mine = (invitation_uses.c.telegram_id == telegram_id) & invitation_uses.c.invitation_id.in_(doctors)
    connection.execute(delete(invitation_uses).where(mine))


def _detach_deliveries(connection: Connection, telegram_id: int) -> int:
    """Each row counts on, as somebody's; who still waits for an announcement does so no longer."""
    mine = deliveries.c.telegram_id == telegram_id
    for before, after in (
        ((DeliveryStatus.QUEUED, DeliveryStatus.POSTPONED), DeliveryStatus.FAILED),
        # The call is under way, and nobody will be found to note what came of it.
        ((DeliveryStatus.SENDING, DeliveryStatus.CHECKING), DeliveryStatus.IN_DOUBT),
    ):
        given_up = update(deliveries).where(mine, deliveries.c.status.in_(before))
        connection.execute(given_up.values(status=after, reason=_FORGOTTEN, due_at=None))
    nobody = {
        "telegram_id": _nobody(),
        "message_id": None,
        "seen_before": None,
        "seen_after": None,
        "changed_at": now(),
    }
    return int(connection.execute(update(deliveries).where(mine).values(**nobody)).rowcount)


_FORGOTTEN = Reason.NOT_HERE


def _erase_person(connection: Connection, telegram_id: int) -> int:
    mine = people.c.telegram_id == telegram_id
    person = connection.execute(delete(people).where(mine).returning(people)).one_or_none()
    if person is not None and person.barred:
        kept = {"telegram_id": telegram_id, "language": person.language, "barred": True, "name": ""}
        connection.execute(
            insert(people).values(**kept, seen_at=_hour(person.seen_at), blocked=person.blocked)
        )
    return int(person is not None)
