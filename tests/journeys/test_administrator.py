"""An administrator announces; everyone is written to once, and the report adds up."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Stage
from tests.journeys.scripts import EN, ZH, Script

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = "今晚八点 <老年高血压> 讲座 & 答疑\nhttps://example.org/live?a=1&b=2"


@pytest.mark.parametrize("script", [ZH, EN], ids=["zh", "en"])
async def test_everyone_who_started_the_bot_reads_it_once(stage: Stage, script: Script):
    await stage.bot.start()
    doctors = [stage.person(f"医生{number}") for number in range(5)]
    for doctor in doctors:
        doctor.writes("/start")
        await doctor.reads(ZH.notice)
    doctors[0].blocks()
    administrator = stage.administrator(script.language)
    administrator.writes("/announce")
    await administrator.reads(script.announce)
    administrator.writes("/help")
    await administrator.reads("/announce")
    administrator.writes(TEXT)
    await administrator.reads(script.preview, "5")
    assert administrator.read_so_far(TEXT) == 1
    administrator.presses(script.send)
    await administrator.reads(script.report, "4", "1", "5")
    assert [doctor.read_so_far(TEXT) for doctor in doctors] == [0, 1, 1, 1, 1]


async def test_a_second_tap_and_a_second_thought_send_nothing(stage: Stage):
    await stage.bot.start()
    doctor, administrator = stage.person("医生"), stage.administrator()
    doctor.writes("/start")
    await doctor.reads(ZH.notice)
    administrator.writes("/announce")
    await administrator.reads(ZH.announce)
    administrator.writes("/cancel")
    await administrator.reads("已取消")
    administrator.writes("/announce")
    await administrator.reads(ZH.announce)
    administrator.writes("讲座")
    await administrator.reads(ZH.preview)
    administrator.presses(ZH.send)
    administrator.presses(ZH.send)
    await administrator.reads(ZH.report)
    await stage.server.until("a note", lambda: [note for note in stage.server.notes if "处理过" in note])
    assert doctor.read_so_far("讲座") == 1
    assert administrator.read_so_far(ZH.report) == 1
