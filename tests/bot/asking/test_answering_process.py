"""Answering in a process of its own: nobody's question is lost when that process ends."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from bot.answerer import told
from bot.asking.answer_thread import TAKEN, Asked
from bot.asking.answering_process import COMMAND, LENGTH, AnsweringFailed, AnsweringProcess
from knowledge.answering import Answerer, open_answerer
from knowledge.domain import Answer, Reply
from knowledge.engines import FAKE
from knowledge.errors import KnowledgeError, LibraryUnusable
from knowledge.settings import Settings
from knowledge.store import Stores
from tests.bot.small_library import ENCODER, make_library
from tests.knowledge.asked import in_vain

ROOT = Path(__file__).resolve().parents[3]
WITHIN_S = 30

#: An answerer that repeats the question, and ends, or hangs, where the question says so: always, or only the first time.
#: What says "later" is answered after the next one. It writes down how often it started.
ANSWERER = """
import os, pathlib, pickle, sys
from knowledge.domain import NoEvidence
requests, out, folder = sys.stdin.buffer, sys.stdout.buffer, pathlib.Path(sys.argv[1])
with (folder / "starts").open("a") as starts: starts.write("x")
assert pickle.load(requests).bot_token is None
def tell(what):
    pickled = pickle.dumps(what)
    out.write(len(pickled).to_bytes(4) + pickled)
    out.flush()
tell(None)
later = []
while True:
    try:
        number, asked = pickle.load(requests)
    except EOFError:
        break
    if asked is None:
        tell((number, 3))
        continue
    text = asked.question
    if "always" in text or ("once" in text and not (folder / "ended").exists()):
        (folder / "ended").write_text(text)
        if "hangs" not in text:
            os._exit(3)
        requests.read()
    replies = [(number, NoEvidence(question=text, documents_searched=0))]
    if "later" in text:
        later += replies
        continue
    for each in replies + later:
        tell(each)
    later = []
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Settings(data_dir=tmp_path, embedding_model=FAKE, bot_token="1:secret", _env_file=None)


@pytest.fixture
async def process(settings: Settings, tmp_path: Path) -> AsyncIterator[AnsweringProcess]:
    made = AnsweringProcess(settings, (sys.executable, "-c", ANSWERER, str(tmp_path)), pause_s=0)
    yield made
    await made.close()


async def heard(process: AnsweringProcess, texts: Sequence[str]) -> list[str]:
    """What becomes of questions asked at once: each one's reply, or the name of its error."""
    async with asyncio.timeout(WITHIN_S):
        outcomes = await asyncio.gather(
            *(process.reply(Asked(question=text)) for text in texts), return_exceptions=True
        )
    return [type(each).__name__ if isinstance(each, BaseException) else each.question for each in outcomes]


async def warmed(process: AnsweringProcess) -> None:
    process.warm()
    async with asyncio.timeout(WITHIN_S):
        await process.warmed()


def starts(tmp_path: Path) -> int:
    return len((tmp_path / "starts").read_text())


async def until(found: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not found():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.01)


async def ended_by(process: AnsweringProcess, how: signal.Signals) -> None:
    child = process._ready
    assert child is not None
    child.send_signal(how)
    async with asyncio.timeout(WITHIN_S):
        await child.wait()


async def test_each_gets_its_own_reply_whatever_the_order(process: AnsweringProcess) -> None:
    texts = [f"question {n}" + " later" * (n % 3 == 1) for n in range(2 * TAKEN)]
    await warmed(process)
    assert await heard(process, texts) == texts


