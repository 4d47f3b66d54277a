"""An update is in the database, masked, before Telegram hears that it was taken; and it comes out once."""

from __future__ import annotations

import json
import logging

import pytest
from telegram import Update
from telegram.request import BaseRequest

from bot.telegram.identity import identity_of
from bot.telegram.inbox import Inbox, InboxBot
from knowledge.errors import LibraryUnusable
from knowledge.store import Stores
from knowledge.store.updates import MAX_ATTEMPTS
from tests.bot.telegram.updates import BOT, membership, message, pressed, update


def left(stores: Stores) -> list[str]:
    """What an earlier run would have left."""
    updates = [Update.de_json(each.payload) for each in stores.updates.take_up()]
    return [str(each.message.text) for each in updates if each.message]


async def test_it_is_written_down_before_take_returns(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    await inbox.take([update("老年降压目标")])
    assert left(stores) == ["老年降压目标"]
    assert inbox.qsize() == 1


async def test_it_is_masked_in_the_database_and_for_the_handlers(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    await inbox.take([update("电话 13812345678")])
    item = inbox.get_nowait()
    assert isinstance(item, Update)
    assert item.message is not None
    assert left(stores) == [item.message.text] == ["电话 ■■■■■■■■■■■"]


async def test_what_is_public_by_its_purpose_is_kept_as_it_was_written(stores: Stores) -> None:
    """Only this person's own words, in this chat, while it is granted; see decision 0014."""
    inbox = Inbox(stores.updates)
    granted = iter([True, False])
    inbox.spares = lambda person, chat: (person, chat) == (1001, 1001) and next(granted)
    replied = message("电话 13812345678", message_id=3)
    await inbox.take(
        [
            update("报名 13812345678", update_id=1, reply_to_message=replied),
            update("患者 13812345678", update_id=2),
        ]
    )
    first, second = (inbox.get_nowait() for _ in range(2))
    assert isinstance(first, Update)
    assert isinstance(second, Update)
    assert first.message is not None
    assert first.message.reply_to_message is not None
    assert second.message is not None
    assert first.message.text == "报名 13812345678"
    assert first.message.reply_to_message.text == "电话 ■■■■■■■■■■■"
    assert "138" not in str(second.message.text)


async def test_what_was_forwarded_is_masked_whoever_forwards_it(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    inbox.spares = lambda person, chat: True
    origin = {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": "someone"}
    await inbox.take([update("患者 13812345678", forward_origin=origin)])
    assert "138" not in left(stores)[0]


async def test_a_second_delivery_is_dropped(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    for _ in range(3):
        await inbox.take([update("一", update_id=1)])
    await inbox.take([update("二", update_id=2)])
    assert inbox.qsize() == 2


async def test_a_batch_is_taken_in_its_order_and_what_came_before_is_dropped(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    await inbox.take([update("二", update_id=2)])
    await inbox.take([update(text, update_id=n) for n, text in enumerate(("一", "二", "三"), 1)])
    items = [inbox.get_nowait() for _ in range(inbox.qsize())]
    asked = [item.message.text for item in items if isinstance(item, Update) and item.message]
    assert asked == ["二", "一", "三"]


class Server(BaseRequest):
    """Stands for the connection to Telegram: gives these updates, and notes how many were written down by then."""

    def __init__(self, stores: Stores, updates: list[Update]) -> None:
        self._stores = stores
        self._answer = {"ok": True, "result": [each.to_dict() for each in updates]}
        self.written_before: list[int] = []

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, *_args: object, **_options: object) -> tuple[int, bytes]:
        self.written_before.append(len(self._stores.updates.take_up()))
        return 200, json.dumps(self._answer).encode()


async def test_telegram_is_asked_for_more_when_what_came_is_written_down(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    server = Server(stores, [update("一", update_id=1), update("二", update_id=2)])
    bot = InboxBot(inbox, token="1:x", request=server, get_updates_request=server)
    for _ in range(2):
        for each in await bot.get_updates():
            await inbox.put(each)
    assert server.written_before == [0, 2]
    assert inbox.qsize() == 2, "what the updater puts is here already"


async def test_a_second_delivery_is_known_after_it_was_done_and_after_a_restart(stores: Stores) -> None:
    first = update("一")
    await Inbox(stores.updates).take([first])
    stores.updates.done(identity_of(first))
    again = Inbox(stores.updates)
    await again.take([update("一")])
    assert again.empty()


async def test_another_bots_update_with_the_same_number_is_another_update(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    await inbox.take([update("一", update_id=1)])
    await inbox.take([update("一", update_id=1, date=1_700_000_999)])
    assert inbox.qsize() == 2


async def test_what_was_left_over_is_taken_up_in_its_order(stores: Stores) -> None:
    before = Inbox(stores.updates)
    for n in range(5):
        await before.take([update(f"问题 {n}", update_id=n, message_id=n)])
    after = Inbox(stores.updates)
    assert await after.take_up_left_over(BOT) == 5
    items = [after.get_nowait() for _ in range(5)]
    asked = [item.message.text for item in items if isinstance(item, Update) and item.message]
    assert asked == [f"问题 {n}" for n in range(5)]


async def test_what_was_tried_too_often_is_given_up(stores: Stores) -> None:
    await Inbox(stores.updates).take([update("一")])
    for _ in range(MAX_ATTEMPTS - 1):
        stores.updates.take_up()
    inbox = Inbox(stores.updates)
    await inbox.take_up_left_over(BOT)
    await inbox.take([update("二", update_id=2)])
    items = [inbox.get_nowait() for _ in range(inbox.qsize())]
    assert [inbox.gives_up(item) for item in items if isinstance(item, Update)] == [True, False]


async def test_while_the_database_fails_the_update_is_not_lost(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    claim, failures = stores.updates.claim, [LibraryUnusable(), LibraryUnusable()]

    def failing(arrived: dict[int, dict[str, object]]) -> set[int]:
        if failures:
            raise failures.pop()
        return claim(arrived)

    async def no_wait(_seconds: float) -> None:
        """The pause, without its time."""

    monkeypatch.setattr(stores.updates, "claim", failing)
    monkeypatch.setattr("bot.telegram.inbox.asyncio.sleep", no_wait)
    inbox = Inbox(stores.updates)
    with caplog.at_level(logging.WARNING):
        await inbox.take([update("老年降压目标")])
    assert inbox.qsize() == 1
    assert caplog.text.count("action=inbox.not_written") == 2
    assert "老年" not in caplog.text


async def test_the_librarys_own_signals_pass(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    signal = object()
    await inbox.put(signal)
    assert inbox.get_nowait() is signal


def test_an_identity_is_the_same_for_each_delivery_and_fits_a_database() -> None:
    for make in (lambda: update("一"), lambda: pressed("rate:1:up"), lambda: membership("kicked")):
        assert identity_of(make()) == identity_of(make())
        assert 0 < identity_of(make()) < 2**63
