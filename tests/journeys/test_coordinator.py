"""A coordinator sends a file, and after a tap doctors find it."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Stage
from tests.journeys.documents import UPLOAD_ZH, encrypted_pdf, upload_en
from tests.journeys.scripts import EN, ZH, Script

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("script", [ZH, EN], ids=["zh", "en"])
async def test_a_file_is_read_shown_loaded_and_found(shared: Stage, script: Script):
    coordinator, doctor = shared.coordinator(script.language), shared.person("王医生", script.language)
    if script is ZH:
        (name, content), question = UPLOAD_ZH, "长期控制哮喘的首选药物是什么？"
        title, answer = "成人哮喘防治手册", ("吸入性糖皮质激素", "长期控制")
    else:
        (name, content), question = upload_en(), "apixaban dose in atrial fibrillation"
        title, answer = "Atrial Fibrillation Handbook", ("5 mg twice daily", "p. 2")
    coordinator.sends_file(name, content)
    await coordinator.reads(name)
    await coordinator.reads(title, "2024", script.plan, within=60)
    doctor.writes(question)
    # Nothing of the draft answers yet; the library has another drug's dose, which is told apart from an answer.
    await doctor.reads(script.no_evidence if script is ZH else "it is not an answer")
    coordinator.presses(script.choose_load)
    await coordinator.reads(title, script.loaded)
    doctor.writes(question)
    await doctor.reads(*answer, title)
    coordinator.sends_file(name, content)
    await coordinator.reads(title, "已经收录过" if script is ZH else "loaded already", within=60)


async def test_a_file_that_cannot_be_read_is_refused_with_its_reason(shared: Stage):
    coordinator = shared.coordinator()
    coordinator.sends_file(*encrypted_pdf())
    await coordinator.reads("locked.pdf", "加了密码", within=60)
    coordinator.sends_file("课程.csv", b"title,url\n")
    await coordinator.reads("yidao-index courses 课程.csv")
    coordinator.sends_file("假的.pdf", b"<html><body>no PDF</body></html>")
    await coordinator.reads("假的.pdf", "内容与扩展名不符", within=60)


@pytest.mark.parametrize("script", [ZH, EN], ids=["zh", "en"])
async def test_strangers_are_refused_with_their_id(shared: Stage, script: Script):
    stranger = shared.person("路人", script.language)
    stranger.sends_file(*UPLOAD_ZH)
    await stranger.reads(script.role_needed, str(stranger.id))
    stranger.writes("/announce")
    await stranger.reads(script.role_needed, str(stranger.id))