async def test_the_token_is_not_in_its_environment(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the variable is spelled; what is not ours is there."""
    monkeypatch.setenv("YIDAO_BOT_TOKEN", "1:secret")
    monkeypatch.setenv("yidao_bot_token", "1:secret")
    monkeypatch.setenv("HF_HOME", "/models")
    seen = tmp_path / "seen"
    tells = f"import json, os, pathlib; pathlib.Path({str(seen)!r}).write_text(json.dumps(dict(os.environ)))"
    process = AnsweringProcess(settings, (sys.executable, "-c", tells), pause_s=0)
    await warmed(process)
    await process.close()
    environment = json.loads(seen.read_text())
    assert "1:secret" not in environment.values()
    assert environment["HF_HOME"] == "/models"


async def test_it_is_asked_to_gather_too(process: AnsweringProcess) -> None:
    async with asyncio.timeout(WITHIN_S):
        assert await process.gather() == 3


async def test_when_the_process_ends_what_it_had_not_answered_is_asked_again(
    process: AnsweringProcess, caplog: pytest.LogCaptureFixture
) -> None:
    texts = ["one", "two", "once", "three", "four"]
    assert await heard(process, texts) == texts
    assert "action=answering.ended" in caplog.text


async def test_when_the_pipe_breaks_what_was_handed_over_is_asked_again(
    process: AnsweringProcess, tmp_path: Path
) -> None:
    await warmed(process)
    child = process._ready
    assert child is not None
    assert child.stdout is not None
    waiting = asyncio.ensure_future(heard(process, ["one", "hangs once"]))
    await until((tmp_path / "ended").exists)
    child.stdout.set_exception(OSError("broken"))
    assert await waiting == ["one", "hangs once"]


async def test_what_ends_the_process_each_time_is_given_up_and_the_others_are_answered(
    process: AnsweringProcess,
) -> None:
    texts = ["one", "always", "two", "always too", "three"]
    assert await heard(process, texts) == ["one", "AnsweringFailed", "two", "AnsweringFailed", "three"]


@pytest.fixture
async def impatient(settings: Settings, tmp_path: Path) -> AsyncIterator[AnsweringProcess]:
    made = AnsweringProcess(
        settings, (sys.executable, "-c", ANSWERER, str(tmp_path)), pause_s=0, longest_s=1.0
    )
    yield made
    await made.close()


async def test_a_process_that_hangs_is_ended_and_the_others_are_answered(
    impatient: AnsweringProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = ["one", "hangs always", "two"]
    assert await heard(impatient, texts) == ["one", "AnsweringFailed", "two"]
    assert caplog.text.count("action=answering.hung") == 2
    assert starts(tmp_path) == 3


async def test_a_process_that_has_nothing_to_do_does_not_hang(impatient: AnsweringProcess) -> None:
    await warmed(impatient)
    assert impatient._patience.when() is None
    assert await heard(impatient, ["one", "two later", "three"]) == ["one", "two later", "three"]
    assert impatient._patience.when() is None


async def test_a_crowd_behind_a_question_that_ends_the_process_is_answered(process: AnsweringProcess) -> None:
    texts = ["always", *(f"question {n}" for n in range(3 * TAKEN))]
    assert await heard(process, texts) == ["AnsweringFailed", *texts[1:]]


async def test_a_process_that_ended_while_nobody_asked_is_there_again_before_somebody_does(
    process: AnsweringProcess, tmp_path: Path
) -> None:
    await warmed(process)
    await ended_by(process, signal.SIGKILL)
    await until(lambda: starts(tmp_path) == 2 and process._ready is not None)
    assert await heard(process, ["one", "two"]) == ["one", "two"]
    assert starts(tmp_path) == 2


async def test_whoever_has_gone_before_it_was_handed_over_is_not_looked_up_for(
    process: AnsweringProcess, tmp_path: Path
) -> None:
    """Were it looked up, it would end the process."""
    going = asyncio.ensure_future(process.reply(Asked(question="once")))
    await asyncio.sleep(0)
    going.cancel()
    assert await heard(process, ["one"]) == ["one"]
    assert starts(tmp_path) == 1


@pytest.mark.parametrize("command", [(sys.executable, "-c", "raise SystemExit(1)"), ("/no/such/program",)])
async def test_an_answerer_that_never_starts_keeps_nobody_waiting(
    settings: Settings, command: tuple[str, ...]
) -> None:
    process = AnsweringProcess(settings, command, pause_s=0)
    await warmed(process)
    assert await heard(process, ["one", "two"]) == ["AnsweringUnavailable", "AnsweringUnavailable"]
    assert await heard(process, ["three"]) == ["AnsweringUnavailable"]
    await process.close()


async def test_what_it_says_that_is_no_message_ends_it(settings: Settings, tmp_path: Path) -> None:
    garbled = "import sys; sys.stdout.buffer.write((5).to_bytes(4) + b'12345'); sys.stdout.flush(); sys.stdin.read()"
    process = AnsweringProcess(settings, (sys.executable, "-c", garbled), pause_s=0)
    assert await heard(process, ["one"]) == ["AnsweringUnavailable"]
    await process.close()


async def test_closing_ends_the_process_and_leaves_nobody_waiting(process: AnsweringProcess) -> None:
    await warmed(process)
    child = process._ready
    waiting = [asyncio.ensure_future(process.reply(Asked(question=text))) for text in ("hangs once", "one")]
    await asyncio.sleep(0)
    await process.close()
    assert child is not None
    assert child.returncode is not None
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in outcomes] == [asyncio.CancelledError] * 2


async def test_closing_while_it_loads_ends_it_too(settings: Settings, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    loading = (
        f"import os, pathlib, sys; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); sys.stdin.read()"
    )
    process = AnsweringProcess(settings, (sys.executable, "-c", loading))
    process.warm()
    await until(lambda: pid.exists() and pid.read_text())
    async with asyncio.timeout(WITHIN_S):
        await process.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


# ------------------------------------------------------------------------------------------- the answerer


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    made = make_library(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def answerer(stores: Stores, tmp_path: Path) -> Answerer:
    return open_answerer(stores, ENCODER, tmp_path / "cache")


@pytest.fixture
async def real(settings: Settings) -> AsyncIterator[AnsweringProcess]:
    made = AnsweringProcess(settings)
    yield made
    await made.close()


async def in_time(work: Awaitable[Any]) -> Any:
    async with asyncio.timeout(2 * WITHIN_S):
        return await work


async def test_the_real_answerer_replies_as_the_one_in_this_process_does(
    real: AnsweringProcess, answerer: Answerer
) -> None:
    asked = [
        Asked(question="老年高血压患者的降压目标"),
        Asked(question="How to tie a shoe lace"),
        Asked(question="7"),
        Asked(question="合并体位性低血压呢？", earlier="老年高血压患者的降压目标", replies=True),
    ]
    replies = await in_time(asyncio.gather(*map(real.reply, asked)))
    assert replies == [answerer.answer(a.question, a.earlier, replies=a.replies) for a in asked]
    assert isinstance(replies[0], Answer)
    assert "老年高血压" in replies[3].context


async def test_the_real_answerer_gathers_what_was_asked_in_vain(
    real: AnsweringProcess, stores: Stores
) -> None:
    in_vain(stores, "手足口病隔离几天")
    assert await in_time(real.gather()) == 1
    assert stores.gaps.page(offset=0, limit=5).total == 1


async def test_what_tells_all_processes_to_end_does_not_end_it_before_the_bot(
    real: AnsweringProcess, answerer: Answerer
) -> None:
    real.warm()
    await in_time(real.warmed())
    child = real._ready
    assert child is not None
    child.terminate()
    assert isinstance(await in_time(real.reply(Asked(question="老年高血压患者的降压目标"))), Answer)
    assert child.returncode is None


def test_it_ends_when_the_bot_is_gone(settings: Settings, answerer: Answerer) -> None:
    child = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdin is not None
        pickle.dump(settings, child.stdin)
        child.stdin.close()
        assert child.wait(60) == 0


#: The answerer with a model that takes a minute to load.
SLOW = """
import runpy, time
from knowledge.answering import Answerer
Answerer.warm_encoding = lambda self: time.sleep(60)
runpy.run_module("bot.answerer", run_name="__main__")
"""


def test_it_does_not_load_a_model_to_the_end_when_the_bot_is_gone(
    settings: Settings, answerer: Answerer
) -> None:
    child = subprocess.Popen((sys.executable, "-c", SLOW), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdin is not None
        pickle.dump(settings, child.stdin)
        child.stdin.close()
        assert child.wait(WITHIN_S) == 0


def test_it_says_when_it_has_loaded_what_it_needs(settings: Settings, answerer: Answerer) -> None:
    child = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdin is not None
        assert child.stdout is not None
        pickle.dump(settings, child.stdin)
        child.stdin.flush()
        length = int.from_bytes(child.stdout.read(LENGTH))
        assert pickle.loads(child.stdout.read(length)) is None
        child.stdin.close()
        assert child.wait(60) == 0


def failed(error: Exception) -> Future[Reply]:
    future: Future[Reply] = Future()
    future.set_exception(error)
    return future


def test_what_is_wrong_with_the_library_is_told_as_it_is() -> None:
    found = told(failed(LibraryUnusable("no space")))
    assert isinstance(found, KnowledgeError)
    assert str(pickle.loads(pickle.dumps(found))) == "no space"


def test_any_other_failure_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        found = told(failed(ValueError("张三的血压")))
    assert isinstance(found, AnsweringFailed)
    assert "action=answering.failed error=ValueError" in caplog.text
    assert "张三" not in caplog.text


async def test_a_missing_library_is_an_error_of_each_question_and_the_end_of_the_warm_up(
    real: AnsweringProcess,
) -> None:
    real.warm()
    await in_time(real.warmed())
    outcomes = await in_time(
        asyncio.gather(
            *(real.reply(Asked(question=text)) for text in ("老年高血压", "降压目标")), return_exceptions=True
        )
    )
    assert [isinstance(each, KnowledgeError) for each in outcomes] == [True, True]
