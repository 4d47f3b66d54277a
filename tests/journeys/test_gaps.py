"""What was asked in vain is answered by a document that is loaded later; what was answered is taken back by a new edition."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.journeys.conftest import Stage
from tests.journeys.people import Person
from tests.journeys.scripts import EN, ZH, Script

pytestmark = pytest.mark.asyncio(loop_scope="session")

RABIES_ZH = """# 狂犬病暴露处置手册（{year}年版）

## 一、暴露分级

暴露分为三级，由接诊医生判定并记录。

## 二、伤口冲洗

狂犬病三级暴露后伤口应当用肥皂水和流动清水交替冲洗 {minutes} 分钟，再用碘伏消毒。
"""
RABIES_EN = """# Rabies Exposure Handbook ({year})

## 1 Categories

Exposures fall into three categories, which the physician records.

## 2 Wound washing

After a category three rabies exposure the wound is washed with soap and running water for {minutes} minutes, then disinfected.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    script: Script
    document: str
    question: str
    same: str
    passed_on: str
    decline: str
    #: As the list of gaps says it.
    queue: str
    asked: str
    told: str
    look: str
    both: str
    plan: str
    replaced: str
    again: str

    def edition(self, year: int, minutes: int) -> tuple[str, bytes]:
        return f"rabies-{year}.md", self.document.format(year=year, minutes=minutes).encode()


STORIES = [
    Story(
        script=ZH,
        document=RABIES_ZH,
        question="狂犬病三级暴露后伤口冲洗多少分钟？",
        same="狂犬病三级暴露后，伤口冲洗多少分钟",
        passed_on="收录后会通知您",
        decline="不用通知",
        queue="未答的问题 · 1 个",
        asked="3 人问过 3 次",
        told="现在收录的指南里有了",
        look="查看答案",
        both="已通知 2 位医生",
        plan="将取代现在的",
        replaced="已被《狂犬病暴露处置手册（2024年版）》取代",
        again="用新版重新查找",
    ),
    Story(
        script=EN,
        document=RABIES_EN,
        question="How long is the wound washed after a category three rabies exposure?",
        same="how long is the wound washed after a category three rabies exposure",
        passed_on="you will be told when a guideline answers it",
        decline="No need to tell me",
        queue="Questions without an answer · 1",
        asked="people: 3 · times: 3",
        told="A guideline loaded since then has one",
        look="Show the answer",
        both="Doctors told: 2",
        plan="It would replace",
        replaced="has been replaced by Rabies Exposure Handbook (2024)",
        again="Look it up again",
    ),
]


@pytest.mark.parametrize("story", STORIES, ids=["zh", "en"])
async def test_askers_hear_of_an_answer_and_of_a_new_edition(stage: Stage, story: Story):
    await stage.bot.start()
    script, language = story.script, story.script.language
    coordinator = stage.coordinator(language)
    first, second, silent = (stage.person(name, language) for name in ("王医生", "李医生", "赵医生"))
    for doctor, question in ((first, story.question), (second, story.same), (silent, story.question)):
        doctor.writes(question)
        await doctor.reads(story.passed_on)
    silent.presses(story.decline)

    assert story.asked in await queue(coordinator, story)
    await load(coordinator, script, story.edition(2021, 15), script.plan)
    for doctor in (first, second):
        await doctor.reads(story.told, within=60)
    await coordinator.reads(story.both, within=60)
    first.presses(story.look)
    await first.reads("15 ", "2021")

    await stage.bot.kill()
    await stage.bot.start()
    await load(coordinator, script, story.edition(2024, 20), story.plan)
    await first.reads(story.replaced, within=60)
    first.presses(story.again)
    await first.reads("20 ", "2024")
    assert [doctor.read_so_far(story.told) for doctor in (first, second, silent)] == [1, 1, 0]
    # Only who was answered from the edition hears that it was replaced.
    assert [doctor.read_so_far(story.replaced) for doctor in (first, second, silent)] == [1, 0, 0]


async def queue(coordinator: Person, story: Story) -> str:
    """The list, looked at until all three are in it: an answer is read before it is noted that there was none."""
    shown = ""
    for _ in range(50):
        coordinator.writes("/gaps")
        shown = str((await coordinator.reads(story.queue))["text"])
        if story.asked in shown:
            break
    return shown


async def load(coordinator: Person, script: Script, file: tuple[str, bytes], plan: str):
    coordinator.sends_file(*file)
    await coordinator.reads(plan, within=60)
    coordinator.presses(script.choose_load)
    await coordinator.reads(script.loaded)
