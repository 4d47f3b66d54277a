"""When somebody does not want to be disturbed, in the time of where they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

#: Whose time holds for somebody who named none: most doctors here live in it.
DEFAULT_ZONE = "Asia/Shanghai"
_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A stretch of each day, which may go over midnight. Minutes after midnight, on the clocks of the time zone."""

    start: int
    #: Exclusive.
    end: int
    time_zone: str = DEFAULT_ZONE

    def __post_init__(self) -> None:
        if not (0 <= self.start < _DAY and 0 <= self.end < _DAY) or self.start == self.end:
            raise ValueError(f"no stretch of a day: {self.start} to {self.end}")

    def ends_at(self, moment: datetime) -> datetime | None:
        """When it will be over, in UTC; None where the moment is not in it. moment: aware."""
        zone = zone_of(self.time_zone)
        local = moment.astimezone(zone)
        minute = local.hour * 60 + local.minute
        if (minute - self.start) % _DAY >= (self.end - self.start) % _DAY:
            return None
        day = local.date() + timedelta(days=int(minute >= self.end))
        # A clock that is put forward over it shows a later one at that moment; UTC knows no gap.
        end = datetime.combine(day, time(self.end // 60, self.end % 60), zone).astimezone(UTC)
        # Put back, the clock shows the last hour twice: of the two ends, the one that lies ahead.
        return end if end > moment else end + timedelta(hours=1)


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; the default's where this machine's tables no longer have it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(DEFAULT_ZONE)


def is_zone(name: str) -> bool:
    """Whether it is in the tables by exactly this name; a file's path, or a part of one, is not."""
    return name in available_timezones()
