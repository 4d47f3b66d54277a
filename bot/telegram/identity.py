"""By what an update is known when it comes a second time."""

from __future__ import annotations

import hashlib

from telegram import Update


def identity_of(update: Update) -> int:
    """A number of 63 bits, the same each time an update is delivered.

    Telegram's update id alone would not do: it is unique to one bot, and after a quiet week it begins anew somewhere,
    while a data folder outlives both. So what it brought, and when, counts too.
    """
    parts: list[object] = [update.update_id]
    if (query := update.callback_query) is not None:
        parts += ["query", query.id]
    elif (changed := update.my_chat_member) is not None:
        parts += ["member", changed.chat.id, changed.date.timestamp()]
    elif (message := update.effective_message) is not None:
        parts += ["message", message.chat.id, message.message_id, message.date.timestamp()]
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
