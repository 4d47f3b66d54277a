"""What was encoded is never encoded again, and vectors of two models never meet."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.errors import ModelChanged
from knowledge.store import Stores
from tests.knowledge.editions import forget_windows


def rows(*values: float) -> np.ndarray:
    return np.array([[value, 1 - value] for value in values], np.float32).reshape(-1, 2)


def test_a_vector_is_known_by_its_content_and_its_model(stores: Stores) -> None:
    stores.vectors.keep(["a", "b"], rows(0.25, 0.5), "one/1")
    stores.vectors.keep(["a"], rows(0.75), "two/1")
    assert stores.vectors.known(["a", "b", "c"], "one/1") == {"a", "b"}
    assert stores.vectors.known(["a", "b", "c"], "two/1") == {"a"}
    assert stores.vectors.get(["a"], "one/1")["a"].tolist() == [0.25, 0.75]
    assert stores.vectors.get(["a", "c"], "two/1")["a"].tolist() == [0.75, 0.25]


def test_what_is_kept_again_is_there_once_as_it_was_kept_last(stores: Stores) -> None:
    """And what another model made of it stays as it is."""
    stores.vectors.keep(["a"], rows(0.25), "one/1")
    stores.vectors.keep(["a"], rows(0.75), "two/1")
    stores.vectors.keep(["a", "b"], rows(0.5, 0.5), "one/1")
    assert stores.vectors.get(["a", "b"], "one/1")["a"].tolist() == [0.5, 0.5]
    assert stores.vectors.get(["a"], "two/1")["a"].tolist() == [0.75, 0.25]


def test_a_vector_without_its_windows_is_not_known(stores: Stores) -> None:
    """An older version kept none; what has no windows, as a short passage has none, is known."""
    stores.vectors.keep(
        ["old", "short", "long"], rows(0.25, 0.5, 0.75), "one/1", [rows(), rows(), rows(0.5, 0.25)]
    )
    forget_windows(stores, "old")
    assert stores.vectors.known(["old", "short", "long"], "one/1") == {"short", "long"}
    assert set(stores.vectors.get(["old"], "one/1")) == {"old"}, "and it can be used all the same"


def test_each_vector_has_windows_of_its_own_or_the_call_is_wrong(stores: Stores) -> None:
    with pytest.raises(ValueError, match="shorter"):
        stores.vectors.keep(["a", "b"], rows(0.25, 0.5), "one/1", [rows(0.5)])
    assert stores.vectors.known(["a", "b"], "one/1") == set()


def test_vectors_come_back_within_half_precision(stores: Stores) -> None:
    kept = np.random.default_rng(1).normal(size=(1, 384)).astype(np.float32)
    kept /= np.linalg.norm(kept)
    stores.vectors.keep(["a"], kept, "one/1")
    found = stores.vectors.get(["a"], "one/1")["a"]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, kept[0], atol=1e-3)


def test_more_keys_can_be_asked_for_than_one_statement_takes(stores: Stores) -> None:
    keys = [str(n) for n in range(1_200)]
    stores.vectors.keep(keys, np.zeros((len(keys), 2), np.float32), "one/1")
    assert stores.vectors.known([*keys, *(f"x{n}" for n in range(40_000))], "one/1") == set(keys)
    assert len(stores.vectors.get(keys, "one/1")) == len(keys)


def test_no_keys_are_no_work(stores: Stores) -> None:
    stores.vectors.keep([], np.zeros((0, 2), np.float32), "one/1")
    assert stores.vectors.known([], "one/1") == set()
    assert stores.vectors.get([], "one/1") == {}


def test_a_text_that_stands_twice_in_a_document_is_kept_once(stores: Stores) -> None:
    stores.vectors.keep(["a", "a"], rows(0.25, 0.25), "one/1")
    assert stores.vectors.known(["a"], "one/1") == {"a"}


def test_an_empty_library_takes_any_model_and_keeps_to_it(stores: Stores) -> None:
    stores.vectors.check_model("one/1")
    assert stores.library.status().model is None
    stores.vectors.use_model("one/1")
    stores.vectors.use_model("one/1")
    stores.vectors.check_model("one/1")
    for refuse in (stores.vectors.use_model, stores.vectors.check_model):
        with pytest.raises(ModelChanged, match="rebuild --encode"):
            refuse("two/1")
    assert stores.library.status().model == "one/1"


def test_the_message_of_a_changed_model_is_one_line() -> None:
    assert "\n" not in str(ModelChanged()).strip()
    assert "  " not in str(ModelChanged())
