"""Whom an announcement goes to, as its maker chooses it: each choice told with the number that is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.announcing.audience import Reach, from_json
from bot.announcing.view import Action, button, clock, data, message
from bot.conversation import Button, Message
from bot.html import bold, line
from bot.texts import Texts
from knowledge.audience import Audience
from knowledge.domain import Language, Role
from knowledge.specialties import REGIONS, SPECIALTIES, Named, region, specialty
from knowledge.store.announcements import Announcement

_SPECIALTIES_A_PAGE = 10
#: For "joined since", in days.
JOINED_WITHIN = (7, 30, 90, 365)


def audience(announcement: Announcement, reach: Reach, words: Texts) -> Message:
    """What narrows it down, each choice told with the number that is left."""
    chosen, id_ = from_json(announcement.audience), announcement.id
    return _choosing(
        announcement,
        reach,
        words,
        [
            (
                _counted(Action.SPECIALTIES, id_, len(chosen.specialties), words),
                _counted(Action.REGIONS, id_, len(chosen.regions), words),
            ),
            tuple(
                _toggle(
                    words.get(f"announce.language.{each}"),
                    each in chosen.languages,
                    Action.LANGUAGE,
                    id_,
                    each,
                )
                for each in Language
            ),
            tuple(
                _toggle(words.get(f"announce.role.{each}"), each in chosen.roles, Action.ROLE, id_, each)
                for each in Role
            ),
            tuple(
                Button(
                    text=words.get("announce.button.joined", days=days),
                    data=data(Action.JOINED, id_, days),
                )
                for days in JOINED_WITHIN
            ),
            (button(words, Action.EVERYONE, id_), button(words, Action.DRAFT, id_)),
        ],
    )


def specialties(announcement: Announcement, reach: Reach, shown: int, words: Texts) -> Message:
    """A page of them; which one follows from the specialty that was pressed last."""
    pages = -(-len(SPECIALTIES) // _SPECIALTIES_A_PAGE)
    shown = max(0, min(shown, pages - 1))
    first = shown * _SPECIALTIES_A_PAGE
    chosen = from_json(announcement.audience).specialties
    rows = _named_rows(
        SPECIALTIES[first : first + _SPECIALTIES_A_PAGE], chosen, Action.SPECIALTY, announcement, words
    )
    turn = [
        Button(text=text, data=data(Action.SPECIALTIES, announcement.id, to))
        for text, to in (("‹", shown - 1), (f"{shown + 1}/{pages}", shown), ("›", shown + 1))
        if 0 <= to < pages
    ]
    return _choosing(announcement, reach, words, [*rows, tuple(turn), (_to_audience(announcement, words),)])


def page_of(specialty_id: str) -> int:
    return next(
        (place // _SPECIALTIES_A_PAGE for place, each in enumerate(SPECIALTIES) if each.id == specialty_id), 0
    )


def regions(announcement: Announcement, reach: Reach, words: Texts) -> Message:
    chosen = from_json(announcement.audience).regions
    rows = _named_rows(REGIONS, chosen, Action.REGION, announcement, words)
    return _choosing(announcement, reach, words, [*rows, (_to_audience(announcement, words),)])


def _choosing(
    announcement: Announcement, reach: Reach, words: Texts, rows: Sequence[tuple[Button, ...]]
) -> Message:
    chosen = from_json(announcement.audience)
    lines = [
        line(bold(reached(reach, words))),
        line(audience_name(announcement, words)),
    ]
    if chosen.specialties or chosen.regions:
        # Who skipped the question when joining is easily forgotten.
        lines.append(line(words.get("announce.unnamed")))
    return message(*lines, buttons=rows)


def _named_rows(
    names: Sequence[Named],
    chosen: frozenset[str],
    action: Action,
    announcement: Announcement,
    words: Texts,
) -> Iterator[tuple[Button, ...]]:
    buttons = [
        _toggle(each.name(words.language), each.id in chosen, action, announcement.id, each.id)
        for each in names
    ]
    for at in range(0, len(buttons), 2):
        yield tuple(buttons[at : at + 2])


def _toggle(text: str, is_on: bool, action: Action, announcement_id: int, value: str) -> Button:  # noqa: FBT001
    return Button(text=f"✓ {text}" if is_on else text, data=data(action, announcement_id, value))


def _counted(action: Action, announcement_id: int, count: int, words: Texts) -> Button:
    text = words.get(f"announce.button.{action}")
    return Button(text=f"✓ {text} {count}" if count else text, data=data(action, announcement_id, 0))


def audience_name(announcement: Announcement, words: Texts) -> str:
    return described(from_json(announcement.audience), words, announcement.zone)


def described(chosen: Audience, words: Texts, zone: str | None = None) -> str:
    """心血管、全科 · 华东 · 英文 · 2026-01-01 后加入"""
    between = words.get("announce.between")
    language = words.language
    found = (
        [specialty(each) for each in sorted(chosen.specialties)],
        [region(each) for each in sorted(chosen.regions)],
    )
    parts = [between.join(each.name(language) for each in names if each) for names in found]
    parts.append(between.join(words.get(f"announce.language.{each}") for each in sorted(chosen.languages)))
    parts.append(between.join(words.get(f"announce.role.{each}") for each in sorted(chosen.roles)))
    if chosen.joined_since:
        parts.append(words.get("announce.joined_since", day=clock(chosen.joined_since, zone)[:10]))
    return " · ".join(filter(None, parts)) or words.get("announce.everyone")


def reached(reach: Reach, words: Texts) -> str:
    if not reach.audience:
        return words.get("announce.nobody")
    if reach.muted:
        return words.get("announce.reach_muted", count=reach.people, muted=reach.muted)
    return words.get("announce.reach", count=reach.people)


def _to_audience(announcement: Announcement, words: Texts) -> Button:
    return Button(text=words.get("announce.button.done"), data=data(Action.AUDIENCE, announcement.id))
