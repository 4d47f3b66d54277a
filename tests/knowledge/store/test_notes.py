"""Notes: who is told what, once, and never more than a few a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from knowledge.domain import Language, Related, Role
from knowledge.store import Stores
from knowledge.store.database import now
from knowledge.store.gaps import GapStore
from knowledge.store.note_tables import NoteKind, NoteStatus, notes
from knowledge.store.notes import (
    Due,
    EditionGone,
    GapsClosed,
    NoteStore,
    NowAnswered,
)
from knowledge.store.people import people
from tests.knowledge.asked import answered_from, asked, disliked, in_vain, quoting
from tests.knowledge.editions import edition, publish

LONG_AGO = now() - timedelta(days=180)
OLD, NEW = edition(year=2018), edition(texts=("血压应降至<130/80 mmHg。",), year=2024)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = now()

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(stores: Stores, clock: Clock) -> NoteStore:
    return NoteStore(stores.database, clock=clock)


def anywhere(_chat_id: int) -> bool:
    return True


def due(store: NoteStore, most_a_day: int = 3) -> Due | None:
    return store.next_due(anywhere, most_a_day=most_a_day)


def all_due(store: NoteStore, most_a_day: int = 3) -> Iterator[Due]:
    """Sends whatever there is."""
    message_ids = iter(range(1000, 2000))
    while (found := due(store, most_a_day)) is not None:
        yield found
        store.sent(found, next(message_ids))


def closed_gap(
    stores: Stores, *askers: int, text: str = "手足口病隔离几天", loaded_by: str = "telegram:7"
) -> None:
    """A gap that a document has closed."""
    for by in askers:
        in_vain(stores, text, by=by)
    first, *others = stores.gaps.unqueued(50)
    gap_id = stores.gaps.add(first, model=None, vector=None)
    for other in others:
        stores.gaps.join(other, gap_id)
    loaded = publish(stores, edition(f"{text} 指南", (f"{text}，见下。",), loaded_by=loaded_by)).edition
    GapStore(stores.database).close(
        gap_id, generation=stores.library.generation(), edition_id=loaded.id, since=LONG_AGO
    )


def set_person(stores: Stores, telegram_id: int, **values: object) -> None:
    with stores.database.write() as connection:
        connection.execute(update(people).where(people.c.telegram_id == telegram_id).values(**values))


def meet_loader(stores: Stores, **values: object) -> None:
    stores.people.meet(7, "刘老师", Language.ZH)
    set_person(stores, 7, **{"role": Role.COORDINATOR, **values})


def statuses(stores: Stores) -> list[str]:
    with stores.database.read() as connection:
        return list(connection.execute(select(notes.c.status).order_by(notes.c.id)).scalars())


# ----------------------------------------------------------------------------------------------- closed gaps


def test_each_asker_is_told_once_and_then_who_loaded_it(stores: Stores, store: NoteStore) -> None:
    meet_loader(stores)
    closed_gap(stores, 1, 2, 2)
    found = list(all_due(store))
    assert [(each.telegram_id, type(each.about)) for each in found] == [
        (1, NowAnswered),
        (2, NowAnswered),
        (7, GapsClosed),
    ]
    assert found[2].about == GapsClosed(gaps=1, told=2)
    assert due(store) is None


def test_what_was_loaded_in_the_shell_is_told_to_its_askers_only(stores: Stores, store: NoteStore) -> None:
    closed_gap(stores, 1, loaded_by="shell:root")
    assert [each.telegram_id for each in all_due(store)] == [1]


@pytest.mark.parametrize(
    "since_then", [{"notes": False}, {"blocked": True}, {"barred": True}, {"role": Role.DOCTOR}]
)
def test_who_loaded_it_is_told_only_while_they_may_load_and_want_notes(
    stores: Stores, store: NoteStore, since_then: dict[str, object]
) -> None:
    meet_loader(stores, **since_then)
    closed_gap(stores, 1)
    assert [each.telegram_id for each in all_due(store)] == [1]
    assert NoteStatus.QUEUED not in statuses(stores)


def test_a_note_knows_whether_there_was_an_answer_that_was_disliked(stores: Stores, store: NoteStore) -> None:
    disliked(stores, publish(stores, OLD).edition.id, by=1)
    closed_gap(stores, 2)
    about = {each.telegram_id: each.about for each in all_due(store)}
    was_disliked = [isinstance(each, NowAnswered) and each.was_disliked for each in (about[1], about[2])]
    assert was_disliked == [True, False]


def test_an_administrator_who_loaded_it_is_told_too(stores: Stores, store: NoteStore) -> None:
    meet_loader(stores, role=Role.ADMINISTRATOR)
    closed_gap(stores, 1)
    assert [each.telegram_id for each in all_due(store)] == [1, 7]


def test_a_note_that_was_not_marked_as_sent_is_due_again(stores: Stores, store: NoteStore) -> None:
    """A kill fell between."""
    closed_gap(stores, 1)
    first = due(store)
    assert first is not None
    assert due(store) == first
    store.failed(first)
    assert due(store) is None


def test_a_note_goes_to_the_person_alone_and_only_to_who_has_a_chat_with_the_bot(
    stores: Stores, store: NoteStore
) -> None:
    group = -100
    stores.people.meet(1, "医生", Language.ZH)
    stores.people.start(1, "1")
    for by in (1, 2):
        in_vain(stores, by=by, chat_id=group)
    closed_gap(stores, 3)
    assert [(each.telegram_id, each.chat_id) for each in all_due(store)] == [(1, 1), (3, 3)]


@pytest.mark.parametrize("wish", [{"notes": False}, {"blocked": True}, {"barred": True}, {"deleted": True}])
@pytest.mark.parametrize("before", [True, False])
def test_who_wants_none_gets_none(
    stores: Stores, store: NoteStore, wish: dict[str, bool], before: bool
) -> None:
    in_vain(stores, by=1)
    if before:
        set_person(stores, 1, **wish)
    closed_gap(stores, 2)
    if not before:
        set_person(stores, 1, **wish)
    assert [each.telegram_id for each in all_due(store)] == [2]
    assert NoteStatus.QUEUED not in statuses(stores)


def test_nobody_is_told_in_their_quiet_hours(stores: Stores, store: NoteStore, clock: Clock) -> None:
    closed_gap(stores, 1)
    minute = clock.now.hour * 60 + clock.now.minute
    quiet = {"quiet_from": (minute - 5) % 1440, "quiet_until": (minute + 5) % 1440, "time_zone": "UTC"}
    set_person(stores, 1, **quiet)
    assert due(store) is None
    clock.now += timedelta(minutes=6)
    assert due(store) is not None


def test_only_chats_that_can_be_written_to_are_due(stores: Stores, store: NoteStore) -> None:
    in_vain(stores, by=0)
    closed_gap(stores, 1)
    found = store.next_due(lambda chat_id: chat_id != 0, most_a_day=3)
    assert found is not None
    assert found.telegram_id == 1


def test_a_note_is_asked_again_by_its_person_only(stores: Stores, store: NoteStore) -> None:
    closed_gap(stores, 1)
    found = due(store)
    assert found is not None
    assert store.question(found.note_ids[0], 1) == "手足口病隔离几天"
    assert store.question(found.note_ids[0], 2) is None
    assert store.question(999, 1) is None


def test_who_declines_after_it_was_queued_hears_nothing(stores: Stores, store: NoteStore) -> None:
    closed_gap(stores, 1)
    assert store.decline(1, 1)
    assert due(store) is None


# -------------------------------------------------------------------------------------------------- editions


def test_who_was_answered_from_a_replaced_edition_gets_one_note(stores: Stores, store: NoteStore) -> None:
    old = publish(stores, OLD).edition
    question = answered_from(stores, old.id, "老年人血压目标")
    assert store.queue_for_editions(LONG_AGO) == 0
    publish(stores, NEW)
    assert store.queue_for_editions(LONG_AGO) == 1
    assert store.queue_for_editions(LONG_AGO) == 0
    (found,) = all_due(store)
    assert isinstance(found.about, EditionGone)
    assert found.about.successor is not None
    assert (found.about.edition.year, found.about.successor.year) == (2018, 2024)
    assert [(each.text, each.asked_at) for each in found.about.questions] == [
        ("老年人血压目标", question.asked_at)
    ]
    assert store.queue_for_editions(LONG_AGO) == 0


def test_a_withdrawn_edition_has_no_successor(stores: Stores, store: NoteStore) -> None:
    old = publish(stores, OLD).edition
    answered_from(stores, old.id)
    stores.library.withdraw(old.id)
    store.queue_for_editions(LONG_AGO)
    (found,) = all_due(store)
    assert isinstance(found.about, EditionGone)
    assert found.about.successor is None


def test_all_that_somebody_was_answered_from_an_edition_is_one_message(
    stores: Stores, store: NoteStore
) -> None:
    old = publish(stores, OLD).edition
    for number in range(20):
        answered_from(stores, old.id, f"问题 {number}", by=1)
    answered_from(stores, old.id, "别人的问题", by=2)
    publish(stores, NEW)
    store.queue_for_editions(LONG_AGO)
    found = list(all_due(store))
    assert [len(each.note_ids) for each in found] == [20, 1]


def test_a_correction_and_the_same_file_read_anew_are_no_news(stores: Stores, store: NoteStore) -> None:
    old = publish(stores, OLD).edition
    answered_from(stores, old.id)
    publish(stores, replace(OLD, year=2019))
    assert store.queue_for_editions(LONG_AGO) == 0
    reread = publish(stores, replace(NEW, file_hash=OLD.file_hash)).edition
    assert store.queue_for_editions(LONG_AGO) == 0
    stores.library.withdraw(reread.id)
    assert store.queue_for_editions(LONG_AGO) == 1


def test_samples_end_without_a_word(stores: Stores, store: NoteStore) -> None:
    sample = publish(stores, replace(OLD, is_sample=True)).edition
    answered_from(stores, sample.id)
    assert publish(stores, edition("真的指南")).samples_withdrawn == 1
    assert store.queue_for_editions(LONG_AGO) == 0


def test_only_answers_since_then_are_noted(stores: Stores, store: NoteStore) -> None:
    old = publish(stores, OLD).edition
    answered_from(stores, old.id)
    publish(stores, NEW)
    assert store.queue_for_editions(now() + timedelta(days=1)) == 0


def test_what_answers_again_before_its_note_is_sent_is_not_told(stores: Stores, store: NoteStore) -> None:
    old = publish(stores, OLD).edition
    answered_from(stores, old.id)
    stores.library.withdraw(old.id)
    store.queue_for_editions(LONG_AGO)
    stores.library.approve(old.id)
    assert due(store) is None
    stores.library.withdraw(old.id)
    assert store.queue_for_editions(LONG_AGO) == 1


def test_who_turns_notes_on_again_is_not_told_of_what_passed_meanwhile(
    stores: Stores, store: NoteStore
) -> None:
    old = publish(stores, OLD).edition
    answered_from(stores, old.id, by=1)
    set_person(stores, 1, notes=False)
    publish(stores, NEW)
    assert store.queue_for_editions(LONG_AGO) == 0
    set_person(stores, 1, notes=True)
    assert store.queue_for_editions(LONG_AGO) == 0
    assert due(store) is None


# ----------------------------------------------------------------------------------------------- a few a day


def test_no_more_than_a_few_messages_a_day_and_the_rest_later(
    stores: Stores, store: NoteStore, clock: Clock
) -> None:
    for number in range(5):
        loaded = publish(stores, edition(f"指南 {number}")).edition
        answered_from(stores, loaded.id, by=1)
        stores.library.withdraw(loaded.id)
    closed_gap(stores, 1)
    store.queue_for_editions(LONG_AGO)
    kinds = [type(each.about) for each in all_due(store)]
    assert kinds == [NowAnswered, EditionGone, EditionGone]
    clock.now += timedelta(hours=23)
    assert due(store) is None
    clock.now += timedelta(hours=2)
    assert len(list(all_due(store))) == 3


def test_one_doctors_full_day_does_not_hold_up_another(stores: Stores, store: NoteStore) -> None:
    editions = [publish(stores, edition(f"指南 {n}", (f"正文 {n}。",))).edition.id for n in range(3)]
    for edition_id in editions:
        answered_from(stores, edition_id, by=1)
    answered_from(stores, editions[-1], by=2)
    for edition_id in editions:
        stores.library.withdraw(edition_id)
    store.queue_for_editions(LONG_AGO)
    assert [each.telegram_id for each in all_due(store, most_a_day=1)] == [1, 2]


def test_who_loads_hears_of_each_closing_whatever_the_day_brought(stores: Stores, store: NoteStore) -> None:
    meet_loader(stores)
    closed_gap(stores, 1, text="甲病怎么治")
    closed_gap(stores, 2, text="乙病怎么治")
    found = list(all_due(store, most_a_day=1))
    assert found[-1].about == GapsClosed(gaps=2, told=2)


def test_a_note_about_a_question_that_was_deleted_is_dropped(stores: Stores, store: NoteStore) -> None:
    closed_gap(stores, 1, loaded_by="shell:root")
    with stores.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM questions")
    assert due(store) is None
    assert not store.has_queued()


def test_a_note_to_nobody_known_is_dropped(stores: Stores, store: NoteStore) -> None:
    values = {"kind": NoteKind.LOADED, "telegram_id": 9, "chat_id": 9, "question_id": 1, "edition_id": 1}
    with stores.database.write() as connection:
        connection.execute(insert(notes).values(**values, status=NoteStatus.QUEUED, made_at=now()))
    assert due(store) is None
    assert statuses(stores) == [NoteStatus.DROPPED]


def test_what_was_only_related_is_not_noted(stores: Stores, store: NoteStore) -> None:
    old = publish(stores, OLD).edition
    found = quoting(stores, old.id)
    asked(stores, "x", Related(question="x", quotations=found.quotations, missing=(), courses=()))
    publish(stores, NEW)
    assert store.queue_for_editions(LONG_AGO) == 0
