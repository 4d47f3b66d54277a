"""The administrator's dialogue: begun, written, narrowed down, timed, previewed, confirmed; and what follows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.announcing.audience import from_json, recipients
from bot.announcing.draft_view import seal
from bot.announcing.handlers import Announcing
from bot.announcing.pressing import Press, press_of
from bot.announcing.sender import AnnouncementSender
from bot.announcing.view import LONGEST_CAPTION, LONGEST_TEXT, Action
from bot.charts import Charts
from bot.conversation import Button, Commanded, Content, Message, PictureSent, Pressed, Said
from bot.dialogue import Dialogues
from bot.people.refusals import Refusals
from bot.people.roles import Only
from bot.router import Router
from bot.testing import FakeChat, FakeMessenger, incoming
from knowledge.audience import Audience
from knowledge.domain import AnnouncementKind, Language, Role
from knowledge.store import Stores
from knowledge.store.announcement_tables import AnnouncementStatus as Status
from knowledge.store.announcement_tables import DeliveryStatus
from knowledge.store.announcements import Announcement
from knowledge.store.courses import NewCourse
from knowledge.store.deliveries import Claimed

ADMIN, OTHER_ADMIN = 1001, 1009
DOCTORS = (2001, 2002, 2003)


@dataclass
class Office:
    """An administrator's chat with the bot, over one database."""

    stores: Stores
    tmp: str
    language: Language = Language.ZH
    speaker: int = ADMIN
    role: Role = Role.ADMINISTRATOR
    messenger: FakeMessenger = field(default_factory=FakeMessenger)
    chat: FakeChat = field(default_factory=FakeChat)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """What the process remembered is gone."""
        from functools import partial
        from pathlib import Path

        self.sender = AnnouncementSender(
            stores=self.stores,
            messenger=self.messenger,
            audience=partial(recipients, self.stores.people),
        )
        self.announcing = Announcing(
            stores=self.stores,
            sender=self.sender,
            dialogues=Dialogues(self.stores.dialogues),
            charts=Charts(Path(self.tmp)),
            refusals=Refusals(self.stores.audit),
        )

    def coming(self, content: Content, *, is_group: bool = False):
        return incoming(
            content, role=self.role, language=self.language, speaker_id=self.speaker, is_group=is_group
        )

    async def command(self, name: str, argument: str = "", *, is_group: bool = False) -> str:
        said = self.coming(Commanded(name=name, argument=argument), is_group=is_group)
        await self.announcing.commands()[name](said, self.chat)
        return self.newest.html

    async def say(self, text: str) -> bool:
        """Whether it was taken."""
        return await self.send(Said(text=text))

    async def send(self, content: Content) -> bool:
        said = self.coming(content)
        handler = self.announcing.takes_text(said)
        if handler is not None:
            await handler(said, self.chat)
        return handler is not None

    async def press(self, label: str) -> str:
        """The newest button with these words; gives what is shown then."""
        await self.press_data(self.button(label).data or "")
        return self.newest.html

    async def press_data(self, data: str) -> None:
        edits = len(self.chat.edits)
        pressed = self.coming(Pressed(data=data, message_id=77))
        await self.announcing.callbacks()[data.partition(":")[0]](pressed, self.chat)
        if len(self.chat.edits) > edits:
            # What was edited is the newest to be seen.
            self.chat.sent.append(self.chat.edits[-1][1])

    def button(self, label: str) -> Button:
        for message in reversed(self.chat.sent):
            for row in message.buttons:
                for button in row:
                    if label in button.text:
                        return button
        raise AssertionError(f"no button {label!r}")

    @property
    def newest(self) -> Message:
        return self.chat.sent[-1]

    @property
    def labels(self) -> list[str]:
        return [button.text for row in self.newest.buttons for button in row]

    def known(self, id_: int) -> Announcement:
        found = self.stores.announcements.get(id_)
        assert found is not None
        return found

    def only_one(self) -> Announcement:
        (found,) = self.stores.announcements.listed(tuple(Status))
        return found


