"""Each update is taken once, and what a kill leaves undone is taken up again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from knowledge.store import Stores
from knowledge.store.database import now
from knowledge.store.updates import KEPT_FOR, MAX_ATTEMPTS, updates


def test_an_update_is_taken_once(stores: Stores, elsewhere: Stores) -> None:
    assert stores.updates.claim(10, {"text": "问"})
    assert not elsewhere.updates.claim(10, {"text": "再"})
    assert stores.updates.left_over() == [{"text": "问"}]


def test_what_was_not_finished_is_left_over_oldest_first(stores: Stores) -> None:
    for id_ in (12, 10, 11):
        stores.updates.claim(id_, {"id": id_})
        assert stores.updates.begin(id_)
    stores.updates.done(11)
    assert [payload["id"] for payload in stores.updates.left_over()] == [10, 12]


def test_a_finished_update_keeps_its_id_and_loses_its_content(stores: Stores) -> None:
    stores.updates.claim(10, {"text": "私密"})
    stores.updates.done(10)
    assert not stores.updates.claim(10, {"text": "私密"})
    with stores.database.read() as connection:
        assert connection.execute(select(updates.c.payload)).scalar_one() is None


def test_an_update_that_brings_the_bot_down_is_given_up(stores: Stores) -> None:
    stores.updates.claim(10, {"text": "毒"})
    assert [stores.updates.begin(10) for _ in range(MAX_ATTEMPTS)] == [True] * MAX_ATTEMPTS
    assert stores.updates.left_over() == [{"text": "毒"}]
    assert not stores.updates.begin(10)
    assert stores.updates.left_over() == [{"text": "毒"}], "its sender has not been told yet"
    stores.updates.done(10)
    assert stores.updates.left_over() == []


def test_an_update_whose_apology_brings_the_bot_down_too_is_done_without(stores: Stores) -> None:
    stores.updates.claim(10, {"text": "毒"})
    for _ in range(MAX_ATTEMPTS + 10):
        stores.updates.begin(10)
    assert stores.updates.left_over() == []


def test_only_ids_that_cannot_come_again_are_forgotten(stores: Stores) -> None:
    for id_ in (1, 2, 3):
        stores.updates.claim(id_, {"id": id_})
    for id_ in (1, 2):
        stores.updates.done(id_)
    long_ago = now() - KEPT_FOR - timedelta(hours=1)
    with stores.database.write() as connection:
        connection.execute(update(updates).where(updates.c.update_id != 2).values(received_at=long_ago))
        connection.execute(update(updates).where(updates.c.update_id == 1).values(done_at=long_ago))
    assert stores.updates.prune() == 1
    assert stores.updates.claim(1, {})
    assert not stores.updates.claim(2, {})
    assert not stores.updates.claim(3, {}), "however old, what is not done is not forgotten"
