"""The people of the journeys: they write, send files, press buttons, block, and read what the bot made of it."""

from __future__ import annotations

import itertools
from typing import Any

from tests.journeys.server import BOT, ChatState, Server

_ids = itertools.count(5001)
_group_ids = itertools.count(1)


class Person:
    """Somebody with Telegram on their phone. An act returns at once; `reads` waits for what follows from it."""

    def __init__(
        self, server: Server, name: str, language_code: str = "zh-hans", id_: int | None = None
    ) -> None:
        self.server = server
        self.id = id_ or next(_ids)
        self.user = {"id": self.id, "is_bot": False, "first_name": name, "language_code": language_code}
        info = {"id": self.id, "type": "private", "first_name": name}
        self.chat = server.chats[self.id] = ChatState(self.id, info)
        self._since: dict[int, int] = {}

    # ------------------------------------------------------------------------------------------ acts
    def writes(self, text: str, chat: ChatState | None = None, **more: Any) -> dict[str, Any]:
        return self._sends(chat, text=text, entities=_entities(text), **more)

    def sends_file(self, name: str, content: bytes) -> dict[str, Any]:
        file_id = f"file{len(self.server.files)}"
        self.server.files[file_id] = (name, content)
        document = {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_name": name,
            "file_size": len(content),
        }
        return self._sends(None, document=document)

    def sends(self, **content: Any) -> dict[str, Any]:
        """Anything else: a sticker, a photo."""
        return self._sends(None, **content)

    async def joins(self, notice: str) -> None:
        """Presses start, and reads on until that is over: what one person sends is worked on in order."""
        self.writes("/start")
        await self.reads(notice)
        self.writes("/id")
        await self.reads(str(self.id))

    def presses(self, label: str) -> None:
        """The newest button whose text begins like this."""
        for message in reversed(self.chat.messages.values()):
            for button in buttons_of(message):
                if button["text"].startswith(label) and "callback_data" in button:
                    self._acts(self.chat)
                    return self.server.press(self.user, message, button["callback_data"])
        raise AssertionError(f"no button {label!r}\n{self.server.transcript()}")

    def blocks(self) -> None:
        self.chat.blocked = True

    # --------------------------------------------------------------------------------------- reading
    async def reads(
        self, *fragments: str, chat: ChatState | None = None, within: float = 20
    ) -> dict[str, Any]:
        """The first message or edit since this person's last act that holds all of it."""
        where = chat or self.chat

        def find() -> dict[str, Any] | None:
            new = where.events[self._since.get(where.id, 0) :]
            fits = (message for _, text, message in new if all(part in text for part in fragments))
            return next(fits, None)

        return await self.server.until(f"{fragments} for {self.id}", find, within)

    def read_so_far(self, fragment: str, chat: ChatState | None = None) -> int:
        """In how many messages of the bot, ever, this stood when they came."""
        where = chat or self.chat
        return sum(kind == "message" and fragment in text for kind, text, _ in where.events)

    # -------------------------------------------------------------------------------------- plumbing
    def _sends(self, chat: ChatState | None, **content: Any) -> dict[str, Any]:
        where = chat or self.chat
        self._acts(where)
        return self.server.push(message=self.server.new_message(where, self.user, **content))

    def _acts(self, chat: ChatState) -> None:
        self._since[chat.id] = len(chat.events)


def group(server: Server, title: str) -> ChatState:
    id_ = -next(_group_ids)
    server.chats[id_] = ChatState(id_, {"id": id_, "type": "supergroup", "title": title})
    return server.chats[id_]


def buttons_of(message: dict[str, Any]) -> list[dict[str, str]]:
    return (
        list(itertools.chain(*message["reply_markup"]["inline_keyboard"]))
        if "reply_markup" in message
        else []
    )


def _entities(text: str) -> list[dict[str, Any]]:
    """Those that Telegram finds by itself and that decide who is meant."""
    found = []
    if text.startswith("/"):
        found.append({"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])})
    mention = f"@{BOT['username']}"
    if (at := text.find(mention)) >= 0 and not found:
        found.append({"type": "mention", "offset": at, "length": len(mention)})
    return found
