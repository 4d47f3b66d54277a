from __future__ import annotations

import pytest

from bot.callback_data import number_of


@pytest.mark.parametrize("text", ["0", "7", "9" * 18])
def test_a_whole_number_is_one(text: str) -> None:
    assert number_of(text) == int(text)


def test_a_button_may_hold_fewer_digits() -> None:
    assert number_of("9" * 12, most_digits=12) == 10**12 - 1
    assert number_of("9" * 13, most_digits=12) is None


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "²", "１", "1_0", "x", "9" * 19])
def test_nothing_else_is(text: str) -> None:
    assert number_of(text) is None
