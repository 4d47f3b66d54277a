"""The reranker: it reads two texts together, survives any of them, and says at once what is wrong with a model."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import pytest

from knowledge.engines import open_reranker
from knowledge.engines.ports import Reranker
from knowledge.engines.reranker import MAX_TOKENS, CrossEncoderReranker
from knowledge.errors import RerankerUnavailable
from knowledge.testing import FakeReranker

ASKS_DOSE = "What is the dose of metformin?"
ASKS_TARGET = "What is the target of metformin?"
SAYS_DOSE = "The dose of metformin is 500 mg once daily."
SEE_TABLE = "The dose of metformin: see the dose table below."
SAYS_TARGET = "The target with metformin is 140 mmHg."
SEE_CHAPTER = "The target with metformin: see the chapter on the target."

HOSTILE = [
    "",
    " ",
    "\0",
    "\0" * 100_000,
    "甲\ud800乙\udfff",
    "\ud800",
    "高血压" * 40_000,
    "x" * 100_000,
    "dose mg " * 20_000,
    "e\u0301" * 50_000,
    "[CLS] [SEP] [PAD] [MASK] [UNK]" * 500,
    "\u202eabc\u202d\u200b",
    "\t\r\n" * 3_000,
]


@pytest.fixture(scope="module")
def reranker(reranker_folder: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(str(reranker_folder))


def spoilt(folder: Path, to: Path, **config: object) -> Path:
    """A copy of the model whose config.json says something else."""
    shutil.copytree(folder, to)
    said = json.loads((to / "config.json").read_text("utf-8"))
    (to / "config.json").write_text(json.dumps({**said, **config}), "utf-8")
    return to


# ---------------------------------------------------------------------------------------------- scoring


def test_what_a_question_asks_for_decides_which_passage_is_better(reranker: CrossEncoderReranker) -> None:
    dose = reranker.score(ASKS_DOSE, [SEE_TABLE, SAYS_DOSE])
    target = reranker.score(ASKS_TARGET, [SEE_CHAPTER, SAYS_TARGET])
    assert dose[1] > dose[0] + 1
    assert target[1] > target[0] + 1


def test_scores_are_float32_in_the_order_of_the_passages(reranker: CrossEncoderReranker) -> None:
    """However they are batched, a pair's score is its own."""
    passages = [SEE_TABLE, SAYS_DOSE * 9, SAYS_DOSE, SAYS_TARGET]
    together = reranker.score(ASKS_DOSE, passages)
    assert together.dtype == np.float32
    alone = np.concatenate([reranker.score(ASKS_DOSE, [passage]) for passage in passages])
    assert together == pytest.approx(alone, abs=0.2)


def test_scores_of_good_passages_are_not_squeezed_together(reranker: CrossEncoderReranker) -> None:
    """A sigmoid would say 1 of all of them."""
    assert reranker.score(ASKS_DOSE, [SAYS_DOSE])[0] > 1


def test_no_passages_are_no_scores(reranker: CrossEncoderReranker) -> None:
    assert reranker.score(ASKS_DOSE, []).shape == (0,)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_has_a_score(reranker: CrossEncoderReranker, text: str) -> None:
    assert np.isfinite(reranker.score(text, [text, SAYS_DOSE])).all()
    assert np.isfinite(reranker.score(ASKS_DOSE, [text])).all()


@pytest.mark.parametrize("mark", ["[SEP]", "[MASK]", "[PAD]"])
def test_a_mark_of_the_tokenizer_is_text_like_any_other(reranker: CrossEncoderReranker, mark: str) -> None:
    """Typed by a user, it would else end the question or hide a part of it."""
    torn = mark.replace("[", "[ ")
    for question, passage in (("the {} dose", SAYS_DOSE), ("the dose", "a dose of {} 5 mg")):
        typed, spaced = (
            reranker.score(question.format(each), [passage.format(each)]) for each in (mark, torn)
        )
        assert typed == pytest.approx(spaced, abs=1e-4)


def test_of_a_passage_that_is_too_long_the_beginning_is_read(reranker: CrossEncoderReranker) -> None:
    beginning = f"{SAYS_DOSE} {'chapter ' * MAX_TOKENS}"
    endless = reranker.score(ASKS_DOSE, [beginning, beginning + "see the table " * 500])
    assert endless[0] == pytest.approx(endless[1], abs=1e-3)


