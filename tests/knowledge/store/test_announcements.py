"""An announcement goes from state to state as it may, and no other way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from knowledge.domain import AnnouncementKind, Language
from knowledge.store import Stores
from knowledge.store.announcement_tables import AnnouncementStatus, DeliveryStatus
from knowledge.store.announcements import Announcement, Edits
from knowledge.store.database import now
from knowledge.store.deliveries import Claimed

ADMIN, CHAT = 9, 90
NOON = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
S = AnnouncementStatus


def drafted(stores: Stores, **edits) -> int:
    return stores.announcements.begin(ADMIN, CHAT, **{"text_zh": "新课程", **edits}).id


def started(stores: Stores, *recipients: int) -> int:
    for telegram_id in recipients:
        stores.people.meet(telegram_id, "医生", Language.ZH)
    id_ = drafted(stores)
    assert stores.announcements.start(found(stores, id_), recipients, message_id=5)
    return id_


def found(stores: Stores, id_: int) -> Announcement:
    announcement = stores.announcements.get(id_)
    assert announcement is not None
    return announcement


def status(stores: Stores, id_: int) -> AnnouncementStatus:
    return found(stores, id_).status


# ------------------------------------------------------------------------------------------------- drafting


def test_it_is_empty_until_something_of_it_is_written(stores: Stores) -> None:
    announcement = stores.announcements.begin(ADMIN, CHAT)
    assert announcement.status is S.EMPTY
    assert announcement.kind is AnnouncementKind.NOTICE
    assert stores.announcements.edit(announcement.id, text_zh="新课程", picture="photo-1")
    draft = found(stores, announcement.id)
    assert (draft.status, draft.text_zh, draft.picture) == (S.DRAFT, "新课程", "photo-1")


def test_a_course_that_offers_itself_is_a_draft_at_once(stores: Stores) -> None:
    offered = stores.announcements.begin(ADMIN, CHAT, kind=AnnouncementKind.COURSE, course_id=3)
    assert (offered.status, offered.kind, offered.course_id) == (S.DRAFT, AnnouncementKind.COURSE, 3)


def test_drafts_stand_side_by_side_and_the_newest_is_listed_first(stores: Stores) -> None:
    ids = [drafted(stores) for _ in range(3)]
    listed = stores.announcements.listed([S.DRAFT], most=2)
    assert [each.id for each in listed] == ids[:0:-1]
    assert [each.id for each in stores.announcements.listed([S.DRAFT], most=2, skip=2)] == ids[:1]
    assert stores.announcements.count([S.DRAFT, S.DONE]) == 3


def test_readers_of_the_other_language_get_the_text_that_there_is(stores: Stores) -> None:
    only = found(stores, drafted(stores, text_zh="", text_en="New course"))
    both = found(stores, drafted(stores, text_en="New course"))
    assert [only.text_in(each) for each in Language] == ["New course", "New course"]
    assert [both.text_in(each) for each in Language] == ["新课程", "New course"]


def test_only_what_is_not_sent_yet_can_be_changed_or_discarded(stores: Stores) -> None:
    id_ = started(stores, 1)
    assert not stores.announcements.edit(id_, text_zh="改写")
    assert not stores.announcements.discard(id_)
    draft = drafted(stores)
    assert stores.announcements.discard(draft)
    assert not stores.announcements.discard(draft)
    assert not stores.announcements.start(found(stores, draft), [1])


def test_it_begins_once(stores: Stores) -> None:
    id_ = started(stores, 3, 1, 2, 1)
    assert not stores.announcements.start(found(stores, id_), [4, 5])
    assert stores.deliveries.report(id_).queued == 3
    assert found(stores, id_).message_id == 5


# ------------------------------------------------------------------------------------------------ scheduling


def test_what_is_scheduled_can_be_taken_back_until_it_begins(stores: Stores) -> None:
    id_ = drafted(stores)
    assert stores.announcements.schedule(found(stores, id_), NOON, "Asia/Shanghai")
    scheduled = found(stores, id_)
    assert (scheduled.status, scheduled.send_at, scheduled.zone) == (S.SCHEDULED, NOON, "Asia/Shanghai")
    assert scheduled in stores.announcements.unfinished()
    assert not stores.announcements.edit(id_, text_zh="改写")
    assert stores.announcements.unschedule(id_)
    assert status(stores, id_) is S.DRAFT
    assert stores.announcements.schedule(found(stores, id_), NOON, "Asia/Shanghai")
    assert stores.announcements.start(found(stores, id_), [1])
    assert not stores.announcements.unschedule(id_)


def test_what_was_missed_can_still_be_sent(stores: Stores) -> None:
    id_ = drafted(stores)
    assert not stores.announcements.miss(found(stores, id_))
    stores.announcements.schedule(found(stores, id_), NOON, "Asia/Shanghai")
    assert stores.announcements.miss(found(stores, id_))
    assert stores.announcements.unfinished() == []
    assert stores.announcements.start(found(stores, id_), [1])


def test_what_was_scheduled_anew_was_not_missed(stores: Stores) -> None:
    id_ = drafted(stores)
    stores.announcements.schedule(found(stores, id_), NOON, "Asia/Shanghai")
    seen = found(stores, id_)
    stores.announcements.unschedule(id_)
    stores.announcements.schedule(found(stores, id_), NOON + timedelta(days=1), "Asia/Shanghai")
    assert not stores.announcements.miss(seen)
    assert status(stores, id_) is S.SCHEDULED


@pytest.mark.parametrize(
    "edits",
    [
        {"text_zh": "改写"},
        {"text_en": "changed"},
        {"picture": "photo-2"},
        {"audience": '{"regions": ["east"]}'},
        {"send_at": NOON},
        {"course_id": 3},
    ],
    ids=lambda edits: next(iter(edits)),
)
def test_only_what_was_seen_is_confirmed(stores: Stores, edits: Edits) -> None:
    id_ = drafted(stores)
    seen = found(stores, id_)
    stores.announcements.edit(id_, **edits)
    assert not stores.announcements.start(seen, [1])
    assert not stores.announcements.schedule(seen, NOON, "Asia/Shanghai")
    assert status(stores, id_) is S.DRAFT
    assert stores.deliveries.report(id_).audience == 0
    assert stores.announcements.start(found(stores, id_), [1])


def test_what_was_put_back_to_a_draft_meanwhile_does_not_begin(stores: Stores) -> None:
    id_ = drafted(stores)
    stores.announcements.schedule(found(stores, id_), NOON, "Asia/Shanghai")
    scheduled = found(stores, id_)
    stores.announcements.unschedule(id_)
    assert not stores.announcements.start(scheduled, [1])
    assert status(stores, id_) is S.DRAFT


# ---------------------------------------------------------------------------------------------- the send


def test_a_pause_holds_and_a_stop_is_for_good(stores: Stores) -> None:
    id_ = started(stores, 1, 2)
    assert stores.announcements.pause(id_)
    assert not stores.announcements.pause(id_)
    assert stores.announcements.unfinished() == []
    assert stores.announcements.resume(id_)
    assert [each.id for each in stores.announcements.unfinished()] == [id_]
    assert stores.announcements.stop(id_)
    assert not stores.announcements.resume(id_)
    assert stores.deliveries.report(id_).stopped == 2
    assert [each.id for each in stores.announcements.unfinished()] == [id_]
    assert stores.announcements.finish(id_, concluded=S.STOPPED)
    assert status(stores, id_) is S.STOPPED
    assert stores.announcements.unfinished() == []


def test_a_finished_announcement_runs_no_more(stores: Stores) -> None:
    id_ = started(stores, 1)
    assert stores.announcements.finish(id_, concluded=S.SENDING)
    assert not stores.announcements.finish(id_, concluded=S.SENDING)
    assert stores.announcements.unfinished() == []
    assert status(stores, id_) is S.DONE


def test_what_was_wanted_since_it_was_concluded_is_not_finished_with_it(stores: Stores) -> None:
    recalled, stopped, again = started(stores, 1), started(stores, 2), started(stores, 3)
    stores.announcements.recall(recalled)
    stores.announcements.stop(stopped)
    assert stores.announcements.finish(again, concluded=S.SENDING)
    stores.announcements.send_to_doubtful(again)
    for id_, concluded in ((recalled, S.SENDING), (stopped, S.SENDING), (again, S.STOPPED)):
        before = found(stores, id_)
        assert not stores.announcements.finish(id_, concluded=concluded)
        assert found(stores, id_) == before
    assert len(stores.announcements.unfinished()) == 3


def test_what_is_over_cannot_be_concluded_again(stores: Stores) -> None:
    id_ = started(stores, 1)
    stores.announcements.finish(id_, concluded=S.SENDING)
    before = found(stores, id_)
    assert not stores.announcements.finish(id_, concluded=S.DONE)
    assert found(stores, id_) == before


def test_a_correction_raises_the_revision_and_is_open_until_the_newest_is_everywhere(stores: Stores) -> None:
    assert not stores.announcements.correct(drafted(stores), text_zh="改", text_en="")
    id_ = started(stores, 1)
    assert stores.announcements.correct(id_, text_zh="改", text_en="")
    assert stores.announcements.correct(id_, text_zh="再改", text_en="")
    assert not stores.announcements.corrected(id_, 1)
    corrected = found(stores, id_)
    assert (corrected.revision, corrected.correcting, corrected.text_zh) == (2, True, "再改")
    assert stores.announcements.corrected(id_, 2)
    assert not found(stores, id_).correcting


def test_a_recall_ends_the_send_and_comes_once(stores: Stores) -> None:
    id_ = started(stores, 1)
    assert stores.announcements.recall(id_)
    assert not stores.announcements.recall(id_)
    assert not stores.announcements.correct(id_, text_zh="改", text_en="")
    assert stores.deliveries.report(id_).stopped == 1
    assert stores.announcements.finish(id_, concluded=S.RECALLING)
    assert status(stores, id_) is S.RECALLED


def test_those_in_doubt_get_it_when_somebody_decides_so(stores: Stores) -> None:
    id_ = started(stores, 1, 2)
    for fate in (DeliveryStatus.SENT, DeliveryStatus.IN_DOUBT):
        claimed = stores.deliveries.claim([id_], now())
        assert isinstance(claimed, Claimed)
        stores.deliveries.settle(claimed, fate, message_id=7)
    assert not stores.announcements.send_to_doubtful(id_)
    stores.announcements.finish(id_, concluded=S.SENDING)
    assert stores.announcements.send_to_doubtful(id_)
    report = stores.deliveries.report(id_)
    assert (report.sent, report.queued, report.in_doubt) == (1, 1, 0)


def test_those_in_doubt_get_nothing_while_others_of_a_stopped_send_are_looked_for(stores: Stores) -> None:
    """Whoever is found not to have it would get it too, though it was stopped."""
    id_ = started(stores, 1, 2, 3)
    for fate in (DeliveryStatus.CHECKING, DeliveryStatus.IN_DOUBT):
        claimed = stores.deliveries.claim([id_], now())
        assert isinstance(claimed, Claimed)
        stores.deliveries.settle(claimed, fate)
    stores.announcements.stop(id_)
    assert not stores.announcements.send_to_doubtful(id_)
    report = stores.deliveries.report(id_)
    assert (status(stores, id_), report.in_doubt, report.checking) == (S.STOPPED, 1, 1)
    stores.announcements.finish(id_, concluded=S.STOPPED)
    assert stores.announcements.send_to_doubtful(id_)


def test_a_day_later_is_told_once(stores: Stores) -> None:
    id_ = started(stores, 1)
    stores.announcements.finish(id_, concluded=S.SENDING)
    assert stores.announcements.to_follow_up(now() - timedelta(minutes=1)) == []
    assert [each.id for each in stores.announcements.to_follow_up(now())] == [id_]
    stores.announcements.followed_up(id_)
    assert stores.announcements.to_follow_up(now()) == []
