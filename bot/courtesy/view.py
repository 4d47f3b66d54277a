"""The friendly lines for what is no question."""

from __future__ import annotations

from bot.conversation import Message, OtherKind
from bot.courtesy.smalltalk import Talk
from bot.html import line, page
from bot.texts import texts
from knowledge.domain import Language

_TALK = {
    Talk.HELLO: ("talk.hello", "talk.how"),
    Talk.THANKS: ("talk.thanks", "talk.how"),
    Talk.AGREED: ("talk.agreed",),
}
_KINDS = {
    OtherKind.STICKER: "other.sticker",
    OtherKind.PHOTO: "other.picture",
    OtherKind.VIDEO: "other.picture",
    OtherKind.VOICE: "other.voice",
    OtherKind.OTHER: "other.unread",
}


def greeting(talk: Talk, language: Language) -> Message:
    return _lines(language, *_TALK[talk])


def unreadable(kind: OtherKind, language: Language) -> Message | None:
    """None for an edited message: the answer to what it said before stands, and a hint would only disturb."""
    key = _KINDS.get(kind)
    return _lines(language, key) if key else None


def only_text(language: Language) -> Message:
    return _lines(language, "other.unread")


def unknown_command(language: Language) -> Message:
    return _lines(language, "command.unknown")


def gone(language: Language) -> str:
    return texts(language).get("button.gone")


def plain_error(language: Language) -> Message:
    return _lines(language, "error.plain")


def _lines(language: Language, *keys: str) -> Message:
    words = texts(language)
    return Message(html=page([line(words.get(key)) for key in keys]))
