"""The audit log in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from bot.conversation import Button, Message
from bot.html import Block, bold, line, page
from bot.people.view import role_name
from bot.texts import Texts
from knowledge.domain import Role
from knowledge.quiet_hours import DEFAULT_ZONE, zone_of
from knowledge.store.audit import BY_SETTINGS, AuditEntry, AuditPage

CALLBACK = "audit"
PAGE = 8
#: Of a button's data: an id, or the beginning of an action.
LONGEST_FILTER = 24
#: By which the buttons filter: what actions begin with.
_GROUPS = ("person", "invitation", "edition", "announcement", "refused")
_LONGEST_VALUE = 60


def listing(
    found: AuditPage, names: Mapping[int, str], about: str, words: Texts, zone: str = DEFAULT_ZONE
) -> Message:
    """zone: by whose clock the times are told."""
    title = words.get("audit.title", zone=zone)
    if about:
        group = words.get(f"audit.group.{about}") if about in _GROUPS else about
        title = words.get("audit.title_about", about=group, zone=zone)
    if not found.entries:
        return _message((line(bold(title)), line(words.get("audit.nothing"))), *_filters(about, words))
    clock = zone_of(zone)
    entries = [
        line(words.get("audit.entry", at=_time(entry, clock), what=sentence(entry, names, words)))
        for entry in found.entries
    ]
    turning = []
    if found.has_newer:
        turning.append(_to("after", found.entries[0].id, about, words.get("audit.button.newer")))
    if found.has_older:
        turning.append(_to("before", found.entries[-1].id, about, words.get("audit.button.older")))
    rows = [tuple(turning)] if turning else []
    return _message((line(bold(title)), *entries), *rows, *_filters(about, words))


def sentence(entry: AuditEntry, names: Mapping[int, str], words: Texts) -> str:
    """Who did what, as people say it; what this version has no words for is told by its name."""
    values = {
        "who": _person(entry.who, names, words),
        "subject": _subject(entry.subject, names, words),
        "action": entry.action,
        "before": _value(entry.details.get("before"), words),
        "after": _value(entry.details.get("after"), words),
        "role": _value(entry.details.get("role"), words),
        "count": _value(entry.details.get("most", entry.details.get("audience")), words),
        "days": _value(entry.details.get("days"), words),
        "reason": _reason(entry.details.get("reason"), words),
        "file": _value(entry.details.get("file"), words),
    }
    key = f"audit.do.{entry.action.replace('.', '_')}"
    return words.get(key if key in words.keys() else "audit.do.other", **values)  # noqa: SIM118


def private_only(words: Texts) -> Message:
    return _message((line(words.get("people.private_only")),))


def _time(entry: AuditEntry, clock: tzinfo) -> str:
    return f"{entry.at.astimezone(clock):%m-%d %H:%M}"


def _person(who: str, names: Mapping[int, str], words: Texts) -> str:
    kind, _, id_ = who.partition(":")
    if who == BY_SETTINGS:
        return words.get("audit.settings")
    if not id_:
        return who
    if kind == "shell":
        return words.get("audit.shell", user=id_)
    if id_ == "0":
        return words.get("audit.terminal")
    name = names.get(int(id_)) if id_.isdecimal() else None
    return words.get("audit.person", name=name[:_LONGEST_VALUE], id=id_) if name else id_


def _subject(subject: str, names: Mapping[int, str], words: Texts) -> str:
    kind, _, id_ = subject.partition(":")
    if kind == "person":
        return _person(subject, names, words)
    if subject == "invitation":
        return words.get("audit.subject.unknown")
    key = f"audit.subject.{kind}"
    if key in words.keys():  # noqa: SIM118  # Texts is no mapping
        return words.get(key, id=id_[:_LONGEST_VALUE])
    return subject[:_LONGEST_VALUE]


def _value(value: object, words: Texts) -> str:
    if value is None:
        return "?"
    text = str(value)
    if text in set(Role):
        return role_name(Role(text), words)
    return text[:_LONGEST_VALUE]


def _reason(value: object, words: Texts) -> str:
    key = f"audit.reason.{value}"
    return words.get(key) if key in words.keys() else _value(value, words)  # noqa: SIM118


def _filters(about: str, words: Texts) -> list[tuple[Button, ...]]:
    """One button for each group but the one that is shown, and one for all."""
    groups = [group for group in _GROUPS if group != about]
    buttons = [_to("from", 0, group, words.get(f"audit.group.{group}")) for group in groups]
    if about:
        buttons.append(_to("from", 0, "", words.get("audit.group.all")))
    return [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]


def _to(way: str, entry_id: int, about: str, text: str) -> Button:
    return Button(text=text, data=f"{CALLBACK}:{way}:{entry_id}:{about}")


def _message(blocks: Sequence[Block], *rows: tuple[Button, ...]) -> Message:
    return Message(html=page(blocks), buttons=rows)
