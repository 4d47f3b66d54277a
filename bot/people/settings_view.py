"""What /settings shows, and what somebody is asked on joining: the same choices, in one message that is edited."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Button, Message
from bot.html import Block, bold, line, page
from bot.people.choices import JOINING, SETTINGS, Screen, Show
from bot.texts import Texts, texts
from knowledge.domain import AnnouncementKind, Language, Person
from knowledge.quiet_hours import DEFAULT_ZONE, QuietHours
from knowledge.specialties import REGIONS, SPECIALTIES, region, specialty

#: Of the list of specialties, in two columns: what a phone shows without much scrolling.
_PAGE = 20
_MARK = "✓ "
_HOURS = ((22 * 60, 7 * 60), (23 * 60, 7 * 60), (20 * 60, 8 * 60), (12 * 60, 14 * 60))
_ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Tokyo",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
)
#: What is asked on joining, in this order.
_STEPS = (Screen.LANGUAGE, Screen.SPECIALTIES, Screen.REGION, Screen.DONE)


def screen(person: Person, show: Show, flow: str = SETTINGS) -> Message:
    """flow: JOINING asks one thing after the other, SETTINGS goes back to the list of all."""
    words = texts(person.language)
    match show.screen:
        case Screen.MAIN:
            return main(person)
        case Screen.LANGUAGE:
            return _language(person, flow, words)
        case Screen.SPECIALTIES:
            return _specialties(person, show.page, flow, words)
        case Screen.REGION:
            return _region(person, flow, words)
        case Screen.MUTED:
            return _muted(person, words)
        case Screen.QUIET:
            return _quiet(person, words)
        case Screen.ZONE:
            return _zone(person, words)
        case Screen.DONE:
            return joined(words) if flow == JOINING else _summary(person, words)


def main(person: Person) -> Message:
    words = texts(person.language)
    rows = (
        (_to(Screen.LANGUAGE, words), _to(Screen.SPECIALTIES, words)),
        (_to(Screen.REGION, words), _to(Screen.MUTED, words)),
        (_to(Screen.QUIET, words), _to(Screen.ZONE, words)),
        (_switch("notes", words, is_on=person.notes),),
        (_switch("recommendations", words, is_on=person.recommendations),),
        (Button(text=words.get("settings.button.close"), data=f"{SETTINGS}:show:{Screen.DONE}"),),
    )
    return Message(html=_summary(person, words).html, buttons=rows)


def joined(words: Texts) -> Message:
    return _message((line(words.get("joining.done")),))


def private_only(words: Texts) -> Message:
    return _message((line(words.get("settings.private_only")),))


def ask_to_type(show: Screen, words: Texts) -> Message:
    return _message((line(words.get(f"settings.type.{show}")),), *_back(words))


def not_understood(show: Screen, words: Texts) -> Message:
    return _message((line(words.get(f"settings.not_understood.{show}")),))


# --------------------------------------------------------------------------------------------- the screens


def _summary(person: Person, words: Texts) -> Message:
    """A line a setting."""
    separator = words.get("settings.separator")
    named = [each.name(person.language) for id_ in person.specialties if (each := specialty(id_))]
    home = region(person.region) if person.region else None
    muted = [words.get(f"settings.kind.{kind}") for kind in AnnouncementKind if kind in person.muted]
    none = words.get("settings.none")
    values = {
        Screen.LANGUAGE: words.get(f"language.{person.language}"),
        Screen.SPECIALTIES: separator.join(named) or none,
        Screen.REGION: home.name(person.language) if home else none,
        Screen.MUTED: words.get("settings.muted", kinds=separator.join(muted))
        if muted
        else words.get("settings.nothing_muted"),
        Screen.QUIET: hours(person.quiet_hours) if person.quiet_hours else none,
        Screen.ZONE: person.time_zone or DEFAULT_ZONE,
    }
    lines = [line(words.get(f"settings.line.{name}", value=value)) for name, value in values.items()]
    for name, is_on in (("notes", person.notes), ("recommendations", person.recommendations)):
        lines.append(line(words.get(f"settings.line.{name}", value=words.get(_on_or_off(is_on=is_on)))))
    return _message((line(bold(words.get("settings.title"))), *lines))


def _language(person: Person, flow: str, words: Texts) -> Message:
    choices = tuple(
        _marked(words.get(f"language.{each}"), f"{flow}:language:{each}", is_chosen=each is person.language)
        for each in Language
    )
    return _asked(Screen.LANGUAGE, (choices,), flow, words)


def _specialties(person: Person, number: int, flow: str, words: Texts) -> Message:
    pages = -(-len(SPECIALTIES) // _PAGE)
    number = min(number, pages - 1)
    shown = SPECIALTIES[number * _PAGE : (number + 1) * _PAGE]
    buttons = []
    for each in shown:
        is_chosen = each.id in person.specialties
        data = f"{flow}:specialty:{each.id}:{'off' if is_chosen else 'on'}"
        buttons.append(_marked(each.name(person.language), data, is_chosen=is_chosen))
    rows = list(_in_rows(buttons, 2))
    more = Show(screen=Screen.SPECIALTIES, page=(number + 1) % pages)
    text = words.get("settings.button.more_specialties", page=number + 1, pages=pages)
    rows.append((Button(text=text, data=f"{flow}:show:{more.screen}:{more.page}"),))
    return _asked(Screen.SPECIALTIES, rows, flow, words)


def page_of(specialty_id: str) -> int:
    """On which page of the list it stands."""
    return next(place for place, each in enumerate(SPECIALTIES) if each.id == specialty_id) // _PAGE


def _region(person: Person, flow: str, words: Texts) -> Message:
    buttons = [
        _marked(each.name(person.language), f"{flow}:region:{each.id}", is_chosen=each.id == person.region)
        for each in REGIONS
    ]
    rows = list(_in_rows(buttons, 2))
    if flow == SETTINGS and person.region:
        rows.append((Button(text=words.get("settings.button.no_region"), data=f"{flow}:region:none"),))
    return _asked(Screen.REGION, rows, flow, words)


def _muted(person: Person, words: Texts) -> Message:
    rows = []
    for kind in AnnouncementKind:
        is_muted = kind in person.muted
        key = "settings.button.unmute" if is_muted else "settings.button.mute"
        text = words.get(key, kind=words.get(f"settings.kind.{kind}"))
        rows.append((Button(text=text, data=f"{SETTINGS}:mute:{kind}:{'off' if is_muted else 'on'}"),))
    return _asked(Screen.MUTED, rows, SETTINGS, words)


def _quiet(person: Person, words: Texts) -> Message:
    now = (person.quiet_hours.start, person.quiet_hours.end) if person.quiet_hours else None
    buttons = [
        _marked(_span(*each), f"{SETTINGS}:quiet:{_span(*each, dash='-')}", is_chosen=each == now)
        for each in _HOURS
    ]
    off = _marked(words.get("settings.button.no_quiet"), f"{SETTINGS}:quiet:off", is_chosen=now is None)
    other = Button(text=words.get("settings.button.type"), data=f"{SETTINGS}:type:{Screen.QUIET}")
    return _asked(Screen.QUIET, (*_in_rows(buttons, 2), (off, other)), SETTINGS, words)


def _zone(person: Person, words: Texts) -> Message:
    now = person.time_zone or DEFAULT_ZONE
    buttons = [
        _marked(words.get(f"settings.zone.{_key(each)}"), f"{SETTINGS}:zone:{each}", is_chosen=each == now)
        for each in _ZONES
    ]
    other = Button(text=words.get("settings.button.type"), data=f"{SETTINGS}:type:{Screen.ZONE}")
    return _asked(Screen.ZONE, (*_in_rows(buttons, 2), (other,)), SETTINGS, words)


# -------------------------------------------------------------------------------------------------- parts


def hours(quiet: QuietHours) -> str:
    return _span(quiet.start, quiet.end)


def _asked(which: Screen, rows: Sequence[tuple[Button, ...]], flow: str, words: Texts) -> Message:
    """The question, its choices, and the way on: back to all settings, or to the next step of joining."""
    if flow == SETTINGS:
        return _message((line(words.get(f"settings.ask.{which}")),), *rows, *_back(words))
    place = _STEPS.index(which)
    following = _STEPS[place + 1]
    on = Button(text=words.get("joining.button.next"), data=f"{JOINING}:show:{following}")
    step = words.get("joining.step", step=place + 1, steps=len(_STEPS) - 1)
    lines = (line(bold(step)), line(words.get(f"settings.ask.{which}")))
    return _message((*lines, line(words.get("joining.skippable"))), *rows, (on,))


def _back(words: Texts) -> tuple[tuple[Button, ...], ...]:
    return ((Button(text=words.get("settings.button.back"), data=f"{SETTINGS}:show:{Screen.MAIN}"),),)


def _to(which: Screen, words: Texts) -> Button:
    return Button(text=words.get(f"settings.button.{which}"), data=f"{SETTINGS}:show:{which}")


def _switch(name: str, words: Texts, *, is_on: bool) -> Button:
    key = f"settings.button.{name}_off" if is_on else f"settings.button.{name}_on"
    return Button(text=words.get(key), data=f"{SETTINGS}:{name}:{'off' if is_on else 'on'}")


def _on_or_off(*, is_on: bool) -> str:
    return "settings.on" if is_on else "settings.off"


def _marked(text: str, data: str, *, is_chosen: bool) -> Button:
    return Button(text=f"{_MARK}{text}" if is_chosen else text, data=data)


def _span(start: int, end: int, dash: str = "–") -> str:
    return f"{_clock(start)}{dash}{_clock(end)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _key(zone: str) -> str:
    return zone.rpartition("/")[2].lower()


def _in_rows(buttons: Sequence[Button], columns: int) -> list[tuple[Button, ...]]:
    return [tuple(buttons[at : at + columns]) for at in range(0, len(buttons), columns)]


def _message(blocks: Sequence[Block], *rows: tuple[Button, ...]) -> Message:
    return Message(html=page(blocks), buttons=rows)
