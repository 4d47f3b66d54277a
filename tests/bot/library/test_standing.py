"""What staff change about documents keeps others from writing for a moment only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.library.standing import Overtaken, correct
from knowledge.store import Stores
from knowledge.store.library import EditionRecord, Fact
from tests.knowledge.editions import edition, publish

WHO = "telegram:7"


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What the database is asked, in order."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def _reads_text(statement: str) -> bool:
    return statement.startswith("SELECT passages.id, passages.kind, passages.section, passages.text")


def test_a_document_is_cut_again_before_the_writers_place_is_taken(
    stores: Stores, statements: list[str]
) -> None:
    old = publish(stores, edition("scan_0001")).edition
    statements.clear()
    after = correct(stores, old.id, Fact.TITLE, "高血压防治指南", who=WHO)
    assert isinstance(after, EditionRecord)
    (cut,) = [at for at, statement in enumerate(statements) if _reads_text(statement)]
    assert cut < statements.index("BEGIN IMMEDIATE")
    (passage,) = stores.passages.of_edition(old.id)
    assert passage.tokens == edition("高血压防治指南").passages[0].tokens


def test_nothing_is_cut_for_a_title_that_it_has_already(stores: Stores, statements: list[str]) -> None:
    old = publish(stores, edition()).edition
    statements.clear()
    assert correct(stores, old.id, Fact.TITLE, old.title, who=WHO) == old
    assert not any(map(_reads_text, statements))


def test_an_edition_that_is_gone_is_not_corrected(stores: Stores) -> None:
    assert isinstance(correct(stores, 99, Fact.TITLE, "高血压防治指南", who=WHO), Overtaken)
