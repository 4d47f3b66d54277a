"""A button that nobody made for who presses it is written down, whichever feature it is of: the bot as it is built."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.app import Bot, build
from bot.conversation import Commanded, Content, HungOn, Incoming, Pressed, Standing
from bot.people.refusals import attempted
from bot.privacy.consent import VERSION
from bot.testing import FakeChat, FakeMessenger, incoming
from knowledge.domain import Language, Role
from knowledge.settings import Settings
from knowledge.store import Stores
from knowledge.store.audit import REFUSALS_AN_HOUR
from tests.bot.asking.cases import answer
from tests.knowledge.asked import answered_from
from tests.knowledge.editions import edition, publish

ME, OTHER, GROUP = 1001, 1002, -7


@pytest.fixture
async def bot(stores: Stores) -> AsyncIterator[Bot]:
    stores.people.meet(ME, "王医生", Language.ZH)
    stores.privacy.agree(ME, VERSION, joins=True)
    answered_from(stores, publish(stores, edition()).edition.id, "别人问的", by=OTHER)
    made = build(Settings(embedding_model="fake", _env_file=None), stores, FakeMessenger())
    yield made
    await made.answering.close()


def refused(stores: Stores) -> list[tuple[str, str, str]]:
    return [(each.who, each.action, each.subject) for each in stores.audit.page("refused", size=99).entries]


def pressed(data: str, **about: object) -> Incoming:
    return incoming(Pressed(data=data, message_id=3), update_id=7, **about)  # type: ignore[arg-type]


def kept_out(content: Content, standing: Standing, role: Role = Role.DOCTOR) -> Incoming:
    update = incoming(content, role=role, update_id=7)
    return replace(update, speaker=replace(update.speaker, standing=standing))


@pytest.mark.parametrize(
    "data",
    [
        "rate:1:up",
        "rate:99:up",
        "rate:1:sideways",
        "rate",
        "alone:99",
        "alone:x",
        "note:again:99",
        "note:up",
        "consent",
        "consent:speak:fr",
        "language:xx",
        "forget:yes:x",
    ],
)
async def test_it_is_written_down(bot: Bot, stores: Stores, data: str) -> None:
    chat = FakeChat()
    await bot.router.handle(pressed(data), chat)
    assert refused(stores) == [("telegram:1001", "refused.callback", f"button:{data}")]
    assert len(chat.notes) == 1


async def test_so_is_a_follow_up_of_somebody_elses(bot: Bot, stores: Stores) -> None:
    question = stores.questions.ask(text="接着问", asked_by=OTHER, chat_id=GROUP, update_id=8)
    first = stores.questions.get(1)
    assert first is not None
    stores.questions.answered(question.id, answer(), took_ms=1.0, message_id=9, context_id=first.id)
    await bot.router.handle(pressed(f"alone:{question.id}", is_group=True, chat_id=GROUP), FakeChat())
    assert refused(stores) == [("telegram:1001", "refused.callback", f"button:alone:{question.id}")]


async def test_so_is_the_consent_of_another(bot: Bot, stores: Stores) -> None:
    theirs = HungOn(text="血压？", message_id=2, said_by=OTHER)
    data = f"consent:agree:{VERSION}"
    content = Pressed(data=data, message_id=3, hung_on=theirs)
    await bot.router.handle(incoming(content, is_group=True, chat_id=GROUP, update_id=7), FakeChat())
    assert refused(stores) == [("telegram:1001", "refused.callback", f"button:{data}")]


async def test_so_is_a_forged_button_of_an_administrators(bot: Bot, stores: Stores) -> None:
    await bot.router.handle(pressed("stats:people:8", role=Role.ADMINISTRATOR), FakeChat())
    assert refused(stores) == [("telegram:1001", "refused.callback", "button:stats:people:8")]


@pytest.mark.parametrize(
    "data",
    [
        "announce:spec:1:astrology",
        "announce:region:1:mars",
        "announce:lang:1:fr",
        "announce:role:1:king",
        "announce:joined:1:6",
        "announce:joined:1:x",
        "announce:text:1:fr",
        "announce:at:1:soon",
        "announce:zone:1:999",
        "announce:draft:99",
    ],
)
async def test_so_is_a_value_that_no_card_ever_offered(bot: Bot, stores: Stores, data: str) -> None:
    stores.announcements.begin(ME, ME, text_zh="今晚讲座")
    before = stores.announcements.get(1)
    chat = FakeChat()
    await bot.router.handle(pressed(data, role=Role.ADMINISTRATOR), chat)
    assert refused(stores) == [("telegram:1001", "refused.callback", f"button:{data}")]
    assert len(chat.notes) == 1
    assert not chat.sent
    assert not chat.edits
    assert stores.announcements.get(1) == before


async def test_so_is_the_correction_in_a_language_that_there_is_not(bot: Bot, stores: Stores) -> None:
    announcement = stores.announcements.begin(ME, ME, text_zh="今晚讲座")
    assert stores.announcements.start(announcement, [OTHER])
    await bot.router.handle(pressed("announce:correct:1:fr", role=Role.ADMINISTRATOR), FakeChat())
    assert refused(stores) == [("telegram:1001", "refused.callback", "button:announce:correct:1:fr")]


@pytest.mark.parametrize("data", ["announce:lang:1:zh", "announce:draft:1", "announce:send:1:0123456789"])
async def test_so_is_a_draft_of_the_staffs_that_a_doctor_presses(bot: Bot, stores: Stores, data: str) -> None:
    stores.announcements.begin(OTHER, OTHER, text_zh="今晚讲座")
    before = stores.announcements.get(1)
    await bot.router.handle(pressed(data), FakeChat())
    assert [action for _, action, _ in refused(stores)] == ["refused.role"]
    assert stores.announcements.get(1) == before


@pytest.mark.parametrize("standing", [Standing.BARRED, Standing.STRANGER])
@pytest.mark.parametrize("role", [Role.DOCTOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize(
    "content",
    [Pressed(data="announce:send:1:1", message_id=3), Commanded(name="announce", argument="秘密")],
)
async def test_so_is_what_somebody_tries_who_is_kept_out(
    bot: Bot, stores: Stores, standing: Standing, role: Role, content: Content
) -> None:
    await bot.router.handle(kept_out(content, standing, role), FakeChat())
    assert refused(stores) == [("telegram:1001", "refused.role", attempted(incoming(content)))]
    (entry,) = stores.audit.page("refused", size=9).entries
    assert entry.details == {"needed": "administrator", "role": role, "standing": standing}


async def test_what_anybody_may_do_leaves_no_line_of_who_is_kept_out(bot: Bot, stores: Stores) -> None:
    for content in (Commanded(name="help"), Pressed(data="rate:1:up", message_id=3)):
        await bot.router.handle(kept_out(content, Standing.BARRED), FakeChat())
    assert refused(stores) == []


async def test_who_goes_on_pressing_cannot_fill_the_disk(bot: Bot, stores: Stores) -> None:
    for _ in range(2 * REFUSALS_AN_HOUR):
        await bot.router.handle(pressed("rate:1:up"), FakeChat())
    assert len(refused(stores)) == REFUSALS_AN_HOUR