def test_threads_may_score_at_once(reranker: CrossEncoderReranker) -> None:
    expected = reranker.score(ASKS_DOSE, [SEE_TABLE, SAYS_DOSE])
    with ThreadPoolExecutor(4) as threads:
        found = list(
            threads.map(lambda _: reranker.score(ASKS_DOSE, [SEE_TABLE, SAYS_DOSE]), range(20), timeout=60)
        )
    assert np.stack(found) == pytest.approx(np.tile(expected, (20, 1)), abs=0.2)


def test_a_warm_reranker_is_warm_at_once_even_in_the_middle_of_a_batch(
    reranker: CrossEncoderReranker,
) -> None:
    """Whoever comes then must learn without waiting that it is at work."""
    reranker.warm()
    with ThreadPoolExecutor(1) as other:
        with reranker._lock:
            warmed = other.submit(reranker.warm)
            done, _ = wait([warmed], timeout=5)
        assert done


# ------------------------------------------------------------------------------------ which model is meant


@pytest.mark.parametrize("name", ["", "  "])
def test_no_name_is_no_reranker(name: str) -> None:
    assert open_reranker(name) is None


@pytest.mark.parametrize("name", ["/no/such/folder", "./nowhere", "~/nowhere/at/all"])
def test_a_folder_that_is_missing_is_named_at_once_with_the_setting(name: str) -> None:
    with pytest.raises(RerankerUnavailable, match="no such folder") as caught:
        open_reranker(name)
    assert f"YIDAO_RERANKER_MODEL={name!r}" in str(caught.value)
    assert "leave it empty" in str(caught.value)


def test_a_folder_that_is_no_model_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(RerankerUnavailable, match=r"YIDAO_RERANKER_MODEL=.*config\.json"):
        open_reranker(str(tmp_path))


def test_an_encoder_is_not_taken_for_a_reranker(reranker_folder: Path, tmp_path: Path) -> None:
    """It would be given a last layer of random weights, and put passages in an order of chance."""
    folder = spoilt(reranker_folder, tmp_path / "encoder", architectures=["BertModel"])
    with pytest.raises(RerankerUnavailable, match="is no CrossEncoder but BertModel"):
        open_reranker(str(folder))


def test_a_model_of_several_scores_is_refused_when_it_is_loaded(
    reranker_folder: Path, tmp_path: Path
) -> None:
    from transformers import BertConfig, BertForSequenceClassification

    folder = Path(shutil.copytree(reranker_folder, tmp_path / "three"))
    config = BertConfig.from_pretrained(folder, num_labels=3)
    BertForSequenceClassification(config).save_pretrained(folder)
    with pytest.raises(RerankerUnavailable, match=r"YIDAO_RERANKER_MODEL=.*gives 3 scores"):
        CrossEncoderReranker(str(folder)).warm()


def test_weights_that_cannot_be_read_are_told_when_they_are_loaded(
    reranker_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(reranker_folder, tmp_path / "cut"))
    (folder / "model.safetensors").write_bytes(b"cut short")
    with pytest.raises(RerankerUnavailable, match="YIDAO_RERANKER_MODEL"):
        CrossEncoderReranker(str(folder)).warm()


def test_knowing_the_engines_loads_no_heavy_library(reranker_folder: Path) -> None:
    """Nor does opening a reranker before it is warmed."""
    script = (
        "import sys; from knowledge.engines import open_reranker; "
        f"open_reranker(''); open_reranker({str(reranker_folder)!r}); print('\\n'.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert not {"torch", "transformers", "sentence_transformers"} & set(done.stdout.split())


# ------------------------------------------------------------------------------------------------- the fake


def test_both_rerankers_fulfil_the_port(reranker_folder: Path) -> None:
    fulfilled: list[Reranker] = [FakeReranker("dose"), CrossEncoderReranker(str(reranker_folder))]
    assert len(fulfilled) == 2


def test_the_fake_likes_the_earlier_words_more() -> None:
    assert FakeReranker("mg", "dose").score("any", ["nothing", "a dose", "a dose of 5 mg"]).tolist() == [
        0,
        1,
        2,
    ]
