"""/start, /help, /language, /id, and who may do what."""

from __future__ import annotations

import pytest

from bot.conversation import Chat, Commanded, Incoming, Pressed
from bot.people.handlers import People
from bot.people.reception import Reception, language_of
from bot.people.refusals import Refusals
from bot.people.roles import Roles, allows, menu_of, only
from bot.privacy.consent import VERSION as CONSENT_VERSION
from bot.testing import FakeChat, incoming
from knowledge.domain import Language, Role
from knowledge.store import Stores

ZH, EN = Language.ZH, Language.EN


def commanded(name: str, argument: str = "", **about: object) -> Incoming:
    return incoming(Commanded(name=name, argument=argument), **about)  # type: ignore[arg-type]


@pytest.fixture
def people(stores: Stores) -> People:
    stores.people.meet(1001, "王医生", ZH)
    return People(stores, Refusals(stores.audit))


async def test_start_tells_what_is_kept_and_stores_which_notice_was_shown(
    people: People, stores: Stores
) -> None:
    chat = FakeChat()
    await people.start(commanded("start", update_id=5), chat)
    person = stores.people.get(1001)
    assert person is not None
    assert person.consent_version == CONSENT_VERSION
    assert person.started_at is not None
    assert "Telegram" in chat.sent[0].html
    assert "患者信息" in chat.sent[0].html


async def test_a_terminal_and_a_group_start_nobody(people: People, stores: Stores) -> None:
    await people.start(commanded("start", update_id=None), FakeChat())
    await people.start(commanded("start", update_id=5, is_group=True), FakeChat())
    assert stores.people.reachable() == []


@pytest.mark.parametrize(
    "role,commands,not_commands",
    [
        (Role.DOCTOR, ["/start", "/help", "/language", "/id"], ["/announce"]),
        (Role.COORDINATOR, ["/help"], ["/announce"]),
        (Role.ADMINISTRATOR, ["/help", "/announce"], []),
    ],
)
@pytest.mark.parametrize("language", Language)
async def test_help_lists_what_this_role_may_do(
    people: People, role: Role, commands: list[str], not_commands: list[str], language: Language
) -> None:
    chat = FakeChat()
    await people.help(commanded("help", role=role, language=language), chat)
    shown = chat.sent[0].html
    assert all(command in shown for command in commands)
    assert not any(command in shown for command in not_commands)
    assert ("PDF" in shown) is (role is not Role.DOCTOR)


@pytest.mark.parametrize(
    "argument,language", [("en", EN), ("EN", EN), ("English", EN), ("zh", ZH), ("中文", ZH)]
)
async def test_language_takes_a_name(
    people: People, stores: Stores, argument: str, language: Language
) -> None:
    await people.language(commanded("language", argument), FakeChat())
    person = stores.people.get(1001)
    assert person is not None
    assert person.language is language


@pytest.mark.parametrize("argument", ["", "fr"])
async def test_language_without_a_known_name_offers_both(people: People, argument: str) -> None:
    chat = FakeChat()
    await people.language(commanded("language", argument), chat)
    assert [button.data for button in chat.sent[0].buttons[0]] == ["language:zh", "language:en"]


async def test_a_pressed_language_is_confirmed_in_that_language(people: People, stores: Stores) -> None:
    chat = FakeChat()
    await people.choose_language(incoming(Pressed(data="language:en", message_id=1)), chat)
    person = stores.people.get(1001)
    assert person is not None
    assert person.language is EN
    assert "English" in chat.sent[0].html
    assert chat.notes == [""]


async def test_an_unknown_language_button_is_answered(people: People) -> None:
    chat = FakeChat()
    await people.choose_language(incoming(Pressed(data="language:xx", message_id=1)), chat)
    assert chat.notes == ["这个按钮已经失效。"]


async def test_id_tells_the_number_and_the_role(people: People) -> None:
    chat = FakeChat()
    await people.own_id(commanded("id", role=Role.COORDINATOR), chat)
    assert "1001" in chat.sent[0].html
    assert "指南管理员" in chat.sent[0].html


def test_the_settings_make_roles_and_the_highest_holds() -> None:
    roles = Roles(coordinators=frozenset({1, 2}), administrators=frozenset({2}))
    assert [roles.of(n) for n in (1, 2, 3)] == [Role.COORDINATOR, Role.ADMINISTRATOR, Role.DOCTOR]
    assert roles.staff() == {1, 2}


def test_an_administrator_may_do_everything_and_a_doctor_least() -> None:
    assert all(allows(Role.ADMINISTRATOR, role) for role in Role)
    assert [allows(role, Role.COORDINATOR) for role in Role] == [False, True, True]
    assert len(menu_of(Role.DOCTOR)) < len(menu_of(Role.ADMINISTRATOR))


@pytest.mark.parametrize("role", Role)
async def test_whoever_may_not_is_told_their_id(role: Role) -> None:
    done: list[int] = []

    async def act(incoming: Incoming, chat: Chat) -> None:
        done.append(incoming.speaker.id)

    chat = FakeChat()
    await only(Role.ADMINISTRATOR, act)(commanded("announce", role=role), chat)
    if role is Role.ADMINISTRATOR:
        assert done == [1001]
    else:
        assert not done
        assert "1001" in chat.sent[0].html


async def test_a_newcomer_speaks_the_language_of_their_telegram_and_keeps_what_they_choose(
    stores: Stores,
) -> None:
    reception = Reception(stores.people, Roles(administrators=frozenset({5})))
    speaker = await reception.meet(5, "A\u202enna\x00", "en-GB")
    assert (speaker.language, speaker.role, speaker.name) == (EN, Role.ADMINISTRATOR, "Anna")
    stores.people.set_language(5, ZH)
    assert (await reception.meet(5, "Anna", "en-GB")).language is ZH


@pytest.mark.parametrize(
    "code,language", [("zh-hans", ZH), ("ZH", ZH), (None, ZH), ("", ZH), ("en", EN), ("de", EN)]
)
def test_the_nearest_language(code: str | None, language: Language) -> None:
    assert language_of(code) is language
