"""One counter over all private chats is believed only after it was seen to hold, and never again once it did not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.numbering import Numbering

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
GROUP = -100


class Clock:
    """A second passes at each look."""

    def __init__(self) -> None:
        self.now = EPOCH

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def sent(numbering: Numbering, chat_id: int, message_id: int) -> None:
    numbering.given(chat_id, message_id, numbering.before())


def believed(*, chats: int = 6) -> Numbering:
    numbering = Numbering(clock=Clock())
    for number in range(1, chats + 1):
        sent(numbering, number, number)
    return numbering


def test_it_is_believed_after_five_messages_that_each_went_on_in_another_chat() -> None:
    assert not believed(chats=5).is_believed
    assert believed(chats=6).is_believed


def test_messages_of_one_chat_convince_nobody() -> None:
    numbering = Numbering()
    for message_id in range(1, 100):
        sent(numbering, 7, message_id)
    assert not numbering.is_believed


def test_an_id_that_was_given_already_ends_the_belief_for_good() -> None:
    numbering = believed()
    sent(numbering, 9, 3)
    assert numbering.is_contradicted
    for message_id in range(100, 200):
        sent(numbering, message_id, message_id)
    assert not numbering.is_believed


def test_what_somebody_wrote_counts_for_the_highest_id() -> None:
    numbering = believed()
    numbering.saw(8, 50)
    assert numbering.highest == 50
    sent(numbering, 9, 30)
    assert numbering.is_contradicted


def test_what_was_written_before_may_be_read_after_a_message_was_sent() -> None:
    """Updates come late."""
    numbering = believed()
    sent(numbering, 9, 40)
    numbering.saw(8, 39)
    assert not numbering.is_contradicted
    assert numbering.highest == 40


def test_a_group_has_numbers_of_its_own() -> None:
    numbering = believed()
    sent(numbering, GROUP, 1)
    numbering.saw(GROUP, 10_000)
    assert numbering.is_believed
    assert numbering.highest == 6
    assert numbering.bound(EPOCH) == 6


def test_the_bound_is_of_a_call_that_began_afterwards() -> None:
    """One that was under way at that moment may have been given its id before."""
    clock = Clock()
    numbering = Numbering(clock=clock)
    under_way = numbering.before()
    moment = clock()
    numbering.given(1, 11, under_way)
    assert numbering.bound(moment) is None
    sent(numbering, 2, 12)
    assert numbering.bound(moment) == 12


def test_a_reply_that_comes_late_does_not_take_the_bound_back() -> None:
    numbering = Numbering(clock=Clock())
    slow = numbering.before()
    sent(numbering, 2, 12)
    numbering.given(1, 11, slow)
    assert numbering.bound(EPOCH) == 12


def test_it_forgets_the_oldest_ids() -> None:
    numbering = Numbering()
    for message_id in range(1, 20_002):
        numbering.saw(5, message_id)
    assert not numbering.is_another(5, 1)
    assert numbering.is_another(5, 2)


def test_what_was_sent_in_bulk_may_be_what_is_looked_for_in_its_own_chat() -> None:
    """The disk may have been full when it was to be noted."""
    numbering = Numbering()
    numbering.given(5, 11, numbering.before(), is_bulk=True)
    assert not numbering.is_another(5, 11)
    assert numbering.is_another(6, 11)
    numbering.saw(5, 11)
    assert numbering.is_another(5, 11), "it was noted after all"


def test_what_answers_somebody_is_known_for_what_it_is() -> None:
    numbering = Numbering()
    sent(numbering, 5, 11)
    assert numbering.is_another(5, 11)


def test_what_is_pressed_counts_for_the_highest_id_alone() -> None:
    numbering = Numbering()
    numbering.met(5, 11)
    assert numbering.highest == 11
    assert not numbering.is_another(5, 11)


def test_messages_of_an_earlier_process_convince_in_the_order_in_which_they_were_noted() -> None:
    """Side by side, one may be noted after those that came later, however late."""
    history = [(chat, chat) for chat in range(1, 21)]
    history.append(history.pop(3))
    history.append(history.pop(9))
    numbering = Numbering()
    numbering.learn(history)
    assert numbering.is_believed
    disordered = Numbering()
    disordered.learn([(chat, 21 - chat) for chat in range(1, 21)])
    assert not disordered.is_believed
    assert not disordered.is_contradicted


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["sent", "wrote", "lost"])), max_size=60))
def test_one_counter_is_never_contradicted(events: list[tuple[int, str]]) -> None:
    """However replies overlap: each call is answered only after the next one has begun."""
    numbering, number, open_ = Numbering(clock=Clock()), 0, None
    for chat_id, kind in events:
        number += 1
        if kind == "wrote":
            numbering.saw(chat_id, number)
        elif kind == "sent":
            before = numbering.before()
            if open_ is not None:
                numbering.given(*open_)
            open_ = (chat_id, number, before)
    assert not numbering.is_contradicted
    assert numbering.highest is None or numbering.highest <= number


@given(st.lists(st.integers(1, 5), min_size=30, max_size=60))
def test_counters_of_their_own_are_found_out(chats: list[int]) -> None:
    """As soon as a chat comes again that has fewer messages than another one."""
    numbering, counted = Numbering(clock=Clock()), Counter[int]()
    for chat_id in [1, 1, 2, *chats]:
        counted[chat_id] += 1
        sent(numbering, chat_id, counted[chat_id])
    assert numbering.is_contradicted
