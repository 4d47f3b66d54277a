"""The buttons under an announcement: counted for whom it was sent to, and of no use to anybody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.announcing.wishes import Wishes, wish_of
from bot.conversation import Pressed
from bot.people.refusals import Refusals
from bot.testing import FakeChat, incoming
from knowledge.domain import AnnouncementKind, Language, Role
from knowledge.store import Stores
from knowledge.store.announcement_tables import DeliveryStatus
from knowledge.store.courses import NewCourse, courses
from knowledge.store.deliveries import Claimed

DOCTOR, STRANGER = 2001, 2002


@pytest.fixture
def sent(stores: Stores) -> int:
    """A course announced to one doctor."""
    for id_ in (DOCTOR, STRANGER):
        stores.people.meet(id_, "医生", Language.ZH)
        stores.people.start(id_, "1")
    course = NewCourse(
        title="老年高血压",
        summary="要点。",
        url="https://example.org/c",
        provider="某学会",
        language="zh",
        specialty=None,
        credits=2,
        starts=None,
        ends=None,
        is_sample=False,
        vector_key="x" * 64,
    )
    stores.courses.put([course])
    made = stores.announcements.begin(1, 1, kind=AnnouncementKind.COURSE, course_id=1, text_zh="新课程")
    stores.announcements.start(made, [DOCTOR])
    claimed = stores.deliveries.claim([made.id], datetime.now(UTC) + timedelta(seconds=1))
    assert isinstance(claimed, Claimed)
    stores.deliveries.settle(claimed, DeliveryStatus.SENT, message_id=5)
    return made.id


async def press(stores: Stores, data: str, speaker: int, role: Role = Role.DOCTOR) -> FakeChat:
    chat = FakeChat()
    await Wishes(stores, Refusals(stores.audit)).press(
        incoming(Pressed(data=data, message_id=5), speaker_id=speaker, role=role), chat
    )
    return chat


async def test_who_got_it_reads_about_the_course_and_is_counted_once(stores, sent):
    await press(stores, f"news:see:{sent}", DOCTOR)
    chat = await press(stores, f"news:see:{sent}", DOCTOR)
    assert "老年高血压" in chat.sent[0].html
    assert "2 学分" in chat.sent[0].html
    assert chat.sent[0].buttons[0][0].url == "https://example.org/c"
    assert stores.deliveries.report(sent).opened == 1


async def test_who_did_not_get_it_gets_nothing_by_a_forged_button(stores, sent):
    for wish in ("see", "mute", "unmute"):
        chat = await press(stores, f"news:{wish}:{sent}", STRANGER)
        assert not chat.sent
        assert not chat.edits
        refused = stores.audit.page(size=1).entries[0]
        assert (refused.who, refused.action) == (f"telegram:{STRANGER}", "refused.callback")
        assert refused.subject == f"button:news:{wish}:{sent}"
    assert stores.deliveries.report(sent).opened == 0
    assert stores.people.get(STRANGER).muted == frozenset()


async def test_an_administrator_sees_what_the_button_of_a_preview_brings_uncounted(stores, sent):
    assert (await press(stores, f"news:see:{sent}", STRANGER, Role.ADMINISTRATOR)).sent
    chat = await press(stores, f"news:mute:{sent}", STRANGER, Role.ADMINISTRATOR)
    assert "预览" in chat.notes[0]
    assert stores.people.get(STRANGER).muted == frozenset()
    assert stores.deliveries.report(sent).opened == 0


async def test_a_kind_is_muted_and_unmuted_where_the_message_stands(stores, sent):
    chat = await press(stores, f"news:mute:{sent}", DOCTOR)
    assert stores.people.get(DOCTOR).muted == {AnnouncementKind.COURSE}
    assert "/settings" in chat.notes[0]
    ((message_id, shown),) = chat.edits
    assert message_id == 5
    assert shown.buttons[1][0].data == f"news:unmute:{sent}"
    # Who wants no more of it is not interested in the course.
    assert stores.deliveries.report(sent).opened == 0
    await press(stores, f"news:unmute:{sent}", DOCTOR)
    assert stores.people.get(DOCTOR).muted == frozenset()


async def test_a_course_whose_address_telegram_refuses_is_read_about_without_a_button(stores, sent):
    """A button with it would take the whole message along."""
    with stores.database.write() as connection:
        connection.execute(update(courses).values(url="http://intranet/course"))
    (message,) = (await press(stores, f"news:see:{sent}", DOCTOR)).sent
    assert "老年高血压" in message.html
    assert message.buttons == ()


async def test_a_course_that_is_gone_says_so(stores, sent):
    stores.announcements.begin(1, 1)
    with stores.database.write() as connection:
        connection.execute(update(courses).values(withdrawn=True))
    assert "不在目录" in (await press(stores, f"news:see:{sent}", DOCTOR)).notes[0]


@pytest.mark.parametrize("data", ["news:go:1", "news:see:x", "news:see:99"])
async def test_a_forged_button_is_written_down(stores, sent, data):
    await press(stores, data, DOCTOR)
    (refused,) = stores.audit.page(size=9).entries
    assert (refused.action, refused.subject) == ("refused.callback", f"button:{data}")


async def test_what_somebody_may_press_leaves_no_refusal(stores, sent):
    await press(stores, f"news:see:{sent}", DOCTOR)
    await press(stores, f"news:mute:{sent}", STRANGER, Role.ADMINISTRATOR)
    assert stores.audit.page(size=9).entries == ()


@pytest.mark.parametrize(
    "data", ["news", "news:see", "news:see:x", "news:go:1", "news:see:-1", "news:see:99:1"]
)
def test_data_that_no_button_of_ours_holds_is_not_understood(data):
    assert wish_of(data) is None
