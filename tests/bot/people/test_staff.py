"""/people: who is looked up by whom, and what may be decided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import CALLBACK_BYTES, Commanded, Message, Pressed, Said
from bot.dialogue import Dialogues
from bot.people.deciding import Oneself, SetInSettings, Verdict, decide
from bot.people.refusals import Refusals
from bot.people.roles import Roles
from bot.people.staff import Staff, press_of
from bot.people.staff_view import Place
from bot.router import Router
from bot.testing import FakeChat, FakeMessenger, incoming
from knowledge.domain import Language, Role
from knowledge.store import Stores
from knowledge.store.audit import BY_SETTINGS, AuditEntry
from knowledge.store.people import AsBefore, Changed, LastAdministrator

CHEN, WANG, LIU, ROOT = 3001, 1001, 2001, 9001
ROLES = Roles(administrators=frozenset({ROOT}))


def noted(stores: Stores) -> list[AuditEntry]:
    """Newest first; without the roles that the settings gave to begin with."""
    return [entry for entry in stores.audit.page(size=9).entries if entry.who != BY_SETTINGS]


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def staff(stores: Stores, messenger: FakeMessenger) -> Staff:
    for id_, name, role in (
        (CHEN, "陈主任", "administrator"),
        (WANG, "王医生", "doctor"),
        (LIU, "刘老师", "coordinator"),
    ):
        stores.people.meet(id_, name, Language.ZH, Role(role))
        stores.people.start(id_, "1")
    return Staff(
        stores=stores,
        roles=ROLES,
        dialogues=Dialogues(stores.dialogues),
        messenger=messenger,
        refusals=Refusals(stores.audit),
    )


async def press(
    staff: Staff, stores: Stores, data: str, *, role: Role = Role.ADMINISTRATOR, by: int = CHEN
) -> FakeChat:
    """Through the router, as it really comes."""
    chat = FakeChat()

    async def nothing(*_: object) -> None:
        """Takes what nobody else takes."""

    router = Router([staff], question=nothing, otherwise=nothing, refusals=Refusals(stores.audit))
    await router.handle(incoming(Pressed(data=data, message_id=7), role=role, speaker_id=by), chat)
    return chat


def role_of(stores: Stores, telegram_id: int) -> Role:
    person = stores.people.get(telegram_id)
    assert person is not None
    return person.role


def data_of(message: Message) -> list[str]:
    return [str(button.data) for row in message.buttons for button in row]


async def test_a_role_is_looked_up_asked_for_and_changed(
    staff: Staff, stores: Stores, messenger: FakeMessenger
) -> None:
    chat = FakeChat()
    await staff.list(incoming(Commanded(name="people", argument="王"), role=Role.ADMINISTRATOR), chat)
    card = data_of(chat.sent[0])[0]
    assert card == f"people:card:{WANG}:0:王"
    ((_, shown),) = (await press(staff, stores, card)).edits
    assert "王医生" in shown.html
    assert f"people:ask:{WANG}:coordinator" in data_of(shown)
    ((_, asked),) = (await press(staff, stores, f"people:ask:{WANG}:coordinator")).edits
    assert role_of(stores, WANG) is Role.DOCTOR
    chat = await press(staff, stores, data_of(asked)[0])
    assert role_of(stores, WANG) is Role.COORDINATOR
    assert chat.notes == ["已更改。"]
    assert messenger.sent[0][0] == WANG
    (entry,) = noted(stores)
    assert (entry.who, entry.action, entry.subject) == (f"telegram:{CHEN}", "person.role", f"person:{WANG}")
    assert entry.details == {"before": "doctor", "after": "coordinator"}


async def test_the_same_press_twice_is_carried_out_once(
    staff: Staff, stores: Stores, messenger: FakeMessenger
) -> None:
    for _ in range(2):
        await press(staff, stores, f"people:do:{WANG}:coordinator:doctor")
    assert len(noted(stores)) == 1
    assert len(messenger.sent) == 1


async def test_an_old_button_does_not_undo_what_was_decided_since(staff: Staff, stores: Stores) -> None:
    stores.people.change_role(WANG, Role.COORDINATOR)
    chat = await press(staff, stores, f"people:do:{WANG}:administrator:doctor")
    assert role_of(stores, WANG) is Role.COORDINATOR
    assert chat.notes == ["情况已有变化，请看现在的状态。"]


@pytest.mark.parametrize("role,by", [(Role.COORDINATOR, LIU), (Role.DOCTOR, WANG)])
async def test_nobody_else_changes_a_role_and_the_trial_is_written_down(
    staff: Staff, stores: Stores, role: Role, by: int
) -> None:
    chat = await press(staff, stores, f"people:do:{by}:administrator:{role}", role=role, by=by)
    assert role_of(stores, by) is role
    assert len(chat.notes) == 1
    (entry,) = noted(stores)
    assert (entry.who, entry.action) == (f"telegram:{by}", "refused.role")


async def test_a_forged_button_of_an_administrator_is_refused_too(staff: Staff, stores: Stores) -> None:
    await press(staff, stores, f"people:do:{WANG}:emperor:doctor")
    (entry,) = noted(stores)
    assert entry.action == "refused.callback"


async def test_people_are_found_by_a_typed_name(staff: Staff, stores: Stores) -> None:
    await press(staff, stores, "people:search")
    said = incoming(Said(text=" 刘 "), role=Role.ADMINISTRATOR, speaker_id=CHEN)
    handler = staff.takes_text(said)
    assert handler is not None
    chat = FakeChat()
    await handler(said, chat)
    assert f"people:card:{LIU}:0:刘" in data_of(chat.sent[0])
    assert staff.takes_text(said) is None


async def test_a_name_without_letters_is_shown_by_its_id(staff: Staff, stores: Stores) -> None:
    stores.people.meet(77, "", Language.ZH)
    chat = FakeChat()
    await staff.list(incoming(Commanded(name="people", argument="77"), role=Role.ADMINISTRATOR), chat)
    assert chat.sent[0].buttons[0][0].text == "编号 77 · 未加入"


async def test_a_long_list_comes_in_pages_whose_buttons_fit(staff: Staff, stores: Stores) -> None:
    for id_ in range(7_000_000_000_000, 7_000_000_000_020):
        stores.people.meet(id_, "某" * 60, Language.ZH)
    chat = FakeChat()
    await staff.list(incoming(Commanded(name="people", argument="某" * 60), role=Role.ADMINISTRATOR), chat)
    turn = [data for data in data_of(chat.sent[0]) if data.startswith("people:list")]
    assert turn == [f"people:list:1:{'某' * 8}"]
    assert all(len(data.encode()) <= CALLBACK_BYTES for data in data_of(chat.sent[0]))
    ((_, second),) = (await press(staff, stores, turn[0])).edits
    assert len([data for data in data_of(second) if data.startswith("people:card")]) == 8


def test_whom_the_settings_name_is_decided_there(staff: Staff, stores: Stores) -> None:
    stores.people.meet(ROOT, "根", Language.ZH, Role.ADMINISTRATOR)
    for verdict in (Verdict.DOCTOR, Verdict.COORDINATOR, Verdict.BAR):
        decided = decide(stores, ROLES, ROOT, verdict, who=f"telegram:{CHEN}")
        assert decided == SetInSettings(role=Role.ADMINISTRATOR)
    assert noted(stores) == []


def test_nobody_shuts_themselves_out_and_the_last_administrator_stays(staff: Staff, stores: Stores) -> None:
    nobody = Roles()
    who = f"telegram:{CHEN}"
    assert decide(stores, nobody, CHEN, Verdict.BAR, who=who) == Oneself()
    assert decide(stores, nobody, CHEN, Verdict.DOCTOR, who=who) == LastAdministrator()
    assert decide(stores, nobody, CHEN, Verdict.BAR, who="shell:root") == LastAdministrator()
    assert role_of(stores, CHEN) is Role.ADMINISTRATOR


def test_barring_is_written_down_once(staff: Staff, stores: Stores) -> None:
    who = "shell:root"
    assert isinstance(decide(stores, ROLES, WANG, Verdict.BAR, who=who), Changed)
    assert decide(stores, ROLES, WANG, Verdict.BAR, who=who) == AsBefore()
    assert isinstance(decide(stores, ROLES, WANG, Verdict.UNBAR, who=who), Changed)
    assert [entry.action for entry in noted(stores)] == ["person.unbar", "person.bar"]


@pytest.mark.parametrize(
    "data",
    [
        "people",
        "people:card",
        "people:card:0:0:",
        "people:card:-1:0:",
        "people:card:１:0:",
        "people:card:1",
        "people:do:1:doctor",
        "people:do:1:doctor:x:y",
        "people:ask:1:doctor:x",
        "people:list:x:",
        "people:search:x",
    ],
)
def test_what_no_button_of_ours_says_is_nothing(data: str) -> None:
    assert press_of(data) is None


@given(st.text(max_size=60))
def test_whatever_comes_is_read_or_refused(rest: str) -> None:
    press_of(f"people:{rest}")
    assert len(str(Place.of(rest)).encode()) <= 2 + 24