@pytest.fixture
def office(stores: Stores, tmp_path) -> Office:
    for id_ in (ADMIN, OTHER_ADMIN, *DOCTORS):
        stores.people.meet(id_, "医生", Language.EN if id_ == 2003 else Language.ZH)
        stores.people.start(id_, "1")
    stores.people.change_role(ADMIN, Role.ADMINISTRATOR)
    stores.people.change_role(OTHER_ADMIN, Role.ADMINISTRATOR)
    return Office(stores=stores, tmp=str(tmp_path))


def load_courses(stores: Stores, *titles: str, language: str = "zh") -> None:
    stores.courses.put(
        [
            NewCourse(
                title=title,
                summary=f"{title}的内容。",
                url=f"https://example.org/{title}",
                provider="某医学会",
                language=language,
                specialty="cardiology",
                credits=2,
                starts=None,
                ends=None,
                is_sample=False,
                vector_key="x" * 64,
            )
            for title in titles
        ]
    )


async def written(office: Office, text: str = "今晚八点讲座") -> None:
    """A notice with a text, its draft shown."""
    await office.command("announce")
    await office.press("写一条通知" if office.language is Language.ZH else "A notice")
    assert await office.say(text)


# ------------------------------------------------------------------------------------------ beginning
async def test_a_notice_is_written_previewed_as_it_will_be_and_sent(office: Office):
    await written(office, "今晚八点 <讲座>")
    assert "收到的人：5" in office.newest.html
    await office.press("预览")
    assert office.chat.sent[-2].html == "今晚八点 &lt;讲座&gt;"
    await office.press("发给 5 人")
    found = office.only_one()
    assert found.status is Status.SENDING
    assert found.message_id == 77
    assert office.stores.deliveries.report(found.id).queued == 5
    assert "0/5" in office.newest.html
    assert "暂停" in office.labels[0]


async def test_the_text_behind_the_command_is_the_message(office: Office):
    """It used to be dropped."""
    html = await office.command("announce", "今晚八点讲座")
    assert "今晚八点讲座" in html
    assert office.only_one().text_zh == "今晚八点讲座"


async def test_an_update_that_comes_again_begins_no_second_draft(office: Office):
    """After a kill between the draft and the noting that its update is done."""
    for _ in range(2):
        await office.command("announce", "今晚八点讲座")
    assert office.only_one().text_zh == "今晚八点讲座"


async def test_a_text_behind_the_command_that_is_too_long_begins_nothing(office: Office):
    await office.command("announce", "长" * (LONGEST_TEXT + 1))
    assert office.stores.announcements.listed(tuple(Status)) == []


async def test_a_course_is_found_by_its_words_and_its_text_is_proposed_in_both_languages(office: Office):
    load_courses(office.stores, "老年高血压管理", "糖尿病足", "高血压急症")
    await office.command("announce")
    await office.press("选一门课程")
    assert await office.say("高血压 老年")
    assert office.labels == ["老年高血压管理"]
    html = await office.press("老年高血压管理")
    found = office.only_one()
    assert found.kind is AnnouncementKind.COURSE
    assert "新课程：老年高血压管理" in found.text_zh
    assert "2 学分" in found.text_zh
    assert "https://example.org/老年高血压管理" in found.text_zh
    assert found.text_en.startswith("New course: 老年高血压管理")
    assert "in Chinese" in found.text_en
    assert "的内容" not in found.text_en
    assert "课程：老年高血压管理" in html


async def test_a_course_that_is_gone_meanwhile_begins_nothing(office: Office):
    await office.press_data("announce:take:99")
    assert office.chat.notes == ["这门课程已经不在目录里了。"]
    assert office.stores.announcements.listed(tuple(Status)) == []


@pytest.mark.parametrize("command", ["announce", "announcements"])
async def test_who_goes_elsewhere_is_not_looking_for_a_course_any_more(office: Office, command: str):
    load_courses(office.stores, "糖尿病足")
    await office.command("announce")
    await office.press("选一门课程")
    await office.command(command)
    assert not await office.say("高血压怎么治？")


