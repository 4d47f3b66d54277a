"""Re-ranking: a better order if it comes in time, else the order from before, whole; never other evidence."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering import open_reranking
from knowledge.answering.answer import Answerer
from knowledge.answering.reranking import RESCORED, Reranking, by_scores
from knowledge.domain import Answer, OutOfScope, Reply
from knowledge.engines.ports import Reranker, Scores
from knowledge.engines.reranker import CrossEncoderReranker
from knowledge.errors import RerankerUnavailable
from knowledge.store import Stores, open_stores
from knowledge.testing import FakeReranker
from tests.knowledge.answering.topics import ANSWERED_ZH, FOREIGN, answerer, make_library
from tests.knowledge.editions import edition, publish

TARGET = "What is the target in hypertension?"
#: Has the question's words more often and closer together, and no figure.
WORDY = "The target in hypertension: which target in hypertension, see the target table below."
TOLD = "With hypertension the target is 130 mmHg once stable, and less in the chapter on kidneys."
LOWERED = "In hypertension the target is lowered with care, usually at once."

EITHER = "HbA1c 7.5 % insulin glargine"
IN_ENGLISH = "With HbA1c above 7.5 % insulin glargine is a choice."
IN_CHINESE = "若 HbA1c 高于 7.5 % 则可以选用 insulin glargine 作为患者的起始治疗药物。"

#: Longer than a test takes, so that only what is held back is late.
AMPLE = 60.0


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A folder with the library and its cache, made once."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copyfile(migrated, folder / "yidao.sqlite3")
    stores = open_stores(f"sqlite:///{folder / 'yidao.sqlite3'}")
    make_library(stores)
    for number, text in enumerate((WORDY, TOLD, LOWERED, IN_ENGLISH)):
        publish(stores, edition(f"Leaflet {'abcd'[number]}", (text,), language="en"))
    publish(stores, edition("血糖手册", (IN_CHINESE,)))
    answerer(stores, folder / "cache").warm()
    stores.database.close()
    return folder


@pytest.fixture
def library_file(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path / "yidao.sqlite3"


Ask = Callable[..., Answerer]


@pytest.fixture
def asking(stores: Stores, tmp_path: Path) -> Ask:
    """Makes an answerer over that library, with this reranker or without one."""

    def make(reranker: Reranker | None = None, seconds: float = AMPLE) -> Answerer:
        reranking = Reranking(reranker, seconds=seconds) if reranker else None
        return answerer(stores, tmp_path / "cache", reranking=reranking)

    return make


@pytest.fixture
def held() -> Iterator[FakeReranker]:
    """One that likes TOLD, and is still at work until it `may_go_on`."""
    reranker = FakeReranker(TOLD)
    reranker.may_go_on.clear()
    yield reranker
    reranker.may_go_on.set()


def texts(reply: Reply) -> list[str]:
    assert isinstance(reply, Answer)
    return [quotation.passage.text for quotation in reply.quotations]


# ---------------------------------------------------------------------------------------------- the order


def test_a_cross_encoder_mends_an_order_that_words_and_vectors_had_wrong(
    asking: Ask, reranker_folder: Path
) -> None:
    """The passage with the target comes before the one that only speaks of targets."""
    assert texts(asking().answer(TARGET))[0] == WORDY
    assert texts(asking(CrossEncoderReranker(str(reranker_folder))).answer(TARGET))[0] == TOLD


def test_a_setting_is_all_it_takes(stores: Stores, tmp_path: Path, reranker_folder: Path) -> None:
    reranking = open_reranking(str(reranker_folder), milliseconds=60_000)
    ask = answerer(stores, tmp_path / "cache", reranking=reranking)
    ask.warm()
    assert texts(ask.answer(TARGET))[0] == TOLD


def test_the_reranker_reads_title_headings_and_text(asking: Ask) -> None:
    reranker = FakeReranker("Leaflet c")
    assert texts(asking(reranker).answer(TARGET))[0] == LOWERED
    assert f"Leaflet b\n{TOLD}" in [passage for batch in reranker.scored for passage in batch]


def test_only_the_first_passages_are_read_again(asking: Ask) -> None:
    reranker = FakeReranker()
    asking(reranker).answer(TARGET)
    assert sum(map(len, reranker.scored)) == RESCORED


def test_a_reranker_that_sees_no_difference_changes_nothing(asking: Ask) -> None:
    assert asking(FakeReranker()).answer(TARGET) == asking().answer(TARGET)


@given(st.lists(st.floats(-10, 10, width=32), max_size=8), st.integers(0, 5))
def test_what_is_scored_is_sorted_and_what_is_not_stays_behind(scores: list[float], others: int) -> None:
    """Nothing is lost or doubled, and equal scores keep their order."""
    found = list(range(len(scores) + others))
    ordered = by_scores(found, np.array(scores, np.float32))
    assert ordered[len(scores) :] == tuple(found[len(scores) :])
    assert sorted(ordered) == found
    pairs = [(-scores[index], index) for index in ordered[: len(scores)]]
    assert pairs == sorted(pairs)


# -------------------------------------------------------------------------------- what it does not change


@pytest.mark.parametrize("question", FOREIGN)
def test_what_no_document_answers_is_not_answered_however_well_it_is_liked(
    asking: Ask, question: str
) -> None:
    """It likes every passage of the library."""
    refused = asking(FakeReranker("e", "须")).answer(question)
    assert refused == OutOfScope(question=question)
    assert refused == asking().answer(question)


def test_a_passage_that_is_no_evidence_is_not_shown_first_nor_at_all(asking: Ask) -> None:
    plain = texts(asking().answer(ANSWERED_ZH))
    assert texts(asking(FakeReranker("外科手册")).answer(ANSWERED_ZH)) == plain


def test_a_quotation_keeps_its_own_score(asking: Ask) -> None:
    plain, liked = asking().answer(TARGET), asking(FakeReranker(LOWERED, TOLD)).answer(TARGET)
    assert isinstance(plain, Answer)
    assert isinstance(liked, Answer)
    assert texts(liked) == [LOWERED, TOLD, WORDY]
    assert sorted(plain.quotations, key=hash) == sorted(liked.quotations, key=hash)


def test_the_readers_own_language_still_comes_first_where_both_answer(asking: Ask) -> None:
    assert texts(asking().answer(EITHER)) == [IN_ENGLISH, IN_CHINESE]
    assert texts(asking(FakeReranker(IN_CHINESE)).answer(EITHER)) == [IN_ENGLISH, IN_CHINESE]


# ------------------------------------------------------------------------------------------- the time box


def test_past_its_time_the_order_from_before_stands_whole(
    asking: Ask, held: FakeReranker, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert asking(held, seconds=0.02).answer(TARGET) == asking().answer(TARGET)
    assert "action=rerank.timed_out ms=" in caplog.text
    assert "hypertension" not in caplog.text


def test_a_model_without_time_changes_nothing(asking: Ask, reranker_folder: Path) -> None:
    reranker = CrossEncoderReranker(str(reranker_folder))
    assert asking(reranker, seconds=0.0).answer(TARGET) == asking().answer(TARGET)


def test_late_work_ends_behind_its_batch(stores: Stores, tmp_path: Path, held: FakeReranker) -> None:
    """And the next question is read again."""
    reranking = Reranking(held, seconds=0.02)
    ask = answerer(stores, tmp_path / "cache", reranking=reranking)
    ask.answer(TARGET)
    held.may_go_on.set()
    reranking._thread.submit(lambda: None).result(60)
    assert len(held.scored) == 1
    reranking._seconds = AMPLE
    assert texts(ask.answer(TARGET))[0] == TOLD


def test_a_question_does_not_wait_for_another_ones_reranking(
    asking: Ask, held: FakeReranker, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor does its own stand in line: the order from before is there at once."""
    began = threading.Event()

    class Begun:
        """Says when the reranker has been asked."""

        warm = held.warm

        def score(self, question: str, passages: Sequence[str]) -> Scores:
            began.set()
            return held.score(question, passages)

    ask = asking(Begun())
    with ThreadPoolExecutor(1) as other, caplog.at_level(logging.INFO):
        first = other.submit(ask.answer, TARGET)
        assert began.wait(60)
        assert ask.answer(TARGET) == asking().answer(TARGET)
        assert "action=rerank.busy" in caplog.text
        assert len(held.scored) == 1
        held.may_go_on.set()
        assert texts(first.result(60))[0] == TOLD


