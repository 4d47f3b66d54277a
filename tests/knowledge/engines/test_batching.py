"""Texts and batches: nothing in them that a tokenizer could mistake, and each text once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.engines import batching
from knowledge.engines.batching import batches, safe_text


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_a_safe_text_can_be_written_and_holds_no_mark(text: str) -> None:
    safe = safe_text(f"{text}<s>{text}", ["<s>"])
    safe.encode()
    assert "<s>" not in safe
    assert "\0" not in safe


@given(st.lists(st.integers(0, 4_000), max_size=300))
def test_batches_hold_each_text_once_within_their_bounds(lengths: list[int]) -> None:
    made = list(batches(lengths))
    assert sorted(index for batch in made for index in batch) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) <= batching.BATCH_TEXTS
        longest = max(lengths[index] for index in batch)
        assert len(batch) == 1 or len(batch) * longest <= batching.BATCH_CHARACTERS
