"""Announcements are sent at most once to each, and their report adds up at every moment."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.store import Stores
from knowledge.store.announcements import AnnouncementStatus, DeliveryStatus

ADMIN, CHAT = 9, 90


def drafted(stores: Stores, text: str = "新课程") -> int:
    announcement = stores.announcements.begin(ADMIN, CHAT)
    assert stores.announcements.write_text(announcement.id, text)
    return announcement.id


def confirmed(stores: Stores, *recipients: int) -> int:
    id_ = drafted(stores)
    assert stores.announcements.confirm(id_, recipients, message_id=5)
    return id_


def status(stores: Stores, id_: int) -> AnnouncementStatus:
    found = stores.announcements.get(id_)
    assert found is not None
    return found.status


# ------------------------------------------------------------------------------------------------- drafting


def test_a_begun_announcement_takes_one_text(stores: Stores) -> None:
    announcement = stores.announcements.begin(ADMIN, CHAT)
    assert stores.announcements.write_text(announcement.id, "新课程")
    assert not stores.announcements.write_text(announcement.id, "改写")


def test_beginning_anew_discards_what_the_same_maker_left(stores: Stores) -> None:
    empty = stores.announcements.begin(ADMIN, CHAT).id
    other = stores.announcements.begin(ADMIN + 1, CHAT).id
    draft = drafted(stores)
    running = confirmed(stores, 1)
    stores.announcements.begin(ADMIN, CHAT)
    assert status(stores, empty) is AnnouncementStatus.DISCARDED
    assert status(stores, draft) is AnnouncementStatus.DISCARDED
    assert status(stores, other) is AnnouncementStatus.EMPTY
    assert status(stores, running) is AnnouncementStatus.SENDING


def test_only_what_is_not_sent_yet_can_be_discarded(stores: Stores) -> None:
    assert stores.announcements.discard(stores.announcements.begin(ADMIN, CHAT).id)
    draft = drafted(stores)
    assert stores.announcements.discard(draft)
    assert not stores.announcements.discard(draft)
    running = confirmed(stores, 1)
    assert not stores.announcements.discard(running)
    assert status(stores, running) is AnnouncementStatus.SENDING


# --------------------------------------------------------------------------------------------- confirmation


def test_confirming_twice_queues_everyone_once(stores: Stores) -> None:
    id_ = confirmed(stores, 1, 2)
    assert not stores.announcements.confirm(id_, [1, 2, 3], message_id=6)
    assert stores.announcements.report(id_).audience == 2


def test_two_presses_at_once_confirm_once(stores: Stores, elsewhere: Stores) -> None:
    id_ = drafted(stores)

    def press(own: Stores) -> bool:
        return own.announcements.confirm(id_, [1, 2], None)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, (stores, elsewhere))) == [False, True]
    assert stores.announcements.report(id_).queued == 2


def test_what_has_no_text_or_was_discarded_cannot_be_confirmed(stores: Stores) -> None:
    empty = stores.announcements.begin(ADMIN, CHAT).id
    assert not stores.announcements.confirm(empty, [1], None)
    discarded = drafted(stores)
    stores.announcements.discard(discarded)
    assert not stores.announcements.confirm(discarded, [1], None)
    assert stores.announcements.report(discarded).audience == 0


def test_a_recipient_named_twice_is_one_recipient(stores: Stores) -> None:
    assert stores.announcements.report(confirmed(stores, 1, 1, 2)).audience == 2


def test_an_announcement_to_nobody_is_complete_at_once(stores: Stores) -> None:
    id_ = confirmed(stores)
    assert stores.announcements.next_recipient(id_) is None
    assert stores.announcements.report(id_).is_complete


# -------------------------------------------------------------------------------------------------- sending


def test_each_recipient_is_taken_once(stores: Stores, elsewhere: Stores) -> None:
    id_ = confirmed(stores, 3, 1, 2)
    taken = [own.announcements.next_recipient(id_) for own in (stores, elsewhere, stores, elsewhere)]
    assert taken == [1, 2, 3, None]
    assert stores.announcements.report(id_).sending == 3


def test_announcements_do_not_take_each_others_recipients(stores: Stores) -> None:
    one, two = confirmed(stores, 1), confirmed(stores, 1)
    assert stores.announcements.next_recipient(one) == 1
    assert stores.announcements.next_recipient(one) is None
    assert stores.announcements.next_recipient(two) == 1


def test_a_send_that_a_kill_cut_off_is_in_doubt_and_never_tried_again(stores: Stores) -> None:
    id_ = confirmed(stores, 1, 2)
    stores.announcements.next_recipient(id_)
    assert stores.announcements.doubt_interrupted() == 1
    assert stores.announcements.doubt_interrupted() == 0
    assert stores.announcements.next_recipient(id_) == 2
    stores.announcements.settle(id_, 2, DeliveryStatus.SENT, message_id=8)
    assert stores.announcements.next_recipient(id_) is None
    report = stores.announcements.report(id_)
    assert (report.in_doubt, report.sent, report.audience) == (1, 1, 2)
    assert report.is_complete


def test_what_surely_was_not_sent_may_be_put_back(stores: Stores) -> None:
    id_ = confirmed(stores, 1)
    stores.announcements.next_recipient(id_)
    stores.announcements.settle(id_, 1, DeliveryStatus.QUEUED, reason="429")
    assert stores.announcements.next_recipient(id_) == 1


def test_a_finished_announcement_runs_no_more(stores: Stores) -> None:
    id_ = confirmed(stores, 1)
    assert [a.id for a in stores.announcements.running()] == [id_]
    assert stores.announcements.finish(id_)
    assert not stores.announcements.finish(id_)
    assert stores.announcements.running() == []
    assert status(stores, id_) is AnnouncementStatus.DONE


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    audience=st.integers(0, 6),
    fates=st.lists(
        st.sampled_from([*(s for s in DeliveryStatus if s is not DeliveryStatus.SENDING), None]), max_size=8
    ),
)
def test_the_report_adds_up_whatever_happens(
    stores: Stores, audience: int, fates: list[DeliveryStatus | None]
) -> None:
    """None stands for a kill in the middle of a send."""
    id_ = confirmed(stores, *range(1, audience + 1))
    sent: Counter[int] = Counter()
    for fate in fates:
        recipient = stores.announcements.next_recipient(id_)
        if recipient is None:
            break
        if fate is None:
            stores.announcements.doubt_interrupted()
        else:
            stores.announcements.settle(id_, recipient, fate)
        sent[recipient] += fate in (None, DeliveryStatus.SENT, DeliveryStatus.IN_DOUBT)
        report = stores.announcements.report(id_)
        assert report.audience == audience
        assert report.is_complete is (report.queued + report.sending == 0)
    assert all(times <= 1 for times in sent.values())
