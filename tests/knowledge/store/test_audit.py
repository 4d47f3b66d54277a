"""Who of the staff did what."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from knowledge.store import Stores
from knowledge.store.audit import REFUSALS_AN_HOUR, AuditPage, audit_log
from knowledge.store.database import now


def test_every_act_is_one_line_with_its_time(stores: Stores) -> None:
    began = now()
    stores.audit.note("telegram:1001", "edition.approve", "edition:12", {"file": "指南.pdf"})
    stores.audit.note("shell:root", "edition.withdraw", "edition:12")
    with stores.database.read() as connection:
        first, second = connection.execute(select(audit_log).order_by(audit_log.c.id)).all()
    assert (first.who, first.action, first.subject) == ("telegram:1001", "edition.approve", "edition:12")
    assert json.loads(first.details) == {"file": "指南.pdf"}
    assert json.loads(second.details) == {}
    assert began <= first.at <= second.at <= now()


def test_the_last_of_its_kind_is_found(stores: Stores) -> None:
    for who, subject in (
        ("telegram:1", "edition:12"),
        ("telegram:2", "edition:12"),
        ("telegram:3", "edition:123"),
    ):
        stores.audit.note(who, "edition.discard", subject)
    stores.audit.note("telegram:4", "edition.approve", "edition:12")
    found = stores.audit.last("edition.discard", "edition:12")
    assert found is not None
    assert found.who == "telegram:2"
    assert stores.audit.last("edition.discard", "edition:1") is None


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET who = 'nobody'", "DELETE FROM audit_log"])
def test_what_was_written_is_neither_changed_nor_taken_out(stores: Stores, statement: str) -> None:
    stores.audit.note("telegram:1001", "edition.approve", "edition:12")
    with pytest.raises(DBAPIError, match="append-only"), stores.database.write() as connection:
        connection.execute(text(statement))
    with stores.database.read() as connection:
        (kept,) = connection.execute(select(audit_log)).all()
    assert kept.who == "telegram:1001"


def test_refusals_of_one_person_are_bounded_by_the_hour_and_acts_are_not(stores: Stores) -> None:
    written = [stores.audit.note_refusal("telegram:7", "role", "/announce") for _ in range(30)]
    assert sum(written) == REFUSALS_AN_HOUR
    assert written[:REFUSALS_AN_HOUR] == [True] * REFUSALS_AN_HOUR
    assert stores.audit.note_refusal("telegram:8", "role", "x" * 10_000)
    stores.audit.note("telegram:7", "edition.approve", "edition:12")
    newest, of_another, *_ = stores.audit.page(size=99).entries
    assert newest.action == "edition.approve"
    assert (of_another.action, len(of_another.subject)) == ("refused.role", 200)


def test_the_newest_come_first_in_pages_to_both_sides(stores: Stores) -> None:
    for number in range(1, 8):
        stores.audit.note("telegram:1", "edition.approve", f"edition:{number}", {"n": number})

    def ids(page: AuditPage) -> list[int]:
        return [entry.details["n"] for entry in page.entries]

    first = stores.audit.page(size=3)
    assert (ids(first), first.has_newer, first.has_older) == ([7, 6, 5], False, True)
    second = stores.audit.page(before=first.entries[-1].id, size=3)
    assert (ids(second), second.has_newer, second.has_older) == ([4, 3, 2], True, True)
    last = stores.audit.page(before=second.entries[-1].id, size=3)
    assert (ids(last), last.has_newer, last.has_older) == ([1], True, False)
    back = stores.audit.page(after=last.entries[0].id, size=3)
    assert ids(back) == [4, 3, 2]
    assert stores.audit.page("nothing", size=3) == AuditPage(entries=(), has_newer=False, has_older=False)


def test_it_is_filtered_by_person_and_by_action(stores: Stores) -> None:
    stores.audit.note("telegram:1", "person.role", "person:2")
    stores.audit.note("telegram:2", "edition.approve", "edition:1")
    stores.audit.note("telegram:12", "edition.withdraw", "edition:2")

    def actions(about: str) -> list[str]:
        return [entry.action for entry in stores.audit.page(about, size=9).entries]

    assert actions("2") == ["edition.approve", "person.role"]
    assert actions("edition") == ["edition.withdraw", "edition.approve"]
    assert actions("edition.w") == ["edition.withdraw"]
    assert actions("%") == []
