"""A day as people say it, without its year: 3 月 2 日, Mar 2."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date

from bot.texts import Texts
from knowledge.domain import Language
from knowledge.quiet_hours import DEFAULT_ZONE, zone_of

_PATTERNS = {Language.ZH: "M 月 d 日", Language.EN: "MMM d"}


def day(moment: datetime, words: Texts) -> str:
    """moment: aware; the day is that of the default time zone."""
    local = moment.astimezone(zone_of(DEFAULT_ZONE))
    return str(format_date(local.date(), _PATTERNS[words.language], locale=words.language.value))
