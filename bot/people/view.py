"""What /start, /help, /language and /id show."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Button, Message, Speaker
from bot.html import Block, Line, Section, bold, italic, line, page
from bot.menu import MenuEntry
from bot.texts import Texts, texts
from knowledge.domain import Language, Role
from knowledge.store.invitations import Joined, NotValid

_ROLE_KEYS = {
    Role.DOCTOR: "role.doctor",
    Role.COORDINATOR: "role.coordinator",
    Role.ADMINISTRATOR: "role.administrator",
}


def start(language: Language, *, with_notice: bool = True) -> Message:
    """with_notice: with what is kept; a changed sense of it needs a new bot.privacy.consent.VERSION."""
    say = texts(language).get
    told = ("start.abroad", "start.kept", "start.consent") if with_notice else ("start.more",)
    return _message(
        line(bold(say("start.title"))),
        _paragraph(say("start.what")),
        _paragraph(say("start.example"), soft=True),
        *(_paragraph(say(key)) for key in told),
        buttons=(_language_buttons(texts(language)),),
    )


def barred(language: Language) -> Message:
    return _message(line(barred_note(language)))


def barred_note(language: Language) -> str:
    return texts(language).get("joining.barred")


def by_invitation(speaker: Speaker) -> Message:
    """To somebody who is not in: how to join, and the id to ask with."""
    say = texts(speaker.language).get
    return _message(line(say("joining.by_invitation")), line(say("id.yours", id=speaker.id)))


def invited(joined: Joined, language: Language) -> Message:
    words = texts(language)
    return _message(line(words.get("joining.invited", role=role_name(joined.role, words))))


def invitation_refused(refused: NotValid, speaker: Speaker) -> Message:
    words = texts(speaker.language)
    key = f"joining.link.{refused.status}" if refused.status else "joining.link.forged"
    return _message(line(words.get(key)))


def help_for(speaker: Speaker, menu: Sequence[MenuEntry]) -> Message:
    say = texts(speaker.language).get
    ways = ["help.ask", "help.answer", "help.rate", "help.group", "help.private"]
    if speaker.role is not Role.DOCTOR:
        ways.append("help.coordinator")
    commands = tuple(line(f"/{entry.name}  {say(entry.text_key)}") for entry in menu)
    return _message(*(line(say(key)) for key in ways), Section(blocks=commands))


def language_choice(language: Language) -> Message:
    words = texts(language)
    return _message(line(words.get("language.choose")), buttons=(_language_buttons(words),))


def language_set(language: Language) -> Message:
    return _message(line(texts(language).get("language.set")))


def own_id(speaker: Speaker) -> Message:
    words = texts(speaker.language)
    role = words.get("id.role", role=role_name(speaker.role, words))
    return _message(line(words.get("id.yours", id=speaker.id)), line(role))


def role_needed(speaker: Speaker, needed: Role) -> Message:
    words = texts(speaker.language)
    return _message(line(words.get("role.needed", role=role_name(needed, words), id=speaker.id)))


def role_needed_note(speaker: Speaker, needed: Role) -> str:
    """The same for a pressed button, which is answered by a passing note."""
    words = texts(speaker.language)
    return words.get("role.needed", role=role_name(needed, words), id=speaker.id)


def role_name(role: Role, words: Texts) -> str:
    return words.get(_ROLE_KEYS[role])


def _language_buttons(words: Texts) -> tuple[Button, ...]:
    return (
        Button(text=words.get("language.zh"), data="language:zh"),
        Button(text=words.get("language.en"), data="language:en"),
    )


def _paragraph(text: str, *, soft: bool = False) -> Section:
    shown: Line = line(italic(text)) if soft else line(text)
    return Section(blocks=(shown,))


def _message(*blocks: Block, buttons: tuple[tuple[Button, ...], ...] = ()) -> Message:
    return Message(html=page(blocks), buttons=buttons)
