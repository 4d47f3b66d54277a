"""Each update is taken once, and what a kill leaves undone is taken up again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from knowledge.store import Stores
from knowledge.store.database import now
from knowledge.store.updates import KEPT_FOR, MAX_ATTEMPTS, updates


def claim(stores: Stores, id_: int, text: str = "") -> bool:
    return stores.updates.claim({id_: {"text": text}}) == {id_}


def left(stores: Stores) -> list[tuple[str, bool]]:
    """What is taken up, and whether it is given up."""
    return [(each.payload["text"], each.is_given_up) for each in stores.updates.take_up()]


def test_an_update_is_taken_once(stores: Stores, elsewhere: Stores) -> None:
    assert claim(stores, 10, "问")
    assert not claim(elsewhere, 10, "再")
    assert left(stores) == [("问", False)]


def test_of_a_batch_only_what_is_new_is_taken(stores: Stores) -> None:
    claim(stores, 11, "一")
    batch = {10: {"text": "零"}, 11: {"text": "再"}, 12: {"text": "二"}}
    assert stores.updates.claim(batch) == {10, 12}
    assert [text for text, _ in left(stores)] == ["零", "一", "二"]


def test_a_batch_is_taken_whole_or_not_at_all(stores: Stores) -> None:
    with pytest.raises(TypeError):
        stores.updates.claim({10: {"text": "零"}, 11: {"text": object()}})
    assert left(stores) == []


def test_what_was_not_finished_is_left_over_oldest_first(stores: Stores) -> None:
    for id_ in (12, 10, 11):
        claim(stores, id_, str(id_))
    stores.updates.done(11)
    assert left(stores) == [("10", False), ("12", False)]


def test_a_finished_update_keeps_its_id_and_loses_its_content(stores: Stores) -> None:
    claim(stores, 10, "私密")
    stores.updates.done(10)
    assert not claim(stores, 10, "私密")
    with stores.database.read() as connection:
        assert connection.execute(select(updates.c.payload)).scalar_one() is None


def test_an_update_that_brings_the_bot_down_is_given_up(stores: Stores) -> None:
    claim(stores, 10, "毒")
    assert [left(stores) for _ in range(MAX_ATTEMPTS - 1)] == [[("毒", False)]] * (MAX_ATTEMPTS - 1)
    assert left(stores) == [("毒", True)]
    assert left(stores) == [("毒", True)], "its sender has not been told yet"
    stores.updates.done(10)
    assert left(stores) == []


def test_an_update_whose_apology_brings_the_bot_down_too_is_done_without(stores: Stores) -> None:
    claim(stores, 10, "毒")
    for _ in range(MAX_ATTEMPTS + 10):
        stores.updates.take_up()
    assert left(stores) == []
    assert not claim(stores, 10, "毒")


def test_only_ids_that_cannot_come_again_are_forgotten(stores: Stores) -> None:
    for id_ in (1, 2, 3):
        claim(stores, id_)
    for id_ in (1, 2):
        stores.updates.done(id_)
    long_ago = now() - KEPT_FOR - timedelta(hours=1)
    with stores.database.write() as connection:
        connection.execute(update(updates).where(updates.c.update_id != 2).values(received_at=long_ago))
        connection.execute(update(updates).where(updates.c.update_id == 1).values(done_at=long_ago))
    assert stores.updates.prune() == 1
    assert claim(stores, 1)
    assert not claim(stores, 2)
    assert not claim(stores, 3), "however old, what is not done is not forgotten"