async def test_without_courses_a_notice_is_offered(office: Office):
    await office.command("announce")
    await office.press("选一门课程")
    assert office.labels == ["写一条通知"]


# --------------------------------------------------------------------------------------- what it says
async def test_each_reader_gets_their_language_and_the_preview_shows_both(office: Office):
    await written(office, "今晚讲座")
    await office.press("英文")
    assert await office.say("Lecture tonight")
    await office.press("预览")
    assert [message.html for message in office.chat.sent[-3:-1]] == ["今晚讲座", "Lecture tonight"]


async def test_a_picture_comes_with_its_text_and_can_be_taken_out(office: Office):
    await office.command("announce")
    await office.press("写一条通知")
    assert await office.send(PictureSent(file_id="F1", caption="看图"))
    assert (office.only_one().picture, office.only_one().text_zh) == ("F1", "看图")
    await office.press("预览")
    preview = office.chat.sent[-2]
    assert preview.attachment is not None
    assert preview.attachment.content == "F1"
    await office.press("去掉图片")
    assert office.only_one().picture is None


async def test_below_a_picture_the_text_is_shorter(office: Office):
    await written(office, "长" * (LONGEST_CAPTION + 1))
    await office.press("加图片")
    assert str(LONGEST_CAPTION) in office.newest.html
    assert not await office.send(PictureSent(file_id="F1"))


async def test_a_picture_that_comes_with_one_text_is_refused_where_the_other_is_too_long_for_it(
    office: Office,
):
    await written(office, "长" * (LONGEST_CAPTION + 1))
    await office.press("英文")
    assert await office.send(PictureSent(file_id="F1", caption="short"))
    assert f"有 {LONGEST_CAPTION + 1} 字" in office.newest.html
    assert (office.only_one().picture, office.only_one().text_en) == (None, "")
    assert await office.say("without a picture")
    assert office.only_one().text_en == "without a picture"


async def test_a_picture_without_a_text_is_refused_where_the_text_is_too_long_for_it(office: Office):
    await written(office, "长" * (LONGEST_CAPTION + 1))
    await office.press("中文")
    assert await office.send(PictureSent(file_id="F1"))
    assert office.only_one().picture is None


async def test_a_picture_is_refused_where_a_text_grew_too_long_since_it_was_asked_for(office: Office):
    await written(office)
    await office.press("加图片")
    office.stores.announcements.edit(office.only_one().id, text_en="x" * (LONGEST_CAPTION + 1))
    assert await office.send(PictureSent(file_id="F1"))
    assert str(LONGEST_CAPTION) in office.newest.html
    assert office.only_one().picture is None


