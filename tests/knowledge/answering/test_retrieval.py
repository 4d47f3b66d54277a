"""Candidates from both engines in both scripts: found by the whole of a passage, and by its best sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.answering.fusion import joined
from knowledge.answering.index import PassageIndex
from knowledge.answering.question import PreparedQuestion, prepare
from knowledge.answering.retrieval import Found, retrieve
from knowledge.domain import Script
from knowledge.engines.ports import Vectors
from knowledge.store import Stores
from knowledge.terms.termlist import TermList
from tests.knowledge.editions import ENCODER, MODEL, edition, forget_windows, publish

QUESTION = "问题"
ON_THE_WHOLE, BY_ONE_SENTENCE, SHORT = (
    "全篇都有些关系的段落。",
    "只有一句正好回答的段落。",
    "没有分句的段落。",
)
OTHERS = [f"与此无关的第{n}段。" for n in range(12)]


def rows(*cosines: float) -> Vectors:
    """float32 (n, 384): unit vectors at these cosines with the question's, which is the first axis."""
    made = np.zeros((len(cosines), ENCODER.dimension), np.float32)
    for row, cosine in zip(made, cosines, strict=True):
        row[0], row[1] = cosine, (1 - cosine**2) ** 0.5
    return made


def keep(stores: Stores, text: str, whole: float, windows: Sequence[float]) -> None:
    """By hand: what the encoder would make of this passage, as cosines with the question."""
    (key,) = (p.vector_key for p in edition("指南", (text,)).passages)
    stores.vectors.keep([key], rows(whole), MODEL, [rows(*windows)])


@pytest.fixture
def index(stores: Stores, tmp_path: Path) -> PassageIndex:
    """Of passages that share no word with the question, so that vectors alone tell."""
    texts = (ON_THE_WHOLE, BY_ONE_SENTENCE, SHORT, *OTHERS)
    publish(stores, edition("指南", texts))
    keep(stores, ON_THE_WHOLE, 0.6, (0.6, 0.55))
    keep(stores, BY_ONE_SENTENCE, 0.5, (0.1, 0.9, 0.1))
    keep(stores, SHORT, 0.52, ())
    for n, text in enumerate(OTHERS):
        keep(stores, text, 0.02 * n, ())
    made = PassageIndex(stores, MODEL, tmp_path / "cache")
    made.catch_up()
    return made


def found(stores: Stores, index: PassageIndex) -> dict[str, Found]:
    """By the text of the passage, best first."""
    question = prepare("zzz 那边", TermList([]))
    assert isinstance(question, PreparedQuestion)
    some = retrieve(question, rows(1.0)[0], index).found
    return {each.passage.text: each for each in some}


def test_a_passage_of_which_one_sentence_answers_comes_before_one_that_is_near_on_the_whole(
    stores: Stores, index: PassageIndex
) -> None:
    assert list(found(stores, index))[:2] == [BY_ONE_SENTENCE, ON_THE_WHOLE]


def test_without_windows_the_whole_alone_tells(stores: Stores, index: PassageIndex) -> None:
    """As in a library of an older version, until it is encoded again."""
    forget_windows(stores)
    stores.passages.change_model(MODEL)
    some = found(stores, index)
    assert list(some)[:3] == [ON_THE_WHOLE, SHORT, BY_ONE_SENTENCE]
    assert all(each.fit.cosine == each.fit.window_cosine for each in some.values())


def test_a_passage_without_windows_is_its_own_best(stores: Stores, index: PassageIndex) -> None:
    fit = found(stores, index)[SHORT].fit
    assert fit.cosine == fit.window_cosine == pytest.approx(0.52, abs=2e-3)


def test_the_best_window_counts_with_the_whole_on_the_scale_of_the_script(
    stores: Stores, index: PassageIndex
) -> None:
    some = found(stores, index)
    (usual,) = (index.vectors[script].usual(rows(1.0)[0]) for script in index.vectors)
    mean, spread = usual
    fit = some[BY_ONE_SENTENCE].fit
    assert [fit.cosine, fit.window_cosine] == pytest.approx([0.5, 0.9], abs=2e-3)
    whole, window = ((cosine - mean) / spread for cosine in (0.5, 0.9))
    assert fit.z == pytest.approx(joined(whole, window, Script.CHINESE, own_script=True), rel=0.01)


def test_what_was_found_is_in_the_order_of_its_ranks(stores: Stores, index: PassageIndex) -> None:
    worth = [each.rank for each in found(stores, index).values()]
    assert worth == sorted(worth, reverse=True)


def test_only_what_is_current_is_found(stores: Stores, index: PassageIndex) -> None:
    (first, *_) = stores.library.list_editions()
    stores.library.withdraw(first.id)
    assert found(stores, index) == {}


def looked_at(stores: Stores, tmp_path: Path, *, chinese: int, english: int) -> tuple[int, int]:
    """How many passages of each script are looked at in a library of so many."""
    publish(stores, edition("指南", [f"第{n}段讲的是别的。" for n in range(chinese)]))
    publish(stores, edition("Guideline", [f"Passage {n} is on something else." for n in range(english)]))
    made = PassageIndex(stores, MODEL, tmp_path / "cache")
    made.catch_up()
    of_chinese = [each.passage.script is Script.CHINESE for each in found(stores, made).values()]
    return sum(of_chinese), len(of_chinese) - sum(of_chinese)


def test_as_many_passages_of_one_script_as_of_the_other_are_looked_at(stores: Stores, tmp_path: Path) -> None:
    chinese, english = looked_at(stores, tmp_path, chinese=40, english=40)
    assert chinese == english


def test_what_one_script_has_no_passages_for_is_looked_at_in_the_other(
    stores: Stores, tmp_path: Path
) -> None:
    """A guideline with an English abstract must not halve what is looked at of all the others."""
    assert looked_at(stores, tmp_path, chinese=40, english=2) == (26, 2)
