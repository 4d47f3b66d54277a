"""/settings, and what somebody is asked on joining."""

from __future__ import annotations

import pytest

from bot.conversation import Commanded, Message, Pressed, Said
from bot.dialogue import Dialogues
from bot.people.refusals import Refusals
from bot.people.settings import PersonalSettings
from bot.testing import FakeChat, incoming
from knowledge.domain import AnnouncementKind, Language, Person
from knowledge.quiet_hours import QuietHours
from knowledge.store import Stores


@pytest.fixture
def settings(stores: Stores) -> PersonalSettings:
    stores.people.meet(1001, "王医生", Language.ZH)
    return PersonalSettings(stores.people, Dialogues(stores.dialogues), Refusals(stores.audit))


def person(stores: Stores) -> Person:
    found = stores.people.get(1001)
    assert found is not None
    return found


async def press(settings: PersonalSettings, data: str, *, is_group: bool = False) -> FakeChat:
    chat = FakeChat()
    await settings.press(incoming(Pressed(data=data, message_id=7), is_group=is_group), chat)
    return chat


def labels(message: Message) -> list[str]:
    return [button.text for row in message.buttons for button in row]


async def test_joining_asks_one_thing_after_the_other_in_one_message(
    settings: PersonalSettings, stores: Stores
) -> None:
    ((message_id, specialties),) = (await press(settings, "join:language:en")).edits
    assert message_id == 7
    assert "Step 2 of 3" in specialties.html
    ((_, again),) = (await press(settings, "join:specialty:cardiology:on")).edits
    assert "✓ Cardiology" in labels(again)
    ((_, region),) = (await press(settings, "join:show:region")).edits
    assert "Step 3 of 3" in region.html
    ((_, done),) = (await press(settings, "join:region:east")).edits
    assert done.buttons == ()
    assert person(stores).language is Language.EN
    assert (person(stores).specialties, person(stores).region) == (("cardiology",), "east")


async def test_every_step_can_be_skipped(settings: PersonalSettings, stores: Stores) -> None:
    for data, following in (("join:show:specialties", 1), ("join:show:region", 1), ("join:show:done", 0)):
        ((_, shown),) = (await press(settings, data)).edits
        assert bool(shown.buttons) is bool(following)
    assert person(stores).specialties == ()


async def test_a_press_that_comes_twice_changes_nothing_the_second_time(
    settings: PersonalSettings, stores: Stores
) -> None:
    for _ in range(2):
        await press(settings, "settings:specialty:surgery:on")
        await press(settings, "settings:mute:course:on")
        await press(settings, "settings:notes:off")
    assert person(stores).specialties == ("surgery",)
    assert person(stores).muted == {AnnouncementKind.COURSE}
    assert not person(stores).notes


async def test_all_settings_stand_on_one_screen(settings: PersonalSettings) -> None:
    for data in (
        "settings:specialty:surgery:on",
        "settings:region:south",
        "settings:mute:notice:on",
        "settings:quiet:22:00-07:00",
        "settings:zone:Asia/Tokyo",
        "settings:recommendations:off",
    ):
        await press(settings, data)
    chat = FakeChat()
    await settings.show(incoming(Commanded(name="settings")), chat)
    shown = chat.sent[0].html
    for words in ("外科", "华南", "公告", "22:00–07:00", "Asia/Tokyo", "课程推荐：关", "后续提醒：开"):
        assert words in shown
    assert len(shown.splitlines()) <= 12


async def test_hours_and_a_zone_can_be_typed(settings: PersonalSettings, stores: Stores) -> None:
    for data, wrong, right in (
        ("settings:type:quiet", "晚上", "21:30-6:45"),
        ("settings:type:zone", "火星", "伦敦"),
    ):
        await press(settings, data)
        for text in (wrong, right):
            said = incoming(Said(text=text))
            handler = settings.takes_text(said)
            assert handler is not None
            chat = FakeChat()
            await handler(said, chat)
            assert len(chat.sent) == 1
        assert settings.takes_text(incoming(Said(text="高血压"))) is None
    assert person(stores).quiet_hours == QuietHours(start=1290, end=405, time_zone="Europe/London")


async def test_pressing_another_button_ends_the_waiting(settings: PersonalSettings) -> None:
    await press(settings, "settings:type:zone")
    await press(settings, "settings:show:main")
    assert settings.takes_text(incoming(Said(text="高血压"))) is None


async def test_a_forged_button_is_refused_and_written_down(
    settings: PersonalSettings, stores: Stores
) -> None:
    chat = await press(settings, "settings:role:administrator")
    assert chat.notes == ["这个按钮已经失效。"]
    assert chat.edits == []
    (entry,) = stores.audit.page(size=9).entries
    assert (entry.action, entry.subject) == ("refused.callback", "button:settings:role:administrator")


async def test_settings_are_not_for_groups(settings: PersonalSettings, stores: Stores) -> None:
    chat = FakeChat()
    await settings.show(incoming(Commanded(name="settings"), is_group=True), chat)
    assert "私聊" in chat.sent[0].html
    assert (await press(settings, "settings:region:south", is_group=True)).edits == []
    assert person(stores).region is None
