"""`yidao-bot privacy` shows and erases for who asks by mail."""

from __future__ import annotations

import json

import pytest

from bot.__main__ import parser
from bot.commands import privacy
from knowledge.domain import Language, Role
from knowledge.settings import Settings
from knowledge.store import Stores
from tests.knowledge.asked import in_vain

ME = 1001


def carried_out(stores: Stores, *arguments: str) -> int:
    return privacy.carry_out(parser().parse_args(["privacy", *arguments]), Settings(_env_file=None), stores)


def test_show_forget_and_expire(stores: Stores, capsys: pytest.CaptureFixture[str]) -> None:
    in_vain(stores, "我问的", by=ME)
    assert carried_out(stores, "show", str(ME)) == 0
    assert "我问的" in capsys.readouterr().out
    assert carried_out(stores, "expire") == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 0
    assert carried_out(stores, "forget", str(ME)) == 0
    assert json.loads(capsys.readouterr().out) == {"questions": 1, "notes": 0, "deliveries": 0, "people": 1}
    assert stores.privacy.kept_of(ME)["questions"] == []


def test_the_last_administrator_is_not_erased(stores: Stores, capsys: pytest.CaptureFixture[str]) -> None:
    stores.people.meet(ME, "甲", Language.ZH, Role.ADMINISTRATOR)
    assert carried_out(stores, "forget", str(ME)) == 1
    assert "last administrator" in capsys.readouterr().err
    assert stores.people.get(ME) is not None
