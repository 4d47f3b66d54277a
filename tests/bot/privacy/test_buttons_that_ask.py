"""No button asks a question for somebody who did not agree: the bot as it is built, not its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import Bot, build
from bot.conversation import Pressed
from bot.privacy.consent import VERSION
from bot.testing import FakeChat, FakeMessenger, incoming
from knowledge.domain import Language
from knowledge.settings import Settings
from knowledge.store import Stores
from tests.knowledge.asked import answered_from
from tests.knowledge.editions import edition, publish

ME = 1001


@pytest.fixture
async def bot(stores: Stores) -> AsyncIterator[Bot]:
    made = build(Settings(embedding_model="fake", _env_file=None), stores, FakeMessenger())
    yield made
    await made.answering.close()


@pytest.mark.parametrize("data", ["note:again:1", "alone:1"])
@pytest.mark.parametrize("agreed", [None, "an older version"])
async def test_a_button_that_asks_shows_the_notice_first(
    bot: Bot, stores: Stores, data: str, agreed: str | None
) -> None:
    answered_from(stores, publish(stores, edition()).edition.id, "我问的", by=ME)
    if agreed is not None:
        stores.privacy.agree(ME, agreed, joins=True)
    chat = FakeChat()
    await bot.router.handle(incoming(Pressed(data=data, message_id=3), update_id=7), chat)
    assert chat.notes == [""]
    (shown,) = chat.sent
    assert shown.buttons[0][0].data == f"consent:agree:{VERSION}"
    assert stores.questions.get(2) is None


@pytest.mark.parametrize("data", ["note:again:99", "alone:99"])
async def test_who_agreed_is_not_asked_again(bot: Bot, stores: Stores, data: str) -> None:
    stores.people.meet(ME, "王医生", Language.ZH)
    stores.privacy.agree(ME, VERSION, joins=True)
    chat = FakeChat()
    await bot.router.handle(incoming(Pressed(data=data, message_id=3), update_id=7), chat)
    assert chat.sent == []
    assert chat.notes == ["这个按钮已经失效。"]
