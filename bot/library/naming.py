"""How documents, editions and people are called where coordinators read of them."""

from __future__ import annotations

from datetime import datetime

from bot.texts import Texts
from knowledge.domain import EditionStatus
from knowledge.quiet_hours import DEFAULT_ZONE, zone_of
from knowledge.specialties import specialty_of
from knowledge.store import Stores
from knowledge.store.library import EditionRecord

_LONGEST_LABEL = 42


def edition_name(edition: EditionRecord, words: Texts) -> str:
    """《title》（2024）; a title that names its year is not followed by it again."""
    return name_of(edition.title, edition.year, words)


def name_of(title: str, year: int | None, words: Texts) -> str:
    named = words.get("library.title", title=title)
    if year is None or str(year) in title:
        return named
    return words.get("library.title_year", title=named, year=year)


def label(edition: EditionRecord, words: Texts) -> str:
    """A document on a button: the year stands where a narrow phone does not cut it off."""
    year = str(edition.year) if edition.year else words.get("library.no_year")
    title = edition.title
    return f"{year} · {title if len(title) <= _LONGEST_LABEL else title[: _LONGEST_LABEL - 1] + '…'}"


def short_edition(edition: EditionRecord, words: Texts) -> str:
    """An edition among those of its document: 2024, or the day on which it was loaded."""
    return str(edition.year) if edition.year else words.get("library.of_day", day=day(edition.loaded_at))


def day(moment: datetime) -> str:
    return f"{moment.astimezone(zone_of(DEFAULT_ZONE)):%Y-%m-%d}"


def status_name(status: EditionStatus, words: Texts) -> str:
    return words.get(f"library.status.{status.value}")


def language_name(language: str, words: Texts) -> str:
    key = f"library.language.{language}"
    return words.get(key if key in words.keys() else "library.language.other")  # noqa: SIM118  # no mapping


def specialty_names(edition: EditionRecord, words: Texts) -> str:
    return words.get("library.list_comma").join(specialty_name(each, words) for each in edition.specialties)


def specialty_name(name: str, words: Texts) -> str:
    found = specialty_of(name)
    return found.name(words.language) if found else name


class Staff:
    """Names of those who loaded and decided, as the audit writes them: "telegram:1001", "shell:root"."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def called(self, who: str, words: Texts) -> str:
        kind, _, name = who.partition(":")
        if kind == "shell":
            return words.get("library.who.shell", name=name)
        if kind != "telegram" or not name.isdigit():
            return who
        person = self._stores.people.get(int(name))
        return person.name if person and person.name else words.get("library.who.id", name=name)
