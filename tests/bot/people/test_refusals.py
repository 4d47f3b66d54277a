"""Whatever is refused is written down, a few an hour of each person."""

from __future__ import annotations

import pytest

from bot.conversation import Chat, Commanded, Content, FileSent, Handler, Incoming, Pressed, Said
from bot.people.refusals import Refusals
from bot.people.roles import only
from bot.router import Feature, Router
from bot.testing import FakeChat, incoming
from knowledge.domain import Role
from knowledge.store import Stores
from knowledge.store.audit import REFUSALS_AN_HOUR


async def done(incoming: Incoming, chat: Chat) -> None:
    await chat.acknowledge("done")


class Guarded(Feature):
    def commands(self) -> dict[str, Handler]:
        return {"announce": only(Role.ADMINISTRATOR, done)}

    def callbacks(self) -> dict[str, Handler]:
        return {"people": only(Role.ADMINISTRATOR, done)}

    def document(self) -> Handler:
        return only(Role.COORDINATOR, done)


@pytest.fixture
def router(stores: Stores) -> Router:
    return Router([Guarded()], question=done, otherwise=done, refusals=Refusals(stores.audit))


@pytest.mark.parametrize(
    "content,action,subject",
    [
        (Commanded(name="announce", argument="秘密"), "refused.role", "command:announce"),
        (
            Pressed(data="people:role:1:administrator", message_id=3),
            "refused.role",
            "button:people:role:1:administrator",
        ),
        (FileSent(name="x.pdf", size=3), "refused.role", "filesent"),
        (Pressed(data="forged:1", message_id=3), "refused.callback", "button:forged:1"),
    ],
)
async def test_it_says_who_tried_what(
    router: Router, stores: Stores, content: Content, action: str, subject: str
) -> None:
    await router.handle(incoming(content), FakeChat())
    (entry,) = stores.audit.page(size=9).entries
    assert (entry.who, entry.action, entry.subject) == ("telegram:1001", action, subject)
    assert entry.details["role"] == "doctor"


async def test_what_somebody_may_do_leaves_no_refusal(router: Router, stores: Stores) -> None:
    for content in (Said(text="血压"), Commanded(name="announce"), Commanded(name="unknown")):
        await router.handle(incoming(content, role=Role.ADMINISTRATOR), FakeChat())
    await router.handle(incoming(Said(text="血压")), FakeChat())
    assert stores.audit.page(size=9).entries == ()


async def test_a_stranger_who_goes_on_trying_cannot_fill_the_disk(router: Router, stores: Stores) -> None:
    chat = FakeChat()
    for _ in range(3 * REFUSALS_AN_HOUR):
        await router.handle(incoming(Commanded(name="announce")), chat)
    assert len(stores.audit.page(size=99).entries) == REFUSALS_AN_HOUR
    assert len(chat.sent) == 3 * REFUSALS_AN_HOUR


async def test_a_refused_button_stops_spinning_and_says_why(router: Router) -> None:
    chat = FakeChat()
    await router.handle(incoming(Pressed(data="people:x", message_id=3)), chat)
    assert len(chat.notes) == 1
    assert "管理员" in chat.notes[0]
    assert chat.sent == []
