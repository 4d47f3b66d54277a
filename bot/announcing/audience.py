"""An audience as an announcement keeps it, and who is in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from knowledge.audience import Audience
from knowledge.domain import AnnouncementKind, Language, Role
from knowledge.specialties import region, specialty
from knowledge.store.announcements import Announcement
from knowledge.store.people import PeopleStore

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many an announcement reaches, as far as can be known before it is sent."""

    #: Everybody who gets a row in the report.
    audience: int
    #: Those of them who do not want this kind, and will not get it.
    muted: int

    @property
    def people(self) -> int:
        return self.audience - self.muted


def to_json(audience: Audience) -> str:
    since = audience.joined_since
    kept: dict[str, Any] = {
        "specialties": sorted(audience.specialties),
        "regions": sorted(audience.regions),
        "languages": sorted(audience.languages),
        "roles": sorted(audience.roles),
        "joined_since": since.isoformat() if since else None,
    }
    return json.dumps({name: value for name, value in kept.items() if value})


def from_json(text: str) -> Audience:
    read = json.loads(text or "{}")
    since = read.get("joined_since")
    return Audience(
        specialties=frozenset(read.get("specialties", ())),
        regions=frozenset(read.get("regions", ())),
        languages=frozenset(Language(each) for each in read.get("languages", ())),
        roles=frozenset(Role(each) for each in read.get("roles", ())),
        joined_since=datetime.fromisoformat(since) if since else None,
    )


def recipients(people: PeopleStore, announcement: Announcement) -> list[int]:
    """Their Telegram ids at this moment, those who mute its kind included: the report counts them."""
    return people.ids(from_json(announcement.audience))


#: Whom an announcement goes to; a terminal has its own.
AudienceOf = Callable[[Announcement], Sequence[int]]


def reach(people: PeopleStore, audience: Audience, kind: AnnouncementKind) -> Reach:
    """Counted in the database: it is asked for at each tap."""
    return Reach(audience=people.count(audience), muted=people.count(audience, muting=kind))


# ------------------------------------------------------------------------------------------- choosing
def with_specialty(audience: Audience, id_: str) -> Audience | None:
    """With this one in or out; None where there is no such specialty, as for the other choices."""
    return replace(audience, specialties=audience.specialties ^ {id_}) if specialty(id_) else None


def with_region(audience: Audience, id_: str) -> Audience | None:
    return replace(audience, regions=audience.regions ^ {id_}) if region(id_) else None


def with_language(audience: Audience, name: str) -> Audience | None:
    found = _member(Language, name)
    return replace(audience, languages=_toggled(audience.languages, found, Language)) if found else None


def with_role(audience: Audience, name: str) -> Audience | None:
    found = _member(Role, name)
    return replace(audience, roles=_toggled(audience.roles, found, Role)) if found else None


def _toggled(chosen: frozenset[E], one: E, all_: type[E]) -> frozenset[E]:
    """All of them is no narrowing, and is kept as none."""
    changed = chosen ^ {one}
    return frozenset() if len(changed) == len(all_) else changed


def _member(kind: type[E], name: str) -> E | None:
    return kind(name) if name in set(kind) else None
