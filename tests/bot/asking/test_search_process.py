"""Searching in a process of its own: in order, and nobody's question is lost when that process ends."""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.asking.answers import Encoded
from bot.asking.search_process import COMMAND, SearchFailed, SearchProcess
from bot.searcher import outcome
from knowledge.answering import Answerer, open_answerer
from knowledge.answering.question import PreparedQuestion, prepare
from knowledge.domain import Answer, Reply
from knowledge.engines import FAKE
from knowledge.errors import KnowledgeError, LibraryUnusable
from knowledge.settings import Settings
from knowledge.terms.termlist import shipped
from tests.bot.small_library import ENCODER, make_library

ROOT = Path(__file__).resolve().parents[3]
VECTOR = np.zeros(4, np.float32)

#: A searcher that repeats the question, and ends where the question says so: always, or only the first time.
SEARCHER = """
import os, pathlib, pickle, sys
from knowledge.domain import NoEvidence
requests, replies, ended = sys.stdin.buffer, sys.stdout.buffer, pathlib.Path(sys.argv[1])
assert pickle.load(requests).bot_token is None
while True:
    try:
        request = pickle.load(requests)
    except EOFError:
        break
    text = request[0].text if request else ""
    if "always" in text or ("once" in text and not ended.exists()):
        ended.write_text(text)
        os._exit(3)
    if "waits" in text:
        requests.read()
    reply = NoEvidence(question=text, documents_searched=0) if request else None
    pickle.dump(reply, replies)
    replies.flush()
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Settings(data_dir=tmp_path, embedding_model=FAKE, bot_token="1:secret", _env_file=None)


@pytest.fixture
def process(settings: Settings, tmp_path: Path) -> Iterator[SearchProcess]:
    made = SearchProcess(settings, (sys.executable, "-c", SEARCHER, str(tmp_path / "ended")), pause_s=0)
    yield made
    made.close()


def question(text: str) -> PreparedQuestion:
    prepared = prepare("blood pressure", shipped())
    assert isinstance(prepared, PreparedQuestion)
    return replace(prepared, text=text)


def encoded(*texts: str) -> list[Encoded]:
    return [Encoded(question=question(text), vector=VECTOR, reply=Future()) for text in texts]


def heard(batch: list[Encoded]) -> list[str]:
    """Each one's reply, or the name of its error; nobody waits any more."""
    return [
        type(error).__name__ if (error := each.reply.exception(0)) else each.reply.result(0).question
        for each in batch
    ]


def test_each_gets_its_own_reply(process: SearchProcess) -> None:
    texts = [f"question {n}" for n in range(20)]
    batch = encoded(*texts)
    process.warm()
    process.search(batch)
    assert heard(batch) == texts


def test_when_the_process_ends_what_it_had_not_answered_is_asked_again(
    process: SearchProcess, caplog: pytest.LogCaptureFixture
) -> None:
    batch = encoded("one", "two", "once", "three", "four")
    process.search(batch)
    assert heard(batch) == ["one", "two", "once", "three", "four"]
    assert "action=search.ended" in caplog.text


def test_what_ends_the_process_each_time_is_given_up_and_the_others_are_answered(
    process: SearchProcess,
) -> None:
    batch = encoded("one", "always", "two", "always too", "three")
    process.search(batch)
    assert heard(batch) == ["one", "SearchFailed", "two", "SearchFailed", "three"]


def test_a_process_that_ended_while_nobody_asked_costs_nobody_an_answer(process: SearchProcess) -> None:
    process.warm()
    assert process._child is not None
    process._child.kill()
    process._child.wait(30)
    batch = encoded("one", "two")
    process.search(batch)
    assert heard(batch) == ["one", "two"]


def test_a_searcher_that_never_starts_keeps_nobody_waiting(settings: Settings) -> None:
    process = SearchProcess(settings, (sys.executable, "-c", "raise SystemExit(1)"), pause_s=0)
    batch = encoded("one", "two")
    process.search(batch)
    assert heard(batch) == ["SearchFailed", "SearchFailed"]


def test_closing_ends_the_process_and_the_search(process: SearchProcess) -> None:
    process.warm()
    child = process._child
    batch = encoded("waits", "one")
    searching = threading.Thread(target=process.search, args=(batch,))
    searching.start()
    process.close()
    searching.join(30)
    assert not searching.is_alive()
    assert child is not None
    assert child.poll() is not None
    assert not any(each.reply.done() for each in batch)


# ------------------------------------------------------------------------------------------- the searcher


@pytest.fixture
def answerer(tmp_path: Path) -> Iterator[Answerer]:
    stores = make_library(tmp_path)
    yield open_answerer(stores, ENCODER, tmp_path / "cache")
    stores.database.close()


def searched(process: SearchProcess, answerer: Answerer, text: str) -> Reply:
    asked = answerer.prepare(text)
    assert isinstance(asked, PreparedQuestion)
    each = Encoded(question=asked, vector=answerer.encode([asked])[0], reply=Future())
    process.search([each])
    return each.reply.result(0)


def test_the_real_searcher_replies_as_the_answerer_does(settings: Settings, answerer: Answerer) -> None:
    process = SearchProcess(settings)
    try:
        process.warm()
        for text in ("老年高血压患者的降压目标", "How to tie a shoe lace"):
            assert searched(process, answerer, text) == answerer.answer(text)
        assert isinstance(searched(process, answerer, "老年高血压患者的降压目标"), Answer)
    finally:
        process.close()


def test_it_ends_when_the_bot_is_gone(settings: Settings, answerer: Answerer) -> None:
    child = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdin is not None
        pickle.dump(settings, child.stdin)
        child.stdin.close()
        assert child.wait(60) == 0


class Failing:
    """An answerer that cannot."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def reply(self, question: PreparedQuestion, vector: object) -> Reply:
        raise self._error


def failing(error: Exception) -> Callable[[], object]:
    return lambda: outcome(Failing(error), (question("张三的血压"), VECTOR))  # type: ignore[arg-type]


def test_what_is_wrong_with_the_library_is_told_as_it_is(settings: Settings) -> None:
    found = failing(LibraryUnusable("no space"))()
    assert isinstance(found, KnowledgeError)
    assert str(pickle.loads(pickle.dumps(found))) == "no space"


def test_any_other_failure_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        found = failing(ValueError("张三的血压"))()
    assert isinstance(found, SearchFailed)
    assert "action=search.failed error=ValueError" in caplog.text
    assert "张三" not in caplog.text


def test_a_missing_library_is_an_error_of_each_question_and_of_the_warm_up(settings: Settings) -> None:
    process = SearchProcess(settings)
    try:
        with pytest.raises(KnowledgeError):
            process.warm()
        batch = encoded("one", "two")
        process.search(batch)
        assert all(isinstance(each.reply.exception(0), KnowledgeError) for each in batch)
    finally:
        process.close()
