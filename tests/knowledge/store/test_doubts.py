"""What came of a lost call is settled once, by what was found, and never for a call that was made since."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, update

from knowledge.domain import AnnouncementKind, Language, Role
from knowledge.store import Stores
from knowledge.store.announcement_tables import AnnouncementStatus, DeliveryStatus, Reason, deliveries
from knowledge.store.database import now
from knowledge.store.deliveries import Claimed
from knowledge.store.delivery_report import DeliveryReport
from knowledge.store.doubts import Doubt
from knowledge.store.people import people

ADMIN, CHAT, MARK = 9, 90, 40
S = DeliveryStatus


def started(stores: Stores, *recipients: int, **how) -> int:
    for id_ in recipients:
        stores.people.meet(id_, "医生", Language.ZH)
        stores.people.start(id_, "1")
    announcement = stores.announcements.begin(ADMIN, CHAT, text_zh="新课程", kind=AnnouncementKind.NOTICE)
    assert stores.announcements.start(announcement, recipients, **how)
    return announcement.id


def claimed(stores: Stores, id_: int, seen_before: int | None = MARK) -> Claimed:
    found = stores.deliveries.claim([id_], now(), seen_before=seen_before)
    assert isinstance(found, Claimed)
    return found


def lost(stores: Stores, id_: int) -> Doubt:
    """Its reply was lost, and it is to be looked for at once."""
    stores.doubts.lost(claimed(stores, id_), now())
    (doubt,) = stores.doubts.due(now())
    return doubt


# ------------------------------------------------------------------------------------------- arising


def test_a_lost_reply_is_looked_for_after_a_while(stores: Stores) -> None:
    id_ = started(stores, 1)
    due_at = now() + timedelta(seconds=10)
    assert stores.doubts.lost(claimed(stores, id_), due_at)
    assert stores.doubts.due(now()) == []
    assert stores.doubts.next_due() == due_at
    (doubt,) = stores.doubts.due(due_at)
    assert (doubt.telegram_id, doubt.seen_before, doubt.attempts, doubt.chat_id) == (1, MARK, 1, CHAT)
    assert doubt.claimed_at < now()
    report = stores.deliveries.report(id_)
    assert report == DeliveryReport(checking=1)
    assert (report.audience, report.handled) == (1, 0)


def test_who_is_looked_for_is_not_written_to_meanwhile(stores: Stores) -> None:
    id_ = started(stores, 1)
    lost(stores, id_)
    assert stores.deliveries.claim([id_], now()) is None
    assert stores.deliveries.next_due([id_]) is None
    assert not stores.deliveries.is_settled(id_)
    assert stores.deliveries.is_under_way(id_)


def test_without_a_beginning_it_is_in_doubt_at_once(stores: Stores) -> None:
    id_ = started(stores, 1)
    assert not stores.doubts.lost(claimed(stores, id_, seen_before=None), now())
    assert stores.deliveries.report(id_) == DeliveryReport(in_doubt=1, in_doubt_by={Reason.LOST: 1})
    assert stores.deliveries.is_settled(id_)


def test_a_button_pressed_before_the_call_was_given_up_settles_it(stores: Stores) -> None:
    """It arrived, so nobody looks for it."""
    id_ = started(stores, 1)
    call = claimed(stores, id_)
    stores.deliveries.press(id_, 1, 41)
    stores.doubts.lost(call, now())
    assert stores.doubts.due(now()) == []
    assert stores.deliveries.report(id_) == DeliveryReport(sent=1, opened=1)


def test_what_a_kill_cut_off_is_looked_for_too(stores: Stores) -> None:
    id_ = started(stores, 1, 2)
    claimed(stores, id_)
    claimed(stores, id_, seen_before=None)
    assert stores.doubts.take_up_interrupted([id_], now()) == 2
    (doubt,) = stores.doubts.due(now())
    assert (doubt.telegram_id, doubt.reason) == (1, Reason.INTERRUPTED)
    report = stores.deliveries.report(id_)
    assert report == DeliveryReport(checking=1, in_doubt=1, in_doubt_by={Reason.INTERRUPTED: 1})


# ------------------------------------------------------------------------------------------- settled


def test_what_is_found_was_delivered_when_it_was_sent(stores: Stores) -> None:
    id_ = started(stores, 1)
    doubt = lost(stores, id_)
    assert stores.doubts.found(doubt, 43)
    assert not stores.doubts.not_there(doubt)
    (row,) = stores.deliveries.of(id_)
    assert (row.status, row.sent_at, row.reason) == (S.SENT, doubt.claimed_at, None)
    stores.announcements.recall(id_)
    (delivered,) = stores.deliveries.to_mend(id_, None, after=0, most=9)
    assert delivered.message_id == 43


def test_what_is_nowhere_is_sent_and_counts_as_an_attempt(stores: Stores) -> None:
    id_ = started(stores, 1)
    first = lost(stores, id_)
    assert stores.doubts.not_there(first)
    again = claimed(stores, id_, seen_before=60)
    assert again.attempts == 2
    stores.doubts.lost(again, now())
    assert not stores.doubts.found(first, 43), "a look that took long says nothing of the call made since"
    (second,) = stores.doubts.due(now())
    assert (second.seen_before, second.attempts) == (60, 2)


@pytest.mark.parametrize("ends", ["stop", "recall"])
def test_what_is_nowhere_is_not_sent_where_nobody_is_to_get_it_any_more(stores: Stores, ends: str) -> None:
    id_ = started(stores, 1, 2)
    doubt = lost(stores, id_)
    assert getattr(stores.announcements, ends)(id_)
    assert stores.deliveries.report(id_) == DeliveryReport(checking=1, stopped=1)
    assert stores.doubts.not_there(doubt)
    assert stores.deliveries.report(id_) == DeliveryReport(stopped=2)


def test_in_a_pause_it_waits(stores: Stores) -> None:
    id_ = started(stores, 1)
    doubt = lost(stores, id_)
    stores.announcements.pause(id_)
    stores.doubts.not_there(doubt)
    assert stores.deliveries.report(id_) == DeliveryReport(queued=1)
    assert stores.deliveries.claim([id_], now()) is None


def test_other_ends(stores: Stores) -> None:
    id_ = started(stores, 1, 2, 3, 4)
    store = stores.doubts
    for settle in (
        lambda doubt: store.away(doubt, is_deleted=False),
        lambda doubt: store.away(doubt, is_deleted=True),
        store.unreachable,
        lambda doubt: store.give_up(doubt, Reason.TOO_MANY),
    ):
        assert settle(lost(stores, id_))
    assert stores.deliveries.report(id_) == DeliveryReport(
        blocked=1,
        deleted=1,
        failed=1,
        in_doubt=1,
        failed_by={Reason.UNREACHABLE: 1},
        in_doubt_by={Reason.TOO_MANY: 1},
    )
    assert stores.deliveries.is_settled(id_)


def test_who_had_themselves_forgotten_is_not_looked_for(stores: Stores) -> None:
    id_ = started(stores, 1)
    lost(stores, id_)
    stores.privacy.forget(1)
    assert stores.doubts.due(now()) == []
    assert stores.deliveries.report(id_).in_doubt == 1
    with stores.database.read() as connection:
        row = connection.execute(deliveries.select()).one()
    assert row.seen_before is None
    assert row.telegram_id != 1


# ------------------------------------------------------------------------------------------- looking


def test_other_messages_are_known_while_their_announcement_is_not_over(stores: Stores) -> None:
    over, id_ = started(stores, 1), started(stores, 1, 2, 3)
    stores.deliveries.settle(claimed(stores, over), S.SENT, message_id=44)
    stores.announcements.finish(over, concluded=AnnouncementStatus.SENDING)
    for message_id in (41, 45):
        stores.deliveries.settle(claimed(stores, id_), S.SENT, message_id=message_id)
    assert stores.doubts.others_between(MARK, 45) == {41}
    assert stores.doubts.others_between(MARK, 46) == {41, 45}
    assert stores.doubts.history(9) == [(1, 41), (2, 45)]
    assert stores.doubts.history(1) == [(2, 45)]


def test_only_in_a_silent_chat_can_it_be_told_what_stands_there(stores: Stores) -> None:
    """Any other message of ours would be changed by asking."""
    id_ = started(stores, 1)
    doubt = lost(stores, id_)
    assert not stores.doubts.is_only(doubt), "they wrote a moment ago, and are being answered"
    silent(stores, 1)
    assert stores.doubts.is_only(doubt)
    stores.people.meet(1, "医生", Language.ZH)
    assert not stores.doubts.is_only(doubt), "they wrote, and were answered"


def silent(stores: Stores, telegram_id: int) -> None:
    """They wrote long ago."""
    with stores.database.write() as connection:
        mine = update(people).where(people.c.telegram_id == telegram_id)
        connection.execute(mine.values(seen_at=now() - timedelta(minutes=6)))


def test_staff_are_told_more(stores: Stores) -> None:
    id_ = started(stores, 1)
    silent(stores, 1)
    stores.people.change_role(1, Role.COORDINATOR)
    assert not stores.doubts.is_only(lost(stores, id_))


def test_another_announcement_in_doubt_for_the_same_person_may_be_what_stands_there(stores: Stores) -> None:
    other, id_ = started(stores, 1), started(stores, 1)
    silent(stores, 1)
    call = claimed(stores, other)
    doubt = lost(stores, id_)
    assert not stores.doubts.is_only(doubt)
    stores.deliveries.settle(call, S.FAILED, reason="refused")
    assert stores.doubts.is_only(doubt)


@pytest.mark.parametrize("is_over", [False, True])
def test_another_announcement_that_came_since_may_be_what_stands_there(
    stores: Stores, *, is_over: bool
) -> None:
    other, id_ = started(stores, 1), started(stores, 1)
    silent(stores, 1)
    call = claimed(stores, other)
    doubt = lost(stores, id_)
    stores.deliveries.settle(call, S.SENT, message_id=MARK)
    if is_over:
        stores.announcements.finish(other, concluded=AnnouncementStatus.SENDING)
    assert not stores.doubts.is_only(doubt)


def test_what_another_announcement_was_found_as_may_have_come_since(stores: Stores) -> None:
    """It is noted as sent when its call began."""
    other, id_ = started(stores, 1), started(stores, 1)
    silent(stores, 1)
    found = lost(stores, other)
    call = claimed(stores, id_)
    stores.doubts.found(found, MARK + 1)
    stores.doubts.lost(call, now())
    (doubt,) = stores.doubts.due(now())
    assert not stores.doubts.is_only(doubt)


def test_another_announcement_that_came_before_cannot_be_what_stands_there(stores: Stores) -> None:
    other, id_ = started(stores, 1), started(stores, 1)
    silent(stores, 1)
    stores.deliveries.settle(claimed(stores, other), S.SENT, message_id=MARK)
    assert stores.doubts.is_only(lost(stores, id_))


def test_it_is_remembered_that_it_was_asked_what_a_message_is(stores: Stores) -> None:
    doubt = lost(stores, started(stores, 1))
    stores.doubts.asked(doubt)
    assert [each.reason for each in stores.doubts.due(now())] == [Reason.UNTOLD]


def test_those_to_be_looked_for_are_found_by_an_index(stores: Stores) -> None:
    """There may be 100,000 others, all of them due."""
    with stores.database.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT min(due_at) FROM deliveries WHERE status = 'checking'"
        ).all()
    assert any("ix_deliveries_checking" in str(step) for step in plan)
    asked: list[str] = []
    event.listen(stores.database._engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    stores.doubts.next_due()
    stores.doubts.due(now())
    assert sum("deliveries.status = 'checking'" in each for each in asked) == 2
