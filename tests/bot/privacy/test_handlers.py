"""A person sees what is kept of them and erases it, and nobody does that for another."""

from __future__ import annotations

import json

import pytest

from bot.conversation import Commanded, Content, Pressed
from bot.html import units
from bot.people.roles import Roles
from bot.privacy import view
from bot.privacy.consent import Consent
from bot.privacy.handlers import Privacy
from bot.privacy.retention import Retention
from bot.testing import FakeChat, incoming
from knowledge.domain import Language, Role
from knowledge.store import Stores
from knowledge.store.privacy import Erased
from tests.knowledge.asked import in_vain

ME, OTHER = 1001, 1002
NOW = 1_800_000_000


async def _never(*_: object) -> None:
    raise AssertionError("nothing was asked")


@pytest.fixture
def privacy(stores: Stores) -> Privacy:
    in_vain(stores, "我问的", by=ME)
    in_vain(stores, "别人问的", by=OTHER)
    consent = Consent(stores.people, stores.privacy, days=365)
    return Privacy(
        stores.privacy, consent, question=_never, welcome=_never, backup_days=30, clock=lambda: NOW
    )


async def handled(privacy: Privacy, content: Content, **where: object) -> FakeChat:
    chat = FakeChat()
    name = content.name if isinstance(content, Commanded) else content.data.partition(":")[0]  # type: ignore[union-attr]
    handlers = privacy.commands() if isinstance(content, Commanded) else privacy.callbacks()
    await handlers[name](incoming(content, update_id=1, **where), chat)  # type: ignore[arg-type]
    return chat


@pytest.mark.parametrize("language", Language)
async def test_privacy_says_what_is_kept_how_long_and_what_to_do(
    privacy: Privacy, language: Language
) -> None:
    (shown,) = (await handled(privacy, Commanded(name="privacy"), language=language)).sent
    assert "365" in shown.html
    assert "30" in shown.html
    assert [button.data for row in shown.buttons for button in row] == ["mydata", "forget:ask"]


@pytest.mark.parametrize("content", [Commanded(name="mydata"), Pressed(data="mydata", message_id=3)])
async def test_mydata_sends_everything_of_this_person_and_of_nobody_else(
    privacy: Privacy, content: Content
) -> None:
    (shown,) = (await handled(privacy, content)).sent
    assert shown.attachment is not None
    assert isinstance(shown.attachment.content, bytes)
    assert units(shown.html) <= 1024
    told = json.loads(shown.attachment.content)
    assert [row["text"] for row in told["questions"]] == ["我问的"]
    assert [row["telegram_id"] for row in told["person"]] == [ME]


@pytest.mark.parametrize("name", ["privacy", "mydata", "forget"])
async def test_a_group_reads_nothing_of_it(privacy: Privacy, name: str) -> None:
    (shown,) = (await handled(privacy, Commanded(name=name), is_group=True, chat_id=-7)).sent
    assert shown.attachment is None
    assert shown.buttons == ()


async def test_forget_asks_first_and_erases_when_confirmed(privacy: Privacy, stores: Stores) -> None:
    (card,) = (await handled(privacy, Commanded(name="forget"))).sent
    assert len(stores.privacy.kept_of(ME)["questions"]) == 1
    data = card.buttons[0][0].data
    assert data is not None
    chat = await handled(privacy, Pressed(data=data, message_id=3))
    assert stores.privacy.kept_of(ME)["questions"] == []
    assert stores.people.get(ME) is None
    assert len(stores.privacy.kept_of(OTHER)["questions"]) == 1
    assert chat.edits[0][0] == 3
    again = await handled(privacy, Pressed(data=data, message_id=3))
    assert again.edits == chat.edits


async def test_the_staff_is_told_that_their_role_is_lost(privacy: Privacy) -> None:
    (card,) = (await handled(privacy, Commanded(name="forget"), role=Role.COORDINATOR)).sent
    assert "身份（指南管理员）也会失去" in card.html
    (card,) = (await handled(privacy, Commanded(name="forget"))).sent
    assert "身份" not in card.html


