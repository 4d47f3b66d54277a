"""Updates as Telegram sends them."""

from __future__ import annotations

from typing import Any

from telegram import Bot, Update, User

BOT = Bot("1:x")
ME = User(id=99, is_bot=True, first_name="Yidao", username="yidao_bot")
ANNA = {"id": 1001, "is_bot": False, "first_name": "Anna", "language_code": "en"}
PRIVATE = {"id": 1001, "type": "private", "first_name": "Anna"}
GROUP = {"id": -5, "type": "supergroup", "title": "Team"}


def message(content: dict[str, Any] | str, *, chat: dict[str, Any] = PRIVATE, **about: Any) -> dict[str, Any]:
    fields = {"text": content} if isinstance(content, str) else content
    return {"message_id": 7, "date": 1_700_000_000, "chat": chat, "from": ANNA, **fields, **about}


def update(content: dict[str, Any] | str, *, update_id: int = 1, **about: Any) -> Update:
    return Update.de_json({"update_id": update_id, "message": message(content, **about)}, BOT)


def command(text: str, **about: Any) -> Update:
    length = len(text.split(maxsplit=1)[0])
    return update(text, entities=[{"type": "bot_command", "offset": 0, "length": length}], **about)


def mention(text: str, **about: Any) -> Update:
    """A text in a group whose @yidao_bot is marked as Telegram marks it, in UTF-16 units."""
    offset = len(text[: text.index("@yidao_bot")].encode("utf-16-le")) // 2
    entity = {"type": "mention", "offset": offset, "length": 10}
    return update(text, chat=GROUP, entities=[entity], **about)


def pressed(data: str, *, update_id: int = 1, chat: dict[str, Any] | None = PRIVATE) -> Update:
    query: dict[str, Any] = {"id": "77", "from": ANNA, "chat_instance": "1", "data": data}
    if chat is not None:
        query["message"] = message("an answer", chat=chat, message_id=40)
    return Update.de_json({"update_id": update_id, "callback_query": query}, BOT)


def membership(status: str, *, update_id: int = 1) -> Update:
    def member(value: str) -> dict[str, Any]:
        more = {"until_date": 0} if value == "kicked" else {}
        return {"user": {"id": 99, "is_bot": True, "first_name": "Yidao"}, "status": value, **more}

    old = "kicked" if status == "member" else "member"
    change = {"chat": PRIVATE, "from": ANNA, "date": 1_700_000_000}
    members = {"old_chat_member": member(old), "new_chat_member": member(status)}
    return Update.de_json({"update_id": update_id, "my_chat_member": {**change, **members}}, BOT)
