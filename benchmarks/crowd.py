"""How fast a crowd that asks at once is answered, without Telegram: python -m benchmarks.crowd [SIZE]

Asks the library of YIDAO_DATA_DIR, into which the samples were loaded (`yidao-index samples`), as the bot does: in a
process of its own, encoded together; nothing is stored or sent. First one after the other, then all at once.
"""

# ruff: noqa: INP001, T201 - a script among the question sets, whose output is what it prints

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from itertools import cycle, islice
from pathlib import Path

from bot.app import answerer_for
from bot.asking.answering_process import AnsweringProcess
from bot.asking.answers import AnswerQueue
from knowledge.answering import Answerer
from knowledge.answering.question import PreparedQuestion
from knowledge.settings import Settings
from knowledge.store import open_stores

QUESTIONS = Path(__file__).with_name("samples.jsonl")
BURSTS = 5


async def main(size: int) -> None:
    settings = Settings()
    stores = open_stores(settings.library_url)
    stores.database.require_current()
    answerer = answerer_for(settings, stores)
    answering = AnsweringProcess(settings)
    answers = AnswerQueue(answering)
    lines = QUESTIONS.read_text("utf-8").splitlines()
    questions = list(islice(cycle(json.loads(line)["question"] for line in lines), size))
    try:
        answering.warm()
        await answering.warmed()
        encoding = _milliseconds(answerer, questions)
        alone = [await _answered(answers, question) for question in questions]
        print(f"encoding one question, p50             {encoding:6.1f} ms")
        print(f"one question alone, p50                {statistics.median(alone):6.1f} ms")
        for _ in range(BURSTS):
            began = time.perf_counter()
            took = sorted(await asyncio.gather(*(_answered(answers, question) for question in questions)))
            wall = time.perf_counter() - began
            p95 = took[int(0.95 * size) - 1]
            print(
                f"{size} at once: p95 {p95:6.0f} ms, {size / wall:5.1f} answers a second, "
                f"{1000 * wall / size:5.1f} ms each (encoding / 2 + 8 ms: {encoding / 2 + 8:.1f})"
            )
    finally:
        await answering.close()


def _milliseconds(answerer: Answerer, questions: list[str]) -> float:
    """The median time of encoding one question by itself."""
    took = []
    for question in questions:
        prepared = answerer.prepare(question)
        if isinstance(prepared, PreparedQuestion):
            began = time.perf_counter()
            answerer.encode([prepared])
            took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


async def _answered(answers: AnswerQueue, question: str) -> float:
    """Milliseconds from asking to the reply."""
    began = time.perf_counter()
    await answers.answer(question)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
