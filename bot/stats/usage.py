"""The figures of a period, gathered once for every way in which they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.domain import Language, Outcome, Rating
from knowledge.quiet_hours import DEFAULT_ZONE
from knowledge.store.usage import Announced, Asked, Counted, Grown, Period, UsageStore

#: What can be asked for, in days up to today.
PERIODS = (7, 30, 90)
_MOST_DOCUMENTS = 5
_MOST_GAPS = 5
_MOST_ANNOUNCEMENTS = 5
#: What was no question to the library at all.
_ASIDE = (Outcome.OUT_OF_SCOPE, Outcome.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    period: Period
    asked: Asked
    #: In the period of the same length before.
    asked_before: int
    documents: tuple[Counted, ...]
    gaps: tuple[Counted, ...]
    people: Grown
    announcements: tuple[Announced, ...]

    @property
    def medical(self) -> int:
        """Questions that could have been answered."""
        return self.asked.total - self.asked.with_outcome(*_ASIDE, None)

    @property
    def answered_share(self) -> float | None:
        return self.asked.with_outcome(Outcome.ANSWERED) / self.medical if self.medical else None


def period_of(days: int, moment: datetime, zone: str = DEFAULT_ZONE) -> Period:
    """The last so many days, today included."""
    today = moment.astimezone(ZoneInfo(zone)).date()
    return Period(first=today - timedelta(days=days - 1), last=today, zone=zone)


def gather(store: UsageStore, period: Period, language: Language = Language.ZH) -> Usage:
    length = timedelta(days=len(period.days))
    before = Period(first=period.first - length, last=period.last - length, zone=period.zone)
    return Usage(
        period=period,
        asked=store.asked(period),
        asked_before=store.asked(before).total,
        documents=tuple(store.most_cited(period, _MOST_DOCUMENTS)),
        gaps=tuple(store.most_missed(period, _MOST_GAPS)),
        people=store.grown(period),
        announcements=tuple(store.announced(period, _MOST_ANNOUNCEMENTS, in_chinese=language is Language.ZH)),
    )


def record(usage: Usage) -> dict[str, Any]:
    """The figures as the README describes them, for scripts."""
    asked = usage.asked
    return {
        "first": usage.period.first.isoformat(),
        "last": usage.period.last.isoformat(),
        "zone": usage.period.zone,
        "questions": {
            "total": asked.total,
            "before": usage.asked_before,
            "askers": asked.askers,
            "outcomes": {outcome.value: asked.with_outcome(outcome) for outcome in Outcome},
            "unanswered": asked.with_outcome(None),
            "answered_share": _rounded(usage.answered_share, 4),
            "p50_ms": _rounded(asked.p50_ms, 1),
            "p95_ms": _rounded(asked.p95_ms, 1),
            "rated_up": asked.rated.get(Rating.UP, 0),
            "rated_down": asked.rated.get(Rating.DOWN, 0),
            "days": [_day(day.isoformat(), outcomes) for day, outcomes in sorted(asked.by_day.items())],
        },
        "documents": [{"title": each.name, "answers": each.count} for each in usage.documents],
        "gaps": [{"text": each.name, "questions": each.count} for each in usage.gaps],
        "people": {
            "total": usage.people.total,
            "new": usage.people.new,
            "gone": usage.people.gone,
        },
        "announcements": [
            {
                "id": each.id,
                "name": each.name,
                "audience": each.audience,
                "delivered": each.sent,
                "recalled": each.recalled,
                "pressed": each.opened,
            }
            for each in usage.announcements
        ],
    }


def _day(day: str, outcomes: Mapping[Outcome | None, int]) -> dict[str, Any]:
    return {"day": day, "total": sum(outcomes.values()), "answered": outcomes.get(Outcome.ANSWERED, 0)}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
