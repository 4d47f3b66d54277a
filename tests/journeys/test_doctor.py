"""A doctor asks: everyone is answered, nobody twice, and never beside the point."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Stage
from tests.journeys.people import group
from tests.journeys.scripts import EN, ZH, Script
from tests.journeys.server import BOT

pytestmark = pytest.mark.asyncio(loop_scope="session")

both = pytest.mark.parametrize("script", [ZH, EN], ids=["zh", "en"])
HOSTILE = {
    "markup": "<b>高血压</i> &amp; <script>alert(1)</script> _*[]()~`>#",
    "long": "高血压" * 1365,
    "ligature": "\ufdfa" * 3000,
    "nul": "高血压\0诊断\u200b",
    "right_to_left": "\u202eما هو ضغط الدم\u202c",
    "emoji": "👩‍⚕️" * 300,
    "spaces": "\u3000 \u2003",
    "brace": "{question} %s ${x}",
    "slash": "/",
}


@both
async def test_a_doctor_starts_asks_reads_the_source_and_rates(shared: Stage, script: Script):
    doctor = shared.person("王医生", script.language)
    doctor.writes("/start")
    await doctor.reads(script.notice)
    doctor.writes(script.question)
    await doctor.reads(*script.answer)
    doctor.presses("👍")
    await shared.server.until(
        "a passing note", lambda: [call for call in shared.server.notes if script.thanks in call]
    )


@both
async def test_where_nothing_answers_the_bot_says_so(shared: Stage, script: Script):
    doctor = shared.person("王医生", script.language)
    doctor.writes(script.unanswered)
    await doctor.reads(script.no_evidence)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_any_text_gets_an_answer(shared: Stage, text: str):
    doctor = shared.person("王医生")
    doctor.writes(text)
    await doctor.reads("")
    doctor.writes(ZH.question)
    await doctor.reads(*ZH.answer)


async def test_what_is_no_text_is_answered_kindly(shared: Stage):
    doctor = shared.person("王医生")
    doctor.sends(voice={"file_id": "v", "file_unique_id": "v", "duration": 3})
    await doctor.reads("语音")
    doctor.writes("/nothing")
    await doctor.reads("没有这个命令")


async def test_in_a_group_only_who_speaks_to_the_bot_is_answered(shared: Stage):
    ward = group(shared.server, "心内科")
    doctor = shared.person("王医生")
    doctor.writes(ZH.question, ward)
    doctor.writes(f"@{BOT['username']} {ZH.question}", ward)
    await doctor.reads(*ZH.answer, chat=ward)
    doctor.writes("谢谢各位", ward)
    doctor.writes(f"@{BOT['username']} {ZH.unanswered}", ward)
    await doctor.reads(ZH.no_evidence, chat=ward)
    assert [kind for kind, *_ in ward.events] == ["message", "message"]


async def test_an_update_that_comes_twice_is_answered_once(shared: Stage):
    doctor = shared.person("王医生")
    update = doctor.writes(ZH.question)
    await doctor.reads(*ZH.answer)
    shared.server.deliver_again(update)
    doctor.writes(ZH.unanswered)
    await doctor.reads(ZH.no_evidence)
    assert doctor.read_so_far(ZH.answer[0]) == 1
