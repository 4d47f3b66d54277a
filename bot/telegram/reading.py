"""What an update says: content for handlers, or nothing where the bot was not meant."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import CallbackQuery, Message, MessageEntity, Update, User
from telegram.constants import ChatType

from bot.conversation import (
    Commanded,
    Content,
    FileSent,
    HungOn,
    OtherKind,
    PictureSent,
    Pressed,
    Said,
    SomethingElse,
)
from bot.telegram.chat import chat_of
from knowledge.text import safe_text

_GROUPS = frozenset({ChatType.GROUP, ChatType.SUPERGROUP})
_KINDS = {
    "sticker": OtherKind.STICKER,
    "video": OtherKind.VIDEO,
    "video_note": OtherKind.VIDEO,
    "animation": OtherKind.VIDEO,
    "voice": OtherKind.VOICE,
    "audio": OtherKind.VOICE,
    "contact": OtherKind.OTHER,
    "location": OtherKind.OTHER,
    "venue": OtherKind.OTHER,
    "poll": OtherKind.OTHER,
    "dice": OtherKind.OTHER,
    "game": OtherKind.OTHER,
    "story": OtherKind.OTHER,
    "checklist": OtherKind.OTHER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    sender: User
    chat_id: int
    is_group: bool
    content: Content
    #: None for a pressed button.
    message_id: int | None = None


def read(update: Update, me: User) -> Read | None:
    """None where nothing is to be done: service messages, other bots, a group's talk that is not for the bot."""
    if (query := update.callback_query) is not None:
        message_id = query.message.message_id if query.message else 0
        is_group = bool(query.message and query.message.chat.type in _GROUPS)
        pressed = Pressed(data=query.data or "", message_id=message_id, hung_on=_hung_on(query, me))
        return Read(sender=query.from_user, chat_id=chat_of(query), is_group=is_group, content=pressed)
    message = update.message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    is_group = message.chat.type in _GROUPS
    content = _in_group(message, me) if is_group else _in_private(message, me)
    if content is None:
        return None
    return Read(
        sender=message.from_user,
        chat_id=message.chat.id,
        is_group=is_group,
        content=content,
        message_id=message.message_id,
    )


def _hung_on(query: CallbackQuery, me: User) -> HungOn | None:
    message = query.message if isinstance(query.message, Message) else None
    replied = message.reply_to_message if message else None
    if replied is None or replied.from_user is None or replied.text is None:
        return None
    text, _ = _without_mentions(replied, me)
    return HungOn(text=text, message_id=replied.message_id, said_by=replied.from_user.id)


def _in_private(message: Message, me: User) -> Content | None:
    return _content(message, message.text or "", me)


def _in_group(message: Message, me: User) -> Content | None:
    """Commands, and what mentions the bot or replies to it."""
    text, was_mentioned = _without_mentions(message, me)
    if _is_command(message):
        return _content(message, message.text or "", me)
    return _content(message, text, me) if was_mentioned or _replies_to_us(message, me) else None


def _content(message: Message, text: str, me: User) -> Content | None:
    if message.text is not None:
        return _command(message, me) if text.startswith("/") else Said(text=text, reply_to=_reply_to(message))
    if message.document is not None and message.animation is None:
        return FileSent(
            name=safe_text(message.document.file_name or ""), size=message.document.file_size or 0
        )
    if message.photo:
        # The largest is the last.
        return PictureSent(file_id=message.photo[-1].file_id, caption=safe_text(message.caption or ""))
    kind = next((kind for name, kind in _KINDS.items() if getattr(message, name, None)), None)
    return SomethingElse(kind=kind) if kind else None


def _is_command(message: Message) -> bool:
    return (message.text or "").startswith("/")


def _command(message: Message, me: User) -> Commanded | None:
    """None for a command that names another bot."""
    text = message.text or ""
    # It ends at white space of any kind: "/announce" may have its text on the next line.
    first = text.split(maxsplit=1)[0]
    name, _, addressee = first.removeprefix("/").partition("@")
    if addressee and addressee.casefold() != (me.username or "").casefold():
        return None
    return Commanded(name=name.casefold(), argument=text[len(first) :].strip())


def _replies_to_us(message: Message, me: User) -> bool:
    replied = message.reply_to_message
    return replied is not None and replied.from_user is not None and replied.from_user.id == me.id


def _reply_to(message: Message) -> int | None:
    """In a group with topics, whatever stands in a topic formally replies to the topic's beginning."""
    replied = message.reply_to_message
    return replied.message_id if replied is not None and replied.forum_topic_created is None else None


def _without_mentions(message: Message, me: User) -> tuple[str, bool]:
    """The text without @bot, and whether it was in it. Offsets count UTF-16 units."""
    text = message.text if message.text is not None else message.caption or ""
    units = text.encode("utf-16-le", "surrogatepass")
    mentions = [
        entity for entity in message.entities or message.caption_entities if _names(entity, units, me)
    ]
    for entity in sorted(mentions, key=lambda entity: -entity.offset):
        units = units[: 2 * entity.offset] + units[2 * (entity.offset + entity.length) :]
    return units.decode("utf-16-le", "replace").strip(), bool(mentions)


def _names(entity: MessageEntity, units: bytes, me: User) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    named = units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "replace")
    return entity.type == MessageEntity.MENTION and named.casefold() == f"@{me.username}".casefold()
