"""An administrator announces; everyone is written to once, and the report adds up."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Stage
from tests.journeys.people import Person, buttons_of
from tests.journeys.scripts import EN, ZH, Script

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: A hotline is public; it is not masked as a patient's number would be.
TEXT = "今晚八点 <老年高血压> 讲座 & 答疑，报名 010-12345678\nhttps://example.org/live?a=1&b=2"


async def announces(administrator: Person, script: Script, text: str) -> None:
    """As far as the question whether to send it."""
    administrator.writes("/announce")
    await administrator.reads(script.announce)
    administrator.presses(script.notice_button)
    await administrator.reads(script.ask_text)
    administrator.writes(text)
    await administrator.reads(script.draft)
    administrator.presses(script.preview_button)
    await administrator.reads(script.confirm)


@pytest.mark.parametrize("script", [ZH, EN], ids=["zh", "en"])
async def test_everyone_who_started_the_bot_reads_it_once(stage: Stage, script: Script):
    await stage.bot.start()
    doctors = [stage.person(f"医生{number}") for number in range(5)]
    for doctor in doctors:
        await doctor.joins(ZH.notice)
    doctors[0].blocks()
    administrator = stage.administrator(script.language)
    await announces(administrator, script, TEXT)
    assert administrator.read_so_far(TEXT) == 1
    administrator.presses(script.send)
    await administrator.reads(script.report, "5", "4", "1")
    assert [doctor.read_so_far(TEXT) for doctor in doctors] == [0, 1, 1, 1, 1]


async def test_a_second_tap_and_a_second_thought_send_nothing(stage: Stage):
    await stage.bot.start()
    doctor, administrator = stage.person("医生"), stage.administrator()
    await doctor.joins(ZH.notice)
    administrator.writes("/announce")
    await administrator.reads(ZH.announce)
    administrator.presses(ZH.notice_button)
    await administrator.reads(ZH.ask_text)
    administrator.writes("/cancel")
    await administrator.reads("不再等")
    await announces(administrator, ZH, "讲座")
    administrator.presses(ZH.send)
    administrator.presses(ZH.send)
    await administrator.reads(ZH.report)
    await stage.server.until("a note", lambda: [note for note in stage.server.notes if "处理过" in note])
    assert doctor.read_so_far("讲座") == 1
    assert administrator.read_so_far(ZH.report) == 1


@pytest.mark.parametrize("script", [ZH, EN], ids=["zh", "en"])
async def test_a_draft_outlives_a_kill_and_is_sent_from_the_list(stage: Stage, script: Script):
    await stage.bot.start()
    doctor, administrator = stage.person("医生"), stage.administrator(script.language)
    await doctor.joins(ZH.notice)
    administrator.writes("/announce 今晚八点讲座")
    await administrator.reads(script.draft)
    await stage.bot.kill()
    await stage.bot.start()
    administrator.writes("/announcements")
    await administrator.reads("1")
    administrator.presses({"zh": "草稿", "en": "Draft"}[script.language])
    await administrator.reads(script.draft)
    administrator.presses(script.preview_button)
    await administrator.reads(script.confirm)
    administrator.presses(script.send)
    await administrator.reads(script.report)
    await doctor.reads("今晚八点讲座")


async def test_a_doctor_can_neither_announce_nor_press_an_administrators_button(stage: Stage):
    await stage.bot.start()
    doctor, administrator = stage.person("医生"), stage.administrator()
    await doctor.joins(ZH.notice)
    doctor.writes("/announce 假通知")
    await doctor.reads(ZH.role_needed)
    await announces(administrator, ZH, "讲座")
    message = list(administrator.chat.messages.values())[-1]
    (forged,) = [b["callback_data"] for b in buttons_of(message) if b["text"].startswith(ZH.send)]
    stage.server.press(doctor.user, list(doctor.chat.messages.values())[-1], forged)
    await stage.server.until("a refusal", lambda: [note for note in stage.server.notes if "管理员" in note])
    assert doctor.read_so_far("讲座") == 0
