"""People join by invitation, say what concerns them, and are given and refused what their role may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge.domain import Role
from knowledge.store import open_stores
from tests.journeys.conftest import staged
from tests.journeys.people import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    language: str
    by_invitation: str
    roles: str
    coordinator: str
    uses: str
    days: str
    day: str
    welcome: str
    step: str
    next: str
    specialty: str
    chosen: str
    region: str
    done: str
    used_up: str
    not_valid: str
    refused: str
    role_is: str
    make_doctor: str
    asked: str
    is_doctor: str
    shut_out: str
    barred: str
    audit: str
    changed: str


ZH = Words(
    language="zh",
    by_invitation="凭邀请加入",
    roles="受邀者的身份",
    coordinator="指南管理员",
    uses="几个人",
    days="有效几天",
    day="7 天",
    welcome="欢迎加入",
    step="第 {} 步",
    next="下一步",
    specialty="心血管",
    chosen="✓ 心血管",
    region="华东",
    done="可以直接提问",
    used_up="名额已用完",
    not_valid="链接无效",
    refused="只有管理员",
    role_is="身份：指南管理员",
    make_doctor="设为医生",
    asked="不再有管理权限",
    is_doctor="身份：医生",
    shut_out="停用",
    barred="已停止您使用",
    audit="操作记录",
    changed="从指南管理员改为医生",
)
EN = Words(
    language="en",
    by_invitation="by invitation",
    roles="What will they be",
    coordinator="coordinator",
    uses="how many people",
    days="how many days",
    day="7 d",
    welcome="Welcome",
    step="Step {} of",
    next="Next",
    specialty="Cardiology",
    chosen="✓ Cardiology",
    region="East China",
    done="All set",
    used_up="used up",
    not_valid="not valid",
    refused="administrator only",
    role_is="Role: coordinator",
    make_doctor="Make doctor",
    asked="lose what the staff may do",
    is_doctor="Role: doctor",
    shut_out="Shut out",
    barred="stopped your access",
    audit="What was done",
    changed="from coordinator to doctor",
)


async def invited(administrator: Person, words: Words) -> str:
    """The code of a link for one coordinator."""
    administrator.writes("/invite")
    await administrator.reads(words.roles)
    administrator.presses(words.coordinator)
    await administrator.reads(words.uses)
    administrator.presses("1")
    await administrator.reads(words.days)
    administrator.presses(words.day)
    shown = await administrator.reads("?start=")
    found = re.search(r"\?start=([\w-]{32})", shown["text"])
    assert found
    return found[1]


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_from_the_door_to_the_staff_and_back(library: Path, tmp_path: Path, words: Words):
    async with staged(library, tmp_path, YIDAO_JOIN="invite") as stage:
        await stage.bot.start()
        administrator = stage.administrator(words.language)
        liu, stranger = stage.person("刘老师", words.language), stage.person("路人", words.language)
        stranger.writes("/help")
        await stranger.reads(words.by_invitation, str(stranger.id))
        stranger.writes("/start " + "A" * 32)
        await stranger.reads(words.not_valid)

        code = await invited(administrator, words)
        liu.writes(f"/start {code}")
        await stage.bot.kill()
        await stage.bot.start()
        await liu.reads(words.step.format(1))
        assert liu.read_so_far(words.welcome) <= 1
        liu.presses(words.next)
        await liu.reads(words.step.format(2))
        liu.presses(words.specialty)
        await stage.server.until(
            "a mark", lambda: words.chosen in str(list(liu.chat.messages.values())[-1]["reply_markup"])
        )
        liu.presses(words.next)
        await liu.reads(words.step.format(3))
        liu.presses(words.region)
        await liu.reads(words.done)
        stranger.writes(f"/start {code}")
        await stranger.reads(words.used_up)

        liu.writes("/people")
        await liu.reads(words.refused)
        press = {"message_id": list(liu.chat.messages)[-1], "chat": liu.chat.info, "date": 1, "text": "x"}
        stage.server.press(liu.user, press, f"people:do:{liu.id}:administrator:coordinator")
        await stage.server.until("a note", lambda: [n for n in stage.server.notes if words.refused in n])

        administrator.writes(f"/people {liu.id}")
        await administrator.reads("1")
        administrator.presses("刘老师")
        await administrator.reads(words.role_is)
        administrator.presses(words.make_doctor)
        await administrator.reads(words.asked)
        administrator.presses(words.make_doctor)
        await administrator.reads(words.is_doctor)
        administrator.presses(words.shut_out)
        await administrator.reads("?" if words is EN else "？")
        administrator.presses(words.shut_out)
        await liu.reads(words.barred)
        administrator.writes("/audit")
        await administrator.reads(words.audit, words.changed)
    stores = open_stores(f"sqlite:///{stage.bot.data_dir / 'yidao.sqlite3'}")
    person = stores.people.get(liu.id)
    actions = [entry.action for entry in stores.audit.page(str(liu.id), size=99).entries]
    stores.database.close()
    assert person is not None
    assert (person.role, person.barred, person.specialties, person.region) == (
        Role.DOCTOR,
        True,
        ("cardiology",),
        "east",
    )
    assert actions == ["person.bar", "person.role", "refused.role", "refused.role", "invitation.use"]
