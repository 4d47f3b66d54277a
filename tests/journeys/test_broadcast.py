"""The promise about announcements: each recipient gets it at most once, and the report says what the server saw."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from knowledge.domain import Language
from knowledge.store import Stores, open_stores
from knowledge.store.database import now
from knowledge.store.delivery_report import Delivery
from knowledge.store.people import people
from tests.journeys.calls import Call, Fault
from tests.journeys.conftest import Stage
from tests.journeys.people import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = "今晚八点讲座"
DOCTORS, KILLS, IN_FLIGHT = 60, 2, 4


def faults(seed: int) -> Iterator[Fault | None]:
    """One call in ten goes wrong, in whichever way."""
    chosen = random.Random(seed)
    kinds = [Fault.BAD_GATEWAY, Fault.DROP, Fault.LOST_REPLY]
    while True:
        yield chosen.choice(kinds) if chosen.random() < 0.1 else None


def announced(stage: Stage, stores: Stores, doctors: list[Person]) -> int:
    """An announcement that is to go out when the bot starts."""
    stores.database.migrate()
    maker = stage.administrator()
    with stores.database.together():
        for person in [*doctors, maker]:
            stores.people.meet(person.id, "医生", Language.ZH)
            stores.people.start(person.id, "1")
        with stores.database.write() as connection:
            # No answer to them is under way, so that a message found in their chats can be told.
            connection.execute(update(people).values(seen_at=now() - timedelta(hours=1)))
    announcement = stores.announcements.begin(maker.id, maker.id, text_zh=TEXT)
    assert stores.announcements.start(announcement, [person.id for person in doctors])
    return announcement.id


def sends(stage: Stage) -> list[Call]:
    calls = [call for call in stage.server.calls if call.method == "sendMessage"]
    return [call for call in calls if call.params["text"] == TEXT]


def has_sent(stage: Stage, goal: int) -> bool:
    return len(sends(stage)) >= goal


async def test_killed_at_random_and_with_faults_nobody_gets_it_twice(stage: Stage):
    """Of those in doubt, no more are so for a kill than calls were under way."""
    chosen = random.Random(1)
    doctors = [stage.person(f"医生{number}") for number in range(DOCTORS)]
    for doctor in doctors[::20]:
        doctor.blocks()
    stores = open_stores(f"sqlite:///{stage.bot.data_dir / 'yidao.sqlite3'}")
    id_ = announced(stage, stores, doctors)
    stage.server.plan("sendMessage", faults(seed=1), words=TEXT)
    await stage.bot.start()
    for goal in sorted(chosen.sample(range(5, DOCTORS - 10), KILLS)):
        await stage.server.until("sends", partial(has_sent, stage, goal), within=60)
        await stage.bot.kill()
        await stage.bot.start()
    await until_settled(stores, id_)
    assert await stage.bot.stop() == 0
    report, rows = stores.deliveries.report(id_), stores.deliveries.of(id_)
    stores.database.close()
    assert [told for told in map(wrong, rows, doctors) if told] == []
    assert (report.audience, report.failed, report.queued) == (DOCTORS, 0, 0)
    assert any(call.fault in {Fault.DROP, Fault.LOST_REPLY} for call in sends(stage))
    assert report.in_doubt <= KILLS * IN_FLIGHT
    assert buttons_changed(stage) == []


async def test_where_chats_are_numbered_by_themselves_what_was_lost_stays_in_doubt(stage: Stage):
    """Telegram promises nothing of its numbers."""
    stage.server.numbers_by_chat = True
    doctors = [stage.person(f"医生{number}") for number in range(12)]
    stores = open_stores(f"sqlite:///{stage.bot.data_dir / 'yidao.sqlite3'}")
    id_ = announced(stage, stores, doctors)
    stage.server.plan("sendMessage", [None, None, Fault.DROP, Fault.LOST_REPLY], words=TEXT)
    await stage.bot.start()
    await until_settled(stores, id_)
    assert await stage.bot.stop() == 0
    report, rows = stores.deliveries.report(id_), stores.deliveries.of(id_)
    stores.database.close()
    assert [told for told in map(wrong, rows, doctors) if told] == []
    assert (report.sent, report.in_doubt) == (10, 2)
    assert not [call for call in stage.server.calls if call.method == "setMessageReaction"]


async def test_what_was_lost_is_found_or_sent_though_its_reader_wrote_meanwhile(stage: Stage):
    """Nobody gets it twice, and no answer gets an announcement's buttons."""
    doctors = [stage.person(f"医生{number}") for number in range(12)]
    stores = open_stores(f"sqlite:///{stage.bot.data_dir / 'yidao.sqlite3'}")
    id_ = announced(stage, stores, doctors)
    stage.server.plan("sendMessage", [*[None] * 6, Fault.DROP, Fault.LOST_REPLY, Fault.DROP], words=TEXT)
    await stage.bot.start()
    await stage.server.until("nine sends", partial(has_sent, stage, 9))
    dropped = next(call for call in sends(stage) if call.fault is Fault.DROP)
    talker = next(each for each in doctors if each.id == int(dropped.params["chat_id"]))
    talker.writes("/id")
    await until_settled(stores, id_)
    assert await stage.bot.stop() == 0
    report = stores.deliveries.report(id_)
    stores.database.close()
    assert [doctor.read_so_far(TEXT) for doctor in doctors] == [1] * 12
    assert (report.sent, report.in_doubt_by) == (12, {})
    assert buttons_changed(stage) == []


def buttons_changed(stage: Stage) -> list[str]:
    """By a question whether a message is the one that was lost."""
    return [
        text for chat in stage.server.chats.values() for kind, text, _ in chat.events if kind == "buttons"
    ]


def wrong(row: Delivery, doctor: Person) -> str | None:
    """What the row says that the server saw otherwise."""
    assert row.telegram_id == doctor.id
    right = {"sent": {1}, "in_doubt": {0, 1}, "blocked": {0}}
    times = doctor.read_so_far(TEXT)
    return None if times in right.get(row.status, set()) else f"{row}: {times} messages"


async def until_settled(stores: Stores, id_: int) -> None:
    async with asyncio.timeout(120):
        while not await asyncio.to_thread(stores.deliveries.is_settled, id_):  # noqa: ASYNC110  # another process's
            await asyncio.sleep(0.1)
