"""What an update says to the bot, and when it says nothing to it."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Update

from bot.conversation import (
    Commanded,
    Content,
    FileSent,
    OtherKind,
    PictureSent,
    Pressed,
    Said,
    SomethingElse,
)
from bot.telegram.reading import read
from tests.bot.telegram.updates import GROUP, ME, PRIVATE, command, mention, message, pressed, update

OURS = {"message_id": 40, "date": 1, "chat": GROUP, "from": ME.to_dict(), "text": "answer"}
FILE = {"file_id": "f", "file_unique_id": "u"}


def content(incoming: Update) -> Content | None:
    found = read(incoming, ME)
    return found.content if found else None


def test_a_photo_is_known_by_its_largest_size() -> None:
    sizes = [{**FILE, "width": 1, "height": 1}, {**FILE, "file_id": "large", "width": 9, "height": 9}]
    sent = update({"photo": sizes, "caption": "海报"})
    assert content(sent) == PictureSent(file_id="large", caption="海报")


def test_a_private_text_is_a_question() -> None:
    assert content(update("老年降压目标")) == Said(text="老年降压目标")


@pytest.mark.parametrize(
    "text,expected",
    [
        ("/help", Commanded(name="help")),
        ("/Language  en ", Commanded(name="language", argument="en")),
        ("/announce\n第一行\n第二行", Commanded(name="announce", argument="第一行\n第二行")),
        ("/help@Yidao_Bot", Commanded(name="help")),
        ("/help@other_bot", None),
        ("/帮助", Commanded(name="帮助")),
        ("/", Commanded(name="")),
    ],
)
def test_commands(text: str, expected: Content | None) -> None:
    assert content(command(text)) == expected


@pytest.mark.parametrize(
    "fields,kind",
    [
        ({"voice": {**FILE, "duration": 1}}, OtherKind.VOICE),
        ({"video": {**FILE, "duration": 1, "width": 1, "height": 1}}, OtherKind.VIDEO),
        (
            {
                "animation": {**FILE, "duration": 1, "width": 1, "height": 1},
                "document": {**FILE, "file_name": "a.gif"},
            },
            OtherKind.VIDEO,
        ),
        ({"contact": {"phone_number": "■", "first_name": "■"}}, OtherKind.OTHER),
        ({"location": {"latitude": 0, "longitude": 0}}, OtherKind.OTHER),
        ({"dice": {"emoji": "🎲", "value": 1}}, OtherKind.OTHER),
    ],
)
def test_what_is_no_text(fields: dict[str, Any], kind: OtherKind) -> None:
    assert content(update(fields)) == SomethingElse(kind=kind)


def test_a_file_has_its_name_made_safe() -> None:
    sent = update({"document": {**FILE, "file_name": "a\u202efdp.pdf", "file_size": 12}})
    assert content(sent) == FileSent(name="afdp.pdf", size=12)


@pytest.mark.parametrize(
    "fields", [{"pinned_message": message("x")}, {"new_chat_title": "x"}, {"left_chat_member": ME.to_dict()}]
)
def test_service_messages_say_nothing(fields: dict[str, Any]) -> None:
    assert content(update(fields)) is None


def test_other_bots_are_not_answered() -> None:
    assert read(update({"text": "hello", "from": {"id": 5, "is_bot": True, "first_name": "b"}}), ME) is None


@pytest.mark.parametrize(
    "text,question",
    [
        ("@yidao_bot 老年降压目标", "老年降压目标"),
        ("老年降压目标 @yidao_bot", "老年降压目标"),
        ("😀𠮷 @yidao_bot 降压", "😀𠮷  降压"),
    ],
)
def test_in_a_group_a_mention_asks_and_is_no_part_of_the_question(text: str, question: str) -> None:
    assert content(mention(text)) == Said(text=question)


def test_in_a_group_a_reply_to_the_bot_asks() -> None:
    asked = update("合并糖尿病呢", chat=GROUP, reply_to_message=OURS)
    assert content(asked) == Said(text="合并糖尿病呢", reply_to=40)


def test_a_reply_names_the_message_whoever_wrote_it() -> None:
    """Only their own questions and answers are ever found by it: see tests/bot/asking/test_followups.py."""
    own = message("老年降压目标", chat=PRIVATE)
    assert content(update("孕妇呢", reply_to_message=own)) == Said(text="孕妇呢", reply_to=own["message_id"])


def test_in_a_topic_of_a_group_only_a_true_reply_is_one() -> None:
    """Telegram lets every message of a topic reply to the message that opened it."""
    opened = {**OURS, "forum_topic_created": {"name": "心内科", "icon_color": 1}}
    asked = update("合并糖尿病呢", chat=GROUP, reply_to_message=opened)
    assert content(asked) == Said(text="合并糖尿病呢", reply_to=None)


def test_a_message_is_known_by_its_number_and_a_button_has_none() -> None:
    said, press = read(update("老年降压目标"), ME), read(pressed("rate:1:up", chat=PRIVATE), ME)
    assert said is not None
    assert press is not None
    assert (said.message_id, press.message_id) == (message("x")["message_id"], None)


def test_in_a_group_talk_is_left_alone() -> None:
    assert content(update("老年降压目标", chat=GROUP)) is None
    assert content(update({"voice": {**FILE, "duration": 1}}, chat=GROUP)) is None
    assert content(update({"document": FILE}, chat=GROUP)) is None
    reply = update("嗯", chat=GROUP, reply_to_message=message("x", chat=GROUP))
    assert content(reply) is None


def test_in_a_group_another_bots_name_is_not_ours() -> None:
    other = update("@yidao_bot2 x", chat=GROUP, entities=[{"type": "mention", "offset": 0, "length": 11}])
    assert content(other) is None


def test_in_a_group_commands_are_for_the_bot_unless_they_name_another() -> None:
    assert content(command("/help", chat=GROUP)) == Commanded(name="help")
    assert content(command("/help@yidao_bot", chat=GROUP)) == Commanded(name="help")
    assert content(command("/help@other_bot", chat=GROUP)) is None


def test_a_mention_in_a_group_may_be_empty() -> None:
    assert content(mention("@yidao_bot")) == Said(text="")


@pytest.mark.parametrize(
    "chat,is_group,chat_id", [(PRIVATE, False, 1001), (GROUP, True, -5), (None, False, 1001)]
)
def test_a_pressed_button_tells_where(chat: dict[str, Any] | None, is_group: bool, chat_id: int) -> None:
    found = read(pressed("rate:1:up", chat=chat), ME)
    assert found is not None
    assert (found.is_group, found.chat_id) == (is_group, chat_id)
    assert found.content == Pressed(data="rate:1:up", message_id=40 if chat else 0)
