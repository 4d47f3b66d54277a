"""`yidao-bot people` and `yidao-bot audit`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.__main__ import main
from knowledge.domain import Language
from knowledge.store import Stores


@pytest.fixture
def shell(stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stores:
    """A library with one doctor, where the commands find it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YIDAO_DATABASE_URL", f"sqlite:///{tmp_path / 'yidao.sqlite3'}")
    monkeypatch.setenv("YIDAO_ADMIN_IDS", "9001")
    monkeypatch.setenv("YIDAO_BOT_TOKEN", "")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    stores.people.meet(1001, "王医生", Language.ZH)
    return stores


def test_a_role_is_changed_and_who_did_it_is_written_down(
    shell: Stores, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["people", "role", "1001", "coordinator"]) == 0
    assert main(["people", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["role"] == "coordinator"
    assert main(["audit", "--json", "1001"]) == 0
    entry = json.loads(capsys.readouterr().out)
    assert entry["who"].startswith("shell:")
    assert (entry["action"], entry["subject"]) == ("person.role", "person:1001")
    assert entry["details"] == {"before": "doctor", "after": "coordinator"}


def test_somebody_is_shut_out_and_let_in_again(shell: Stores) -> None:
    for action, barred in (("bar", True), ("unbar", False)):
        assert main(["people", action, "1001"]) == 0
        assert main(["people", action, "1001"]) == 0
        person = shell.people.get(1001)
        assert person is not None
        assert person.barred is barred
    assert len(shell.audit.page(size=9).entries) == 2


@pytest.mark.parametrize(
    "arguments",
    [["bar", "9001"], ["bar", "77"], ["revoke", "9"], ["invite", "--for", "0"], ["invite", "--days", "0"]],
)
def test_what_cannot_be_done_ends_with_1(shell: Stores, arguments: list[str]) -> None:
    assert main(["people", *arguments]) == 1
    assert shell.audit.page(size=9).entries == ()


def test_an_invitation_is_made_and_revoked(shell: Stores, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["people", "invite", "--role", "coordinator", "--for", "5", "--days", "3"]) == 0
    code = capsys.readouterr().out.removeprefix("/start ").strip()
    assert main(["people", "revoke", "1"]) == 0
    assert main(["people", "invitations", "--json"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert json.loads(line)["status"] == "revoked"
    assert main(["audit"]) == 0
    told = capsys.readouterr().out
    assert "invitation #1: coordinator, for 5, 3 d" in told
    assert code not in told


def test_nobody_found_says_so(shell: Stores, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["people", "list", "nobody"]) == 0
    assert "nobody" in capsys.readouterr().out
