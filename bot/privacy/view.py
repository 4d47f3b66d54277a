"""What is said about what is kept: the notice, /privacy, /mydata and /forget."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.conversation import Attachment, AttachmentKind, Button, Message
from bot.html import Block, Section, bold, italic, line, page
from bot.people.view import role_name
from bot.texts import Texts, texts
from knowledge.domain import Language, Role

#: Under this name it is saved on their phone.
_FILE = "yidao-mydata.json"

Kept = Mapping[str, Sequence[Mapping[str, Any]]]


def notice(language: Language, *, version: str, days: int, has_question: bool) -> Message:
    """What they agree to. Its version is stored with the consent: a changed sense needs a new consent.VERSION."""
    words = texts(language)
    other = Language.EN if language is Language.ZH else Language.ZH
    agree = "privacy.agree_and_answer" if has_question else "privacy.agree"
    return _message(
        line(bold(words.get("privacy.notice_title"))),
        _paragraph(words.get("privacy.notice_what")),
        _paragraph(words.get("privacy.notice_abroad")),
        _paragraph(words.get("privacy.notice_kept"), _for_how_long(words, days)),
        _paragraph(words.get("privacy.notice_rights")),
        buttons=(
            (Button(text=words.get(agree), data=f"consent:agree:{version}"),),
            (
                Button(text=words.get("privacy.later"), data="consent:later"),
                Button(text=words.get(f"language.{other.value}"), data=f"consent:speak:{other.value}"),
            ),
        ),
    )


def still_to_agree(language: Language, *, version: str) -> Message:
    """To who was shown the notice a moment ago, and asks on."""
    words = texts(language)
    agree = Button(text=words.get("privacy.agree_and_answer"), data=f"consent:agree:{version}")
    return _message(line(words.get("privacy.still")), buttons=((agree,),))


def agreed(language: Language) -> Message:
    return _message(line(texts(language).get("privacy.agreed")))


def tell_us(language: Language) -> Message:
    """To who joined by asking, and so was not asked what they do and where."""
    return _message(line(texts(language).get("privacy.tell_us")))


def later(language: Language) -> str:
    return texts(language).get("privacy.later_note")


def not_yours(language: Language) -> str:
    return texts(language).get("privacy.not_yours")


def gone(language: Language) -> str:
    return texts(language).get("button.gone")


def kept(language: Language, *, days: int, backup_days: int, questions: int) -> Message:
    """/privacy: what is kept of this person, and for how long."""
    words = texts(language)
    return _message(
        line(bold(words.get("privacy.title"))),
        _paragraph(words.get("privacy.kept", count=questions), _for_how_long(words, days)),
        _paragraph(words.get("privacy.log")),
        _paragraph(words.get("privacy.masked")),
        _paragraph(words.get("privacy.courses")),
        _paragraph(words.get("privacy.shared")),
        _paragraph(_in_backups(words, backup_days)),
        buttons=(
            (Button(text=words.get("privacy.see"), data="mydata"),),
            (Button(text=words.get("privacy.erase"), data="forget:ask"),),
        ),
    )


def mine(language: Language, found: Kept) -> Message:
    """/mydata: everything as a file, and under it how much of what."""
    words = texts(language)
    parts = [words.get(key, count=len(rows)) for area, key in _TOLD.items() if (rows := found[area])]
    shown = (
        line(bold(words.get("privacy.mine_title"))),
        line(words.get("privacy.mine", parts=words.get("ask.between").join(parts))),
        line(italic(words.get("privacy.mine_file"))),
    )
    told = {"made_at": datetime.now(UTC).isoformat(timespec="seconds"), **found}
    content = json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    attachment = Attachment(kind=AttachmentKind.FILE, name=_FILE, content=content)
    return Message(html=page(shown, _CAPTION), attachment=attachment)


def forget(
    language: Language,
    *,
    until: int,
    backup_days: int,
    loses: Role | None = None,
    needs_link: bool = False,
) -> Message:
    """until: seconds since 1970; an old button is not to erase what came since. loses: the role that goes with it.

    needs_link: joining is by invitation, and theirs is erased too.
    """
    words = texts(language)
    lost = [words.get("privacy.forget_role", role=role_name(loses, words))] if loses else []
    lost += [words.get("privacy.forget_invitation")] if needs_link else []
    return _message(
        line(bold(words.get("privacy.forget_title"))),
        _paragraph(words.get("privacy.forget")),
        *map(_paragraph, lost),
        _paragraph(_in_backups(words, backup_days)),
        buttons=(
            (Button(text=words.get("privacy.forget_yes"), data=f"forget:yes:{until}"),),
            (Button(text=words.get("privacy.forget_no"), data="forget:no"),),
        ),
    )


def forgotten(language: Language, *, backup_days: int, needs_link: bool = False) -> Message:
    words = texts(language)
    again = "privacy.back_by_invitation" if needs_link else "privacy.back_by_asking"
    return _message(
        line(words.get("privacy.forgotten")),
        line(words.get(again)),
        _paragraph(_in_backups(words, backup_days)),
    )


def last_administrator(language: Language) -> Message:
    return _message(line(texts(language).get("privacy.last_administrator")))


def stays(language: Language) -> Message:
    return _message(line(texts(language).get("privacy.stays")))


def too_late(language: Language) -> str:
    return texts(language).get("privacy.too_late")


def in_private(language: Language) -> Message:
    return _message(line(texts(language).get("privacy.in_private")))


def wait(language: Language, seconds: float) -> Message:
    """Said once to who writes faster than they can be answered."""
    words = texts(language)
    if seconds <= 90:
        return _message(line(words.get("privacy.wait")))
    return _message(line(words.get("privacy.wait_hours", hours=max(1, round(seconds / 3600)))))


#: Telegram's limit for what stands under a file.
_CAPTION = 1024
_TOLD = {
    "person": "privacy.of_person",
    "questions": "privacy.of_questions",
    "notes": "privacy.of_notes",
    "announcements_received": "privacy.of_announcements_received",
    "files_sent": "privacy.of_files_sent",
    "audit_log": "privacy.of_audit_log",
}


def _for_how_long(words: Texts, days: int) -> str:
    return words.get("privacy.for_days", days=days) if days else words.get("privacy.for_ever")


def _in_backups(words: Texts, days: int) -> str:
    return words.get("privacy.backups", days=days) if days else words.get("privacy.no_backups")


def _paragraph(*parts: str) -> Section:
    return Section(blocks=(line("".join(parts)),))


def _message(*blocks: Block, buttons: tuple[tuple[Button, ...], ...] = ()) -> Message:
    return Message(html=page(blocks), buttons=buttons)
