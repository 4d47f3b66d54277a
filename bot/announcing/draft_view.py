"""What an administrator sees of an announcement that is not confirmed yet; `audience_view` shows whom it goes to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.announcing.audience import Reach
from bot.announcing.audience_view import audience_name, reached
from bot.announcing.moment import ZONES, Moment, Unreadable
from bot.announcing.view import (
    LONGEST_CAPTION,
    LONGEST_TEXT,
    Action,
    button,
    clock,
    data,
    heading,
    message,
    plain,
)
from bot.conversation import Button, Message
from bot.html import Line, bold, line, units
from bot.texts import Texts
from knowledge.domain import Course, Language
from knowledge.privacy import MASK
from knowledge.quiet_hours import DEFAULT_ZONE
from knowledge.store.announcements import Announcement

_LONGEST_NAME = 40
#: Shown of a text on the draft's card.
_SHOWN = 36


def begin(drafts: int, words: Texts) -> Message:
    rows = [
        (_bare(Action.NEW_COURSE, 0, words), _bare(Action.NEW_NOTICE, 0, words)),
        (_bare(Action.LIST, 0, words),),
    ]
    lines = [line(words.get("announce.begin"))]
    if drafts:
        lines.append(line(words.get("announce.drafts", count=drafts)))
    return message(*lines, buttons=rows)


def courses(found: Sequence[Course], typed: str, words: Texts) -> Message:
    """Those that fit, each with a button; typing narrows them down."""
    key = "announce.courses.found" if found else "announce.courses.none"
    heading_ = words.get(key, words=typed) if typed else words.get("announce.courses.newest")
    rows = [(Button(text=_name(course.title), data=data(Action.TAKE, course.id)),) for course in found]
    return message(line(heading_), line(words.get("announce.courses.type")), buttons=rows)


def no_courses(words: Texts) -> Message:
    return message(
        line(words.get("announce.courses.empty")), buttons=((_bare(Action.NEW_NOTICE, 0, words),),)
    )


# --------------------------------------------------------------------------------------------- the draft
def draft(announcement: Announcement, course: Course | None, reach: Reach, words: Texts) -> Message:
    id_ = announcement.id
    lines = [line(bold(words.get("announce.draft", id=id_)))]
    if course is not None:
        lines.append(line(words.get("announce.draft.course", title=_name(course.title))))
    lines += [_text_line(announcement, language, words) for language in Language]
    if announcement.picture:
        lines.append(line(words.get("announce.draft.picture")))
    lines += [
        line(words.get("announce.draft.audience", audience=audience_name(announcement, words))),
        line(reached(reach, words)),
        line(words.get("announce.draft.time", time=time_name(announcement, words))),
    ]
    if MASK in announcement.text_zh + announcement.text_en:
        lines.append(line(words.get("announce.masked")))
    picture = Action.NO_PICTURE if announcement.picture else Action.PICTURE
    rows = [
        tuple(_text_button(announcement, language, words) for language in Language),
        (
            button(words, picture, id_),
            button(words, Action.AUDIENCE, id_),
            button(words, Action.TIME, id_),
        ),
        (button(words, Action.ASK_DISCARD, id_), button(words, Action.LIST, 0)),
    ]
    if reach.people and (announcement.text_zh or announcement.text_en):
        rows.insert(2, (button(words, Action.PREVIEW, id_),))
    return message(*lines, buttons=rows)


def _text_line(announcement: Announcement, language: Language, words: Texts) -> Line:
    text = announcement.text_zh if language is Language.ZH else announcement.text_en
    if text:
        first = " ".join(text.split())
        shown = first if len(first) <= _SHOWN else first[:_SHOWN].rstrip() + "…"
    else:
        has_other = bool(announcement.text_zh or announcement.text_en)
        shown = words.get("announce.draft.other" if has_other else "announce.draft.none")
    return line(words.get(f"announce.draft.{language}", text=shown))


def _text_button(announcement: Announcement, language: Language, words: Texts) -> Button:
    text = words.get(f"announce.button.text.{language}")
    return Button(text=text, data=data(Action.TEXT, announcement.id, language))


def ask_text(announcement: Announcement, language: Language, words: Texts) -> Message:
    limit = limit_of(announcement)
    asked = words.get(f"announce.ask.{language}", limit=limit)
    lines = [line(asked)]
    if announcement.picture is None:
        lines.append(line(words.get("announce.ask.with_picture")))
    return message(*lines, buttons=((_back(announcement, words),),))


def ask_picture(announcement: Announcement, words: Texts) -> Message:
    return message(line(words.get("announce.ask.picture")), buttons=((_back(announcement, words),),))


def limit_of(announcement: Announcement) -> int:
    return LONGEST_CAPTION if announcement.picture else LONGEST_TEXT


def too_long(text: str, limit: int, words: Texts) -> Message:
    return plain("announce.too_long", words, length=units(text), limit=limit)


def longest_text(announcement: Announcement) -> int:
    """In Telegram's units, of the two languages."""
    return max(units(announcement.text_zh), units(announcement.text_en))


