from __future__ import annotations

from itertools import count

import pytest

from bot.announcing.handlers import Announcing, press_of
from bot.announcing.sender import AnnouncementSender
from bot.announcing.view import LONGEST_TEXT
from bot.conversation import Commanded, Pressed, Said
from bot.dialogue import Dialogues
from bot.testing import FakeChat, FakeMessenger, incoming
from knowledge.domain import Language, Role
from knowledge.store import Stores
from knowledge.store.announcements import AnnouncementStatus, DeliveryReport

ADMIN = Role.ADMINISTRATOR
COMMAND = Commanded(name="announce")


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def announcing(stores: Stores, messenger: FakeMessenger) -> Announcing:
    for id_ in (1001, 1002, 1003):
        stores.people.meet(id_, "医生", Language.ZH)
        stores.people.start(id_, "1")
    return Announcing(
        stores=stores,
        sender=AnnouncementSender(stores=stores, messenger=messenger),
        dialogues=Dialogues(stores.dialogues),
    )


async def begin(announcing: Announcing, chat: FakeChat, **who) -> None:
    await announcing.commands()["announce"](incoming(COMMAND, **{"role": ADMIN, **who}), chat)


async def say(announcing: Announcing, chat: FakeChat, text: str) -> bool:
    """Whether the text was taken."""
    said = incoming(Said(text=text), role=ADMIN)
    handler = announcing.takes_text(said)
    if handler is not None:
        await handler(said, chat)
    return handler is not None


async def press(announcing: Announcing, chat: FakeChat, which: int, **who) -> None:
    """The first or second button of the newest message that has any."""
    message = next(message for message in reversed(chat.sent) if message.buttons)
    data = message.buttons[0][which].data
    assert data
    await announcing.press(incoming(Pressed(data=data, message_id=5), **{"role": ADMIN, **who}), chat)


async def test_text_preview_confirmation_and_one_row_a_recipient(announcing, stores):
    chat = FakeChat()
    await begin(announcing, chat)
    assert await say(announcing, chat, "今晚八点 <讲座>")
    assert chat.sent[1].html == "今晚八点 &lt;讲座&gt;"
    assert "3 人" in chat.sent[2].html
    await press(announcing, chat, 0)
    (running,) = stores.announcements.running()
    assert stores.announcements.report(running.id) == DeliveryReport(queued=3)
    assert "0/3" in chat.edits[0][1].html


async def test_pressing_twice_sends_once(announcing, stores):
    chat = FakeChat()
    await begin(announcing, chat)
    await say(announcing, chat, "讲座")
    await press(announcing, chat, 0)
    await press(announcing, chat, 0)
    await press(announcing, chat, 1)
    assert len(stores.announcements.running()) == 1
    assert len(chat.edits) == 1
    assert chat.notes[1:] == ["这条通知已经处理过了。"] * 2


async def test_only_the_text_after_the_command_is_taken(announcing):
    chat = FakeChat()
    assert not await say(announcing, chat, "高血压怎么治？")
    await begin(announcing, chat)
    assert await say(announcing, chat, "讲座")
    assert not await say(announcing, chat, "高血压怎么治？")


async def test_the_dialogue_survives_a_restart(announcing, stores, messenger):
    chat = FakeChat()
    await begin(announcing, chat)
    again = Announcing(
        stores=stores,
        sender=AnnouncementSender(stores=stores, messenger=messenger),
        dialogues=Dialogues(stores.dialogues),
    )
    assert await say(again, chat, "讲座")


@pytest.mark.parametrize("text", ["长" * (LONGEST_TEXT + 1), "😀" * (LONGEST_TEXT // 2 + 1), "  \n "])
async def test_a_text_that_does_not_fit_is_asked_for_again(announcing, text):
    chat = FakeChat()
    await begin(announcing, chat)
    await say(announcing, chat, text)
    assert chat.sent[-1].buttons == ()
    assert await say(announcing, chat, "讲座")
    assert chat.sent[-1].buttons


async def test_cancel_ends_the_dialogue(announcing):
    chat = FakeChat()
    await begin(announcing, chat)
    await announcing._dialogues.cancel(incoming(Commanded(name="cancel"), role=ADMIN), chat)
    assert not await say(announcing, chat, "讲座")


async def test_the_button_cancels_before_and_after_the_text(announcing, stores):
    for which, texts_sent in ((0, 0), (1, 1)):
        chat = FakeChat()
        await begin(announcing, chat)
        for _ in range(texts_sent):
            await say(announcing, chat, "讲座")
        await press(announcing, chat, which)
        assert chat.edits[0][1].html == "已取消，没有发送。"
        assert stores.announcements.running() == []


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.COORDINATOR])
async def test_others_are_refused_with_their_id(announcing, stores, role):
    chat = FakeChat()
    await begin(announcing, chat, role=role)
    assert "1001" in chat.sent[0].html
    assert stores.dialogues.all() == []


async def test_who_is_no_administrator_any_more_cannot_send(announcing, stores):
    chat = FakeChat()
    await begin(announcing, chat)
    await say(announcing, chat, "讲座")
    await press(announcing, chat, 0, role=Role.COORDINATOR)
    await press(announcing, chat, 0, speaker_id=1002)
    assert stores.announcements.running() == []


async def test_nobody_to_write_to_is_said_at_once(stores, messenger):
    sender = AnnouncementSender(stores=stores, messenger=messenger)
    announcing = Announcing(
        stores=stores, sender=sender, dialogues=Dialogues(stores.dialogues), audience=list
    )
    chat = FakeChat()
    await begin(announcing, chat)
    await say(announcing, chat, "讲座")
    assert "还没有人" in chat.sent[-1].html
    assert not await say(announcing, chat, "讲座")


async def test_a_kill_between_preview_and_storing_shows_the_preview_again(announcing, stores, monkeypatch):
    chat = FakeChat()
    await begin(announcing, chat)
    attempts = count()
    store = stores.announcements.write_text

    def killed_first(*args):
        if not next(attempts):
            raise ConnectionAbortedError
        return store(*args)

    monkeypatch.setattr(stores.announcements, "write_text", killed_first)
    with pytest.raises(ConnectionAbortedError):
        await say(announcing, chat, "讲座")
    assert await say(announcing, chat, "讲座")
    await press(announcing, chat, 0)
    (running,) = stores.announcements.running()
    assert running.text == "讲座"
    assert running.status is AnnouncementStatus.SENDING


@pytest.mark.parametrize(
    "data", ["announce", "announce:send", "announce:send:x", "announce:go:1", "announce:send:"]
)
def test_data_that_no_button_of_ours_holds_is_not_understood(data):
    assert press_of(data) is None
