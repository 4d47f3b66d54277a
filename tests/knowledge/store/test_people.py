"""Who wrote to the bot."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from knowledge.audience import EVERYONE, Audience
from knowledge.domain import AnnouncementKind, Language, Role
from knowledge.quiet_hours import QuietHours
from knowledge.store import Stores
from knowledge.store.database import now
from knowledge.store.people import AsBefore, Changed, LastAdministrator, Unknown

#: Telegram's newer ids need more than 32 bits.
LI = 7_123_456_789


def test_a_newcomer_is_noted_and_has_not_started(stores: Stores) -> None:
    person = stores.people.meet(LI, "李医生", Language.ZH)
    assert (person.telegram_id, person.name, person.language) == (LI, "李医生", Language.ZH)
    assert person.started_at is None
    assert person.consent_version is None
    assert stores.people.get(LI) == person
    assert stores.people.get(1) is None


def test_meeting_again_keeps_the_language_they_chose_and_takes_the_new_name(stores: Stores) -> None:
    stores.people.meet(LI, "李医生", Language.ZH)
    stores.people.set_language(LI, Language.EN)
    person = stores.people.meet(LI, "Dr Li", Language.ZH)
    assert (person.name, person.language) == ("Dr Li", Language.EN)


def test_the_consent_is_kept_with_its_version_and_time(stores: Stores) -> None:
    stores.people.meet(LI, "李医生", Language.ZH)
    stores.people.start(LI, "2")
    person = stores.people.get(LI)
    assert person is not None
    assert person.consent_version == "2"
    assert person.started_at is not None
    assert person.started_at.tzinfo is not None


def test_only_those_who_started_and_did_not_block_are_reachable(stores: Stores) -> None:
    for id_ in (3, 1, 2):
        stores.people.meet(id_, "某", Language.ZH)
        stores.people.start(id_, "1")
    stores.people.meet(4, "未开始", Language.ZH)
    stores.people.set_blocked(2, blocked=True)
    assert stores.people.reachable() == [1, 3]


def test_whoever_writes_again_has_not_blocked_the_bot(stores: Stores) -> None:
    stores.people.meet(LI, "李医生", Language.ZH)
    stores.people.start(LI, "1")
    stores.people.set_blocked(LI, blocked=True)
    assert not stores.people.meet(LI, "李医生", Language.ZH).blocked
    assert stores.people.reachable() == [LI]


def test_a_change_to_a_stranger_makes_nobody(stores: Stores) -> None:
    stores.people.set_language(9, Language.EN)
    stores.people.start(9, "1")
    assert stores.people.get(9) is None


def started(stores: Stores, telegram_id: int, name: str = "某", language: Language = Language.ZH) -> None:
    stores.people.meet(telegram_id, name, language)
    stores.people.start(telegram_id, "1")


def test_who_mutes_a_kind_is_counted_among_an_audience(stores: Stores) -> None:
    for id_ in (1, 2, 3):
        started(stores, id_, language=Language.EN if id_ == 3 else Language.ZH)
    for id_, kind in (
        (1, AnnouncementKind.NOTICE),
        (2, AnnouncementKind.COURSE),
        (3, AnnouncementKind.NOTICE),
    ):
        stores.people.set_muted(id_, kind, muted=True)
    stores.people.set_muted(2, AnnouncementKind.NOTICE, muted=True)
    readers = Audience(languages=frozenset({Language.ZH}))
    assert stores.people.count(readers) == 2
    assert stores.people.count(readers, muting=AnnouncementKind.NOTICE) == 2
    assert stores.people.count(readers, muting=AnnouncementKind.COURSE) == 1


def test_an_audience_is_who_fits_all_of_it_and_can_be_reached(stores: Stores) -> None:
    for id_ in range(1, 8):
        started(stores, id_, language=Language.EN if id_ == 2 else Language.ZH)
        stores.people.set_specialty(id_, "cardiology", chosen=True)
        stores.people.set_region(id_, "east")
    stores.people.set_specialty(3, "cardiology", chosen=False)
    stores.people.set_specialty(3, "surgery", chosen=True)
    stores.people.set_region(4, "north")
    stores.people.bar(5, barred=True)
    stores.people.set_blocked(6, blocked=True, deleted=True)
    stores.people.change_role(7, Role.COORDINATOR)

    def ids(**narrowed: Any) -> list[int]:
        audience = Audience(**narrowed)
        found = [each.telegram_id for each in stores.people.audience(audience)]
        assert stores.people.count(audience) == len(found)
        return found

    assert ids() == [1, 2, 3, 4, 7]
    assert ids(specialties=frozenset({"cardiology"})) == [1, 2, 4, 7]
    assert ids(specialties=frozenset({"surgery", "cardiology"})) == [1, 2, 3, 4, 7]
    # An id that is the end, or a part, of another is not that one.
    assert ids(specialties=frozenset({"cardio", "ology", "%"})) == []
    assert ids(regions=frozenset({"east"}), languages=frozenset({Language.EN})) == [2]
    assert ids(regions=frozenset({"north", "south"})) == [4]
    assert ids(roles=frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})) == [7]
    assert ids(joined_since=now() - timedelta(minutes=1)) == [1, 2, 3, 4, 7]
    assert ids(joined_since=now() + timedelta(minutes=1)) == []


def test_a_recipient_says_what_they_mute_and_when_they_rest(stores: Stores) -> None:
    started(stores, LI)
    stores.people.set_muted(LI, AnnouncementKind.COURSE, muted=True)
    stores.people.set_quiet_hours(LI, 1320, 420)
    stores.people.set_time_zone(LI, "Europe/London")
    (recipient,) = stores.people.audience(EVERYONE)
    assert recipient.muted == {AnnouncementKind.COURSE}
    assert recipient.quiet_hours == QuietHours(start=1320, end=420, time_zone="Europe/London")
    stores.people.set_muted(LI, AnnouncementKind.COURSE, muted=False)
    stores.people.set_quiet_hours(LI, None, None)
    (recipient,) = stores.people.audience(EVERYONE)
    assert (recipient.muted, recipient.quiet_hours) == (frozenset(), None)


def test_quiet_hours_without_a_time_zone_are_those_of_most_doctors(stores: Stores) -> None:
    started(stores, LI)
    stores.people.set_quiet_hours(LI, 0, 360)
    (recipient,) = stores.people.audience(EVERYONE)
    assert recipient.quiet_hours == QuietHours(start=0, end=360, time_zone="Asia/Shanghai")


def test_choosing_and_unchoosing_twice_is_as_once_and_the_list_keeps_its_order(stores: Stores) -> None:
    started(stores, LI)
    stores.people.set_specialty(LI, "surgery", chosen=True)
    stores.people.set_specialty(LI, "cardiology", chosen=True)
    person = stores.people.set_specialty(LI, "cardiology", chosen=True)
    assert person is not None
    assert person.specialties == ("cardiology", "surgery")
    stores.people.set_specialty(LI, "surgery", chosen=False)
    person = stores.people.set_specialty(LI, "surgery", chosen=False)
    assert person is not None
    assert person.specialties == ("cardiology",)
    assert stores.people.set_specialty(99, "surgery", chosen=True) is None


def test_starting_again_keeps_when_they_joined(stores: Stores) -> None:
    started(stores, LI)
    first = stores.people.get(LI)
    stores.people.start(LI, "2")
    second = stores.people.get(LI)
    assert first is not None
    assert second is not None
    assert (second.started_at, second.consent_version) == (first.started_at, "2")


def test_the_settings_role_is_a_floor(stores: Stores) -> None:
    assert stores.people.meet(LI, "李", Language.ZH, Role.COORDINATOR).role is Role.COORDINATOR
    stores.people.change_role(LI, Role.ADMINISTRATOR)
    assert stores.people.meet(LI, "李", Language.ZH, Role.COORDINATOR).role is Role.ADMINISTRATOR
    stores.people.change_role(LI, Role.COORDINATOR, always=[5])
    # Taken off the settings, the role stays until somebody changes it.
    assert stores.people.meet(LI, "李", Language.ZH).role is Role.COORDINATOR


def test_a_change_says_what_was_before_and_a_second_time_changes_nothing(stores: Stores) -> None:
    started(stores, LI)
    assert stores.people.change_role(LI, Role.COORDINATOR) == Changed(before="doctor", after="coordinator")
    assert stores.people.change_role(LI, Role.COORDINATOR) == AsBefore()
    assert stores.people.bar(LI, barred=True) == Changed(before="admitted", after="barred")
    assert stores.people.bar(LI, barred=True) == AsBefore()
    assert stores.people.change_role(99, Role.COORDINATOR) == Unknown()
    assert stores.people.bar(99, barred=True) == Unknown()


def test_the_last_administrator_stays(stores: Stores) -> None:
    for id_ in (1, 2, 3):
        started(stores, id_)
        stores.people.change_role(id_, Role.ADMINISTRATOR)
    stores.people.bar(3, barred=True)
    assert isinstance(stores.people.change_role(1, Role.DOCTOR), Changed)
    assert stores.people.change_role(2, Role.DOCTOR) == LastAdministrator()
    assert stores.people.bar(2, barred=True) == LastAdministrator()
    # Another one stands in the settings.
    assert isinstance(stores.people.change_role(2, Role.DOCTOR, always=[2, 7]), Changed)


def test_two_administrators_who_remove_each_other_at_once_leave_one(stores: Stores) -> None:
    for round_ in range(5):
        pair = (10 * round_ + 1, 10 * round_ + 2)
        for id_ in pair:
            started(stores, id_)
            stores.people.change_role(id_, Role.ADMINISTRATOR)
        with ThreadPoolExecutor(2) as threads:
            results = list(threads.map(lambda id_: stores.people.change_role(id_, Role.DOCTOR), pair))
        assert sum(isinstance(each, Changed) for each in results) >= 1
        administrators = stores.people.count(Audience(roles=frozenset({Role.ADMINISTRATOR})))
        assert administrators == 1


def test_people_are_found_by_a_part_of_the_name_or_the_beginning_of_the_id(stores: Stores) -> None:
    for id_, name in ((1001, "王医生"), (1002, "Wang Li"), (2001, "100%"), (0, "")):
        stores.people.meet(id_, name, Language.ZH)

    def ids(words: str) -> set[int]:
        return {each.telegram_id for each in stores.people.find(words, page=0, size=9).people}

    assert ids("") == {1001, 1002, 2001}
    assert ids("王") == {1001}
    assert ids("wang") == {1002}
    assert ids("100") == {1001, 1002, 2001}
    assert ids("%") == {2001}
    assert ids("nobody") == set()


def test_people_come_in_pages_and_the_staff_first(stores: Stores) -> None:
    for id_ in range(1, 6):
        started(stores, id_)
    stores.people.change_role(2, Role.COORDINATOR)
    first = stores.people.find("", page=0, size=2)
    assert [each.telegram_id for each in first.people] == [2, 5]
    assert first.total == 5
    assert [each.telegram_id for each in stores.people.find("", page=2, size=2).people] == [1]
    assert stores.people.find("", page=3, size=2).people == ()


def test_a_deleted_account_is_known_as_such_until_they_write_again(stores: Stores) -> None:
    started(stores, LI)
    stores.people.set_blocked(LI, blocked=True, deleted=True)
    person = stores.people.get(LI)
    assert person is not None
    assert (person.blocked, person.is_deleted) == (True, True)
    stores.people.set_blocked(LI, blocked=True)
    assert (known := stores.people.get(LI))
    assert known.is_deleted
    assert not stores.people.meet(LI, "某", Language.ZH).is_deleted
