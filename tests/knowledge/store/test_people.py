"""Who wrote to the bot."""

from __future__ import annotations

from knowledge.domain import Language
from knowledge.store import Stores

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
