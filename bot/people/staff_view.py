"""What an administrator sees of people, and what those are told about whom something was decided."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation import Button, Message
from bot.html import Block, bold, line, page
from bot.people.deciding import Decided, Oneself, SetInSettings, Verdict, verdicts_on
from bot.people.roles import Roles
from bot.people.view import role_name
from bot.texts import Texts, texts
from knowledge.domain import Language, Person, Role
from knowledge.specialties import region, specialty
from knowledge.store.people import LastAdministrator, PeoplePage, Unknown

CALLBACK = "people"
SEARCH_TOPIC = "people-search"
#: How many a page of the list shows.
PAGE = 8
#: Of the words looked for, so that they fit a button's data beside the rest.
_LONGEST_WORDS = 24
_LONGEST_NAME = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the list somebody is."""

    page: int = 0
    #: Of a name, or the beginning of an id; empty: everyone.
    words: str = ""

    @staticmethod
    def of(words: str) -> Place:
        """The beginning of the words, as far as a button can hold it."""
        kept = " ".join(words.split()).encode()[:_LONGEST_WORDS].decode("utf-8", "ignore")
        return Place(words=kept.strip())

    def __str__(self) -> str:
        return f"{self.page}:{self.words}"


def listing(found: PeoplePage, place: Place, words: Texts) -> Message:
    pages = max(1, -(-found.total // PAGE))
    search = Button(text=words.get("people.button.search"), data=f"{CALLBACK}:search")
    if not found.total:
        return _message((line(words.get("people.nobody", words=place.words)),), (search,))
    key = "people.found" if place.words else "people.everyone"
    title = line(bold(words.get(key, words=place.words, count=found.total)))
    rows = [
        (Button(text=entry(each, words), data=f"{CALLBACK}:card:{each.telegram_id}:{place}"),)
        for each in found.people
    ]
    return _message((title,), *rows, *_turning(place, pages, words), (search,))


def card(person: Person, roles: Roles, place: Place, words: Texts) -> Message:
    floor = roles.of(person.telegram_id)
    facts = [words.get("people.role", role=role_name(person.role, words))]
    if floor is not Role.DOCTOR:
        facts.append(words.get("people.in_settings", role=role_name(floor, words)))
    facts += _facts(person, words)
    rows = [
        (Button(text=words.get(f"people.button.{each}"), data=f"{CALLBACK}:ask:{person.telegram_id}:{each}"),)
        for each in verdicts_on(person, roles)
    ]
    back = Button(text=words.get("people.button.back"), data=f"{CALLBACK}:list:{place}")
    return _message((line(bold(_name(person, words))), *(line(fact) for fact in facts)), *rows, (back,))


def confirm(person: Person, verdict: Verdict, words: Texts) -> Message:
    question = line(words.get(f"people.confirm.{verdict}", name=_name(person, words)))
    data = f"{CALLBACK}:do:{person.telegram_id}:{verdict}:{state_of(person)}"
    yes = Button(text=words.get(f"people.button.{verdict}"), data=data)
    back = Button(
        text=words.get("people.button.back"), data=f"{CALLBACK}:card:{person.telegram_id}:{Place()}"
    )
    return _message((question,), (yes,), (back,))


def state_of(person: Person) -> str:
    """What a decision is about, in one word."""
    return "barred" if person.barred else person.role.value


def outcome(decided: Decided, words: Texts) -> str:
    """The passing note; the card below shows what holds."""
    match decided:
        case LastAdministrator():
            return words.get("people.last_administrator")
        case SetInSettings(role=role):
            return words.get("people.set_in_settings", role=role_name(role, words))
        case Oneself():
            return words.get("people.oneself")
        case Unknown():
            return words.get("people.unknown")
        case _:
            return words.get("people.done")


def told(language: Language, verdict: Verdict) -> Message:
    """To the person, in their language."""
    return _message((line(texts(language).get(f"people.told.{verdict}")),))


def unknown(words: Texts) -> Message:
    return _message((line(words.get("people.unknown")),))


def ask_name(words: Texts) -> Message:
    return _message((line(words.get("people.ask_name")),))


def private_only(words: Texts) -> Message:
    return _message((line(words.get("people.private_only")),))


def _facts(person: Person, words: Texts) -> list[str]:
    """Each on a line; what is unknown is left out."""
    separator = words.get("settings.separator")
    named = [each.name(words.language) for id_ in person.specialties if (each := specialty(id_))]
    home = region(person.region) if person.region else None
    facts = [
        words.get("people.id", id=person.telegram_id),
        words.get("people.language", language=words.get(f"language.{person.language}")),
    ]
    if named:
        facts.append(words.get("people.specialties", value=separator.join(named)))
    if home:
        facts.append(words.get("people.region", value=home.name(words.language)))
    facts.append(_joined(person, words))
    if person.seen_at:
        facts.append(words.get("people.seen", date=person.seen_at.date().isoformat()))
    states = {"barred": person.barred, "deleted": person.is_deleted}
    states["blocked"] = person.blocked and not person.is_deleted
    return facts + [words.get(f"people.state.{name}") for name, holds in states.items() if holds]


def _joined(person: Person, words: Texts) -> str:
    if person.started_at is None:
        return words.get("people.not_joined")
    date = person.started_at.date().isoformat()
    if person.invitation_id is not None:
        return words.get("people.joined_by", date=date, number=person.invitation_id)
    return words.get("people.joined", date=date)


def entry(person: Person, words: Texts) -> str:
    """A line of the list: the name, and what sets them apart from most."""
    marks = [] if person.role is Role.DOCTOR else [role_name(person.role, words)]
    marks += [] if person.is_member else [words.get("people.mark.not_joined")]
    marks += [words.get("people.mark.barred")] if person.barred else []
    marks += [words.get("people.mark.gone")] if person.blocked else []
    return " · ".join([_name(person, words), *marks])


def _name(person: Person, words: Texts) -> str:
    shown = person.name[:_LONGEST_NAME].strip()
    return shown or words.get("people.nameless", id=person.telegram_id)


def _turning(place: Place, pages: int, words: Texts) -> list[tuple[Button, ...]]:
    def to(number: int, key: str) -> Button:
        target = Place(page=number, words=place.words)
        return Button(text=words.get(key, page=number + 1, pages=pages), data=f"{CALLBACK}:list:{target}")

    row = [to(place.page - 1, "people.button.previous")] if place.page else []
    row += [to(place.page + 1, "people.button.next")] if place.page + 1 < pages else []
    return [tuple(row)] if row else []


def _message(blocks: tuple[Block, ...], *rows: tuple[Button, ...]) -> Message:
    return Message(html=page(blocks), buttons=rows)
