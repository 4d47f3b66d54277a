"""Who of the staff did what."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from knowledge.store import Stores
from knowledge.store.audit import audit_log
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


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET who = 'nobody'", "DELETE FROM audit_log"])
def test_what_was_written_is_neither_changed_nor_taken_out(stores: Stores, statement: str) -> None:
    stores.audit.note("telegram:1001", "edition.approve", "edition:12")
    with pytest.raises(DBAPIError, match="append-only"), stores.database.write() as connection:
        connection.execute(text(statement))
    with stores.database.read() as connection:
        (kept,) = connection.execute(select(audit_log)).all()
    assert kept.who == "telegram:1001"
