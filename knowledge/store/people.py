"""Who wrote to the bot, what they may do, and what they wish."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    cast,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    true,
    update,
)

from knowledge.audience import EVERYONE, Audience, Recipient
from knowledge.domain import AnnouncementKind, Language, Person, Role
from knowledge.quiet_hours import DEFAULT_ZONE, QuietHours
from knowledge.specialties import SPECIALTIES
from knowledge.store.audit import BY_SETTINGS, write_line
from knowledge.store.database import Database, UtcDateTime, metadata, now

people = Table(
    "people",
    metadata,
    Column("telegram_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("consent_version", String(16)),
    Column("started_at", UtcDateTime),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("role", String(16), nullable=False, server_default=text("'doctor'")),
    # JSON lists, as is `muted`: the kinds of announcements that they do not want.
    Column("specialties", Text, nullable=False, server_default=text("'[]'")),
    Column("region", String(32)),
    Column("muted", Text, nullable=False, server_default=text("'[]'")),
    # Quiet hours, in minutes after midnight of their time zone.
    Column("quiet_from", Integer),
    Column("quiet_until", Integer),
    Column("time_zone", String(64)),
    Column("recommendations", Boolean, nullable=False, server_default=true()),
    # Whether they want to hear of replaced editions and closed gaps.
    Column("notes", Boolean, nullable=False, server_default=true()),
    Column("consent_at", UtcDateTime),
    # Shut out by the staff; `blocked` is what they did to the bot, `deleted` what became of their account.
    Column("barred", Boolean, nullable=False, server_default=false()),
    Column("deleted", Boolean, nullable=False, server_default=false()),
    Column("invitation_id", Integer),
    # The role whose commands Telegram's menu shows them.
    Column("menu", String(16)),
)

# Built once, for each update needs them: see knowledge.store.questions.
_SEEN = update(people).where(people.c.telegram_id == bindparam("id")).returning(people)
_NEWCOMER = insert(people).returning(people)

_ORDER = {each.id: place for place, each in enumerate(SPECIALTIES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """before and after: the person's role, or whether they are shut out."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AsBefore:
    """It was so already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nobody with this id ever wrote to the bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAdministrator:
    """Nobody would be left who could undo it."""


Change = Changed | AsBefore | Unknown | LastAdministrator


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    people: tuple[Person, ...]
    #: Of all pages.
    total: int


class PeopleStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def meet(self, telegram_id: int, name: str, language: Language, floor: Role = Role.DOCTOR) -> Person:
        """The person as known; a newcomer is noted with this language. Whoever writes has not blocked the bot.

        floor: the role that the settings give them; they have it from now on, or keep a higher one. That it is given
        is noted in the audit log.
        """
        seen = {"name": name, "seen_at": now(), "blocked": False, "deleted": False}
        newcomer = {"telegram_id": telegram_id, "language": language, **seen}
        with self._database.write() as connection:
            row = connection.execute(_SEEN, {"id": telegram_id, **seen}).one_or_none()
            person = _person(row or connection.execute(_NEWCOMER, newcomer).one())
            if person.role.includes(floor):
                return person
            raised = update(people).where(people.c.telegram_id == telegram_id).values(role=floor)
            details = {"before": person.role.value, "after": floor.value}
            write_line(connection, BY_SETTINGS, "person.role", f"person:{telegram_id}", details)
            return _person(connection.execute(raised.returning(people)).one())

    def get(self, telegram_id: int) -> Person | None:
        with self._database.read() as connection:
            row = connection.execute(select(people).where(people.c.telegram_id == telegram_id)).one_or_none()
            return _person(row) if row else None

    def find(self, words: str, *, page: int, size: int) -> PeoplePage:
        """Those whose name holds the words or whose id begins with them, the staff and the latest seen first.

        page: from 0; past the last one it is empty.
        """
        fits = _named(words)
        staff_first = (people.c.role == Role.DOCTOR, people.c.seen_at.desc(), people.c.telegram_id)
        query = select(people).where(*fits).order_by(*staff_first).limit(size).offset(page * size)
        with self._database.read() as connection:
            total = connection.execute(select(func.count()).select_from(people).where(*fits)).scalar_one()
            return PeoplePage(
                people=tuple(_person(row) for row in connection.execute(query)), total=int(total)
            )

    def names(self, telegram_ids: Collection[int]) -> dict[int, str]:
        """Of those who are known."""
        query = select(people.c.telegram_id, people.c.name).where(people.c.telegram_id.in_(telegram_ids))
        with self._database.read() as connection:
            return {row.telegram_id: row.name for row in connection.execute(query)}

    # ------------------------------------------------------------------------- what they say of themselves
    def start(self, telegram_id: int, consent_version: str) -> None:
        """They pressed /start and were shown this version of the notice; they joined when they did so first."""
        self._change(
            telegram_id,
            started_at=func.coalesce(people.c.started_at, literal(now(), UtcDateTime)),
            consent_version=consent_version,
        )

    def set_language(self, telegram_id: int, language: Language) -> None:
        self._change(telegram_id, language=language)

    def set_specialty(self, telegram_id: int, specialty: str, *, chosen: bool) -> Person | None:
        """One of several, chosen or not any more."""
        return self._toggle(telegram_id, "specialties", specialty, present=chosen)

    def set_region(self, telegram_id: int, region: str | None) -> None:
        self._change(telegram_id, region=region)

    def set_muted(self, telegram_id: int, kind: AnnouncementKind, *, muted: bool) -> Person | None:
        return self._toggle(telegram_id, "muted", kind.value, present=muted)

    def set_quiet_hours(self, telegram_id: int, start: int | None, end: int | None) -> None:
        """Minutes after midnight in their time zone; None for both: at no time."""
        self._change(telegram_id, quiet_from=start, quiet_until=end)

    def set_time_zone(self, telegram_id: int, name: str) -> None:
        self._change(telegram_id, time_zone=name)

    def set_notes(self, telegram_id: int, *, wanted: bool) -> None:
        self._change(telegram_id, notes=wanted)

    def set_recommendations(self, telegram_id: int, *, wanted: bool) -> None:
        self._change(telegram_id, recommendations=wanted)

    # ----------------------------------------------------------------------------- what the staff decides
    def change_role(self, telegram_id: int, role: Role, *, always: Collection[int] = ()) -> Change:
        """always: ids that the settings make administrators, whatever is stored of them."""
        with self._database.write() as connection:
            person = locked(connection, telegram_id)
            if person is None:
                return Unknown()
            if person.role is role:
                return AsBefore()
            if is_last_administrator(connection, person, always):
                return LastAdministrator()
            change = update(people).where(people.c.telegram_id == telegram_id).values(role=role)
            connection.execute(change)
            return Changed(before=person.role.value, after=role.value)

    def bar(self, telegram_id: int, *, barred: bool, always: Collection[int] = ()) -> Change:
        """Shuts somebody out, or lets them in again. always: as for `change_role`."""
        with self._database.write() as connection:
            person = locked(connection, telegram_id)
            if person is None:
                return Unknown()
            if person.barred is barred:
                return AsBefore()
            if barred and is_last_administrator(connection, person, always):
                return LastAdministrator()
            change = update(people).where(people.c.telegram_id == telegram_id).values(barred=barred)
            connection.execute(change)
            return Changed(before=_standing(barred=person.barred), after=_standing(barred=barred))

    # ------------------------------------------------------------------------------------- what Telegram says
    def set_blocked(self, telegram_id: int, *, blocked: bool, deleted: bool = False) -> None:
        """They blocked the bot (Telegram's 403), or took it back; deleted: their account is no more.

        That it is deleted stays known until they are there again.
        """
        certain = {"deleted": deleted} if deleted or not blocked else {}
        self._change(telegram_id, blocked=blocked, **certain)

    def set_menu(self, telegram_id: int, role: Role | None) -> None:
        """Telegram was told to show them this role's commands; None: everyone's."""
        self._change(telegram_id, menu=role)

    # -------------------------------------------------------------------------------------- announcing
    def reachable(self) -> list[int]:
        """Telegram ids of everyone who joined, is not shut out, and has not blocked the bot."""
        return self.ids(EVERYONE)

    def ids(self, audience: Audience) -> list[int]:
        """The Telegram ids of those whom `audience` gives, in no time for 100,000 of them."""
        query = select(people.c.telegram_id).where(*_in(audience)).order_by(people.c.telegram_id)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def audience(self, audience: Audience) -> list[Recipient]:
        """Those of an audience who can be reached, by id; also those who mute something, which each row says."""
        query = select(people).where(*_in(audience)).order_by(people.c.telegram_id)
        with self._database.read() as connection:
            return [_recipient(_person(row)) for row in connection.execute(query)]

    def count(self, audience: Audience, *, muting: AnnouncementKind | None = None) -> int:
        """How many `audience` would give; with a kind only those of them who mute it."""
        # A list in JSON, as specialties are.
        mutes = [] if muting is None else [people.c.muted.contains(f'"{muting}"', autoescape=True)]
        query = select(func.count()).select_from(people).where(*_in(audience), *mutes)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    # ------------------------------------------------------------------------------------------------- parts
    def _change(self, telegram_id: int, **values: Any) -> None:
        with self._database.write() as connection:
            connection.execute(update(people).where(people.c.telegram_id == telegram_id).values(**values))

    def _toggle(self, telegram_id: int, column: str, entry: str, *, present: bool) -> Person | None:
        """The person with the entry in or out of a list; None for a stranger."""
        with self._database.write() as connection:
            mine = people.c.telegram_id == telegram_id
            row = connection.execute(select(people).where(mine).with_for_update()).one_or_none()
            if row is None:
                return None
            entries = set(json.loads(row._mapping[column])) - {entry} | ({entry} if present else set())  # noqa: SLF001
            values = {column: json.dumps(sorted(entries))}
            changed = update(people).where(mine).values(**values).returning(people)
            return _person(connection.execute(changed).one())


def locked(connection: Connection, telegram_id: int) -> Person | None:
    """The person, with every administrator's row held meanwhile: two must not remove each other at once."""
    connection.execute(
        select(people.c.telegram_id)
        .where(people.c.role == Role.ADMINISTRATOR)
        .order_by(people.c.telegram_id)
        .with_for_update()
    )
    mine = select(people).where(people.c.telegram_id == telegram_id).with_for_update()
    row = connection.execute(mine).one_or_none()
    return _person(row) if row else None


def is_last_administrator(connection: Connection, person: Person, always: Collection[int]) -> bool:
    """Whether nobody else is one. always: ids that the settings make administrators."""
    if person.role is not Role.ADMINISTRATOR or set(always) - {person.telegram_id}:
        return False
    able = (people.c.role == Role.ADMINISTRATOR, people.c.barred.is_(False), people.c.deleted.is_(False))
    others = select(func.count()).where(*able, people.c.telegram_id != person.telegram_id)
    return int(connection.execute(others).scalar_one()) == 0


def _in(audience: Audience) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = [
        people.c.started_at.is_not(None),
        people.c.blocked.is_(False),
        people.c.deleted.is_(False),
        people.c.barred.is_(False),
    ]
    if audience.specialties:
        # A list of ids in JSON: each stands between quotes, so that none is found inside another.
        fits.append(
            or_(
                *(
                    people.c.specialties.contains(f'"{each}"', autoescape=True)
                    for each in audience.specialties
                )
            )
        )
    if audience.regions:
        fits.append(people.c.region.in_(sorted(audience.regions)))
    if audience.languages:
        fits.append(people.c.language.in_(sorted(audience.languages)))
    if audience.roles:
        fits.append(people.c.role.in_(sorted(audience.roles)))
    if audience.joined_since:
        fits.append(people.c.started_at >= audience.joined_since)
    return fits


def _named(words: str) -> list[ColumnElement[bool]]:
    """Id 0 is the terminal's, which is nobody's."""
    found: list[ColumnElement[bool]] = [people.c.telegram_id != 0]
    if words:
        in_name = func.lower(people.c.name).contains(words.lower(), autoescape=True)
        begins = cast(people.c.telegram_id, String).startswith(words, autoescape=True)
        found.append(or_(in_name, begins))
    return found


def _standing(*, barred: bool) -> str:
    return "barred" if barred else "admitted"


def _recipient(person: Person) -> Recipient:
    return Recipient(
        telegram_id=person.telegram_id,
        language=person.language,
        muted=person.muted,
        quiet_hours=person.quiet_hours,
    )


def _person(row: Row[Any]) -> Person:
    return Person(
        telegram_id=row.telegram_id,
        name=row.name,
        language=Language(row.language),
        consent_version=row.consent_version,
        started_at=row.started_at,
        blocked=row.blocked,
        role=Role(row.role),
        specialties=_in_order(json.loads(row.specialties)),
        region=row.region,
        muted=frozenset(AnnouncementKind(kind) for kind in json.loads(row.muted)),
        quiet_hours=_quiet_hours(row.quiet_from, row.quiet_until, row.time_zone),
        time_zone=row.time_zone,
        recommendations=row.recommendations,
        notes=row.notes,
        consent_at=row.consent_at,
        barred=row.barred,
        is_deleted=row.deleted,
        invitation_id=row.invitation_id,
        menu=Role(row.menu) if row.menu else None,
        seen_at=row.seen_at,
    )


def _quiet_hours(start: int | None, end: int | None, time_zone: str | None) -> QuietHours | None:
    if start is None or end is None:
        return None
    return QuietHours(start=start, end=end, time_zone=time_zone or DEFAULT_ZONE)


def _in_order(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(ids, key=lambda id_: _ORDER.get(id_, len(_ORDER))))