def is_too_long_for_picture(announcement: Announcement) -> bool:
    return announcement.picture is not None and longest_text(announcement) > LONGEST_CAPTION


def too_long_for_picture(announcement: Announcement, words: Texts) -> Message:
    length = longest_text(announcement)
    return message(
        line(words.get("announce.too_long_for_picture", length=length, limit=LONGEST_CAPTION)),
        buttons=((_back(announcement, words),),),
    )


# --------------------------------------------------------------------------------------------- the time
def times(announcement: Announcement, zone: str, offered: Sequence[Moment], words: Texts) -> Message:
    id_ = announcement.id
    rows: list[tuple[Button, ...]] = [
        (Button(text=words.get("announce.at_once"), data=data(Action.AT, id_, 0)),)
    ]
    buttons = [
        Button(text=clock(each.at, zone)[5:], data=data(Action.AT, id_, int(each.at.timestamp())))
        for each in offered
    ]
    rows += [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    zones = [
        Button(text=_city(each), data=data(Action.ZONE, id_, place))
        for place, each in enumerate(ZONES)
        if each != zone
    ]
    rows += [tuple(zones[at : at + 3]) for at in range(0, len(zones), 3)]
    rows.append((button(words, Action.TYPE_TIME, id_), _back(announcement, words)))
    return message(
        line(words.get("announce.draft.time", time=time_name(announcement, words))),
        line(words.get("announce.zone", zone=zone)),
        line(words.get("announce.type_time")),
        buttons=rows,
    )


def unreadable_time(reason: Unreadable, words: Texts) -> Message:
    return plain(f"announce.time.{reason}", words)


def time_name(announcement: Announcement, words: Texts) -> str:
    if announcement.send_at is None:
        return words.get("announce.at_once")
    zone = announcement.zone or DEFAULT_ZONE
    return words.get("announce.at", at=clock(announcement.send_at, zone), zone=_city(zone))


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


# ----------------------------------------------------------------------------------------- confirming
def seal(announcement: Announcement) -> str:
    """Changes with whatever is confirmed, so that only what was previewed can be."""
    parts = (
        announcement.text_zh,
        announcement.text_en,
        announcement.picture or "",
        announcement.audience,
        announcement.send_at.isoformat() if announcement.send_at else "",
        str(announcement.course_id),
    )
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()[:10]


def confirm(announcement: Announcement, reach: Reach, words: Texts) -> Message:
    """Stands below the preview, which is the very message that recipients get."""
    both = bool(announcement.text_zh and announcement.text_en)
    shown = "announce.preview.both" if both else "announce.preview.one"
    if announcement.send_at is None:
        when = words.get("announce.confirm.now", count=reach.people)
        text = words.get("announce.button.send", count=reach.people)
    else:
        when = words.get("announce.confirm.later", count=reach.people, time=time_name(announcement, words))
        text = words.get("announce.button.schedule")
    lines = [line(words.get(shown)), line(when)]
    if MASK in announcement.text_zh + announcement.text_en:
        lines.append(line(words.get("announce.masked")))
    send = Button(text=text, data=data(Action.SEND, announcement.id, seal(announcement)))
    return message(*lines, buttons=((send,), (_back(announcement, words),)))


def scheduled(announcement: Announcement, words: Texts) -> Message:
    id_ = announcement.id
    return message(
        heading(announcement, words),
        line(words.get("announce.scheduled", time=time_name(announcement, words))),
        line(words.get("announce.draft.audience", audience=audience_name(announcement, words))),
        buttons=(
            (button(words, Action.UNSCHEDULE, id_), button(words, Action.ASK_DISCARD, id_)),
            (button(words, Action.LIST, 0),),
        ),
    )


def ask_discard(announcement: Announcement, words: Texts) -> Message:
    return message(
        line(words.get("announce.ask_discard", id=announcement.id)),
        buttons=(
            (button(words, Action.DISCARD, announcement.id), button(words, Action.CARD, announcement.id)),
        ),
    )


def offer(found: Sequence[Course], total: int, words: Texts) -> Message:
    """Courses that somebody loaded, each a draft for the tapping."""
    rows = [(Button(text=_name(course.title), data=data(Action.TAKE, course.id)),) for course in found]
    lines = [line(words.get("announce.offer", count=total))]
    if total > len(found):
        lines.append(line(words.get("announce.offer.more")))
    return message(*lines, buttons=rows)


def _back(announcement: Announcement, words: Texts) -> Button:
    return button(words, Action.DRAFT, announcement.id)


def _bare(action: Action, number: int, words: Texts) -> Button:
    return button(words, action, number)


def _name(title: str) -> str:
    return title if len(title) <= _LONGEST_NAME else title[: _LONGEST_NAME - 1].rstrip() + "…"
