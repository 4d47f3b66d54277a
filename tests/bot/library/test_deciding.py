from __future__ import annotations

from bot.library.deciding import Choice, Discarded, Gone, Kept, Loaded, decide
from knowledge.domain import EditionStatus
from knowledge.store import Stores
from knowledge.store.jobs import JobStatus
from tests.bot.library.drafts import new_edition, queued, ready

WHO = "telegram:1"


def test_loading_makes_the_edition_answer(stores: Stores):
    job, draft = ready(stores)
    result = decide(stores, job.id, Choice.LOAD, WHO)
    assert isinstance(result, Loaded)
    assert stores.library.edition(draft.id).status is EditionStatus.CURRENT


def test_the_first_real_document_withdraws_the_samples(stores: Stores):
    stores.library.approve(stores.library.add_draft(new_edition("样例", is_sample=True)).id)
    job, _ = ready(stores)
    result = decide(stores, job.id, Choice.LOAD, WHO)
    assert isinstance(result, Loaded)
    assert result.approved.samples_withdrawn == 1


def test_a_second_press_changes_nothing(stores: Stores):
    job, draft = ready(stores)
    decide(stores, job.id, Choice.LOAD, WHO)
    generation = stores.library.generation()
    assert isinstance(decide(stores, job.id, Choice.LOAD, WHO), Loaded)
    assert isinstance(decide(stores, job.id, Choice.DISCARD, WHO), Loaded)
    assert stores.library.generation() == generation
    assert stores.library.edition(draft.id).status is EditionStatus.CURRENT


def test_a_press_after_a_kill_completes_the_decision(stores: Stores):
    """The job was decided, then the process was killed before the edition was approved."""
    job, draft = ready(stores)
    stores.jobs.decide(job.id, JobStatus.APPROVED)
    assert isinstance(decide(stores, job.id, Choice.LOAD, WHO), Loaded)
    assert stores.library.edition(draft.id).status is EditionStatus.CURRENT


def test_discarding_forgets_the_draft(stores: Stores):
    job, _ = ready(stores)
    assert decide(stores, job.id, Choice.DISCARD, WHO) == Discarded(title="成人高血压食养指南")
    assert stores.library.list_editions(EditionStatus) == []
    assert isinstance(decide(stores, job.id, Choice.LOAD, WHO), Discarded)


def test_an_older_edition_is_kept_and_does_not_answer(stores: Stores):
    stores.library.approve(stores.library.add_draft(new_edition(year=2024)).id)
    job, _ = ready(stores, new_edition(year=2020))
    assert isinstance(decide(stores, job.id, Choice.LOAD, WHO), Kept)
    assert isinstance(decide(stores, job.id, Choice.LOAD, WHO), Kept)


def test_a_button_whose_draft_is_gone_says_so(stores: Stores):
    job, draft = ready(stores)
    stores.library.discard(draft.id)
    assert decide(stores, job.id, Choice.LOAD, WHO) == Gone()
    assert decide(stores, 999, Choice.LOAD, WHO) == Gone()
    assert decide(stores, queued(stores).id, Choice.LOAD, WHO) == Gone()


def test_a_withdrawn_edition_is_not_loaded_again_by_an_old_button(stores: Stores):
    job, draft = ready(stores)
    decide(stores, job.id, Choice.LOAD, WHO)
    stores.library.withdraw(draft.id)
    assert decide(stores, job.id, Choice.LOAD, WHO) == Gone()
    assert stores.library.edition(draft.id).status is EditionStatus.WITHDRAWN
