"""A course list is added as its card showed it, in one transaction, or not at all."""

from __future__ import annotations

import pytest

from bot.library.courses.deciding import Added, Discarded, Gone, Settled, Waiting, add, discard, standing
from bot.library.courses.prospect import prospect_of
from knowledge.store import Stores
from knowledge.store.jobs import Job, JobStatus
from knowledge.store.offers import OfferStore
from tests.bot.library.courses.lists import listed, sent
from tests.bot.library.drafts import ready
from tests.knowledge.editions import course, offer

OLD = course("痛风", "https://e.org/1")
NEWER = course("痛风的诊治", "https://e.org/1")
NEW = course("心衰", "https://e.org/2")
KNOWN = course("哮喘", "https://e.org/3")
WHO = "telegram:1001"


@pytest.fixture
def job(stores: Stores) -> Job:
    offer(stores, OLD, KNOWN)
    return listed(stores, NEWER, NEW, KNOWN)


def seen(stores: Stores, job: Job) -> str:
    return prospect_of(stores, job).seen


def titles(stores: Stores) -> list[str]:
    return [each.title for each in stores.courses.current()]


def audited(stores: Stores) -> list[tuple[str, str, dict[str, object]]]:
    page = stores.audit.page(size=10)
    return [(each.who, each.action, dict(each.details)) for each in page.entries]


def test_adding_does_what_was_shown(stores: Stores, job: Job) -> None:
    prospect = prospect_of(stores, job)
    assert (prospect.new, prospect.changed, prospect.unchanged) == ((1,), (0,), 1)
    generation = stores.library.generation()
    assert isinstance(add(stores, job.id, seen=prospect.seen, who=WHO), Added)
    assert titles(stores) == ["痛风的诊治", "哮喘", "心衰"]
    assert stores.library.generation() == generation + 1
    decided = stores.jobs.get(job.id)
    assert decided is not None
    assert decided.status is JobStatus.APPROVED
    assert stores.course_lists.standing(job.id) == []
    counts = {"file": "课程.xlsx", "added": 1, "changed": 1, "unchanged": 1, "samples_withdrawn": 0}
    assert audited(stores) == [(WHO, "courses.add", counts)]


def test_what_is_unchanged_is_not_written_again(stores: Stores, job: Job) -> None:
    before = {each.course_id: each.loaded_at for each in stores.course_lists.standing(job.id) if each.is_same}
    add(stores, job.id, seen=seen(stores, job), who=WHO)
    again = listed(stores, KNOWN)
    assert {each.course_id: each.loaded_at for each in stores.course_lists.standing(again.id)} == before


def test_new_courses_are_offered_to_administrators(stores: Stores, job: Job) -> None:
    offers = OfferStore(stores.database)
    offers.take_new()
    add(stores, job.id, seen=seen(stores, job), who=WHO)
    assert [each.title for each in offers.take_new()] == ["心衰"]


def test_the_first_real_courses_withdraw_the_samples_as_was_shown(stores: Stores) -> None:
    offer(stores, course("样例一", is_sample=True), course("样例二", "https://e.org/s", is_sample=True))
    job = listed(stores, NEW, course("样例二", "https://e.org/s"))
    prospect = prospect_of(stores, job)
    assert (prospect.samples, prospect.changed) == (1, (1,))
    add(stores, job.id, seen=prospect.seen, who=WHO)
    assert titles(stores) == ["样例二", "心衰"]


@pytest.mark.parametrize(
    "meanwhile",
    [
        course("心衰", "https://e.org/2"),
        course("心衰（别人的）", "https://e.org/2"),
        course("痛风（第三版）", "https://e.org/1"),
        course("样例", "https://e.org/9", is_sample=True),
    ],
    ids=["new is known", "new is other", "changed otherwise", "a sample would go"],
)
def test_a_catalogue_that_changed_meanwhile_is_looked_at_again(stores: Stores, job: Job, meanwhile) -> None:
    shown = seen(stores, job)
    offer(stores, meanwhile)
    before = titles(stores)
    result = add(stores, job.id, seen=shown, who=WHO)
    assert isinstance(result, Waiting)
    assert titles(stores) == before
    assert isinstance(add(stores, job.id, seen=result.prospect.seen, who=WHO), Added)


def test_a_change_of_other_courses_changes_nothing(stores: Stores, job: Job) -> None:
    shown = seen(stores, job)
    offer(stores, course("别的课", "https://e.org/77"))
    assert isinstance(add(stores, job.id, seen=shown, who=WHO), Added)


def test_where_it_cannot_all_be_written_nothing_is(stores: Stores, job: Job, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk")

    shown = seen(stores, job)
    monkeypatch.setattr(stores.audit, "note", fail)
    with pytest.raises(OSError, match="the disk"):
        add(stores, job.id, seen=shown, who=WHO)
    assert titles(stores) == ["痛风", "哮喘"]
    assert isinstance(standing(stores, job.id), Waiting)


def test_discarding_adds_nothing_and_is_noted(stores: Stores, job: Job) -> None:
    result = discard(stores, job.id, seen=seen(stores, job), who=WHO)
    assert result == Discarded(file_name="课程.xlsx")
    assert titles(stores) == ["痛风", "哮喘"]
    assert audited(stores) == [(WHO, "courses.discard", {"file": "课程.xlsx", "courses": 3})]


@pytest.mark.parametrize("decide", [add, discard])
@pytest.mark.parametrize(
    "other",
    [course("心衰", "https://e.org/22"), course("心衰新进展", "https://e.org/2")],
    ids=["another link", "another title"],
)
def test_another_list_under_the_same_number_is_looked_at_first(stores: Stores, decide, other) -> None:
    """Both are all new, and of one length; a job's number may be given again."""
    job = listed(stores, NEW)
    shown = seen(stores, job)
    stores.course_lists.keep(job.id, [other])
    assert isinstance(decide(stores, job.id, seen=shown, who=WHO), Waiting)
    assert titles(stores) == []
    assert not isinstance(decide(stores, job.id, seen=seen(stores, job), who=WHO), Waiting)


@pytest.mark.parametrize("first", [add, discard])
def test_it_is_decided_once(stores: Stores, job: Job, first) -> None:
    shown = seen(stores, job)
    first(stores, job.id, seen=shown, who=WHO)
    before = titles(stores)
    for result in (
        add(stores, job.id, seen=shown, who="telegram:2"),
        discard(stores, job.id, seen=shown, who="telegram:2"),
    ):
        assert isinstance(result, Settled)
        assert result.job.details["decided_by"] == WHO
    assert titles(stores) == before


def test_a_list_that_changes_nothing_any_more_is_not_added(stores: Stores, job: Job) -> None:
    offer(stores, NEWER, NEW, KNOWN)
    result = add(stores, job.id, seen=seen(stores, job), who=WHO)
    assert isinstance(result, Waiting)


def test_what_is_no_list_is_not_decided_about(stores: Stores) -> None:
    """A button can be forged: a document's job is not to be taken for a list."""
    draft_job, _ = ready(stores)
    unread = sent(stores)
    for job_id in (draft_job.id, unread.id, 10_000):
        assert isinstance(add(stores, job_id, seen="00000000", who=WHO), Gone)
        assert isinstance(discard(stores, job_id, seen="00000000", who=WHO), Gone)
