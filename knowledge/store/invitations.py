"""Links by which people join, each with a role, a limit and an expiry; only the hash of its code is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from knowledge.domain import Role
from knowledge.store.database import Database, UtcDateTime, inserted_id, metadata, now
from knowledge.store.people import people

invitations = Table(
    "invitations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("most", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

#: Who came by which: nobody counts twice, and nobody gets by the same link again what was taken from them since.
invitation_uses = Table(
    "invitation_uses",
    metadata,
    Column("invitation_id", ForeignKey("invitations.id"), primary_key=True),
    Column("telegram_id", BigInteger, primary_key=True, autoincrement=False),
    Column("used_at", UtcDateTime, nullable=False),
)

#: 192 bits, as 32 letters that Telegram takes after ?start= (at most 64 of A-Z a-z 0-9 _ -).
_CODE_BYTES = 24


class InvitationStatus(StrEnum):
    OPEN = "open"
    USED_UP = "used_up"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    id: int
    role: Role
    #: How many people may come by it, and how many came.
    most: int
    used: int
    #: "telegram:1001" or "shell:root".
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def status(self, at: datetime) -> InvitationStatus:
        if self.revoked_at is not None:
            return InvitationStatus.REVOKED
        if self.expires_at <= at:
            return InvitationStatus.EXPIRED
        return InvitationStatus.USED_UP if self.used >= self.most else InvitationStatus.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    invitation: Invitation
    #: Shown once: nothing can tell it again.
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """They are in. A higher role than the invitation's was kept; who had come by it before got none."""

    invitation: Invitation
    before: Role
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToGain:
    """They are in, and came by it before or have this role or a higher one: no use was counted."""

    invitation: Invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class NotValid:
    #: None where no invitation ever had this code.
    invitation: Invitation | None
    #: None likewise; never OPEN.
    status: InvitationStatus | None


Redeemed = Joined | NothingToGain | NotValid


class InvitationStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, *, role: Role, most: int, expires_at: datetime, made_by: str) -> Made:
        """A new one with a code that nobody can guess."""
        if most < 1:
            raise ValueError("an invitation is for one person at least")
        code = secrets.token_urlsafe(_CODE_BYTES)
        values = {"role": role, "most": most, "expires_at": expires_at, "made_by": made_by}
        with self._database.write() as connection:
            row = insert(invitations).values(**values, code_hash=_hash(code), used=0, made_at=now())
            id_ = inserted_id(connection.execute(row))
            made = connection.execute(select(invitations).where(invitations.c.id == id_)).one()
            return Made(invitation=_invitation(made), code=code)

    def redeem(self, code: str, telegram_id: int) -> Redeemed:
        """Lets a known person in by a code. Concurrent ones never exceed its limit; a second time changes nothing."""
        with self._database.write() as connection:
            # Its row is held until the end, so that the limit holds on a server too.
            mine = select(invitations).where(invitations.c.code_hash == _hash(code)).with_for_update()
            row = connection.execute(mine).one_or_none()
            if row is None:
                return NotValid(invitation=None, status=None)
            invitation = _invitation(row)
            person = connection.execute(select(people).where(people.c.telegram_id == telegram_id)).one()
            before = Role(person.role)
            is_in = person.started_at is not None or person.invitation_id is not None
            if is_in and before.includes(invitation.role):
                return NothingToGain(invitation=invitation)
            came_before = _came_by(connection, invitation.id, telegram_id)
            if is_in and came_before:
                return NothingToGain(invitation=invitation)
            status = invitation.status(now())
            if status is not InvitationStatus.OPEN:
                return NotValid(invitation=invitation, status=status)
            if came_before:
                # They erased themselves since: they are let in again, without a role that was theirs once.
                _let_in(connection, invitation.id, telegram_id, before)
                return Joined(invitation=invitation, before=before, role=before)
            role = before if before.includes(invitation.role) else invitation.role
            _count(connection, invitation.id, telegram_id)
            _let_in(connection, invitation.id, telegram_id, role)
            return Joined(invitation=invitation, before=before, role=role)

    def all(self, *, page: int = 0, size: int = 100) -> tuple[list[Invitation], int]:
        """A page of them, the newest first, and how many there are in all."""
        newest = select(invitations).order_by(invitations.c.id.desc()).limit(size).offset(page * size)
        with self._database.read() as connection:
            found = [_invitation(row) for row in connection.execute(newest)]
            return found, len(connection.execute(select(invitations.c.id)).all())

    def get(self, invitation_id: int) -> Invitation | None:
        with self._database.read() as connection:
            row = connection.execute(
                select(invitations).where(invitations.c.id == invitation_id)
            ).one_or_none()
            return _invitation(row) if row else None

    def revoke(self, invitation_id: int) -> bool:
        """From now on nobody comes by it; False when it was so before. Who came by it stays in."""
        with self._database.write() as connection:
            open_ = (invitations.c.id == invitation_id) & invitations.c.revoked_at.is_(None)
            return connection.execute(update(invitations).where(open_).values(revoked_at=now())).rowcount == 1


def _count(connection: Connection, invitation_id: int, telegram_id: int) -> None:
    """One use more."""
    use = {"invitation_id": invitation_id, "telegram_id": telegram_id, "used_at": now()}
    connection.execute(insert(invitation_uses).values(**use))
    more = update(invitations).where(invitations.c.id == invitation_id)
    connection.execute(more.values(used=invitations.c.used + 1))


def _let_in(connection: Connection, invitation_id: int, telegram_id: int, role: Role) -> None:
    let_in = update(people).where(people.c.telegram_id == telegram_id)
    connection.execute(let_in.values(invitation_id=invitation_id, role=role))


def _came_by(connection: Connection, invitation_id: int, telegram_id: int) -> bool:
    uses = invitation_uses.c
    mine = select(uses.used_at).where(uses.invitation_id == invitation_id, uses.telegram_id == telegram_id)
    return connection.execute(mine).one_or_none() is not None


def _hash(code: str) -> str:
    """Of a code with so many random bits, a plain hash tells nothing."""
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        role=Role(row.role),
        most=row.most,
        used=row.used,
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
