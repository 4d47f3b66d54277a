"""The card says what approving does, and approving does what the card said."""

from __future__ import annotations

from typing import Any

import pytest

from bot.library.plan import (
    NewDocument,
    OlderThan,
    ReadAgain,
    Replaces,
    Returns,
    SameContent,
    plan_for,
    proposal_for,
)
from knowledge.domain import EditionStatus
from knowledge.store import Stores
from knowledge.store.library import EditionRecord, Fact, NewEdition
from tests.bot.library.drafts import new_edition, queued
from tests.knowledge.editions import edition


def draft(stores: Stores, **given: Any) -> EditionRecord:
    return stores.library.add_draft(edition("指南", (f"{given}",), **given))


def current(stores: Stores, **given: Any) -> EditionRecord:
    return stores.library.approve(draft(stores, **given).id).edition


def plan(stores: Stores, of: EditionRecord) -> object:
    return plan_for(of, stores.library.editions_of(of.document_id))


def test_nothing_of_this_document_is_loaded(stores: Stores):
    current(stores, language="en")
    assert plan(stores, draft(stores, year=2024)) == NewDocument()


def test_another_draft_is_no_edition_yet(stores: Stores):
    draft(stores, year=2020)
    assert plan(stores, draft(stores, year=2024)) == NewDocument()


@pytest.mark.parametrize("year", [2020, 2018, None])
def test_it_replaces_what_answers_now(stores: Stores, year: int | None):
    old = current(stores, year=year)
    of = draft(stores, year=2020, publisher="学会")
    assert plan(stores, of) == Replaces(edition=old)
    assert stores.library.approve(of.id).replaced == (old,)


def test_a_newer_edition_is_in_use(stores: Stores):
    newer = current(stores, year=2024)
    of = draft(stores, year=2020)
    assert plan(stores, of) == OlderThan(edition=newer)
    assert stores.library.approve(of.id).edition.status is EditionStatus.REPLACED


def test_the_same_words_under_another_name_are_told(stores: Stores):
    known = stores.library.approve(stores.library.add_draft(edition("甲", ("同一正文。",))).id).edition
    assert plan(stores, stores.library.add_draft(edition("乙", ("同一正文。",)))) == SameContent(
        edition=known
    )


def test_a_file_that_is_read_again_replaces_its_own_reading(stores: Stores):
    known = stores.library.approve(stores.library.add_draft(edition("甲", file_hash="f" * 64)).id).edition
    again = stores.library.add_draft(edition("甲", ("新读法。",), file_hash="f" * 64), known.document_id)
    assert plan(stores, again) == ReadAgain(edition=known)


def test_a_document_of_which_nothing_answers_is_told(stores: Stores):
    known = current(stores, year=2020)
    stores.library.withdraw(known.id)
    of = draft(stores, year=2024)
    returns = plan(stores, of)
    assert isinstance(returns, Returns)
    assert returns.edition.id == known.id


# ------------------------------------------------------------------------------------------- proposals


def proposed(stores: Stores, new: NewEdition, **details: Any) -> EditionRecord:
    """A draft with what the indexer told of it."""
    of = stores.library.add_draft(new)
    stores.jobs.ready(queued(stores).id, of.id, details)
    return of


def test_a_document_that_reads_alike_is_named(stores: Stores):
    other = stores.library.approve(stores.library.add_draft(new_edition("甲")).id).edition
    of = proposed(stores, new_edition("乙"), alike=[[other.document_id, 0.2], [999, 0.15]])
    proposal = proposal_for(stores, of)
    assert proposal.plan == NewDocument()
    assert [(each.edition, each.share) for each in proposal.alike] == [(other, 0.2)]
    assert proposal.by_content is None


def test_a_draft_that_was_taken_for_an_edition_by_its_text_says_so(stores: Stores):
    other = stores.library.approve(stores.library.add_draft(new_edition("甲")).id).edition
    of = proposed(stores, new_edition("乙", 2024), alike=[[other.document_id, 0.6]])
    of = stores.library.assign(of.id, other.document_id)
    proposal = proposal_for(stores, of)
    assert proposal.plan == Replaces(edition=other)
    assert (proposal.by_content, proposal.alike) == (0.6, ())


def test_samples_that_would_be_withdrawn_are_counted(stores: Stores):
    stores.library.approve(stores.library.add_draft(new_edition("样例", is_sample=True)).id)
    of = stores.library.add_draft(new_edition())
    assert proposal_for(stores, of).samples == 1
    stores.library.approve(of.id)
    assert proposal_for(stores, stores.library.add_draft(new_edition(year=2020))).samples == 0


def test_what_a_card_showed_is_told_apart_by_everything_that_counts(stores: Stores):
    of = stores.library.add_draft(new_edition())
    first = proposal_for(stores, of).seen
    assert proposal_for(stores, of).seen == first
    later = proposal_for(stores, stores.library.edit(of.id, Fact.PUBLISHER, "学会").after).seen
    stores.library.approve(stores.library.add_draft(new_edition(year=2020)).id)
    last = proposal_for(stores, stores.library.edition(of.id)).seen
    assert len({first, later, last}) == 3
