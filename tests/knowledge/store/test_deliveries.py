"""Each recipient is written to at most once, as they wish it, and the report adds up at every moment."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.domain import AnnouncementKind, Language
from knowledge.store import Stores, open_stores
from knowledge.store.announcement_tables import DeliveryStatus, Reason
from knowledge.store.database import now
from knowledge.store.deliveries import Claimed, PassedOver
from knowledge.store.delivery_report import DeliveryReport

ADMIN, CHAT = 9, 90
S = DeliveryStatus


def started(stores: Stores, *recipients: int, kind: AnnouncementKind = AnnouncementKind.NOTICE, **how) -> int:
    for id_ in recipients:
        stores.people.meet(id_, "医生", Language.ZH)
        stores.people.start(id_, "1")
    announcement = stores.announcements.begin(ADMIN, CHAT, text_zh="新课程", kind=kind)
    assert stores.announcements.start(announcement, recipients, **how)
    return announcement.id


def claim(stores: Stores, *announcement_ids: int, at: datetime | None = None) -> Claimed | None:
    claimed = stores.deliveries.claim(announcement_ids, at or now())
    assert not isinstance(claimed, PassedOver)
    return claimed


def taken(stores: Stores, id_: int, at: datetime | None = None) -> Claimed:
    claimed = claim(stores, id_, at=at)
    assert claimed is not None
    return claimed


def settled(stores: Stores, id_: int, status: DeliveryStatus = S.SENT, **how) -> Claimed:
    claimed = taken(stores, id_)
    stores.deliveries.settle(claimed, status, **how)
    return claimed


# ------------------------------------------------------------------------------------------------ claiming


def test_nobody_is_claimed_twice_by_two_processes(stores: Stores) -> None:
    id_ = started(stores, *range(1, 41))
    elsewhere = open_stores(f"sqlite:///{stores.database.file}")
    with ThreadPoolExecutor(8) as threads:
        own = [stores, elsewhere] * 25
        claimed = list(threads.map(lambda one: claim(one, id_), own))
    elsewhere.database.close()
    assert sorted(each.telegram_id for each in claimed if each) == list(range(1, 41))
    assert stores.deliveries.report(id_) == DeliveryReport(sending=40)


def test_the_first_announcement_that_has_somebody_waiting_goes_first(stores: Stores) -> None:
    one, two = started(stores, 1), started(stores, 1, 2)
    taken = [claim(stores, one, two) for _ in range(4)]
    assert [(each.announcement_id, each.telegram_id) for each in taken if each] == [
        (one, 1),
        (two, 1),
        (two, 2),
    ]


def test_what_is_paused_or_stopped_is_claimed_no_more(stores: Stores) -> None:
    id_ = started(stores, 1, 2)
    stores.announcements.pause(id_)
    assert claim(stores, id_) is None
    stores.announcements.resume(id_)
    claimed = taken(stores, id_)
    stores.announcements.stop(id_)
    assert claim(stores, id_) is None
    assert not stores.deliveries.is_settled(id_)
    stores.deliveries.settle(claimed, S.SENT, message_id=7)
    assert stores.deliveries.is_settled(id_)
    assert stores.deliveries.report(id_) == DeliveryReport(sent=1, stopped=1)


def test_each_gets_the_newest_text_in_their_language(stores: Stores) -> None:
    id_ = started(stores, 1, 2)
    stores.people.set_language(2, Language.EN)
    first = claim(stores, id_)
    stores.announcements.correct(id_, text_zh="改", text_en="")
    second = claim(stores, id_)
    assert [(each.language, each.revision) for each in (first, second) if each] == [
        (Language.ZH, 0),
        (Language.EN, 1),
    ]


# --------------------------------------------------------------------------------------------- their wishes


def test_who_muted_this_kind_has_a_row_that_says_so(stores: Stores) -> None:
    id_ = started(stores, 1, 2, kind=AnnouncementKind.COURSE)
    stores.people.set_muted(1, AnnouncementKind.COURSE, muted=True)
    stores.people.set_muted(2, AnnouncementKind.NOTICE, muted=True)
    assert taken(stores, id_).telegram_id == 2
    assert claim(stores, id_) is None
    assert stores.deliveries.report(id_) == DeliveryReport(muted=1, sending=1)


def test_quiet_hours_put_it_off_until_they_end(stores: Stores) -> None:
    """Ten in the evening to seven in the morning, in Shanghai; it is half past eleven there."""
    id_ = started(stores, 1)
    stores.people.set_quiet_hours(1, 22 * 60, 7 * 60)
    late = datetime(2040, 11, 22, 15, 30, tzinfo=UTC)
    seven = datetime(2040, 11, 22, 23, 0, tzinfo=UTC)
    assert claim(stores, id_, at=late) is None
    assert stores.deliveries.report(id_) == DeliveryReport(postponed=1, postponed_until=seven)
    assert stores.deliveries.next_due([id_]) == seven
    assert claim(stores, id_, at=seven - timedelta(seconds=1)) is None
    assert claim(stores, id_, at=seven) is not None


def test_who_is_away_by_then_is_not_written_to(stores: Stores) -> None:
    id_ = started(stores, 1, 2, 3, 4)
    stores.people.set_blocked(1, blocked=True)
    stores.people.set_blocked(2, blocked=True, deleted=True)
    stores.people.bar(3, barred=True)
    assert taken(stores, id_).telegram_id == 4
    report = stores.deliveries.report(id_)
    assert report == DeliveryReport(blocked=1, deleted=1, failed=1, sending=1, failed_by={Reason.NOT_HERE: 1})


def test_many_who_are_not_to_be_written_to_are_passed_over_in_several_transactions(stores: Stores) -> None:
    id_ = started(stores, 250)
    stores.announcements.discard(id_)
    begun = stores.announcements.begin(ADMIN, CHAT, text_zh="新课程")
    stores.announcements.start(begun, range(1, 251))
    many = begun.id
    assert isinstance(stores.deliveries.claim([many], now()), PassedOver)
    assert taken(stores, many).telegram_id == 250
    assert stores.deliveries.report(many) == DeliveryReport(
        failed=249, sending=1, failed_by={Reason.NOT_HERE: 249}
    )


# -------------------------------------------------------------------------------------------- settling


@pytest.mark.parametrize("status, blocked, deleted", [(S.BLOCKED, True, False), (S.DELETED, True, True)])
def test_who_cannot_be_written_to_any_more_is_noted(stores: Stores, status, blocked, deleted) -> None:
    settled(stores, started(stores, 1), status)
    person = stores.people.get(1)
    assert person is not None
    assert (person.blocked, person.is_deleted) == (blocked, deleted)


def test_what_surely_was_not_sent_waits_again(stores: Stores) -> None:
    id_ = started(stores, 1)
    due_at = now() + timedelta(seconds=30)
    for counts, attempts in ((False, 1), (True, 1), (True, 2), (False, 3)):
        claimed = taken(stores, id_, at=due_at)
        assert claimed.attempts == attempts
        stores.deliveries.put_back(claimed, due_at, counts=counts, reason="BadGateway")
        assert claim(stores, id_, at=due_at - timedelta(seconds=1)) is None
    assert stores.deliveries.report(id_) == DeliveryReport(queued=1)


def test_what_was_stopped_meanwhile_is_not_put_back(stores: Stores) -> None:
    id_ = started(stores, 1)
    claimed = taken(stores, id_)
    stores.announcements.stop(id_)
    stores.deliveries.put_back(claimed, now(), counts=True, reason="BadGateway")
    assert stores.deliveries.report(id_) == DeliveryReport(stopped=1)
    assert stores.deliveries.is_settled(id_)


def test_a_send_that_a_kill_cut_off_is_in_doubt_and_never_tried_again(stores: Stores) -> None:
    id_ = started(stores, 1, 2)
    claim(stores, id_)
    assert stores.doubts.with_interrupted() == [id_]
    assert stores.doubts.take_up_interrupted([id_], now()) == 1
    assert stores.doubts.take_up_interrupted([id_], now()) == 0
    assert settled(stores, id_, message_id=8).telegram_id == 2
    assert claim(stores, id_) is None
    assert stores.deliveries.report(id_) == DeliveryReport(
        in_doubt=1, sent=1, in_doubt_by={Reason.INTERRUPTED: 1}
    )


def test_where_it_is_at_least_once_a_send_that_was_cut_off_is_made_again(stores: Stores) -> None:
    id_ = started(stores, 1, at_least_once=True)
    claim(stores, id_)
    stores.doubts.take_up_interrupted([id_], now())
    assert taken(stores, id_).telegram_id == 1


def test_so_it_is_where_it_was_paused_before_the_kill(stores: Stores) -> None:
    id_ = started(stores, 1, at_least_once=True)
    claim(stores, id_)
    stores.announcements.pause(id_)
    assert stores.doubts.take_up_interrupted([id_], now()) == 1
    assert claim(stores, id_) is None
    stores.announcements.resume(id_)
    assert taken(stores, id_).telegram_id == 1


def test_what_was_stopped_before_the_kill_is_not_sent_again(stores: Stores) -> None:
    id_ = started(stores, 1, at_least_once=True)
    claim(stores, id_)
    stores.announcements.stop(id_)
    stores.doubts.take_up_interrupted([id_], now())
    assert stores.deliveries.report(id_).in_doubt == 1


def test_who_presses_a_button_has_received_it(stores: Stores) -> None:
    id_ = started(stores, 1, 2, 3)
    settled(stores, id_, message_id=7)
    settled(stores, id_, S.IN_DOUBT, reason="ReadError")
    assert stores.deliveries.press(id_, 1, 7)
    assert stores.deliveries.press(id_, 1, 7)
    assert stores.deliveries.press(id_, 2, 8)
    assert not stores.deliveries.press(id_, 3, 9)
    assert not stores.deliveries.press(id_, 4, 9)
    assert stores.deliveries.report(id_) == DeliveryReport(sent=2, queued=1, opened=2)


# --------------------------------------------------------------------------------------------- mending


def test_older_texts_are_mended_once_each(stores: Stores) -> None:
    id_ = started(stores, 1, 2, 3, 4)
    for message_id in (11, 12, 13):
        settled(stores, id_, message_id=message_id)
    stores.announcements.correct(id_, text_zh="改", text_en="")
    settled(stores, id_, message_id=14)
    page = stores.deliveries.to_mend(id_, 1, after=0, most=2)
    assert [(each.telegram_id, each.message_id) for each in page] == [(1, 11), (2, 12)]
    stores.deliveries.mended(id_, 1, revision=1)
    stores.deliveries.mended(id_, 2, revision=1, reason="refused")
    assert [each.telegram_id for each in stores.deliveries.to_mend(id_, 1, after=0, most=9)] == [3]
    report = stores.deliveries.report(id_)
    assert (report.sent, report.mended, report.not_mended) == (4, 2, 1)
    stores.announcements.correct(id_, text_zh="再改", text_en="")
    assert len(stores.deliveries.to_mend(id_, 2, after=0, most=9)) == 4


def test_what_was_delivered_in_a_language_in_which_nothing_changes_is_left_alone(stores: Stores) -> None:
    """Unless its reader reads the other one by now, or it had an older text."""
    id_ = started(stores, 1, 2, 3, 4)
    stores.people.set_language(2, Language.EN)
    stores.people.set_language(3, Language.EN)
    assert stores.announcements.correct(id_, text_zh="新课程", text_en="New course")
    for message_id in (11, 12, 13):
        settled(stores, id_, message_id=message_id)
    stores.people.set_language(3, Language.ZH)
    stores.announcements.correct(id_, text_zh="改", text_en="New course")
    settled(stores, id_, message_id=14)
    mended = stores.deliveries.to_mend(id_, 2, after=0, most=9)
    assert [each.telegram_id for each in mended] == [1, 3]
    stores.deliveries.mended(id_, 3, revision=2, language=Language.ZH)
    stores.announcements.correct(id_, text_zh="改", text_en="The course")
    mended = stores.deliveries.to_mend(id_, 3, after=0, most=9)
    assert [each.telegram_id for each in mended] == [1, 2], "1 still has the text before the last"
    assert stores.deliveries.report(id_).mended == 2


def test_a_language_that_gets_a_text_of_its_own_at_last_is_corrected(stores: Stores) -> None:
    id_ = started(stores, 1, 2)
    stores.people.set_language(2, Language.EN)
    for message_id in (11, 12):
        settled(stores, id_, message_id=message_id)
    stores.announcements.correct(id_, text_zh="新课程", text_en="New course")
    (delivered,) = stores.deliveries.to_mend(id_, 1, after=0, most=9)
    assert delivered.telegram_id == 2


def test_a_recall_takes_back_what_stands(stores: Stores) -> None:
    id_ = started(stores, 1, 2)
    settled(stores, id_, message_id=11)
    stores.announcements.recall(id_)
    (delivered,) = stores.deliveries.to_mend(id_, None, after=0, most=9)
    assert delivered.is_deletable
    stores.deliveries.mended(id_, 1, revision=None)
    assert stores.deliveries.to_mend(id_, None, after=0, most=9) == []
    assert stores.deliveries.report(id_) == DeliveryReport(recalled=1, stopped=1)


# --------------------------------------------------------------------------------------------- the report


def test_every_row_can_be_listed(stores: Stores) -> None:
    id_ = started(stores, 2, 1)
    settled(stores, id_, message_id=7)
    rows = [(row.telegram_id, row.status, row.attempts) for row in stores.deliveries.of(id_)]
    assert rows == [(1, S.SENT, 1), (2, S.QUEUED, 0)]


_FATES = [S.SENT, S.BLOCKED, S.DELETED, S.FAILED, S.IN_DOUBT]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    audience=st.integers(0, 6),
    fates=st.lists(st.sampled_from([*_FATES, "put back", "kill", "pause", "stop", "correct"]), max_size=10),
)
def test_the_report_adds_up_whatever_happens(stores: Stores, audience: int, fates: list[str]) -> None:
    everyone = range(1, audience + 1)
    for id_ in everyone:
        stores.people.set_blocked(id_, blocked=False)
    id_ = started(stores, *everyone)
    reached: Counter[int] = Counter()
    for fate in fates:
        if fate == "pause":
            stores.announcements.pause(id_)
            stores.announcements.resume(id_)
        elif fate == "stop":
            stores.announcements.stop(id_)
        elif fate == "correct":
            stores.announcements.correct(id_, text_zh="改", text_en="")
        elif claimed := claim(stores, id_):
            if fate == "kill":
                stores.doubts.take_up_interrupted([id_], now())
            elif fate == "put back":
                stores.deliveries.put_back(claimed, now(), counts=True, reason="BadGateway")
            else:
                stores.deliveries.settle(claimed, DeliveryStatus(fate), message_id=5)
            reached[claimed.telegram_id] += fate in {S.SENT, S.IN_DOUBT, "kill"}
        report = stores.deliveries.report(id_)
        assert report.audience == audience
        assert report.is_complete is stores.deliveries.is_settled(id_)
    assert all(times <= 1 for times in reached.values())
