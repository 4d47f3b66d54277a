"""Every update ends: answered, apologized for, or kept for the next start. The log never tells what was said."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot.conversation import Blocked, Chat, Incoming, Message
from bot.people.reception import Reception
from bot.people.roles import Roles
from bot.router import Router
from bot.telegram.commands import Menus
from bot.telegram.desk import Desk
from bot.telegram.identity import identity_of
from bot.telegram.inbox import Inbox
from bot.telegram.messenger import TelegramMessenger
from knowledge.domain import Role
from knowledge.errors import LibraryUnusable
from knowledge.store import Stores
from knowledge.store.updates import MAX_ATTEMPTS
from tests.bot.telegram.updates import BOT, GROUP, ME, membership, pressed, update

SECRET = "张三的降压目标"


class RecordingBot:
    """Stands for telegram.Bot: keeps what is called, fails as told."""

    def __init__(self, *errors: TelegramError) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.errors = list(errors)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def called(*args: Any, **kwargs: Any) -> Any:
            self.calls.append((name, kwargs))
            if self.errors:
                raise self.errors.pop(0)
            return type("Sent", (), {"message_id": 5})()

        return called

    def texts(self) -> list[str]:
        return [kwargs["text"] for name, kwargs in self.calls if name == "send_message"]


def desk(
    stores: Stores,
    bot: Any,
    handler: Callable[[Incoming, Chat], Awaitable[None]],
    roles: Roles,
    inbox: Inbox | None = None,
) -> Desk:
    async def on_blocked(telegram_id: int, how: Blocked) -> None:
        stores.people.set_blocked(telegram_id, blocked=True, deleted=how.is_deleted)

    return Desk(
        router=Router([], question=handler, otherwise=handler),
        reception=Reception(stores.people, roles),
        inbox=inbox or Inbox(stores.updates),
        people=stores.people,
        messenger=TelegramMessenger(bot, on_blocked),
        menus=Menus(bot, stores.people),
        bot=bot,
        me=lambda: ME,
    )


async def answer(incoming: Incoming, chat: Chat) -> None:
    await chat.send(Message(html="answer"))


async def run(
    stores: Stores,
    handler: Callable[[Incoming, Chat], Awaitable[None]] = answer,
    *errors: TelegramError,
    roles: Roles | None = None,
    **about: Any,
) -> RecordingBot:
    bot = RecordingBot(*errors)
    incoming = update(SECRET, **about)
    stores.updates.claim({identity_of(incoming): incoming.to_dict()})
    await desk(stores, bot, handler, roles or Roles()).handle(incoming)
    return bot


async def test_an_answered_update_is_done(stores: Stores) -> None:
    bot = await run(stores)
    assert bot.texts() == ["answer"]
    assert stores.updates.take_up() == []


async def test_in_a_group_the_answer_hangs_on_its_question(stores: Stores) -> None:
    reply_to_us = {"message_id": 40, "date": 1, "chat": GROUP, "from": ME.to_dict(), "text": "x"}
    bot = await run(stores, chat=GROUP, reply_to_message=reply_to_us)
    (_, sent), *_ = bot.calls
    assert sent["reply_parameters"].message_id == 7
    assert sent["reply_parameters"].allow_sending_without_reply


@pytest.mark.parametrize("error", [ValueError(SECRET), LibraryUnusable()])
async def test_a_failure_is_one_plain_line_for_the_person_and_ids_in_the_log(
    stores: Stores, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(incoming: Incoming, chat: Chat) -> None:
        raise error

    with caplog.at_level(logging.DEBUG):
        bot = await run(stores, fail)
    assert len(bot.texts()) == 1
    assert "noted" in bot.texts()[0]
    assert "update=1 chat=1001" in caplog.text
    assert type(error).__name__ in caplog.text
    assert SECRET not in caplog.text
    assert stores.updates.take_up() == []


@pytest.mark.parametrize(
    "error",
    [Forbidden("bot was blocked"), BadRequest("Chat not found"), Forbidden("user is deactivated")],
)
async def test_whoever_is_gone_is_noted_and_not_written_to_again(
    stores: Stores, error: TelegramError
) -> None:
    bot = await run(stores, answer, error)
    person = stores.people.get(1001)
    assert person is not None
    assert person.blocked
    assert person.is_deleted is ("deactivated" in error.message)
    assert len(bot.texts()) == 1
    assert stores.updates.take_up() == []


async def test_while_telegram_cannot_be_reached_the_update_is_kept(stores: Stores) -> None:
    await run(stores, answer, NetworkError("down"))
    assert len(stores.updates.take_up()) == 1


async def test_an_update_that_ends_the_process_each_time_is_given_up_with_a_word(stores: Stores) -> None:
    incoming = update(SECRET)
    stores.updates.claim({identity_of(incoming): incoming.to_dict()})
    for _ in range(MAX_ATTEMPTS - 1):
        stores.updates.take_up()
    inbox, bot = Inbox(stores.updates), RecordingBot()
    await inbox.take_up_left_over(BOT)
    await desk(stores, bot, answer, Roles(), inbox).handle(incoming)
    assert len(bot.texts()) == 1
    assert bot.texts() != ["answer"]
    assert stores.updates.take_up() == []


async def test_blocking_and_coming_back_are_noted(stores: Stores) -> None:
    await run(stores)
    at = desk(stores, RecordingBot(), answer, Roles())
    for status, blocked in (("kicked", True), ("member", False)):
        await at.handle(membership(status))
        person = stores.people.get(1001)
        assert person is not None
        assert person.blocked is blocked


async def test_staff_see_their_own_menu_once_they_write(stores: Stores) -> None:
    bot = await run(stores, roles=Roles(administrators=frozenset({1001})))
    menus = [kwargs for name, kwargs in bot.calls if name == "set_my_commands"]
    assert {menu["language_code"] for menu in menus} == {None, "zh", "en"}
    assert {menu["scope"].chat_id for menu in menus} == {1001}


async def test_whoever_is_no_longer_of_the_staff_has_everyones_menu_again(stores: Stores) -> None:
    """Also after a restart in between, which is why it stands in the database what Telegram was told."""
    await run(stores, roles=Roles(administrators=frozenset({1001})))
    stores.people.change_role(1001, Role.DOCTOR, always=[1])
    taken = [
        kwargs for name, kwargs in (await run(stores, update_id=2)).calls if name == "delete_my_commands"
    ]
    assert {each["language_code"] for each in taken} == {None, "zh", "en"}
    assert {each["scope"].chat_id for each in taken} == {1001}
    later = await run(stores, update_id=3)
    assert not [name for name, _ in later.calls if name.endswith("_my_commands")]


async def test_an_old_button_that_fails_to_be_acknowledged_does_no_harm(stores: Stores) -> None:
    async def acknowledge(incoming: Incoming, chat: Chat) -> None:
        await chat.acknowledge("noted")

    bot = RecordingBot(BadRequest("Query is too old"))
    incoming = pressed("rate:1:up")
    incoming.callback_query.set_bot(bot)  # type: ignore[union-attr,arg-type]
    stores.updates.claim({identity_of(incoming): incoming.to_dict()})
    await desk(stores, bot, acknowledge, Roles()).handle(incoming)
    assert not bot.texts()
    assert stores.updates.take_up() == []


async def test_what_is_pressed_is_not_taken_for_known(stores: Stores) -> None:
    """The press may come to nothing, and the message be one that was lost sight of; what is written is theirs."""
    at_desk = desk(stores, RecordingBot(), answer, Roles())
    await at_desk.handle(pressed("rate:1:up"))
    numbering = at_desk._messenger.numbering
    assert numbering.highest == 40
    assert not numbering.is_another(1001, 40)
    await at_desk.handle(update("高血压", update_id=2, message_id=41))
    assert numbering.is_another(1001, 41)
