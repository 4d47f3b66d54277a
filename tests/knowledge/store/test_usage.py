"""Counts over a stretch of whole days on the clocks of a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from knowledge.domain import AnnouncementKind, Language, Outcome, Rating
from knowledge.store import Stores
from knowledge.store.announcement_tables import DeliveryStatus
from knowledge.store.deliveries import Claimed
from knowledge.store.gaps import gaps
from knowledge.store.library_tables import documents, editions
from knowledge.store.people import people
from knowledge.store.questions import citations, questions
from knowledge.store.usage import Period, UsageStore

PERIOD = Period(first=date(2026, 11, 20), last=date(2026, 11, 22), zone="Asia/Shanghai")


@pytest.fixture
def usage(stores: Stores) -> UsageStore:
    return UsageStore(stores.database)


def ask(stores: Stores, at: datetime, outcome: Outcome | None, **more) -> int:
    values = {"asked_by": 1, "chat_id": 1, "text": "?", "asked_at": at, "outcome": outcome, **more}
    with stores.database.write() as connection:
        return int(
            connection.execute(insert(questions).values(**values).returning(questions.c.id)).scalar_one()
        )


def test_a_day_begins_at_midnight_where_the_clocks_are(stores: Stores, usage: UsageStore):
    """16:00 UTC is midnight in Shanghai."""
    ask(stores, datetime(2026, 11, 19, 15, 59, 59, tzinfo=UTC), Outcome.ANSWERED)
    ask(stores, datetime(2026, 11, 19, 16, 0, 0, tzinfo=UTC), Outcome.ANSWERED)
    ask(stores, datetime(2026, 11, 20, 15, 59, 59, 999_000, tzinfo=UTC), Outcome.RELATED)
    ask(stores, datetime(2026, 11, 20, 16, 0, 0, tzinfo=UTC), None)
    ask(stores, datetime(2026, 11, 22, 16, 0, 0, tzinfo=UTC), Outcome.ANSWERED)
    found = usage.asked(PERIOD)
    assert found.by_day == {
        date(2026, 11, 20): {Outcome.ANSWERED: 1, Outcome.RELATED: 1},
        date(2026, 11, 21): {None: 1},
        date(2026, 11, 22): {},
    }
    assert found.total == 3
    assert found.with_outcome(Outcome.ANSWERED, None) == 2


def test_a_zone_west_of_greenwich_has_its_own_days(stores: Stores, usage: UsageStore):
    ask(stores, datetime(2026, 11, 21, 4, 59, tzinfo=UTC), Outcome.ANSWERED)
    period = Period(first=date(2026, 11, 20), last=date(2026, 11, 20), zone="America/New_York")
    assert usage.asked(period).by_day == {date(2026, 11, 20): {Outcome.ANSWERED: 1}}


def test_percentiles_are_ranks_of_what_was_measured(stores: Stores, usage: UsageStore):
    for took in range(1, 101):
        ask(
            stores,
            PERIOD.begins,
            Outcome.ANSWERED,
            took_ms=float(took),
            rating=Rating.UP if took < 4 else None,
        )
    found = usage.asked(PERIOD)
    assert (found.p50_ms, found.p95_ms) == (50.0, 95.0)
    assert found.rated == {Rating.UP: 3}
    assert found.askers == 1


def test_without_questions_nothing_is_measured(usage: UsageStore):
    found = usage.asked(PERIOD)
    assert (found.total, found.p95_ms, found.askers) == (0, None, 0)


def test_a_document_counts_once_an_answer_whichever_edition_is_quoted(stores: Stores, usage: UsageStore):
    with stores.database.write() as connection:
        for id_ in (1, 2):
            connection.execute(insert(documents).values(**_filled(documents, id=id_)))
        for id_, document, title in ((1, 1, "高血压指南 2020"), (2, 1, "高血压指南"), (3, 2, "糖尿病指南")):
            values = _filled(editions, id=id_, document_id=document, title=title)
            connection.execute(insert(editions).values(**values))
    first, second = (ask(stores, PERIOD.begins, Outcome.ANSWERED) for _ in range(2))
    rows = [(first, 0, 1), (first, 1, 1), (second, 0, 2), (second, 1, 3)]
    with stores.database.write() as connection:
        for question, position, edition in rows:
            values = {"question_id": question, "position": position, "edition_id": edition, "passage_id": 1}
            connection.execute(insert(citations).values(**values))
    assert [(each.name, each.count) for each in usage.most_cited(PERIOD, 5)] == [
        ("高血压指南", 2),
        ("糖尿病指南", 1),
    ]
    assert len(usage.most_cited(PERIOD, 1)) == 1


def _filled(table, **values):
    """A row with something in every column that must have it."""
    for column in table.columns:
        if column.name not in values and not column.nullable and column.server_default is None:
            python_type = column.type.python_type
            filler = {str: "x", int: 1, bool: False, float: 0.0, bytes: b""}
            values[column.name] = filler.get(python_type, datetime(2026, 1, 1, tzinfo=UTC))
            if column.unique:
                values[column.name] = f"{values.get('id')}"
    return values


def test_open_gaps_are_counted_by_who_asked_in_the_period(stores: Stores, usage: UsageStore):
    with stores.database.write() as connection:
        for id_, status in ((1, "open"), (2, "dismissed")):
            values = {"id": id_, "text": f"缺口{id_}", "status": status, "asked_first": PERIOD.begins}
            connection.execute(
                insert(gaps).values(**_filled(gaps, **values, asked_last=PERIOD.begins, tried_generation=0))
            )
    for gap in (1, 1, 2):
        ask(stores, PERIOD.begins, Outcome.NO_EVIDENCE, gap_id=gap)
    ask(stores, PERIOD.ends, Outcome.NO_EVIDENCE, gap_id=1)
    assert [(each.name, each.count) for each in usage.most_missed(PERIOD, 5)] == [("缺口1", 2)]


def test_growth_is_told_by_day_and_in_all(stores: Stores, usage: UsageStore):
    joined = (PERIOD.begins - timedelta(days=1), PERIOD.begins, PERIOD.begins + timedelta(days=2))
    for id_, at in enumerate(joined, start=1):
        stores.people.meet(id_, "医生", Language.ZH)
        with stores.database.write() as connection:
            connection.execute(update(people).where(people.c.telegram_id == id_).values(started_at=at))
    stores.people.meet(9, "没有开始", Language.ZH)
    stores.people.set_blocked(1, blocked=True)
    found = usage.grown(PERIOD)
    assert list(found.by_day.values()) == [2, 2, 3]
    assert (found.total, found.new, found.gone) == (3, 2, 1)


def test_announcements_of_the_period_with_who_was_reached(stores: Stores, usage: UsageStore):
    for id_ in (1, 2, 3):
        stores.people.meet(id_, "医生", Language.ZH)
        stores.people.start(id_, "1")
    made = stores.announcements.begin(
        9, 9, kind=AnnouncementKind.NOTICE, text_zh="讲座\n第二行", text_en="Lecture"
    )
    stores.announcements.start(made, [1, 2, 3])
    moment = datetime.now(UTC) + timedelta(seconds=1)
    while isinstance(claimed := stores.deliveries.claim([made.id], moment), Claimed):
        status = DeliveryStatus.SENT if claimed.telegram_id < 3 else DeliveryStatus.FAILED
        stores.deliveries.settle(claimed, status, message_id=5)
    stores.deliveries.press(made.id, 1, 5)
    today = datetime.now(UTC).date()
    period = Period(first=today - timedelta(days=1), last=today + timedelta(days=1), zone="UTC")
    (found,) = usage.announced(period, 5, in_chinese=True)
    assert (found.name, found.audience, found.sent, found.opened) == ("讲座", 3, 2, 1)
    assert usage.announced(period, 5, in_chinese=False)[0].name == "Lecture"
    stores.announcements.recall(found.id)
    stores.deliveries.mended(found.id, 1, revision=None)
    (taken_back,) = usage.announced(period, 5, in_chinese=True)
    assert (taken_back.sent, taken_back.recalled) == (1, 1), "what was taken back stands with nobody"
    assert usage.announced(PERIOD, 5, in_chinese=True) == [] or PERIOD.last >= today
