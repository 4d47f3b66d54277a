"""A doctor is asked before anything is kept, sees what is, and has it erased; nothing of it stays behind."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot.privacy.consent import VERSION
from tests.journeys.bot_process import BotProcess
from tests.journeys.conftest import Stage, staged
from tests.journeys.people import group
from tests.journeys.scripts import EN, ZH, Script
from tests.journeys.server import BOT, TOKEN

pytestmark = pytest.mark.asyncio(loop_scope="session")

ID_CARD, NAME = "11010519491231002X", "欧阳若兰"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    script: Script
    notice: str
    agree: str
    agreed: str
    later: str
    masked: str
    kept: str
    mine: str
    erase: str
    sure: str
    forgotten: str
    wait: str


WORDS = [
    Words(
        script=ZH,
        notice="已经离开中国境内",
        agree="同意",
        agreed="已同意",
        later="暂不",
        masked="已经隐去",
        kept="您的数据",
        mine="您的全部数据",
        erase="删除",
        sure="删除您的数据",
        forgotten="已删除您的数据",
        wait="请过一分钟再发",
    ),
    Words(
        script=EN,
        notice="carries your messages out of the country",
        agree="I agree",
        agreed="Agreed",
        later="Not now",
        masked="was masked",
        kept="Your data",
        mine="All your data",
        erase="Erase",
        sure="Erase your data",
        forgotten="Your data is erased",
        wait="go on in a minute",
    ),
]
both = pytest.mark.parametrize("words", WORDS, ids=["zh", "en"])


@pytest_asyncio.fixture(loop_scope="session")
async def asking(library: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """A bot that asks for consent, as it does where nothing else is set; the story starts it."""
    async with staged(library, tmp_path, YIDAO_CONSENT="ask") as made:
        yield made


def rows(bot: BotProcess, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(bot.data_dir / "yidao.sqlite3") as connection:
        return connection.execute(query).fetchall()


def stored(bot: BotProcess) -> str:
    """Every row of every table but those of the library."""
    with sqlite3.connect(bot.data_dir / "yidao.sqlite3") as connection:
        return "\n".join(row for row in connection.iterdump() if not row.startswith('INSERT INTO "passages"'))


async def all_done(stage: Stage) -> None:
    """Nothing that came in is still to be dealt with; what it said is forgotten then."""
    query = "SELECT count(*) FROM updates WHERE done_at IS NULL"
    while rows(stage.bot, query) != [(0,)]:  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.05)


def written(bot: BotProcess) -> bytes:
    """Everything that the bot wrote anywhere: database, write-ahead log, log."""
    files = [path for path in bot.data_dir.rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in [*files, bot.log])


@both
async def test_a_first_question_waits_for_one_tap_and_nothing_of_it_is_kept_before(
    asking: Stage, words: Words
):
    await asking.bot.start()
    doctor = asking.person("王医生", words.script.language)
    doctor.writes(words.script.question)
    await doctor.reads(words.notice)
    doctor.presses(words.later)
    await asking.server.until("a passing note", lambda: [note for note in asking.server.notes if note])
    await all_done(asking)
    assert rows(asking.bot, "SELECT count(*) FROM questions") == [(0,)]
    assert rows(asking.bot, "SELECT consent_version FROM people") == [(None,)]
    assert words.script.question not in stored(asking.bot)
    doctor.presses(words.agree)
    await doctor.reads(words.agreed)
    await doctor.reads(*words.script.answer)
    doctor.writes(words.script.unanswered)
    await doctor.reads(words.script.no_evidence)
    assert doctor.read_so_far(words.notice) == 1
    assert rows(asking.bot, "SELECT consent_version, consent_at IS NOT NULL FROM people") == [(VERSION, 1)]


@both
async def test_the_whole_story_of_a_persons_data(asking: Stage, words: Words):
    await asking.bot.start()
    doctor = asking.person("王医生", words.script.language)
    doctor.writes("/start")
    await doctor.reads(words.notice)
    doctor.presses(words.agree)
    await doctor.reads(words.agreed)
    doctor.writes(f"患者{NAME}，{ID_CARD}，{words.script.question}")
    await doctor.reads(words.masked)
    doctor.writes("/privacy")
    await doctor.reads(words.kept, "1")
    doctor.writes("/mydata")
    sent = await doctor.reads(words.mine)
    _, content = asking.server.files[sent["document"]["file_id"]]
    mine = json.loads(content)
    assert [row["telegram_id"] for row in mine["person"]] == [doctor.id]
    assert words.script.question in mine["questions"][0]["text"]
    doctor.writes("/forget")
    await doctor.reads(words.sure)
    doctor.presses(words.erase)
    await doctor.reads(words.forgotten)
    assert rows(asking.bot, "SELECT count(*), max(asked_by) < 0, max(text) FROM questions") == [(1, 1, "")]
    for secret in (ID_CARD, NAME, f"■，{words.script.question}", TOKEN):
        assert secret.encode() not in written(asking.bot), secret
    doctor.writes(words.script.question)
    await doctor.reads(words.notice)


async def test_a_button_pressed_twice_or_delivered_twice_answers_once(asking: Stage):
    await asking.bot.start()
    doctor = asking.person("王医生")
    doctor.writes(ZH.question)
    notice = await doctor.reads(WORDS[0].notice)
    data = notice["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    asking.server.press(doctor.user, notice, data)
    asking.server.press(doctor.user, notice, data)
    await doctor.reads(*ZH.answer)
    doctor.writes(ZH.unanswered)
    await doctor.reads(ZH.no_evidence)
    assert doctor.read_so_far(ZH.answer[0]) == 1


async def test_what_waits_for_consent_outlives_a_kill(asking: Stage):
    await asking.bot.start()
    doctor = asking.person("王医生")
    doctor.writes(ZH.question)
    await doctor.reads(WORDS[0].notice)
    await asking.bot.kill()
    doctor.presses(WORDS[0].agree)
    await asking.bot.start()
    await doctor.reads(*ZH.answer)


async def test_forgetting_outlives_a_kill_at_any_moment(asking: Stage):
    await asking.bot.start()
    doctor = asking.person("王医生")
    doctor.writes(ZH.question)
    await doctor.reads(WORDS[0].notice)
    doctor.presses(WORDS[0].agree)
    await doctor.reads(*ZH.answer)
    doctor.writes("/forget")
    await doctor.reads("删除您的数据")
    await asking.bot.kill()
    doctor.presses(WORDS[0].erase)
    await asking.bot.start()
    await doctor.reads(WORDS[0].forgotten)
    assert rows(asking.bot, "SELECT count(*) FROM questions WHERE text <> ''") == [(0,)]


async def test_an_old_question_is_erased_while_the_bot_runs(asking: Stage):
    with sqlite3.connect(asking.bot.data_dir / "yidao.sqlite3") as connection:
        connection.execute(
            "INSERT INTO questions (asked_by, chat_id, text, asked_at) VALUES (77, 77, '很久以前', '2020-01-01 08:30:00')"
        )
    connection.close()
    await asking.bot.start()
    while rows(asking.bot, "SELECT text, asked_by < 0 FROM questions") != [("", 1)]:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def test_in_a_group_only_who_asked_agrees(asking: Stage):
    await asking.bot.start()
    ward = group(asking.server, "心内科")
    asker, other = asking.person("王医生"), asking.person("李医生")
    asker.writes(f"@{BOT['username']} {ZH.question}", ward)
    notice = await asker.reads(WORDS[0].notice, chat=ward)
    data = notice["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    asking.server.press(other.user, notice, data)
    await asking.server.until("a refusal", lambda: [n for n in asking.server.notes if "提问者" in n])
    asking.server.press(asker.user, notice, data)
    await asker.reads(*ZH.answer, chat=ward)
    assert rows(asking.bot, "SELECT count(*) FROM people WHERE consent_version IS NOT NULL") == [(1,)]


@both
async def test_a_thousand_messages_of_a_stranger_get_one_line(asking: Stage, words: Words):
    await asking.bot.start()
    stranger, doctor = asking.person("路人", words.script.language), asking.person("王医生")
    for number in range(1000):
        stranger.writes(f"{number}")
    doctor.writes("/id")
    await doctor.reads(str(doctor.id), within=60)
    await stranger.reads(words.wait, within=60)
    await all_done(asking)
    assert stranger.read_so_far(words.wait) == 1
    assert stranger.read_so_far("") <= 21