@pytest.mark.parametrize("language,link", [(Language.ZH, "新的邀请"), (Language.EN, "new link")])
async def test_where_joining_is_by_invitation_whoever_erases_is_told_that_they_need_another(
    stores: Stores, language: Language, link: str
) -> None:
    roles = Roles(administrators=frozenset({OTHER}))
    consent = Consent(stores.people, stores.privacy)
    privacy = Privacy(
        stores.privacy, consent, question=_never, welcome=_never, roles=roles, by_invitation=True
    )
    (card,) = (await handled(privacy, Commanded(name="forget"), language=language)).sent
    assert link in card.html
    pressed = Pressed(data=card.buttons[0][0].data or "", message_id=3)
    ((_, erased),) = (await handled(privacy, pressed, language=language)).edits
    assert {Language.ZH: "新的邀请", Language.EN: "new invitation link"}[language] in erased.html
    (card,) = (await handled(privacy, Commanded(name="forget"), language=language, speaker_id=OTHER)).sent
    assert link not in card.html


async def test_where_joining_is_open_nobody_is_told_to_find_an_invitation(privacy: Privacy) -> None:
    (card,) = (await handled(privacy, Commanded(name="forget"))).sent
    pressed = Pressed(data=card.buttons[0][0].data or "", message_id=3)
    ((_, erased),) = (await handled(privacy, pressed)).edits
    assert "新的邀请" not in card.html + erased.html


async def test_whom_the_settings_name_loses_no_role(stores: Stores) -> None:
    consent, roles = Consent(stores.people, stores.privacy), Roles(administrators=frozenset({ME}))
    privacy = Privacy(stores.privacy, consent, question=_never, welcome=_never, roles=roles)
    (card,) = (await handled(privacy, Commanded(name="forget"), role=Role.ADMINISTRATOR)).sent
    assert "身份" not in card.html


async def test_the_last_administrator_is_told_to_make_another_first(privacy: Privacy, stores: Stores) -> None:
    stores.people.change_role(ME, Role.ADMINISTRATOR)
    pressed = Pressed(data=f"forget:yes:{NOW + 60}", message_id=3)
    ((_, shown),) = (await handled(privacy, pressed, role=Role.ADMINISTRATOR)).edits
    assert "/people" in shown.html
    assert stores.people.get(ME) is not None
    assert len(stores.privacy.kept_of(ME)["questions"]) == 1


@pytest.mark.parametrize("language,log", [(Language.ZH, "管理记录"), (Language.EN, "the log")])
async def test_whoever_erases_is_told_that_the_log_keeps_their_id(
    privacy: Privacy, language: Language, log: str
) -> None:
    shown = [
        view.notice(language, version="3", days=9, has_question=True),
        *(await handled(privacy, Commanded(name="privacy"), language=language)).sent,
        *(await handled(privacy, Commanded(name="forget"), language=language)).sent,
        view.forgotten(language, backup_days=30),
    ]
    assert all(log in message.html.replace("The log", "the log") for message in shown)
    opened = "打开的通知" if language is Language.ZH else "received and opened"
    assert all(opened in message.html for message in shown[:2])


async def test_to_keep_it_erases_nothing(privacy: Privacy, stores: Stores) -> None:
    await handled(privacy, Pressed(data="forget:no", message_id=3))
    assert len(stores.privacy.kept_of(ME)["questions"]) == 1


@pytest.mark.parametrize(
    "data",
    [
        "forget",
        "forget:yes",
        "forget:yes:",
        "forget:yes:x",
        "forget:yes:-1",
        f"forget:yes:{NOW - 1}",
        f"forget:yes:{NOW + 601}",
        f"forget:yes:{NOW + 60}:{OTHER}",
        f"forget:yes:{'9' * 50}",
        "forget:yes:²",
    ],
)
async def test_an_old_or_a_forged_button_erases_nothing(privacy: Privacy, stores: Stores, data: str) -> None:
    await handled(privacy, Pressed(data=data, message_id=3))
    assert len(stores.privacy.kept_of(ME)["questions"]) == 1
    assert len(stores.privacy.kept_of(OTHER)["questions"]) == 1


async def test_what_is_old_is_erased_again_and_again(stores: Stores) -> None:
    in_vain(stores, "旧", by=ME)
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await Retention(stores.privacy, 365, pause).run()
    assert pauses == [3600.0] * 3
    assert await Retention(stores.privacy, 365).once() == Erased()
    assert len(stores.privacy.kept_of(ME)["questions"]) == 1
