"""Anybody can send any data as if a button had said it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import CALLBACK_BYTES, Button
from bot.library import data
from bot.library.data import Action, Forged, Press, data_for, find_data, old_job, press_of
from bot.library.shelf import Filter, Shown
from knowledge.specialties import SPECIALTIES
from knowledge.store.library import Fact


@pytest.mark.parametrize("text", ["", "lib", "lib:", "lib:no_such", "load:yes:1", "LIB:card:1", "lib :card"])
def test_what_no_button_of_ours_says_is_forged(text: str):
    with pytest.raises(Forged):
        press_of(text)


@pytest.mark.parametrize("text", ["lib:card", "lib:card:", "lib:card:²", "lib:card:-1", "lib:card:1234567890123", "lib:card:1 "])  # fmt: skip
def test_a_number_is_a_number(text: str):
    with pytest.raises(Forged):
        data.number(press_of(text))


@pytest.mark.parametrize(
    "fact, value",
    [
        (Fact.LANGUAGE, "de"),
        (Fact.SHARING, "everything"),
        (Fact.SPECIALTIES, "cardiology"),
        (Fact.SPECIALTIES, "+witchcraft"),
        (Fact.TITLE, "a title"),
        (Fact.YEAR, "2024"),
    ],
)
def test_only_what_a_button_offers_is_set(fact: Fact, value: str):
    with pytest.raises(Forged):
        data.value_of(press_of(data_for(Action.SET, 1, fact, value)), fact)


@pytest.mark.parametrize("parts", ["current", "current:", "sold::", "all:de:", "all::witchcraft"])
def test_only_what_can_be_filtered_by_is_read(parts: str):
    with pytest.raises(Forged):
        data.filter_of(press_of(f"lib:filter:{parts}"), 0)


@given(st.text(max_size=80))
def test_nothing_that_is_sent_breaks_the_reading(text: str):
    for read in (data.number, data.seen, data.fact, lambda press: data.filter_of(press, 0)):
        try:
            read(press_of(text))
        except Forged:
            continue


@given(st.text(max_size=200), st.integers(0, 9999))
def test_a_search_fits_its_button_and_comes_back_as_far_as_it_does(query: str, page: int):
    text = find_data(page, query.encode("utf-8", "ignore").decode())
    assert len(text.encode()) <= CALLBACK_BYTES
    press = press_of(text)
    assert (press.action, data.number(press)) == (Action.FIND, page)
    data.text_of(press, 1)


def test_the_longest_data_fits_a_button():
    longest = max((each.id for each in SPECIALTIES), key=len)
    wanted = Filter(shown=Shown.WITHDRAWN, language="zh-TW", specialty=longest)
    for text in (
        data_for(Action.LIST, 99_999, *data.filter_parts(wanted)),
        data_for(Action.SET, 10**7, Fact.SPECIALTIES, f"+{longest}"),
        data_for(Action.CONFIRM_EXCHANGE, 10**12 - 1, 10**12 - 1),
    ):
        assert Button(text="x", data=text).data == text
    press = press_of(data_for(Action.LIST, 3, *data.filter_parts(wanted)))
    assert (data.number(press), data.filter_of(press, 1)) == (3, wanted)


def test_a_press_is_read_as_it_was_written():
    assert press_of(data_for(Action.APPROVE, 12, "0a1b2c3d")) == Press(
        action=Action.APPROVE, arguments=("12", "0a1b2c3d")
    )
    assert data.seen(press_of("lib:yes:12:0a1b2c3d")) == "0a1b2c3d"


@pytest.mark.parametrize("text, job", [("load:yes:12", 12), ("load:no:3", 3), ("load:maybe:3", None), ("load:yes:²", None), ("load:yes:1:2", None)])  # fmt: skip
def test_the_cards_of_earlier_versions_are_known(text: str, job: int | None):
    assert old_job(text) == job
