"""What came in finds its handler; what nobody takes is met politely."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.app import build
from bot.conversation import (
    Chat,
    Commanded,
    Content,
    FileSent,
    Handler,
    Incoming,
    OtherKind,
    Pressed,
    Said,
    SomethingElse,
)
from bot.menu import MENU
from bot.router import Feature, Router
from bot.testing import FakeMessenger, incoming
from knowledge.settings import Settings
from knowledge.store import Stores


async def question(incoming: Incoming, chat: Chat) -> None:
    """The handler of questions."""


async def otherwise(incoming: Incoming, chat: Chat) -> None:
    """The handler of the rest."""


async def special(incoming: Incoming, chat: Chat) -> None:
    """A feature's handler."""


class Named(Feature):
    def __init__(self, name: str = "x", *, document: Handler | None = None, awaits: str = "") -> None:
        self._name = name
        self._document = document
        self._awaits = awaits

    def commands(self) -> Mapping[str, Handler]:
        return {self._name: special}

    def callbacks(self) -> Mapping[str, Handler]:
        return {self._name: special}

    def document(self) -> Handler | None:
        return self._document

    def takes_text(self, incoming: Incoming) -> Handler | None:
        said = incoming.content
        return special if isinstance(said, Said) and said.text == self._awaits else None


@pytest.mark.parametrize(
    "content,expected",
    [
        (Said(text="老年高血压"), question),
        (Said(text="awaited"), special),
        (Commanded(name="x"), special),
        (Commanded(name="y"), otherwise),
        (Pressed(data="x:1", message_id=1), special),
        (Pressed(data="x", message_id=1), special),
        (Pressed(data="xy:1", message_id=1), otherwise),
        (Pressed(data="", message_id=1), otherwise),
        (FileSent(name="a.pdf", size=1), special),
        (SomethingElse(kind=OtherKind.VOICE), otherwise),
    ],
)
def test_dispatch(content: Content, expected: Handler) -> None:
    router = Router([Named(document=special, awaits="awaited")], question=question, otherwise=otherwise)
    assert router.handler_for(incoming(content)) is expected


def test_a_file_that_no_feature_takes_is_met_like_the_rest() -> None:
    router = Router([Named()], question=question, otherwise=otherwise)
    assert router.handler_for(incoming(FileSent(name="a.pdf", size=1))) is otherwise


def test_two_features_cannot_claim_one_name() -> None:
    with pytest.raises(ValueError, match="'x'"):
        Router([Named(), Named()], question=question, otherwise=otherwise)


def test_two_features_cannot_claim_documents() -> None:
    features = [Named("x", document=special), Named("y", document=special)]
    with pytest.raises(ValueError, match="documents"):
        Router(features, question=question, otherwise=otherwise)


async def test_the_bot_builds_and_its_menu_lists_the_commands_that_exist(stores: Stores) -> None:
    made = build(Settings(embedding_model="fake", _env_file=None), stores, FakeMessenger())
    await made.answering.close()
    assert {entry.name for entry in MENU} == set(made.router.commands)
    assert len(MENU) == len({entry.name for entry in MENU})
