"""/invite, and coming in by a link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Commanded, FileSent, Pressed, Said, Standing
from bot.people.handlers import People
from bot.people.inviting import Inviting, press_of
from bot.people.reception import Reception
from bot.people.refusals import Refusals
from bot.people.roles import Roles
from bot.privacy.consent import Consent
from bot.privacy.handlers import Privacy
from bot.router import Router
from bot.testing import FakeChat, incoming
from knowledge.domain import Consent as Mode
from knowledge.domain import Join, Language, Role
from knowledge.store import Stores
from knowledge.store.database import now

LINK = "https://t.me/YidaoBot?start="


@pytest.fixture
def inviting(stores: Stores) -> Inviting:
    return Inviting(stores=stores, refusals=Refusals(stores.audit), bot_name=lambda: "YidaoBot")


async def press(inviting: Inviting, data: str) -> FakeChat:
    chat = FakeChat()
    await inviting.press(incoming(Pressed(data=data, message_id=7), role=Role.ADMINISTRATOR), chat)
    return chat


async def made(inviting: Inviting, data: str = "invite:new:doctor:1:7") -> str:
    """The code of a new link."""
    ((_, shown),) = (await press(inviting, data)).edits
    return shown.html.split(LINK)[1].split()[0]


async def test_a_link_is_made_in_three_taps(inviting: Inviting, stores: Stores) -> None:
    chat = FakeChat()
    await inviting.begin(incoming(Commanded(name="invite"), role=Role.ADMINISTRATOR), chat)
    data = chat.sent[0].buttons[1][0].data
    for expected in ("invite:new:coordinator:1", "invite:new:coordinator:1:1"):
        ((_, shown),) = (await press(inviting, str(data))).edits
        data = shown.buttons[0][0].data
        assert data == expected
    code = await made(inviting, str(data))
    assert len(code) == 32
    (entry,) = stores.audit.page(size=9).entries
    assert (entry.action, entry.details) == ("invitation.make", {"role": "coordinator", "most": 1, "days": 1})
    assert code not in str(entry)


async def test_a_list_shows_what_became_of_them_and_revokes(inviting: Inviting, stores: Stores) -> None:
    await made(inviting)
    ((_, shown),) = (await press(inviting, "invite:list:0")).edits
    assert "#1 医生 · 已用 0/1" in shown.html
    chat = await press(inviting, "invite:revoke:1:0")
    assert "已撤销" in chat.edits[0][1].html
    await press(inviting, "invite:revoke:1:0")
    assert [entry.action for entry in stores.audit.page(size=9).entries] == [
        "invitation.revoke",
        "invitation.make",
    ]


@pytest.mark.parametrize(
    "data",
    [
        "invite",
        "invite:new:emperor",
        "invite:new:doctor:1000000:7",
        "invite:new:doctor:5:36500",
        "invite:new:doctor:5:7:9",
        "invite:revoke:x:0",
        "invite:list",
        "invite:list:-1",
    ],
)
async def test_what_is_not_offered_is_refused_and_written_down(
    inviting: Inviting, stores: Stores, data: str
) -> None:
    chat = await press(inviting, data)
    assert chat.notes == ["这个按钮已经失效。"]
    assert [entry.action for entry in stores.audit.page(size=9).entries] == ["refused.callback"]
    assert stores.invitations.all() == ([], 0)


@given(st.text(max_size=60))
def test_whatever_comes_is_read_or_refused(rest: str) -> None:
    press_of(f"invite:{rest}")


# ------------------------------------------------------------------------------------------- coming in


class Door:
    """The bot as somebody finds it who was not invited."""

    def __init__(self, stores: Stores, mode: Mode = Mode.NOTICE) -> None:
        self.stores = stores
        self.asked: list[str] = []
        refusals = Refusals(stores.audit)
        consent = Consent(stores.people, stores.privacy, mode=mode)
        people = People(stores, refusals, consent)
        privacy = Privacy(stores.privacy, consent, question=self.question, welcome=people.welcome)
        roles = Roles(administrators=frozenset({9}))
        self.reception = Reception(stores.people, roles, join=Join.INVITE)
        self.router = Router(
            [people, privacy], question=self.question, otherwise=self.question, refusals=refusals
        )

    async def question(self, update: object, chat: object) -> None:
        self.asked.append(str(update))

    async def hears(self, content: object, telegram_id: int = 1001, *, is_group: bool = False) -> FakeChat:
        speaker = await self.reception.meet(telegram_id, "王医生", "zh")
        chat = FakeChat()
        update = incoming(content, speaker_id=telegram_id, update_id=5, is_group=is_group)  # type: ignore[arg-type]
        update = type(update)(
            speaker=speaker,
            content=update.content,
            chat_id=update.chat_id,
            is_group=is_group,
            update_id=5,
        )
        await self.router.handle(update, chat)
        return chat

    async def standing(self, telegram_id: int = 1001) -> Standing:
        return (await self.reception.meet(telegram_id, "王医生", "zh")).standing


@pytest.fixture
def door(stores: Stores) -> Door:
    return Door(stores)


@pytest.mark.parametrize(
    "content",
    [Said(text="血压"), Commanded(name="start"), Commanded(name="help"), FileSent(name="x.pdf", size=1)],
)
async def test_a_stranger_is_told_how_to_join_and_nothing_else(door: Door, content: object) -> None:
    chat = await door.hears(content)
    assert "邀请" in chat.sent[0].html
    assert "1001" in chat.sent[0].html
    assert door.asked == []
    assert await door.standing() is Standing.STRANGER


async def test_a_link_lets_a_stranger_in(door: Door, inviting: Inviting, stores: Stores) -> None:
    code = await made(inviting)
    chat = await door.hears(Commanded(name="start", argument=code))
    assert "欢迎加入" in chat.sent[0].html
    assert await door.standing() is Standing.MEMBER
    await door.hears(Said(text="血压"))
    assert len(door.asked) == 1
    person = stores.people.get(1001)
    assert person is not None
    assert person.started_at is not None
    assert [entry.action for entry in stores.audit.page(size=9).entries] == [
        "invitation.use",
        "invitation.make",
    ]


@pytest.mark.parametrize(
    "reason,words", [("forged", "无效"), ("used_up", "用完"), ("expired", "过期"), ("revoked", "撤销")]
)
async def test_a_link_that_does_not_hold_is_refused_and_written_down(
    door: Door, inviting: Inviting, stores: Stores, reason: str, words: str
) -> None:
    code = await made(inviting)
    if reason == "forged":
        code = code[::-1]
    elif reason == "used_up":
        await door.hears(Commanded(name="start", argument=code), 1002)
    elif reason == "expired":
        past = now() - timedelta(seconds=1)
        code = stores.invitations.make(role=Role.DOCTOR, most=1, expires_at=past, made_by="shell:root").code
    else:
        stores.invitations.revoke(1)
    chat = await door.hears(Commanded(name="start", argument=code))
    assert len(chat.sent) == 1
    assert words in chat.sent[0].html
    assert await door.standing() is Standing.STRANGER
    newest = stores.audit.page(size=1).entries[0]
    assert (newest.who, newest.action) == ("telegram:1001", "refused.invitation")
    assert newest.details["reason"] == reason
    assert code not in str(newest)


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.COORDINATOR])
async def test_who_erased_themselves_comes_in_again_by_the_same_link_and_agrees(
    inviting: Inviting, stores: Stores, role: Role
) -> None:
    code, door = await made(inviting, f"invite:new:{role}:5:7"), Door(stores, Mode.ASK)
    for _ in range(2):
        asked = await door.hears(Commanded(name="start", argument=code))
        agree = asked.sent[-1].buttons[0][0].data
        assert agree is not None
        chat = await door.hears(Pressed(data=agree, message_id=3))
        assert len(chat.edits) == 1
        assert "步" in chat.sent[-1].html
        assert await door.standing() is Standing.MEMBER
        stores.privacy.forget(1001)
        assert await door.standing() is Standing.STRANGER


async def test_a_link_that_was_revoked_lets_nobody_back_who_erased_themselves(
    inviting: Inviting, stores: Stores
) -> None:
    code, door = await made(inviting, "invite:new:coordinator:5:7"), Door(stores, Mode.ASK)
    await door.hears(Commanded(name="start", argument=code))
    stores.privacy.forget(1001)
    stores.invitations.revoke(1)
    (shown,) = (await door.hears(Commanded(name="start", argument=code))).sent
    assert "撤销" in shown.html
    assert await door.standing() is Standing.STRANGER


async def test_the_staff_of_the_settings_and_old_members_always_pass(door: Door, stores: Stores) -> None:
    stores.people.meet(1003, "旧", Language.ZH)
    stores.people.start(1003, "1")
    assert await door.standing(9) is Standing.MEMBER
    assert await door.standing(1003) is Standing.MEMBER


async def test_whoever_is_shut_out_gets_one_line_and_nothing_else(door: Door, stores: Stores) -> None:
    stores.people.meet(1001, "王医生", Language.ZH)
    stores.people.bar(1001, barred=True)
    for content in (Said(text="血压"), Commanded(name="start"), Commanded(name="forget")):
        chat = await door.hears(content)
        assert [message.html for message in chat.sent] == ["管理员已停止您使用本机器人。"]
    assert len((await door.hears(Pressed(data="language:en", message_id=3))).notes) == 1
    assert (await door.hears(Said(text="血压"), is_group=True)).sent == []
    assert door.asked == []
    person = stores.people.get(1001)
    assert person is not None
    assert person.language is Language.ZH


async def test_whom_the_settings_name_cannot_be_shut_out(door: Door, stores: Stores) -> None:
    await door.standing(9)
    stores.people.bar(9, barred=True, always=[8])
    assert await door.standing(9) is Standing.MEMBER
