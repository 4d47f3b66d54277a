"""Who is what, decided by an administrator in the chat or in a shell; written into the audit log with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.people.roles import Roles
from knowledge.domain import Person, Role
from knowledge.store import Stores
from knowledge.store.people import Change, Changed


class Verdict(StrEnum):
    """What can become of a person. The roles are called as in `Role`."""

    DOCTOR = "doctor"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    BAR = "bar"
    UNBAR = "unbar"

    @property
    def role(self) -> Role | None:
        return Role(self.value) if self.value in set(Role) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetInSettings:
    """The settings give them at least this role: it is changed there."""

    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Oneself:
    """Nobody shuts themselves out."""


Decided = Change | SetInSettings | Oneself


def decide(stores: Stores, roles: Roles, person_id: int, verdict: Verdict, *, who: str) -> Decided:
    """Carries it out; the same verdict a second time finds it done. who: as in the audit log."""
    floor = roles.of(person_id)
    if verdict is Verdict.BAR and who == f"telegram:{person_id}":
        return Oneself()
    is_below = verdict.role is not None and not verdict.role.includes(floor)
    if is_below or (verdict is Verdict.BAR and floor is not Role.DOCTOR):
        return SetInSettings(role=floor)
    with stores.database.together():
        change = _change(stores, roles, person_id, verdict)
        if isinstance(change, Changed):
            action = "person.role" if verdict.role else f"person.{verdict}"
            details = {"before": change.before, "after": change.after}
            stores.audit.note(who, action, f"person:{person_id}", details)
        return change


def _change(stores: Stores, roles: Roles, person_id: int, verdict: Verdict) -> Change:
    if verdict.role is not None:
        return stores.people.change_role(person_id, verdict.role, always=roles.administrators)
    is_barred = verdict is Verdict.BAR
    return stores.people.bar(person_id, barred=is_barred, always=roles.administrators)


def verdicts_on(person: Person, roles: Roles) -> tuple[Verdict, ...]:
    """What may be decided about them, in the order of the buttons."""
    floor = roles.of(person.telegram_id)
    to_roles = [
        verdict
        for verdict in Verdict
        if verdict.role and verdict.role is not person.role and verdict.role.includes(floor)
    ]
    if person.barred:
        return (Verdict.UNBAR,)
    return (*to_roles, Verdict.BAR) if floor is Role.DOCTOR else tuple(to_roles)
