"""What was shown is what is done, once, whoever else decides meanwhile."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from bot.library.deciding import (
    Decided,
    Discarded,
    Dropped,
    Gone,
    Loaded,
    Settled,
    Waiting,
    approve,
    discard,
    standing,
)
from knowledge.domain import EditionStatus
from knowledge.store import Stores
from knowledge.store.jobs import JobStatus
from knowledge.store.library import EditionRecord, Fact
from tests.bot.library.drafts import new_edition, ready
from tests.knowledge.editions import edition

WHO = "telegram:1"


def seen(stores: Stores, draft: EditionRecord) -> str:
    """What the card that stands in the chat says."""
    found = standing(stores, draft.id)
    assert isinstance(found, Waiting)
    return found.proposal.seen


def load(stores: Stores, draft: EditionRecord, shown: str | None = None) -> Decided:
    return approve(stores, draft.id, seen=shown or seen(stores, draft), who=WHO)


def drop(stores: Stores, draft: EditionRecord, shown: str | None = None, who: str = WHO) -> Decided:
    return discard(stores, draft.id, seen=shown or seen(stores, draft), who=who)


def audited(stores: Stores) -> list[tuple[str, str, str, dict[str, Any]]]:
    with stores.database.read() as connection:
        rows = connection.execute(text("SELECT who, action, subject, details FROM audit_log ORDER BY id"))
        return [(who, action, subject, json.loads(details)) for who, action, subject, details in rows]


def test_loading_makes_the_edition_answer(stores: Stores):
    job, draft = ready(stores)
    assert isinstance(load(stores, draft), Loaded)
    edition = stores.library.edition(draft.id)
    assert (edition.status, edition.decided_by) == (EditionStatus.CURRENT, WHO)
    decided = stores.jobs.get(job.id)
    assert decided is not None
    assert decided.status is JobStatus.APPROVED
    ((who, action, subject, details),) = audited(stores)
    assert (who, action, subject) == (WHO, "edition.approve", f"edition:{draft.id}")
    assert (details["before"], details["after"]) == ({"status": "draft"}, {"status": "current"})


def test_the_first_real_document_withdraws_the_samples(stores: Stores):
    stores.library.approve(stores.library.add_draft(new_edition("样例", is_sample=True)).id)
    _, draft = ready(stores)
    result = load(stores, draft)
    assert isinstance(result, Loaded)
    assert result.approved.samples_withdrawn == 1


def test_a_second_press_changes_nothing(stores: Stores):
    _, draft = ready(stores)
    shown = seen(stores, draft)
    load(stores, draft, shown)
    generation = stores.library.generation()
    assert isinstance(load(stores, draft, shown), Settled)
    assert isinstance(drop(stores, draft, shown), Settled)
    assert stores.library.generation() == generation
    assert stores.library.edition(draft.id).status is EditionStatus.CURRENT
    assert len(audited(stores)) == 1


def test_a_failure_leaves_nothing_half_decided(stores: Stores):
    job, draft = ready(stores)
    with stores.database.write() as connection:
        connection.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no'); END")
        )
    with pytest.raises(Exception, match="no"):
        load(stores, draft)
    assert stores.library.edition(draft.id).status is EditionStatus.DRAFT
    waiting = stores.jobs.get(job.id)
    assert waiting is not None
    assert waiting.status is JobStatus.READY


def test_discarding_forgets_the_draft(stores: Stores):
    job, draft = ready(stores)
    shown = seen(stores, draft)
    assert drop(stores, draft, shown) == Discarded(title="成人高血压食养指南")
    assert stores.library.list_editions(EditionStatus) == []
    decided = stores.jobs.get(job.id)
    assert decided is not None
    assert decided.status is JobStatus.DISCARDED
    ((_, action, _, details),) = audited(stores)
    assert (action, details["before"]["title"]) == ("edition.discard", "成人高血压食养指南")


def test_what_was_discarded_is_told_afterwards(stores: Stores):
    """A kill fell between the decision and its card, and the same press comes again; or another holds the card."""
    _, draft = ready(stores)
    shown = seen(stores, draft)
    drop(stores, draft, shown)
    for result in (load(stores, draft, shown), drop(stores, draft, shown, "telegram:2")):
        assert isinstance(result, Dropped)
        assert (result.title, result.year, result.who) == ("成人高血压食养指南", 2023, WHO)
    assert len(audited(stores)) == 1


def test_what_was_discarded_on_the_command_line_is_told_by_its_file(stores: Stores):
    _, draft = ready(stores)
    stores.library.discard(draft.id)
    stores.audit.note("shell:root", "edition.discard", f"edition:{draft.id}", {"file": "shiyang.pdf"})
    result = standing(stores, draft.id)
    assert isinstance(result, Dropped)
    assert (result.title, result.year, result.who) == ("shiyang.pdf", None, "shell:root")


def test_there_is_nothing_to_tell_of_what_never_was(stores: Stores):
    assert standing(stores, 77) == Gone()


@pytest.mark.parametrize("decide", [load, drop])
def test_the_card_of_a_discarded_draft_decides_nothing_about_the_next_one(stores: Stores, decide):
    """SQLite gives the next draft the same id; a corrected file has the same title and year."""
    _, first = ready(stores)
    shown = seen(stores, first)
    drop(stores, first, shown)
    corrected = edition(first.title, ("每日食盐摄入量不超过 6 克。",), year=first.year)
    _, second = ready(stores, corrected)
    result = decide(stores, second, shown)
    assert isinstance(result, Waiting)
    assert stores.library.edition(second.id).status is EditionStatus.DRAFT


def test_an_older_edition_is_kept_and_does_not_answer(stores: Stores):
    stores.library.approve(stores.library.add_draft(new_edition(year=2024)).id)
    _, draft = ready(stores, new_edition(year=2020))
    result = load(stores, draft)
    assert isinstance(result, Loaded)
    assert result.approved.edition.status is EditionStatus.REPLACED


@pytest.mark.parametrize("change", ["edited", "another_edition_answers", "moved"])
def test_a_card_that_no_longer_says_what_would_happen_decides_nothing(stores: Stores, change: str):
    """Another coordinator edited it, or loaded a new edition, since it was shown."""
    _, draft = ready(stores)
    shown = seen(stores, draft)
    if change == "edited":
        stores.library.edit(draft.id, Fact.YEAR, 2021)
    elif change == "another_edition_answers":
        stores.library.approve(stores.library.add_draft(new_edition(year=2022)).id)
    else:
        other = stores.library.approve(stores.library.add_draft(new_edition("别的")).id).edition
        stores.library.assign(draft.id, other.document_id)
    result = load(stores, draft, shown)
    assert isinstance(result, Waiting)
    assert stores.library.edition(draft.id).status is EditionStatus.DRAFT
    assert isinstance(load(stores, draft, result.proposal.seen), Loaded)


def test_of_two_coordinators_at_once_one_decides(stores: Stores):
    for _ in range(5):
        _, draft = ready(stores)
        shown = seen(stores, draft)
        with ThreadPoolExecutor(2) as threads:
            results = [
                threads.submit(approve, stores, draft.id, seen=shown, who="telegram:1"),
                threads.submit(discard, stores, draft.id, seen=shown, who="telegram:2"),
            ]
        won, lost = sorted(
            (type(result.result()) for result in results), key=lambda kind: kind in (Settled, Dropped)
        )
        assert (won, lost) in ((Loaded, Settled), (Discarded, Dropped))


def test_a_withdrawn_edition_is_not_loaded_again_by_an_old_button(stores: Stores):
    _, draft = ready(stores)
    shown = seen(stores, draft)
    load(stores, draft, shown)
    stores.library.withdraw(draft.id)
    assert isinstance(load(stores, draft, shown), Settled)
    assert stores.library.edition(draft.id).status is EditionStatus.WITHDRAWN
