"""An update is in the database, masked, before Telegram hears that it was taken; and it comes out once."""

from __future__ import annotations

import logging

import pytest
from telegram import Update

from bot.telegram.identity import identity_of
from bot.telegram.inbox import Inbox
from knowledge.errors import LibraryUnusable
from knowledge.store import Stores
from tests.bot.telegram.updates import BOT, membership, pressed, update


def texts(payloads: list[dict[str, object]]) -> list[str]:
    return [str(Update.de_json(payload).message.text) for payload in payloads]  # type: ignore[union-attr]


async def test_it_is_written_down_before_put_returns(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    await inbox.put(update("老年降压目标"))
    assert texts(stores.updates.left_over()) == ["老年降压目标"]
    assert inbox.qsize() == 1


async def test_it_is_masked_in_the_database_and_for_the_handlers(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    await inbox.put(update("电话 13812345678"))
    item = inbox.get_nowait()
    assert isinstance(item, Update)
    assert item.message is not None
    assert texts(stores.updates.left_over()) == [item.message.text] == ["电话 ■■■■■■■■■■■"]


async def test_a_second_delivery_is_dropped(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    for _ in range(3):
        await inbox.put(update("一", update_id=1))
    await inbox.put(update("二", update_id=2))
    assert inbox.qsize() == 2


async def test_a_second_delivery_is_known_after_it_was_done_and_after_a_restart(stores: Stores) -> None:
    first = update("一")
    await Inbox(stores.updates).put(first)
    stores.updates.done(identity_of(first))
    again = Inbox(stores.updates)
    await again.put(update("一"))
    assert again.empty()


async def test_another_bots_update_with_the_same_number_is_another_update(stores: Stores) -> None:
    inbox = Inbox(stores.updates)
    await inbox.put(update("一", update_id=1))
    await inbox.put(update("一", update_id=1, date=1_700_000_999))
    assert inbox.qsize() == 2


async def test_what_was_left_over_is_taken_up_in_its_order(stores: Stores) -> None:
    before = Inbox(stores.updates)
    for n in range(5):
        await before.put(update(f"问题 {n}", update_id=n, message_id=n))
    after = Inbox(stores.updates)
    assert await after.take_up_left_over(BOT) == 5
    items = [after.get_nowait() for _ in range(5)]
    asked = [item.message.text for item in items if isinstance(item, Update) and item.message]
    assert asked == [f"问题 {n}" for n in range(5)]


async def test_while_the_database_fails_the_update_is_not_lost(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    claim, failures = stores.updates.claim, [LibraryUnusable(), LibraryUnusable()]

    def failing(update_id: int, payload: dict[str, object]) -> bool:
        if failures:
            raise failures.pop()
        return claim(update_id, payload)

    async def no_wait(_seconds: float) -> None:
        """The pause, without its time."""

    monkeypatch.setattr(stores.updates, "claim", failing)
    monkeypatch.setattr("bot.telegram.inbox.asyncio.sleep", no_wait)
    inbox = Inbox(stores.updates)
    with caplog.at_level(logging.WARNING):
        await inbox.put(update("老年降压目标"))
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
