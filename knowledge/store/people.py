"""Who wrote to the bot, and in which language they read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    Row,
    String,
    Table,
    Text,
    false,
    insert,
    select,
    text,
    true,
    update,
)

from knowledge.domain import Language, Person
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
)


class PeopleStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def meet(self, telegram_id: int, name: str, language: Language) -> Person:
        """The person as known; a newcomer is noted with this language. Whoever writes has not blocked the bot."""
        seen = {"name": name, "seen_at": now(), "blocked": False}
        known = update(people).where(people.c.telegram_id == telegram_id).values(**seen)
        newcomer = insert(people).values(telegram_id=telegram_id, language=language, **seen)
        with self._database.write() as connection:
            row = connection.execute(known.returning(people)).one_or_none()
            return _person(row or connection.execute(newcomer.returning(people)).one())

    def get(self, telegram_id: int) -> Person | None:
        with self._database.read() as connection:
            row = connection.execute(select(people).where(people.c.telegram_id == telegram_id)).one_or_none()
            return _person(row) if row else None

    def start(self, telegram_id: int, consent_version: str) -> None:
        """They pressed /start and were shown this version of the notice."""
        self._change(telegram_id, started_at=now(), consent_version=consent_version)

    def set_language(self, telegram_id: int, language: Language) -> None:
        self._change(telegram_id, language=language)

    def set_blocked(self, telegram_id: int, *, blocked: bool) -> None:
        """They blocked the bot (Telegram's 403), or took it back."""
        self._change(telegram_id, blocked=blocked)

    def reachable(self) -> list[int]:
        """Telegram ids of everyone who started the bot and has not blocked it."""
        query = select(people.c.telegram_id).where(
            people.c.started_at.is_not(None), people.c.blocked.is_(False)
        )
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(people.c.telegram_id)).scalars())

    def _change(self, telegram_id: int, **values: Any) -> None:
        with self._database.write() as connection:
            connection.execute(update(people).where(people.c.telegram_id == telegram_id).values(**values))


def _person(row: Row[Any]) -> Person:
    return Person(
        telegram_id=row.telegram_id,
        name=row.name,
        language=Language(row.language),
        consent_version=row.consent_version,
        started_at=row.started_at,
        blocked=row.blocked,
    )
