"""A day as people say it, without its year: 3月2日, Mar 2."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_skeleton

from bot.texts import Texts
from knowledge.quiet_hours import DEFAULT_ZONE, zone_of


def day(moment: datetime, words: Texts) -> str:
    """moment: aware."""
    local = moment.astimezone(zone_of(DEFAULT_ZONE))
    return str(format_skeleton("MMMd", local, locale=words.language.value))
