"""Who did not agree is asked, and who agreed to what is known."""

from __future__ import annotations

import hashlib

import pytest

from bot.conversation import Chat, HungOn, Incoming, Pressed, Said
from bot.privacy import view
from bot.privacy.consent import VERSION, Consent
from bot.testing import FakeChat, incoming
from bot.texts import texts
from knowledge.domain import Consent as Mode
from knowledge.domain import Language
from knowledge.store import Stores

ME, GROUP = 1001, -7
#: What each version of the notice said. A new text that changes the sense gets a new version, and everybody is asked again;
#: one that does not gets a new line here only.
SAID = {"3": "4f6f62bb"}


@pytest.fixture
def consent(stores: Stores) -> Consent:
    stores.people.meet(ME, "王医生", Language.ZH)
    return Consent(stores.people, stores.privacy, days=365)


class Handled:
    """A handler that notes what it is given."""

    def __init__(self) -> None:
        self.given: list[Incoming] = []

    async def __call__(self, what: Incoming, chat: Chat) -> None:
        self.given.append(what)


def said(text: str = "高血压的目标？") -> Incoming:
    return incoming(Said(text=text), update_id=1, message_id=10)


def pressed(data: str, hung_on: HungOn | None = None, **where: object) -> Incoming:
    return incoming(Pressed(data=data, message_id=11, hung_on=hung_on), update_id=2, **where)  # type: ignore[arg-type]


def question(by: int = ME) -> HungOn:
    return HungOn(text="高血压的目标？", message_id=10, said_by=by)


def test_a_notice_that_says_something_else_has_another_version() -> None:
    shown = [
        view.notice(language, version="", days=days, has_question=False)
        for language in Language
        for days in (0, 9)
    ]
    digest = hashlib.sha256("".join(message.html for message in shown).encode()).hexdigest()
    assert digest.startswith(SAID[VERSION]), (
        f"the notice of version {VERSION} reads differently now: {digest[:8]}"
    )


async def test_until_they_agree_nothing_is_asked_and_the_notice_hangs_on_the_question(
    consent: Consent,
) -> None:
    asked, chat = Handled(), FakeChat()
    await consent.before(asked)(said(), chat)
    assert asked.given == []
    assert chat.sent[0].hangs
    assert chat.sent[0].buttons[0][0].data == f"consent:agree:{VERSION}"


async def test_who_asks_on_without_agreeing_is_shown_a_line_only(consent: Consent) -> None:
    chat = FakeChat()
    for _ in range(3):
        await consent.before(Handled())(said(), chat)
    assert len(chat.sent[0].html) > 3 * len(chat.sent[1].html)
    assert [message.buttons[0][0].data for message in chat.sent] == [f"consent:agree:{VERSION}"] * 3


async def test_who_agrees_is_answered_at_once_and_never_asked_again(consent: Consent, stores: Stores) -> None:
    asked, chat = Handled(), FakeChat()
    await consent.press(
        pressed(f"consent:agree:{VERSION}", question()), chat, question=asked, welcome=Handled()
    )
    assert [(each.content, each.message_id, each.update_id) for each in asked.given] == [
        (Said(text="高血压的目标？"), 10, 2)
    ]
    await consent.before(asked)(said("接着问"), chat)
    assert len(asked.given) == 2
    assert stores.privacy.agreed_to(ME) == VERSION


async def test_who_joins_by_asking_is_told_once_where_to_say_what_they_do(consent: Consent) -> None:
    chat = FakeChat()
    for message_id in (10, 20):
        hung_on = HungOn(text="?", message_id=message_id, said_by=ME)
        agree = pressed(f"consent:agree:{VERSION}", hung_on)
        await consent.press(agree, chat, question=Handled(), welcome=Handled())
    assert ["/settings" in message.html for message in chat.sent] == [True]


@pytest.mark.parametrize("in_group", [True, False])
async def test_who_did_not_join_by_asking_is_not(consent: Consent, stores: Stores, *, in_group: bool) -> None:
    """In a group nobody joins, and who joined long ago was asked then."""
    if not in_group:
        stores.privacy.agree(ME, "2", joins=True)
    chat = FakeChat()
    agree = pressed(f"consent:agree:{VERSION}", question(), is_group=in_group)
    await consent.press(agree, chat, question=Handled(), welcome=Handled())
    assert chat.sent == []


async def test_who_agrees_before_asking_is_welcomed(consent: Consent) -> None:
    welcome = Handled()
    await consent.press(pressed(f"consent:agree:{VERSION}"), FakeChat(), question=Handled(), welcome=welcome)
    assert len(welcome.given) == 1


async def test_an_older_version_is_asked_again(consent: Consent, stores: Stores) -> None:
    stores.privacy.agree(ME, "1", joins=True)
    asked, chat = Handled(), FakeChat()
    await consent.before(asked)(said(), chat)
    assert asked.given == []
    await consent.press(pressed("consent:agree:1", question()), chat, question=asked, welcome=asked)
    assert asked.given == []
    assert stores.privacy.agreed_to(ME) == "1"
    assert chat.edits[-1][1].buttons[0][0].data == f"consent:agree:{VERSION}"


async def test_who_was_only_told_is_asked_when_that_is_set(consent: Consent, stores: Stores) -> None:
    stores.people.start(ME, VERSION)
    assert not await consent.is_given(said())


async def test_in_a_group_nobody_agrees_for_another(consent: Consent, stores: Stores) -> None:
    asked, chat = Handled(), FakeChat()
    theirs = pressed(f"consent:agree:{VERSION}", question(by=1002), is_group=True, chat_id=GROUP)
    await consent.press(theirs, chat, question=asked, welcome=asked)
    assert asked.given == []
    assert stores.privacy.agreed_to(ME) is None


@pytest.mark.parametrize(
    "data",
    [
        "consent",
        "consent:",
        "consent:agree",
        "consent:agree:2:3",
        "consent:agree:99",
        "consent:speak:fr",
        "x:y",
    ],
)
async def test_a_forged_button_agrees_to_nothing(consent: Consent, stores: Stores, data: str) -> None:
    asked = Handled()
    await consent.press(pressed(data, question()), FakeChat(), question=asked, welcome=asked)
    assert asked.given == []
    assert stores.privacy.agreed_to(ME) is None


async def test_the_notice_can_be_read_in_the_other_language(consent: Consent, stores: Stores) -> None:
    chat = FakeChat()
    await consent.press(pressed("consent:speak:en", question()), chat, question=Handled(), welcome=Handled())
    assert texts(Language.EN).get("privacy.notice_title") in chat.edits[0][1].html
    person = stores.people.get(ME)
    assert person is not None
    assert person.language is Language.EN


@pytest.mark.parametrize(
    "mode,update_id", [(Mode.NOTICE, 1), (Mode.ASK, None)], ids=["elsewhere", "in a terminal"]
)
async def test_where_nobody_need_agree_questions_go_on(
    stores: Stores, mode: Mode, update_id: int | None
) -> None:
    asked = Handled()
    consent = Consent(stores.people, stores.privacy, mode=mode)
    await consent.before(asked)(incoming(Said(text="?"), update_id=update_id), FakeChat())
    assert len(asked.given) == 1
