"""Courses that were just loaded are offered once, in one message, to administrators."""

from __future__ import annotations

import pytest

from bot.announcing.offering import CourseOffers
from bot.testing import FakeMessenger
from knowledge.domain import Language, Role
from knowledge.store import Stores
from knowledge.store.courses import NewCourse


def load(stores: Stores, first: int, count: int, *, is_sample: bool = False) -> None:
    stores.courses.put(
        [
            NewCourse(
                title=f"课程{n}",
                summary="",
                url=f"https://example.org/{n}",
                provider="",
                language="zh",
                specialty=None,
                credits=None,
                starts=None,
                ends=None,
                is_sample=is_sample,
                vector_key="x" * 64,
            )
            for n in range(first, first + count)
        ]
    )


@pytest.fixture
def offers(stores: Stores) -> tuple[CourseOffers, FakeMessenger]:
    for id_ in (1, 2, 3):
        stores.people.meet(id_, "人", Language.EN if id_ == 2 else Language.ZH)
        stores.people.start(id_, "1")
    for id_ in (1, 2):
        stores.people.change_role(id_, Role.ADMINISTRATOR)
    messenger = FakeMessenger()
    return CourseOffers(stores=stores, messenger=messenger), messenger


async def test_seventy_courses_are_one_message_to_each_administrator_in_their_language(stores, offers):
    looking, messenger = offers
    await looking.look()
    load(stores, 1, 70)
    await looking.look()
    await looking.look()
    assert [chat for chat, _ in messenger.sent] == [1, 2]
    assert "70 门" in messenger.sent[0][1].html
    assert "70 new courses" in messenger.sent[1][1].html
    assert [row[0].text for row in messenger.sent[0][1].buttons] == [f"课程{n}" for n in range(70, 65, -1)]


async def test_what_was_there_before_the_first_look_is_not_new(stores, offers):
    looking, messenger = offers
    load(stores, 1, 5)
    await looking.look()
    assert messenger.sent == []


async def test_what_is_loaded_again_is_not_new_and_a_restart_forgets_nothing(stores, offers):
    looking, messenger = offers
    await looking.look()
    load(stores, 1, 2)
    await looking.look()
    load(stores, 1, 2)
    await CourseOffers(stores=stores, messenger=messenger).look()
    assert len(messenger.sent) == 2


async def test_samples_are_not_offered(stores, offers):
    looking, messenger = offers
    await looking.look()
    load(stores, 1, 3, is_sample=True)
    await looking.look()
    assert messenger.sent == []