# ------------------------------------------------------------------------------------------------- faults


class Broken:
    """Fulfils Reranker as far as loading goes."""

    def __init__(self, *, warm: Exception | None = None, score: Exception | float = 0.0) -> None:
        self._warm = warm
        self._score = score

    def warm(self) -> None:
        if self._warm:
            raise self._warm

    def score(self, question: str, passages: Sequence[str]) -> Scores:
        if isinstance(self._score, Exception):
            raise self._score
        return np.full(len(passages), self._score, np.float32)


@pytest.mark.parametrize(
    "fault", [RuntimeError("out of memory: hypertension"), float("nan")], ids=["raises", "nan"]
)
def test_a_fault_while_scoring_leaves_the_order_from_before_and_is_logged(
    asking: Ask, caplog: pytest.LogCaptureFixture, fault: Exception | float
) -> None:
    """Without the text that the fault may carry; and the next question tries again."""
    ask = asking(Broken(score=fault))
    for _ in range(2):
        assert ask.answer(TARGET) == asking().answer(TARGET)
    assert caplog.text.count("action=rerank.failed error=") == 2
    assert "hypertension" not in caplog.text


def test_a_model_that_cannot_be_loaded_is_told_at_the_start_and_to_who_asks(asking: Ask) -> None:
    """Never passed over in silence."""
    ask = asking(Broken(warm=RerankerUnavailable()))
    with pytest.raises(RerankerUnavailable, match="YIDAO_RERANKER_MODEL"):
        ask.warm()
    with pytest.raises(RerankerUnavailable):
        ask.answer(TARGET)


