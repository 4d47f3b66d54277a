"""A coordinator sends a file, and after a tap doctors find it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.conftest import Stage
from tests.journeys.documents import UPLOAD_ZH, encrypted_pdf, upload_en
from tests.journeys.people import buttons_of
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
    # Nothing of the draft answers yet; the library has another drug's dose for another disease, which is not related.
    await doctor.reads(script.no_evidence)
    coordinator.presses(script.choose_load)
    await coordinator.reads(title, script.loaded)
    doctor.writes(question)
    await doctor.reads(*answer, title)
    coordinator.sends_file(name, content)
    await coordinator.reads(title, "已经收录过" if script is ZH else "loaded already", within=60)
    await coordinator.reads(name, "没有收录" if script is ZH else "was not loaded")


async def test_a_file_that_cannot_be_read_is_refused_with_its_reason(shared: Stage):
    coordinator = shared.coordinator()
    coordinator.sends_file(*encrypted_pdf())
    await coordinator.reads("locked.pdf", "加了密码", within=60)
    coordinator.sends_file("课程.csv", b"title,url\n")
    await coordinator.reads("课程.csv 里没有能添加的行", within=60)
    coordinator.sends_file("课程.xlsx", b"title,url\n")
    await coordinator.reads("课程.xlsx", "内容与扩展名不符", within=60)
    coordinator.sends_file("假的.pdf", b"<html><body>no PDF</body></html>")
    await coordinator.reads("假的.pdf", "内容与扩展名不符", within=60)
    await coordinator.reads("假的.pdf 没有收录")


def course_buttons(message: dict[str, Any]) -> list[str]:
    return [button["text"] for button in buttons_of(message) if "url" in button]


@pytest.mark.parametrize("script", [ZH, EN], ids=["zh", "en"])
async def test_a_course_list_is_shown_first_and_added_with_a_tap(shared: Stage, script: Script):
    coordinator, doctor = shared.coordinator(script.language), shared.person("王医生", script.language)
    title, name, counts, bad, add, added = (
        ("老年高血压患者的降压目标与规范管理", "课程.csv", "新增 1 门", "第 3 行：没有链接", "添加 1 门", "新增 1 门，更新 0 门")
        if script is ZH
        else (
            "First-line drugs for type 2 diabetes", "courses.csv", "New: 1", "row 3: there is no link", "Add (1)",
            "new 1, brought up to date 0",
        )
    )  # fmt: skip
    link = f"https://example.org/{script.language}"
    coordinator.sends_file(name, f"title,url\n{title},{link}\n{title},\n".encode())
    await coordinator.reads(name, "正在读取" if script is ZH else "has arrived")
    await coordinator.reads(counts, bad, title, within=60)
    doctor.writes(script.question)
    assert not any(title in text for text in course_buttons(await doctor.reads(*script.answer)))
    coordinator.presses(add)
    await coordinator.reads(added)
    doctor.writes(script.question)
    assert any(title in text for text in course_buttons(await doctor.reads(*script.answer)))

    coordinator.sends_file(name, f"title,url\n{title},{link}\n".encode())
    await coordinator.reads("内容相同" if script is ZH else "with the same content", within=60)
    coordinator.sends_file(name, f"title,url,credits\n{title},{link},2\n".encode())
    await coordinator.reads("学分 – → 2" if script is ZH else "credits – → 2", within=60)
    coordinator.presses("放弃" if script is ZH else "Discard")
    await coordinator.reads("没有添加课程" if script is ZH else "Nothing was added")


EDITION = """# {title}（{year}年版）

## 一、随访

高血压患者每三个月随访一次血压，血压达标后可以延长到半年；随访时询问用药情况与不良反应，并检查血钾。

## 二、足月儿黄疸

足月新生儿黄疸的光疗指征是出生 24 小时的血清总胆红素达到 {limit} mg/dL；光疗期间每 12 小时复查一次胆红素。

## 三、随访

光疗结束后 24 小时复查胆红素，出院后一周内在社区门诊随访黄疸消退的情况，必要时转诊到新生儿专科。
"""
QUESTION = "足月新生儿黄疸的光疗指征是多少？"


async def test_an_edition_is_corrected_replaced_rolled_back_withdrawn_and_restored(shared: Stage):
    """From each decision on, what was decided answers and nothing else does."""
    coordinator, doctor = shared.coordinator(), shared.person("王医生")
    old = EDITION.format(title="新生儿黄疸诊疗手册", year=2019, limit=8)
    coordinator.sends_file("新生儿黄疸诊疗手册（2019年版）.md", old.encode())
    await coordinator.reads("将作为新文档收录", within=60)
    coordinator.presses("修改信息")
    await coordinator.reads("要改哪一项")
    coordinator.presses("发布机构")
    await coordinator.reads("请发来发布机构")
    coordinator.writes("示例医学会")
    await coordinator.reads("已改好", "示例医学会")
    coordinator.presses("‹ 返回")
    await coordinator.reads("2019 年版 · 示例医学会", "儿科")
    coordinator.presses("收录")
    await coordinator.reads("医生现在可以查到")
    doctor.writes(QUESTION)
    await doctor.reads("8 mg/dL", "2019")

    new = EDITION.format(title="新生儿黄疸诊疗手册", year=2024, limit=9)
    coordinator.sends_file("新生儿黄疸诊疗手册（2024年版）.md", new.encode())
    await coordinator.reads("将取代现在的", "2019", within=60)
    coordinator.presses("收录")
    await coordinator.reads("已被取代")
    doctor.writes(QUESTION)
    await doctor.reads("9 mg/dL", "2024")
    assert doctor.read_so_far("8 mg/dL") == 1

    coordinator.presses("退回 2019")
    await coordinator.reads("不再用来回答")
    coordinator.presses("确认换成 2019")
    await coordinator.reads("从现在起由这一版回答")
    doctor.writes(QUESTION)
    await doctor.reads("8 mg/dL", "2019")
    coordinator.presses("停用")
    await coordinator.reads("停用后医生查不到")
    coordinator.presses("确认停用")
    await coordinator.reads("已停用")
    coordinator.presses("恢复 2024")
    await coordinator.reads("从现在起由这一版回答")
    doctor.writes(QUESTION)
    await doctor.reads("9 mg/dL", "2024")
    coordinator.writes("/library 黄疸")
    await coordinator.reads("找到 1 份")


@pytest.mark.parametrize("script", [ZH, EN], ids=["zh", "en"])
async def test_strangers_are_refused_with_their_id(shared: Stage, script: Script):
    stranger = shared.person("路人", script.language)
    stranger.sends_file(*UPLOAD_ZH)
    await stranger.reads(script.role_needed, str(stranger.id))
    stranger.writes("/announce")
    await stranger.reads(script.role_needed, str(stranger.id))
