"""Whom an announcement is for, and what is known of each of them that decides when it may come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from knowledge.domain import AnnouncementKind, Language, Role
from knowledge.quiet_hours import QuietHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """What narrows an audience down; a person is in it who fits each of these. An empty set asks for nothing."""

    #: Any one of them is enough. Whoever named none is in no such audience.
    specialties: frozenset[str] = frozenset()
    #: Likewise.
    regions: frozenset[str] = frozenset()
    languages: frozenset[Language] = frozenset()
    roles: frozenset[Role] = frozenset()
    #: Aware.
    joined_since: datetime | None = None


#: Everyone who joined and can be reached.
EVERYONE = Audience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    telegram_id: int
    language: Language
    #: What they do not want to hear of.
    muted: frozenset[AnnouncementKind]
    quiet_hours: QuietHours | None
