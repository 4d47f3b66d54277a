"""/stats: for administrators only, a picture with numbers, the other periods and topics a tap away."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.charts import Charts
from bot.charts.drawing import png
from bot.commands.stats import show
from bot.conversation import Commanded, Pressed
from bot.html import units
from bot.people.refusals import Refusals
from bot.stats import view
from bot.stats.handlers import Stats, press_of
from bot.stats.usage import Usage, gather, period_of, record
from bot.stats.view import Topic
from bot.testing import FakeChat, incoming
from bot.texts import texts
from knowledge.domain import Language, Outcome, Rating, Role
from knowledge.store import Stores
from knowledge.store.usage import Announced, Asked, Counted, Grown, UsageStore

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PERIOD = period_of(30, NOW)
LONG = "中国高血压防治指南（2024年修订版）" * 20
USAGE = Usage(
    period=PERIOD,
    asked=Asked(
        by_day={
            day: {Outcome.ANSWERED: n % 9, Outcome.RELATED: n % 4, Outcome.NO_EVIDENCE: n % 3, None: n % 2}
            for n, day in enumerate(PERIOD.days)
        },
        p50_ms=120.0,
        p95_ms=480.4,
        askers=41,
        rated={Rating.UP: 9, Rating.DOWN: 1},
    ),
    asked_before=200,
    documents=tuple(Counted(name=LONG, count=9 - n) for n in range(5)),
    gaps=tuple(Counted(name=LONG, count=9 - n) for n in range(5)),
    people=Grown(by_day={day: 100 + n for n, day in enumerate(PERIOD.days)}, new=29, gone=3),
    announcements=tuple(
        Announced(id=n, name=LONG, audience=100, sent=90, recalled=0, opened=30) for n in range(5)
    ),
)
NOTHING = Usage(
    period=PERIOD,
    asked=Asked(by_day={day: {} for day in PERIOD.days}, p50_ms=None, p95_ms=None, askers=0, rated={}),
    asked_before=0,
    documents=(),
    gaps=(),
    people=Grown(by_day=dict.fromkeys(PERIOD.days, 0), new=0, gone=0),
    announcements=(),
)


def stats(stores: Stores, folder: Path) -> Stats:
    return Stats(UsageStore(stores.database), Charts(folder), Refusals(stores.audit), clock=lambda: NOW)


async def test_a_picture_comes_with_its_numbers_and_the_way_to_the_others(stores, tmp_path):
    chat = FakeChat()
    await stats(stores, tmp_path).commands()["stats"](
        incoming(Commanded(name="stats"), role=Role.ADMINISTRATOR), chat
    )
    (shown,) = chat.sent
    assert shown.attachment is not None
    assert "近 30 天（10-24 至 11-22）" in shown.html
    assert [button.data for row in shown.buttons for button in row] == [
        "stats:library:30",
        "stats:people:30",
        "stats:questions:7",
        "stats:questions:90",
    ]


async def test_each_button_brings_its_picture(stores, tmp_path):
    chat = FakeChat()
    for topic in Topic:
        pressed = incoming(Pressed(data=f"stats:{topic}:7", message_id=1), role=Role.ADMINISTRATOR)
        await stats(stores, tmp_path).callbacks()["stats"](pressed, chat)
    assert [message.attachment is not None for message in chat.sent] == [True] * 3


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.COORDINATOR])
async def test_others_see_nothing(stores, tmp_path, role):
    chat, feature = FakeChat(), stats(stores, tmp_path)
    await feature.commands()["stats"](incoming(Commanded(name="stats"), role=role), chat)
    await feature.callbacks()["stats"](
        incoming(Pressed(data="stats:people:7", message_id=1), role=role), chat
    )
    assert all(message.attachment is None for message in chat.sent)
    assert len(chat.sent) == 1


async def test_a_group_sees_nothing_whoever_asks(stores, tmp_path):
    chat, feature = FakeChat(), stats(stores, tmp_path)
    about: dict[str, Any] = {"role": Role.ADMINISTRATOR, "is_group": True, "chat_id": -7}
    await feature.commands()["stats"](incoming(Commanded(name="stats"), **about), chat)
    pressed = incoming(Pressed(data="stats:people:7", message_id=1), **about)
    await feature.callbacks()["stats"](pressed, chat)
    (shown,) = chat.sent
    assert "私聊" in shown.html
    assert shown.attachment is None
    assert chat.notes == ["这个按钮已经失效。"]


@pytest.mark.parametrize("data", ["stats", "stats:people", "stats:people:8", "stats:x:7", "stats:people:-7"])
def test_data_that_no_button_of_ours_holds_is_not_understood(data):
    assert press_of(data) is None


async def test_where_nothing_can_be_drawn_the_numbers_come_alone(stores, tmp_path):
    chat = FakeChat()
    charts = Charts(tmp_path, patience_s=0.001)
    feature = Stats(UsageStore(stores.database), charts, Refusals(stores.audit), clock=lambda: NOW)
    await feature.commands()["stats"](incoming(Commanded(name="stats"), role=Role.ADMINISTRATOR), chat)
    assert chat.sent[0].attachment is None
    assert "没有画出来" in chat.sent[0].html


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("topic", Topic)
@pytest.mark.parametrize("usage", [USAGE, NOTHING], ids=["full", "empty"])
def test_every_caption_fits_and_every_picture_is_drawn(usage, topic, language):
    words = texts(language)
    message = view.shown(usage, topic, b"x", words)
    assert units(message.html) <= 1024
    assert png(view.picture(usage, topic, words)).startswith(b"\x89PNG")


def test_the_share_leaves_out_what_was_no_medical_question():
    by_day = {
        date(2026, 11, 22): {Outcome.ANSWERED: 3, Outcome.NO_EVIDENCE: 1, Outcome.OUT_OF_SCOPE: 96, None: 5}
    }
    asked = Asked(by_day=by_day, p50_ms=None, p95_ms=None, askers=1, rated={})
    usage = Usage(
        period=PERIOD,
        asked=asked,
        asked_before=0,
        documents=(),
        gaps=(),
        people=NOTHING.people,
        announcements=(),
    )
    assert usage.answered_share == 0.75


def test_the_record_is_json_and_adds_up():
    read = json.loads(json.dumps(record(USAGE)))
    questions = read["questions"]
    assert sum(questions["outcomes"].values()) + questions["unanswered"] == questions["total"]
    assert sum(day["total"] for day in questions["days"]) == questions["total"]
    assert len(questions["days"]) == 30


def test_the_command_prints_one_object(stores, capsys):
    show(stores, days=7, as_json=True)
    assert json.loads(capsys.readouterr().out)["questions"]["total"] == 0
    show(stores, days=7, as_json=False)
    assert "7" in capsys.readouterr().out


def test_an_empty_library_has_figures_too(stores):
    assert gather(UsageStore(stores.database), PERIOD).answered_share is None
