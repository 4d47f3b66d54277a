"""What a button or a text of the settings says, read strictly: it may come from anybody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from zoneinfo import available_timezones

from knowledge.domain import AnnouncementKind, Language
from knowledge.specialties import REGIONS, SPECIALTIES

#: The first part of the data of the buttons here: the same choices are offered on joining, one after the other.
SETTINGS, JOINING = "settings", "join"


class Screen(StrEnum):
    MAIN = "main"
    LANGUAGE = "language"
    SPECIALTIES = "specialties"
    REGION = "region"
    MUTED = "muted"
    QUIET = "quiet"
    ZONE = "zone"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    screen: Screen
    #: Of a list of several pages, from 0.
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLanguage:
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSpecialty:
    id: str
    #: What is to be, not "the other one": the same press twice is as once.
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRegion:
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMuted:
    kind: AnnouncementKind
    muted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuiet:
    """Minutes after midnight; None for both: at no time."""

    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetZone:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNotes:
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRecommendations:
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """They want to type it themselves."""

    screen: Screen


Choice = (
    Show
    | SetLanguage
    | SetSpecialty
    | SetRegion
    | SetMuted
    | SetQuiet
    | SetZone
    | SetNotes
    | SetRecommendations
    | Type
)

_SPECIALTIES = {each.id for each in SPECIALTIES}
_REGIONS = {each.id for each in REGIONS}
_ON = {"on": True, "off": False}
#: 22:00-7:00, 22-7, 22：30 至 6：15.
_HOURS = re.compile(
    r"(\d{1,2})(?:[:：.点](\d{2})?)?\s*(?:-|–|—|~|～|到|至|to)\s*(\d{1,2})(?:[:：.点](\d{2})?)?", re.ASCII
)
#: As people here call where they are.
_CITIES = {
    "中国": "Asia/Shanghai",
    "北京": "Asia/Shanghai",
    "上海": "Asia/Shanghai",
    "beijing": "Asia/Shanghai",
    "新疆": "Asia/Urumqi",
    "乌鲁木齐": "Asia/Urumqi",
    "香港": "Asia/Hong_Kong",
    "澳门": "Asia/Macau",
    "台北": "Asia/Taipei",
    "东京": "Asia/Tokyo",
    "新加坡": "Asia/Singapore",
    "伦敦": "Europe/London",
    "巴黎": "Europe/Paris",
    "柏林": "Europe/Berlin",
    "莫斯科": "Europe/Moscow",
    "悉尼": "Australia/Sydney",
    "纽约": "America/New_York",
    "洛杉矶": "America/Los_Angeles",
    "多伦多": "America/Toronto",
}


def choice_of(data: str) -> Choice | None:
    """Reads "settings:specialty:cardiology:on"; None for what no button of ours says."""
    _, _, rest = data.partition(":")
    verb, _, value = rest.partition(":")
    match verb:
        case "show":
            return _show(value)
        case "type" if value in {Screen.QUIET, Screen.ZONE}:
            return Type(screen=Screen(value))
        case "language" if value in set(Language):
            return SetLanguage(language=Language(value))
        case "region" if value in _REGIONS | {"none"}:
            return SetRegion(id=None if value == "none" else value)
        case "zone":
            name = zone_in(value)
            return SetZone(name=name) if name == value else None
        case "quiet":
            return SetQuiet(start=None, end=None) if value == "off" else hours_in(value)
        case _:
            return _switch(verb, value)


def _show(value: str) -> Show | None:
    name, _, page = value.partition(":")
    if name not in set(Screen) or (page and not re.fullmatch(r"[0-9]", page)):
        return None
    return Show(screen=Screen(name), page=int(page or 0))


def _switch(verb: str, value: str) -> Choice | None:
    name, _, state = value.rpartition(":")
    if state not in _ON:
        return None
    match verb:
        case "specialty" if name in _SPECIALTIES:
            return SetSpecialty(id=name, chosen=_ON[state])
        case "mute" if name in set(AnnouncementKind):
            return SetMuted(kind=AnnouncementKind(name), muted=_ON[state])
        case "notes" if not name:
            return SetNotes(wanted=_ON[state])
        case "recommendations" if not name:
            return SetRecommendations(wanted=_ON[state])
    return None


def hours_in(text: str) -> SetQuiet | None:
    """22:00-7:00 and its like; None where it is no stretch of a day."""
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        return None
    start, end = _minutes(found[1], found[2]), _minutes(found[3], found[4])
    if start is None or end is None or start == end:
        return None
    return SetQuiet(start=start, end=end)


def _minutes(hour: str, minute: str | None) -> int | None:
    """24:00 is midnight."""
    total = int(hour) * 60 + int(minute or 0)
    return None if int(minute or 0) > 59 or total > 24 * 60 else total % (24 * 60)


def zone_in(text: str) -> str | None:
    """The name of the time zone that is meant: "Asia/Shanghai", "asia/shanghai", "London", 上海."""
    plain = "_".join(text.strip().casefold().split())
    return _CITIES.get(plain.removesuffix("时间")) or _zones().get(plain)


@cache
def _zones() -> dict[str, str]:
    """By their names, and by the cities in them that only one has; in small letters. Read once: it is on the disk."""
    names = {
        name for name in available_timezones() if not name.startswith(("posix", "right", "Etc/", "localtime"))
    }
    cities: dict[str, list[str]] = {}
    for name in names:
        if "/" in name:
            cities.setdefault(name.rpartition("/")[2].casefold(), []).append(name)
    by_city = {city: found[0] for city, found in cities.items() if len(found) == 1}
    return by_city | {name.casefold(): name for name in names} | {"utc": "UTC"}
