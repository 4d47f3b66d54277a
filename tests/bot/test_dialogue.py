"""One open question of the bot's a person and chat: answered, replaced, cancelled, forgotten, kept over a restart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversation import Commanded, Said
from bot.dialogue import Dialogues
from bot.testing import FakeChat, incoming
from knowledge.store import Stores

TEXT = incoming(Said(text="高血压指南"))


@pytest.fixture
def dialogues(stores: Stores) -> Dialogues:
    return Dialogues(stores.dialogues)


async def test_the_text_of_this_person_in_this_chat_is_awaited(dialogues: Dialogues) -> None:
    assert dialogues.awaited(TEXT, "library-title") is None
    await dialogues.open(TEXT, "library-title", {"edition": 3})
    found = dialogues.awaited(TEXT, "library-title")
    assert found is not None
    assert found.state == {"edition": 3}
    assert dialogues.awaited(TEXT, "announce-text") is None
    assert dialogues.awaited(incoming(Said(text="?"), speaker_id=7), "library-title") is None
    assert dialogues.awaited(incoming(Said(text="?"), chat_id=-5), "library-title") is None


async def test_it_survives_a_restart(dialogues: Dialogues, stores: Stores) -> None:
    await dialogues.open(TEXT, "library-title", {})
    assert Dialogues(stores.dialogues).awaited(TEXT, "library-title") is not None


async def test_a_new_one_takes_the_place_of_the_old(dialogues: Dialogues) -> None:
    await dialogues.open(TEXT, "library-title", {})
    await dialogues.open(TEXT, "announce-text", {})
    assert dialogues.awaited(TEXT, "library-title") is None
    assert dialogues.awaited(TEXT, "announce-text") is not None


async def test_what_was_asked_long_ago_is_forgotten(
    dialogues: Dialogues, monkeypatch: pytest.MonkeyPatch
) -> None:
    await dialogues.open(TEXT, "library-title", {})
    opened = dialogues.awaited(TEXT, "library-title")
    assert opened is not None
    monkeypatch.setattr("bot.dialogue.now", lambda: opened.opened_at + timedelta(minutes=61))
    assert dialogues.awaited(TEXT, "library-title") is None


async def test_cancel_ends_it_and_says_when_there_was_none(dialogues: Dialogues) -> None:
    chat = FakeChat()
    await dialogues.open(TEXT, "library-title", {})
    await dialogues.cancel(incoming(Commanded(name="cancel")), chat)
    await dialogues.cancel(incoming(Commanded(name="cancel")), chat)
    assert dialogues.awaited(TEXT, "library-title") is None
    assert [message.html for message in chat.sent] == ["好的，不再等您的文字。", "现在没有在等您输入的内容。"]


async def test_one_message_is_left_unmasked_each_time_that_something_public_is_asked(
    dialogues: Dialogues,
) -> None:
    dialogues.leave_unmasked(["announce-zh"])
    assert not dialogues.spares(1001, 1001)
    await dialogues.open(TEXT, "announce-zh", {})
    assert not dialogues.spares(1002, 1002)
    assert not dialogues.spares(1001, -5)
    assert [dialogues.spares(1001, 1001) for _ in range(3)] == [True, False, False]
    await dialogues.renew(TEXT)
    assert dialogues.spares(1001, 1001)
    await dialogues.open(TEXT, "library-title", {})
    assert not dialogues.spares(1001, 1001)


async def test_asked_in_a_group_nothing_is_left_unmasked(dialogues: Dialogues) -> None:
    dialogues.leave_unmasked(["announce-zh"])
    await dialogues.open(incoming(Said(text="?"), chat_id=-5), "announce-zh", {})
    assert not dialogues.spares(1001, -5)