@pytest.mark.parametrize("text", ["长" * (LONGEST_TEXT + 1), "😀" * (LONGEST_TEXT // 2 + 1), "  \n "])
async def test_a_text_that_does_not_fit_is_asked_for_again(office: Office, text: str):
    await office.command("announce")
    await office.press("写一条通知")
    await office.say(text)
    assert office.newest.buttons == ()
    assert await office.say("讲座")
    assert office.only_one().text_zh == "讲座"


async def test_only_the_text_that_was_asked_for_is_taken(office: Office):
    assert not await office.say("高血压怎么治？")
    await written(office)
    assert not await office.say("高血压怎么治？")


async def test_what_was_asked_for_survives_a_restart(office: Office):
    await office.command("announce")
    await office.press("写一条通知")
    office.restart()
    assert await office.say("讲座")
    assert office.only_one().text_zh == "讲座"


async def test_a_kill_before_the_dialogue_is_closed_takes_the_same_text_again(office: Office, monkeypatch):
    await office.command("announce")
    await office.press("写一条通知")

    async def killed(*_):
        raise ConnectionAbortedError

    with monkeypatch.context() as patched:
        patched.setattr(Dialogues, "close", killed)
        with pytest.raises(ConnectionAbortedError):
            await office.say("讲座")
    office.restart()
    assert await office.say("讲座")
    assert office.only_one().text_zh == "讲座"


async def test_hidden_contact_details_are_pointed_out(office: Office):
    html = await office.command("announce", "报名 ■■■■■■■■■■■")
    assert "隐去" in html


# ------------------------------------------------------------------------------------------- to whom
async def test_each_choice_is_told_with_the_number_that_is_left(office: Office):
    office.stores.people.set_specialty(2001, "cardiology", chosen=True)
    office.stores.people.set_specialty(2002, "cardiology", chosen=True)
    office.stores.people.set_region(2001, "east")
    await written(office)
    await office.press("选对象")
    await office.press("科室")
    assert "收到的人：2" in await office.press("心血管")
    await office.press("选好了")
    await office.press("地区")
    assert "收到的人：1" in await office.press("华东")
    assert "没有填写" in office.newest.html
    await office.press("选好了")
    assert "收到的人：5" in await office.press("改为所有人")


async def test_who_muted_the_kind_is_counted_apart(office: Office):
    office.stores.people.set_muted(2002, AnnouncementKind.NOTICE, muted=True)
    await written(office)
    assert "收到的人：4（另有 1 人静音了这类通知）" in office.newest.html


async def test_a_tap_counts_people_without_reading_each_of_them(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """There may be a hundred thousand."""
    monkeypatch.delattr(type(office.stores.people), "audience")
    await written(office)
    await office.press("选对象")
    assert "收到的人：1" in await office.press("读英文")


async def test_all_languages_chosen_is_no_narrowing(office: Office):
    await written(office)
    await office.press("选对象")
    assert "收到的人：1" in await office.press("读英文")
    assert "收到的人：5" in await office.press("读中文")
    assert from_json(office.only_one().audience).languages == frozenset()


async def test_where_nobody_fits_nothing_can_be_sent(office: Office):
    await written(office)
    await office.press("选对象")
    await office.press("地区")
    assert "没有符合条件的人" in await office.press("海外")
    await office.press("选好了")
    await office.press("回到草稿")
    assert not any("预览" in label for label in office.labels)
    await office.press_data(f"announce:preview:{office.only_one().id}")
    assert not any("发给" in label for label in office.labels)


async def test_joined_since_is_taken_back_by_the_same_button(office: Office):
    await written(office)
    await office.press("选对象")
    await office.press("近 30 天")
    assert from_json(office.only_one().audience).joined_since is not None
    await office.press("近 30 天")
    assert from_json(office.only_one().audience).joined_since is None


# ---------------------------------------------------------------------------------------------- when
async def test_a_typed_time_in_a_named_zone_is_scheduled(office: Office):
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    await written(office)
    await office.press("选时间")
    await office.press("输入时间")
    assert await office.say(f"{day} 12:30 Europe/London")
    assert f"{day} 12:30（London时间）" in office.newest.html
    await office.press("预览")
    await office.press("确认定时")
    found = office.only_one()
    assert found.status is Status.SCHEDULED
    assert found.zone == "Europe/London"
    assert office.stores.deliveries.report(found.id).audience == 0


async def test_a_time_that_has_passed_is_refused(office: Office):
    await written(office)
    await office.press("选时间")
    await office.press("输入时间")
    assert await office.say("2020-01-01 12:30")
    assert "已经过去" in office.newest.html
    assert office.only_one().send_at is None


async def test_a_usual_time_is_one_tap_and_a_scheduled_one_goes_back_to_a_draft(office: Office):
    await written(office)
    await office.press("选时间")
    offered = [each for row in office.newest.buttons for each in row if ":at:" in (each.data or "")]
    assert offered[0].text == "确认后立即"
    await office.press_data(offered[1].data or "")
    await office.press("预览")
    await office.press("确认定时")
    await office.press("取消定时")
    assert office.only_one().status is Status.DRAFT


# ------------------------------------------------------------------------------------- confirmation
async def test_what_was_changed_since_the_preview_has_to_be_seen_first(office: Office):
    await written(office)
    await office.press("预览")
    confirm = office.button("发给 5 人").data or ""
    await office.press("中文")
    await office.say("另一段文字")
    await office.press_data(confirm)
    assert office.chat.notes[-1] == "预览之后又改过。请再预览一次。"
    assert office.only_one().status is Status.DRAFT


async def test_a_change_of_another_administrators_between_the_look_and_the_send_is_not_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    await written(office)
    await office.press("预览")
    ids = office.stores.people.ids

    def changed_meanwhile(audience: Audience) -> list[int]:
        office.stores.announcements.edit(office.only_one().id, text_zh="没有人看过")
        return ids(audience)

    monkeypatch.setattr(office.stores.people, "ids", changed_meanwhile)
    await office.press("发给 5 人")
    assert office.chat.notes[-1] == "预览之后又改过。请再预览一次。"
    assert office.only_one().status is Status.DRAFT


async def test_pressing_twice_sends_once(office: Office):
    await written(office)
    await office.press("预览")
    confirm = office.button("发给 5 人").data or ""
    await office.press_data(confirm)
    await office.press_data(confirm)
    assert office.chat.notes[-1] == "这条通知已经处理过了。"
    assert office.stores.deliveries.report(office.only_one().id).queued == 5


async def test_a_draft_is_deleted_after_a_question(office: Office):
    await written(office)
    await office.press("删除草稿")
    assert office.only_one().status is Status.DRAFT
    await office.press("确认删除")
    assert office.only_one().status is Status.DISCARDED


# ------------------------------------------------------------------------------------------- roles
@pytest.mark.parametrize("role", [Role.DOCTOR, Role.COORDINATOR])
async def test_others_are_refused_and_the_router_can_see_it(office: Office, role: Role):
    office.role = role
    await office.command("announce")
    assert str(ADMIN) in office.newest.html
    assert office.stores.announcements.listed(tuple(Status)) == []
    assert isinstance(office.announcing.callbacks()["announce"], Only)


@pytest.mark.parametrize("action", sorted(set(Action)))
async def test_a_forged_button_of_who_is_no_administrator_does_nothing(office: Office, action: Action):
    await written(office)
    before = office.only_one()
    office.role, office.speaker = Role.COORDINATOR, 2001
    for value in ("", ":0", ":zh", ":cardiology"):
        await office.press_data(f"announce:{action}:{before.id}{value}")
    assert office.only_one() == before
    assert office.chat.edits == []


async def test_what_was_asked_of_an_administrator_who_is_none_any_more_is_not_asked_as_a_question(
    office: Office,
):
    """It may stand there unmasked."""
    await office.command("announce")
    await office.press("写一条通知")
    office.role = Role.DOCTOR
    assert await office.say("报名 13812345678")
    assert office.only_one().text_zh == ""
    assert "管理员" in office.newest.html
    # Once; what they ask afterwards is a question.
    assert not await office.say("高血压怎么治？")


async def test_another_administrator_may_go_on_with_it(office: Office):
    await written(office)
    office.speaker = OTHER_ADMIN
    await office.command("announcements")
    html = await office.press("草稿 · 1")
    assert "今晚八点讲座" in html
    await office.press("预览")
    await office.press("发给 5 人")
    assert office.only_one().status is Status.SENDING


async def test_in_a_group_nothing_is_announced(office: Office):
    assert "私聊" in await office.command("announce", is_group=True)
    assert "私聊" in await office.command("announcements", is_group=True)


@pytest.mark.parametrize(
    "data",
    [
        "announce",
        "announce:send",
        "announce:send:x",
        "announce:go:1",
        "announce:send:",
        "announce:send:-1",
        "announce:send:٣",
        "announce:send:" + "9" * 30,
        "announce:send:1:a:b",
    ],
)
def test_data_that_no_button_of_ours_holds_is_not_understood(data: str):
    assert press_of(data) is None


def test_data_of_a_button_is_read():
    assert press_of("announce:spec:12:cardiology") == Press(
        action=Action.SPECIALTY, number=12, value="cardiology"
    )


@pytest.mark.parametrize("data", ["announce:send", "announce:go:1", "announce:send:99", "announce:list:-1"])
async def test_a_button_that_nobody_made_is_written_down(office: Office, data: str):
    await office.press_data(data)
    (refused,) = office.stores.audit.page(size=9).entries
    assert (refused.who, refused.action) == (f"telegram:{ADMIN}", "refused.callback")
    assert refused.subject == f"button:{data}"


async def test_the_press_of_who_is_no_administrator_is_written_down(office: Office):
    async def otherwise(*_: object) -> None:
        raise AssertionError

    router = Router(
        [office.announcing],
        question=otherwise,
        otherwise=otherwise,
        refusals=Refusals(office.stores.audit),
    )
    office.role = Role.COORDINATOR
    await router.handle(office.coming(Pressed(data="announce:send:1", message_id=7)), office.chat)
    (refused,) = office.stores.audit.page(size=9).entries
    assert (refused.action, refused.subject) == ("refused.role", "button:announce:send:1")
    assert refused.details == {"needed": "administrator", "role": "coordinator"}


@pytest.mark.parametrize("action", sorted(set(Action)))
async def test_no_value_that_somebody_makes_up_breaks_anything(office: Office, action: Action):
    await written(office)
    id_ = office.only_one().id
    for value in ("", "xx", "-1", "99", "999999999999999999", "zh-TW"):
        await office.press_data(f"announce:{action}:{id_}:{value}")
    after = office.known(id_)
    assert after.text_zh == "今晚八点讲座"
    assert after.status in {Status.DRAFT, Status.DISCARDED}


# ------------------------------------------------------------------------------------- what follows
async def running(office: Office) -> Announcement:
    await written(office)
    await office.press("预览")
    await office.press("发给 5 人")
    return office.only_one()


def deliver(stores: Stores, id_: int, statuses: Mapping[int, DeliveryStatus]) -> None:
    """Settles everybody, as the sender would; who is not named got it."""
    moment = datetime.now(UTC) + timedelta(seconds=1)
    while isinstance(claimed := stores.deliveries.claim([id_], moment), Claimed):
        status = statuses.get(claimed.telegram_id, DeliveryStatus.SENT)
        reason = "chat not found" if status is DeliveryStatus.FAILED else None
        stores.deliveries.settle(claimed, status, message_id=claimed.telegram_id, reason=reason)


async def over(office: Office) -> Announcement:
    found = await running(office)
    deliver(office.stores, found.id, {2001: DeliveryStatus.FAILED, 2002: DeliveryStatus.IN_DOUBT})
    office.stores.announcements.finish(found.id, concluded=Status.SENDING)
    await office.command("announcements")
    await office.press("已发完 · 1")
    return found


async def test_a_running_one_is_paused_resumed_and_stopped_after_a_question(office: Office):
    found = await running(office)
    assert "已暂停" in await office.press("暂停")
    await office.press("继续")
    assert office.only_one().status is Status.SENDING
    await office.press("停止")
    assert office.only_one().status is Status.SENDING
    assert "没有发 5" in await office.press("确认停止")
    assert office.stores.deliveries.report(found.id).stopped == 5


async def test_a_sent_one_is_corrected_after_it_was_seen(office: Office):
    found = await over(office)
    await office.press("更正中文")
    assert await office.say("改在九点")
    assert office.chat.sent[-2].html == "改在九点"
    assert office.known(found.id).revision == 0
    await office.press("确认更正 3 条")
    corrected = office.known(found.id)
    assert (corrected.revision, corrected.text_zh, corrected.correcting) == (1, "改在九点", True)


async def test_a_correction_that_was_not_written_cannot_be_applied(office: Office):
    found = await over(office)
    await office.press_data(f"announce:apply:{found.id}")
    assert office.known(found.id).revision == 0


async def test_a_sent_one_is_recalled_after_a_question(office: Office):
    found = await over(office)
    assert "3 人收到" in await office.press("撤回")
    await office.press("确认撤回")
    assert office.known(found.id).status is Status.RECALLING


async def test_those_in_doubt_get_it_when_somebody_decides_so(office: Office):
    found = await over(office)
    await office.press("再发给存疑的 1 人")
    await office.press("确认再发")
    assert office.known(found.id).status is Status.SENDING


async def test_the_report_names_reasons_and_adds_up(office: Office):
    await over(office)
    html = office.newest.html
    assert "共 5 人" in html
    assert "已送达 3 · 失败 1 · 存疑 1" in html
    assert "chat not found 1" in html


async def test_the_table_has_no_names_and_ids_only_where_somebody_may_have_to_write(office: Office):
    from openpyxl import load_workbook

    await over(office)
    await office.press("表格")
    attachment = office.newest.attachment
    assert attachment is not None
    assert attachment.name == "announcement-1.xlsx"
    assert isinstance(attachment.content, bytes)
    book = load_workbook(io.BytesIO(attachment.content))
    rows = list(book["逐人"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == 5
    assert sorted(row[-1] for row in rows if row[-1]) == ["2001", "2002"]
    assert {row[1] for row in rows if row[-1]} == {"失败", "存疑"}
    everything = "".join(
        zipfile.ZipFile(io.BytesIO(attachment.content)).read(name).decode()
        for name in zipfile.ZipFile(io.BytesIO(attachment.content)).namelist()
    )
    assert "王医生" not in everything
    assert "2003" not in everything.replace("20030", "")


async def test_the_chart_is_a_picture(office: Office):
    await over(office)
    await office.press("图表")
    attachment = office.newest.attachment
    assert attachment is not None
    assert isinstance(attachment.content, bytes)
    assert attachment.content.startswith(b"\x89PNG")


async def test_every_step_is_in_the_audit_log(office: Office):
    await over(office)
    await office.press("撤回")
    await office.press("确认撤回")
    actions = {entry.action for entry in office.stores.audit.page(size=50).entries}
    assert {"announcement.begin", "announcement.send", "announcement.recall"} <= actions


def noted(office: Office, action: str) -> Mapping[str, Any]:
    """The details of the newest note of it."""
    entries = office.stores.audit.page(size=50).entries
    return next(entry.details for entry in entries if entry.action == action)


async def test_the_audit_log_knows_what_was_confirmed_and_for_whom(office: Office):
    office.stores.people.set_region(2001, "east")
    await written(office)
    await office.press("英文")
    await office.say("Lecture tonight")
    await office.press("选对象")
    await office.press("地区")
    await office.press("华东")
    await office.press("选好了")
    await office.press("回到草稿")
    await office.press("预览")
    await office.press("发给 1 人")
    details = noted(office, "announcement.send")
    assert (details["text_zh"], details["text_en"]) == ("今晚八点讲座", "Lecture tonight")
    assert (details["to"], details["audience"]) == ({"regions": ["east"]}, 1)
    assert details["seal"] == seal(office.only_one())


async def test_the_audit_log_knows_what_was_scheduled(office: Office):
    await written(office)
    await office.press("选时间")
    await office.press("输入时间")
    await office.say(f"{(datetime.now(UTC) + timedelta(days=3)).date()} 12:30")
    await office.press("预览")
    await office.press("确认定时")
    details = noted(office, "announcement.schedule")
    assert (details["text_zh"], details["to"]) == ("今晚八点讲座", {})
    assert details["seal"] == seal(office.only_one())
    assert details["at"] == noted(office, "announcement.edit")["after"]["send_at"]


async def test_each_edit_of_a_draft_is_noted_with_what_was_before(office: Office):
    await written(office, "第一稿")
    assert noted(office, "announcement.edit") == {"before": {"text_zh": ""}, "after": {"text_zh": "第一稿"}}
    await office.press("中文")
    await office.say("第二稿")
    assert noted(office, "announcement.edit") == {
        "before": {"text_zh": "第一稿"},
        "after": {"text_zh": "第二稿"},
    }
    await office.press("加图片")
    await office.send(PictureSent(file_id="F1"))
    assert noted(office, "announcement.edit") == {"before": {"picture": None}, "after": {"picture": "F1"}}
    await office.press("选对象")
    await office.press("读英文")
    assert noted(office, "announcement.edit")["after"] == {"audience": '{"languages": ["en"]}'}


async def test_an_edit_that_changes_nothing_is_not_noted(office: Office):
    """The update of a press comes again after a kill."""
    await written(office)
    count = len(office.stores.audit.page(size=50).entries)
    await office.press_data(f"announce:all:{office.only_one().id}")
    assert len(office.stores.audit.page(size=50).entries) == count


async def pressed_again_after_a_kill(office: Office, monkeypatch: pytest.MonkeyPatch, label: str) -> None:
    """The process is killed when the change is made and not noted yet; then the update comes again."""
    data = office.button(label).data or ""

    def killed(*_: object) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as patched:
        patched.setattr(office.stores.audit, "note", killed)
        with pytest.raises(ConnectionAbortedError):
            await office.press_data(data)
    office.restart()
    await office.press_data(data)


@pytest.mark.parametrize(
    "labels, action",
    [
        (("预览", "发给 5 人"), "announcement.send"),
        (("删除草稿", "确认删除"), "announcement.discard"),
        (("选对象", "读英文"), "announcement.edit"),
        (("选时间", "Shanghai时间", "预览", "确认定时"), "announcement.schedule"),
        (("预览", "发给 5 人", "暂停"), "announcement.pause"),
        (("预览", "发给 5 人", "停止", "确认停止"), "announcement.stop"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_no_kill_parts_a_change_from_its_note(
    office: Office, monkeypatch: pytest.MonkeyPatch, labels: Sequence[str], action: str
):
    await written(office)
    for label in labels[:-1]:
        if label == "Shanghai时间":
            offered = [row for row in office.newest.buttons if ":at:" in (row[0].data or "")]
            await office.press_data(offered[1][0].data or "")
        else:
            await office.press(label)
    await pressed_again_after_a_kill(office, monkeypatch, labels[-1])
    assert office.stores.audit.page(size=50).entries[0].action == action


async def test_no_kill_parts_a_correction_from_its_note(office: Office, monkeypatch: pytest.MonkeyPatch):
    found = await over(office)
    await office.press("更正中文")
    await office.say("改在九点")
    await pressed_again_after_a_kill(office, monkeypatch, "确认更正")
    assert office.known(found.id).revision == 1
    assert noted(office, "announcement.correct") == {
        "language": "zh",
        "before": "今晚八点讲座",
        "after": "改在九点",
    }


async def test_no_kill_parts_a_draft_from_its_note(office: Office, monkeypatch: pytest.MonkeyPatch):
    def killed(*_: object) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as patched:
        patched.setattr(office.stores.audit, "note", killed)
        with pytest.raises(ConnectionAbortedError):
            await office.command("announce", "讲座")
    await office.command("announce", "讲座")
    assert office.only_one().text_zh == "讲座"
    assert noted(office, "announcement.begin") == {"kind": "notice", "course": None}


async def test_buttons_of_a_draft_that_was_confirmed_meanwhile_change_nothing(office: Office):
    found = await running(office)
    for action in ("text", "who", "time", "preview", "draft"):
        await office.press_data(f"announce:{action}:{found.id}:zh")
        assert office.chat.notes[-1] == "这条通知已经处理过了。"
    assert not await office.say("另一段")


async def test_the_list_tells_how_many_there_are_and_turns_its_pages(office: Office):
    for place in range(8):
        await office.command("announce", f"通知文字{place}")
    html = await office.command("announcements")
    assert "草稿 8" in html
    assert "草稿 · 8 通知文字7" in office.labels
    await office.press("›")
    assert "草稿 · 1 通知文字0" in office.labels
    await office.press_data("announce:list:9999999")
    assert "草稿 · 1 通知文字0" in office.labels