def test_a_missing_model_is_told_before_anything_is_loaded() -> None:
    with pytest.raises(RerankerUnavailable, match="YIDAO_RERANKER_MODEL='/no/such/model'"):
        open_reranking("/no/such/model", milliseconds=400)


@pytest.mark.parametrize("seconds, said", [(AMPLE, "rerank.warm"), (0.0, "rerank.slow")])
def test_a_model_too_slow_for_its_time_is_told_at_the_start(
    asking: Ask, caplog: pytest.LogCaptureFixture, seconds: float, said: str
) -> None:
    with caplog.at_level(logging.INFO):
        asking(FakeReranker(), seconds=seconds).warm()
    assert f"action={said} foreseen_ms=" in caplog.text


# ---------------------------------------------------------------------------------------------------- off


def test_without_a_name_there_is_no_reranking() -> None:
    assert open_reranking("", milliseconds=400) is None


def test_off_costs_nothing(library_file: Path) -> None:
    """An answer without it imports neither torch nor sentence-transformers for its sake, and starts no thread."""
    script = (
        "import sys, threading; from pathlib import Path; from knowledge.answering import open_answerer, open_reranking;"
        "from knowledge.store import open_stores; from knowledge.testing import FakeEncoder;"
        f"folder = Path({str(library_file.parent)!r});"
        "stores = open_stores(f'sqlite:///{folder}/yidao.sqlite3');"
        "ask = open_answerer(stores, FakeEncoder(), folder / 'cache', open_reranking('', milliseconds=400));"
        f"ask.warm(); print(type(ask.answer({TARGET!r})).__name__);"
        "print(*[thread.name for thread in threading.enumerate()]); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    kind, threads, modules = done.stdout.splitlines()
    assert kind == "Answer"
    assert "rerank" not in threads
    assert not {"torch", "sentence_transformers"} & set(modules.split())
