"""Links by which people join."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from knowledge.domain import Language, Role
from knowledge.store import Stores
from knowledge.store.database import now
from knowledge.store.invitations import (
    InvitationStatus,
    Joined,
    Made,
    NothingToGain,
    NotValid,
    invitations,
)

LI, ZHAO = 1001, 1002


def made(stores: Stores, *, role: Role = Role.DOCTOR, most: int = 1, days: float = 7) -> Made:
    expires_at = now() + timedelta(days=days)
    return stores.invitations.make(role=role, most=most, expires_at=expires_at, made_by="telegram:1")


@pytest.fixture
def known(stores: Stores) -> Stores:
    for id_ in (LI, ZHAO):
        stores.people.meet(id_, "某", Language.ZH)
    return stores


def test_a_code_cannot_be_guessed_and_is_not_kept(stores: Stores) -> None:
    codes = {made(stores).code for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert len(code) == 32
        assert code.replace("-", "").replace("_", "").isalnum()
    with stores.database.read() as connection:
        rows = connection.execute(select(invitations)).all()
    assert not any(code in str(tuple(row)) for code in codes for row in rows)


def test_it_lets_somebody_in_with_its_role_once(known: Stores) -> None:
    link = made(known, role=Role.COORDINATOR)
    joined = known.invitations.redeem(link.code, LI)
    assert isinstance(joined, Joined)
    assert (joined.before, joined.role) == (Role.DOCTOR, Role.COORDINATOR)
    person = known.people.get(LI)
    assert person is not None
    assert person.is_member
    assert (person.role, person.invitation_id) == (Role.COORDINATOR, link.invitation.id)
    refused = known.invitations.redeem(link.code, ZHAO)
    assert isinstance(refused, NotValid)
    assert refused.status is InvitationStatus.USED_UP
    stranger = known.people.get(ZHAO)
    assert stranger is not None
    assert not stranger.is_member


def test_the_same_person_twice_counts_once(known: Stores) -> None:
    link = made(known, most=2)
    known.invitations.redeem(link.code, LI)
    assert isinstance(known.invitations.redeem(link.code, LI), NothingToGain)
    found = known.invitations.get(link.invitation.id)
    assert found is not None
    assert found.used == 1


def test_a_role_that_was_taken_away_does_not_come_back_by_the_same_link(known: Stores) -> None:
    first, second = made(known, role=Role.COORDINATOR, most=9), made(known, role=Role.COORDINATOR, most=9)
    known.invitations.redeem(first.code, LI)
    known.people.change_role(LI, Role.DOCTOR)
    known.invitations.redeem(second.code, LI)
    known.people.change_role(LI, Role.DOCTOR)
    assert isinstance(known.invitations.redeem(first.code, LI), NothingToGain)
    assert isinstance(known.invitations.redeem(second.code, LI), NothingToGain)


def test_who_erased_themselves_comes_back_by_a_link_to_the_staff_as_a_doctor(known: Stores) -> None:
    """The link counts them once, and gives back no role."""
    link = made(known, role=Role.COORDINATOR, most=2)
    known.invitations.redeem(link.code, LI)
    known.privacy.forget(LI)
    known.people.meet(LI, "某", Language.ZH)
    back = known.invitations.redeem(link.code, LI)
    assert isinstance(back, Joined)
    assert (back.before, back.role) == (Role.DOCTOR, Role.DOCTOR)
    person = known.people.get(LI)
    assert person is not None
    assert person.is_member
    assert person.role is Role.DOCTOR
    found = known.invitations.get(link.invitation.id)
    assert found is not None
    assert found.used == 1
    assert isinstance(known.invitations.redeem(link.code, LI), NothingToGain)


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.COORDINATOR])
@pytest.mark.parametrize(
    "status", [InvitationStatus.REVOKED, InvitationStatus.USED_UP, InvitationStatus.EXPIRED]
)
def test_who_erased_themselves_does_not_come_back_by_a_link_that_does_not_hold(
    known: Stores, role: Role, status: InvitationStatus
) -> None:
    link = made(known, role=role, most=1 if status is InvitationStatus.USED_UP else 2)
    known.invitations.redeem(link.code, LI)
    if status is InvitationStatus.REVOKED:
        known.invitations.revoke(link.invitation.id)
    if status is InvitationStatus.EXPIRED:
        with known.database.write() as connection:
            connection.execute(update(invitations).values(expires_at=now()))
    known.privacy.forget(LI)
    known.people.meet(LI, "某", Language.ZH)
    refused = known.invitations.redeem(link.code, LI)
    assert isinstance(refused, NotValid)
    assert refused.status is status
    person = known.people.get(LI)
    assert person is not None
    assert not person.is_member


def test_who_is_in_may_take_a_link_again_that_is_used_up(known: Stores) -> None:
    link = made(known, most=1)
    known.invitations.redeem(link.code, LI)
    assert isinstance(known.invitations.redeem(link.code, LI), NothingToGain)


def test_whoever_is_in_keeps_the_higher_role(known: Stores) -> None:
    known.people.start(LI, "1")
    assert isinstance(known.invitations.redeem(made(known).code, LI), NothingToGain)
    higher = known.invitations.redeem(made(known, role=Role.COORDINATOR).code, LI)
    assert isinstance(higher, Joined)
    assert isinstance(known.invitations.redeem(made(known, role=Role.DOCTOR).code, LI), NothingToGain)
    person = known.people.get(LI)
    assert person is not None
    assert person.role is Role.COORDINATOR


def test_an_expired_a_revoked_and_a_forged_one_let_nobody_in(known: Stores) -> None:
    expired, revoked = made(known, days=-0.001), made(known)
    assert known.invitations.revoke(revoked.invitation.id)
    assert not known.invitations.revoke(revoked.invitation.id)
    for code, status in (
        (expired.code, InvitationStatus.EXPIRED),
        (revoked.code, InvitationStatus.REVOKED),
        (revoked.code[:-1], None),
        ("", None),
        ("\udc80", None),
    ):
        refused = known.invitations.redeem(code, LI)
        assert isinstance(refused, NotValid)
        assert refused.status is status
    person = known.people.get(LI)
    assert person is not None
    assert not person.is_member


def test_many_at_once_never_exceed_the_limit(stores: Stores) -> None:
    people = range(1, 31)
    for id_ in people:
        stores.people.meet(id_, "某", Language.ZH)
    link = made(stores, most=5)
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(
            threads.map(lambda id_: stores.invitations.redeem(link.code, id_), [*people, *people])
        )
    assert sum(isinstance(each, Joined) for each in outcomes) == 5
    found = stores.invitations.get(link.invitation.id)
    assert found is not None
    assert found.used == 5
    members = [id_ for id_ in people if (person := stores.people.get(id_)) and person.is_member]
    assert len(members) == 5


def test_an_invitation_for_nobody_is_refused(stores: Stores) -> None:
    with pytest.raises(ValueError, match="one person"):
        made(stores, most=0)


def test_the_newest_are_listed_first(stores: Stores) -> None:
    ids = [made(stores).invitation.id for _ in range(5)]
    page, total = stores.invitations.all(page=1, size=2)
    assert ([each.id for each in page], total) == ([ids[2], ids[1]], 5)
