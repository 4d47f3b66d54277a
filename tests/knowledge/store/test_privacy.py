"""What is kept of a person can be seen whole and erased whole; what counts stays, without them."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from knowledge.domain import Language, Rating, Role
from knowledge.store import Stores, metadata_of_all_areas, privacy
from knowledge.store.announcement_tables import DeliveryStatus, announcements, deliveries
from knowledge.store.database import now
from knowledge.store.invitations import invitation_uses, invitations
from knowledge.store.people import LastAdministrator
from knowledge.store.privacy import STRANGERS_FOR, Erased, PrivacyStore
from knowledge.store.questions import questions
from tests.knowledge.asked import answered_from, disliked, in_vain
from tests.knowledge.editions import edition, publish

ME, OTHER = 7_001_903_355, 7_001_903_356
#: Of everyone: whoever made, loaded or decided something as staff; what the staff did stays.
STAFFS = {"made_by", "decided_by", "loaded_by", "who"}
NAMES_PEOPLE = ("telegram_id", "person_id", "asked_by", "sent_by", "chat_id")


def announced(stores: Stores, *recipients: tuple[int, DeliveryStatus]) -> int:
    with stores.database.write() as connection:
        made = {"status": "sending", "made_by": 9, "chat_id": 9, "made_at": now()}
        id_ = connection.execute(
            insert(announcements).values(**made).returning(announcements.c.id)
        ).scalar_one()
        for telegram_id, status in recipients:
            row = {"telegram_id": telegram_id, "status": status, "attempts": 0, "changed_at": now()}
            connection.execute(insert(deliveries).values(announcement_id=id_, message_id=5, **row))
    return int(id_)


def everything(library_file: Path) -> str:
    """Every row of every table, as text."""
    with sqlite3.connect(library_file) as connection:
        return "\n".join(connection.iterdump())


def bytes_of(library_file: Path) -> bytes:
    """The file with its write-ahead log, free pages and all."""
    log = library_file.with_name(library_file.name + "-wal")
    return library_file.read_bytes() + (log.read_bytes() if log.exists() else b"")


def test_agreeing_is_kept_with_its_version_and_its_first_time(stores: Stores) -> None:
    stores.people.meet(ME, "王医生", Language.ZH)
    assert stores.privacy.agreed_to(ME) is None
    stores.privacy.agree(ME, "2", joins=True)
    first = stores.people.get(ME)
    stores.privacy.agree(ME, "2", joins=True)
    again = stores.people.get(ME)
    assert first is not None
    assert again is not None
    assert (again.consent_version, again.consent_at) == ("2", first.consent_at)
    assert first.started_at is not None
    stores.privacy.agree(ME, "3", joins=True)
    newer = stores.people.get(ME)
    assert newer is not None
    assert newer.consent_at != first.consent_at


def test_who_agrees_in_a_group_is_not_written_to(stores: Stores) -> None:
    stores.people.meet(ME, "王医生", Language.ZH)
    stores.privacy.agree(ME, "2", joins=False)
    person = stores.people.get(ME)
    assert person is not None
    assert (person.consent_version, person.started_at) == ("2", None)


def test_all_that_is_kept_of_a_person_is_told_and_nothing_of_others(stores: Stores) -> None:
    edition_id = publish(stores, edition()).edition.id
    answered_from(stores, edition_id, "我问的", by=ME)
    answered_from(stores, edition_id, "别人问的", by=OTHER)
    stores.dialogues.open(ME, ME, "title", {"text": "我写的"})
    announced(stores, (ME, DeliveryStatus.SENT), (OTHER, DeliveryStatus.SENT))
    kept = stores.privacy.kept_of(ME)
    told = json.dumps(kept, ensure_ascii=False)
    assert all(words in told for words in ("我问的", "我写的", "医生"))
    assert "别人问的" not in told
    assert str(OTHER) not in told
    assert {area: len(rows) for area, rows in kept.items()} == {
        "person": 1,
        "questions": 1,
        "notes": 0,
        "announcements_received": 1,
        "open_dialogues": 1,
        "invitations_used": 0,
        "files_sent": 0,
        "audit_log": 0,
        "citations": len(stores.passages.of_edition(edition_id)),
    }


def test_no_table_that_names_people_is_left_out() -> None:
    known = {table.name for table, _ in privacy._KEPT.values()}
    # Announcements name who made them; what the staff did stays, and stands in the audit log.
    known |= {"announcements"}
    naming = {
        table.name
        for table in metadata_of_all_areas().tables.values()
        if any(column.name in NAMES_PEOPLE for column in table.columns)
    }
    assert naming <= known


def test_what_is_erased_leaves_nothing_in_the_file(stores: Stores, library_file: Path) -> None:
    """Neither in rows, nor in free space, nor in the write-ahead log."""
    edition_id = publish(stores, edition()).edition.id
    for number in range(120):
        answered_from(
            stores, edition_id, f"甲状腺危象的处理 secret-{number:03} {'很长的问题' * (number % 40)}", by=ME
        )
        answered_from(stores, edition_id, f"别人的问题 {number}", by=OTHER)
    stores.people.meet(ME, "张绝密", Language.ZH)
    stores.dialogues.open(ME, ME, "title", {"text": "secret-dialogue"})
    assert b"secret-" in bytes_of(library_file)
    erased = stores.privacy.forget(ME)
    assert isinstance(erased, Erased)
    assert (erased.questions, erased.people) == (120, 1)
    left = bytes_of(library_file)
    assert b"secret-" not in left
    assert "甲状腺危象的处理".encode() not in left
    assert "张绝密".encode() not in left
    assert "别人的问题 119".encode() in left
    assert str(ME) not in everything(library_file)


def test_freed_space_is_overwritten_whatever_sqlite_was_built_with(stores: Stores) -> None:
    with stores.database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar_one() == 1


def test_the_log_is_emptied_once_nobody_reads_it(stores: Stores, library_file: Path) -> None:
    in_vain(stores, by=ME)
    with sqlite3.connect(library_file, isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM questions").fetchone()
        in_vain(stores, by=ME)
        assert not stores.privacy.sweep()
    reader.close()
    assert stores.privacy.sweep()
    assert library_file.with_name(library_file.name + "-wal").stat().st_size == 0


def test_a_link_to_the_staff_is_not_used_twice_by_being_forgotten(stores: Stores) -> None:
    with stores.database.write() as connection:
        for id_, role in ((1, Role.DOCTOR), (2, Role.COORDINATOR)):
            made = {"code_hash": f"{id_}", "role": role, "most": 5, "used": 1, "made_by": "telegram:9"}
            times = {"made_at": now(), "expires_at": now()}
            connection.execute(insert(invitations).values(id=id_, **made, **times))
            connection.execute(
                insert(invitation_uses).values(invitation_id=id_, telegram_id=ME, used_at=now())
            )
    stores.privacy.forget(ME)
    assert [row["invitation_id"] for row in stores.privacy.kept_of(ME)["invitations_used"]] == [2]


def test_of_a_doctor_nothing_keeps_the_id_but_the_log(stores: Stores) -> None:
    """The texts of the notice, of /privacy and of /forget, and docs/privacy.md, say what the log keeps."""
    link = stores.invitations.make(
        role=Role.DOCTOR, most=1, expires_at=now() + timedelta(1), made_by="shell:x"
    )
    in_vain(stores, by=ME)
    stores.invitations.redeem(link.code, ME)
    stores.audit.note(f"telegram:{ME}", "invitation.use", "invitation:1")
    stores.audit.note_refusal(f"telegram:{ME}", "role", "command:announce")
    stores.audit.note("telegram:9", "person.bar", f"person:{ME}")
    announced(stores, (ME, DeliveryStatus.SENT))
    stores.privacy.forget(ME)
    kept = {area: len(rows) for area, rows in stores.privacy.kept_of(ME).items() if rows}
    assert kept == {"audit_log": 3}


def test_the_last_administrator_cannot_be_erased(stores: Stores) -> None:
    stores.people.meet(ME, "甲", Language.ZH, Role.ADMINISTRATOR)
    in_vain(stores, by=ME)
    assert stores.privacy.forget(ME) == LastAdministrator()
    person = stores.people.get(ME)
    assert person is not None
    assert person.role is Role.ADMINISTRATOR
    assert len(stores.privacy.kept_of(ME)["questions"]) == 1
    assert "person.forget" not in {entry.action for entry in stores.audit.page(size=9).entries}


@pytest.mark.parametrize(
    "always", [(OTHER,), (ME,)], ids=["the settings name another", "the settings name them"]
)
def test_an_administrator_whom_the_settings_replace_can_be_erased(
    stores: Stores, always: tuple[int, ...]
) -> None:
    stores.people.meet(ME, "甲", Language.ZH, Role.ADMINISTRATOR)
    assert isinstance(stores.privacy.forget(ME, always=always), Erased)
    assert stores.people.get(ME) is None


@pytest.mark.parametrize("who", [None, "shell:root"])
def test_that_somebody_of_the_staff_erased_themselves_is_noted(stores: Stores, who: str | None) -> None:
    stores.people.meet(OTHER, "乙", Language.ZH, Role.ADMINISTRATOR)
    stores.people.meet(ME, "甲", Language.ZH, Role.ADMINISTRATOR)
    stores.privacy.forget(ME, who=who)
    entry = stores.audit.page(size=1).entries[0]
    assert (entry.who, entry.action, entry.subject) == (
        who or f"telegram:{ME}",
        "person.forget",
        f"person:{ME}",
    )
    assert entry.details == {"before": "administrator"}
    assert stores.privacy.forget(OTHER) == LastAdministrator()


def test_that_a_doctor_erased_themselves_is_noted_nowhere(stores: Stores) -> None:
    in_vain(stores, by=ME)
    stores.privacy.forget(ME)
    assert stores.audit.page(size=1).entries == ()


def test_forgetting_twice_is_forgetting_once(stores: Stores) -> None:
    in_vain(stores, by=ME)
    assert stores.privacy.forget(ME) != Erased()
    assert stores.privacy.forget(ME) == Erased()


def test_what_was_asked_still_counts_as_one_persons(stores: Stores) -> None:
    """Of whom nothing is known; in the hour in which it was asked, with what became of it and its rating."""
    question = disliked(stores, publish(stores, edition()).edition.id, by=ME)
    disliked(stores, publish(stores, edition("乙")).edition.id, by=ME)
    stores.privacy.forget(ME)
    with stores.database.read() as connection:
        rows = connection.execute(select(questions)).all()
    assert len(rows) == 2
    assert len({row.asked_by for row in rows}) == 1
    row = rows[0]
    assert row.asked_by < 0
    assert (row.text, row.cited, row.understood, row.update_id, row.message_id) == (
        "",
        None,
        None,
        None,
        None,
    )
    assert (row.rating, row.outcome, row.took_ms) == (Rating.DOWN, "answered", 1.0)
    assert (row.asked_at.minute, row.asked_at.second) == (0, 0)
    assert question.asked_at - row.asked_at < timedelta(hours=1)


def test_a_gap_keeps_its_count_and_is_told_in_another_askers_words(stores: Stores) -> None:
    mine, theirs = in_vain(stores, "我怎么问的", by=ME), in_vain(stores, "别人怎么问的", by=OTHER)
    gap_id = stores.gaps.add(stores.gaps.unqueued(5)[0], model=None, vector=None)
    stores.gaps.join(stores.gaps.unqueued(5)[0], gap_id)
    assert mine.id < theirs.id
    stores.privacy.forget(ME)
    gap = stores.gaps.get(gap_id)
    assert gap is not None
    assert (gap.text, gap.askers, gap.times) == ("别人怎么问的", 2, 2)


def test_a_gap_that_nobody_else_asked_is_gone_and_comes_not_back(stores: Stores) -> None:
    in_vain(stores, "只有我问", by=ME)
    gap_id = stores.gaps.add(stores.gaps.unqueued(5)[0], model=None, vector=None)
    in_vain(stores, "还没有排队", by=ME)
    stores.privacy.forget(ME)
    assert stores.gaps.get(gap_id) is None
    assert stores.gaps.unqueued(5) == []
    assert stores.gaps.page(offset=0, limit=5).total == 0


def test_an_announcements_sum_stays_and_nobody_forgotten_waits_for_it(stores: Stores) -> None:
    id_ = announced(stores, (ME, DeliveryStatus.SENT), (OTHER, DeliveryStatus.SENT))
    other = announced(stores, (ME, DeliveryStatus.QUEUED), (OTHER, DeliveryStatus.QUEUED))
    third = announced(stores, (ME, DeliveryStatus.SENDING))
    stores.privacy.forget(ME)
    assert (stores.deliveries.report(id_).sent, stores.deliveries.report(id_).audience) == (2, 2)
    assert (stores.deliveries.report(other).queued, stores.deliveries.report(other).failed) == (1, 1)
    assert stores.deliveries.report(third).in_doubt == 1
    assert {each.telegram_id for each in stores.deliveries.of(id_)} > {OTHER}
    assert all(each.telegram_id != ME for each in stores.deliveries.of(id_))


def test_who_is_shut_out_stays_shut_out(stores: Stores) -> None:
    stores.people.meet(ME, "张三", Language.ZH)
    stores.people.bar(ME, barred=True)
    stores.privacy.forget(ME)
    person = stores.people.get(ME)
    assert person is not None
    assert (person.barred, person.name, person.consent_version) == (True, "", None)


def test_what_the_staff_did_stays_in_the_audit_log(stores: Stores) -> None:
    stores.audit.note(f"telegram:{ME}", "edition.approve", "edition:1")
    stores.privacy.forget(ME)
    assert len(stores.privacy.kept_of(ME)["audit_log"]) == 1


def test_questions_are_erased_when_they_are_old_enough_and_no_sooner(stores: Stores) -> None:
    for number in range(3):
        in_vain(stores, f"旧 {number}", by=ME)
    later = PrivacyStore(stores.database, clock=lambda: now() + timedelta(days=10))
    assert later.expire(0).questions == 0
    assert later.expire(11).questions == 0
    assert later.expire(9).questions == 3
    assert later.expire(9) == Erased()
    assert stores.people.get(ME) is not None
    assert stores.privacy.kept_of(ME)["questions"] == []


def test_more_than_one_transaction_takes_are_erased_too(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "_AT_ONCE", 2)
    for number in range(5):
        in_vain(stores, f"旧 {number}", by=ME)
    later = PrivacyStore(stores.database, clock=lambda: now() + timedelta(days=10))
    assert later.expire(9).questions == 5


def test_a_stranger_who_never_agreed_is_forgotten_after_a_while(stores: Stores) -> None:
    stores.people.meet(ME, "路人", Language.ZH)
    stores.people.meet(OTHER, "王医生", Language.ZH)
    stores.privacy.agree(OTHER, "2", joins=True)
    assert stores.privacy.expire(365).people == 0
    later = PrivacyStore(stores.database, clock=lambda: now() + STRANGERS_FOR + timedelta(hours=1))
    assert later.expire(365).people == 1
    assert stores.people.get(ME) is None
    assert stores.people.get(OTHER) is not None
