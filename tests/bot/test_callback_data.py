from __future__ import annotations

import pytest

from bot.callback_data import number_of


@pytest.mark.parametrize("text", ["0", "7", "9" * 18])
def test_a_whole_number_is_one(text: str) -> None:
    assert number_of(text) == int(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "²", "１", "1_0", "x", "9" * 19])
def test_nothing_else_is(text: str) -> None:
    assert number_of(text) is None
