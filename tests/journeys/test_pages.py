"""A doctor looks at the page that an answer cites, as far as the document's sharing right allows at that moment."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import create_engine, text

from tests.journeys.conftest import Stage
from tests.journeys.documents import upload_en
from tests.journeys.scripts import EN, ZH

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUESTION = "apixaban dose in atrial fibrillation"


async def test_the_cited_page_comes_as_a_picture_until_it_may_not(stage: Stage):
    await stage.bot.start()
    coordinator, doctor, doctor_zh = (
        stage.coordinator("en"),
        stage.person("Ann", "en"),
        stage.person("王医生"),
    )
    coordinator.sends_file(*upload_en())
    await coordinator.reads("Atrial Fibrillation Handbook", EN.plan, within=60)
    coordinator.presses(EN.choose_load)
    await coordinator.reads(EN.loaded)
    for reader, label, caption in ((doctor, "See page 2", "p. 2"), (doctor_zh, "第 2 页原文", "第 2 页")):
        reader.writes(QUESTION)
        await reader.reads("5 mg twice daily")
        reader.presses(label)
        page = await reader.reads("Atrial Fibrillation Handbook", caption)
        picture = Image.open(io.BytesIO(stage.server.files[page["photo"][0]["file_id"]][1]))
        assert picture.format == "JPEG"
        assert picture.width >= 1400
        # Yellow is bright, and has little blue.
        assert sum(picture.convert("RGB").getchannel("B").histogram()[100:120]) > 1000
    engine = create_engine(f"sqlite:///{stage.bot.data_dir / 'yidao.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text("update editions set sharing = 'excerpt' where title like 'Atrial%'"))
    engine.dispose()
    doctor.presses("See page 2")
    await stage.server.until(
        "a refusal", lambda: [note for note in stage.server.notes if "Only excerpts" in note]
    )


async def test_a_passage_without_pages_is_shown_in_context(shared: Stage):
    doctor = shared.person("王医生")
    doctor.writes(ZH.question)
    await doctor.reads(*ZH.answer)
    doctor.presses("看上下文")
    await doctor.reads("所引段落", "上文", "成人高血压的诊断标准")
