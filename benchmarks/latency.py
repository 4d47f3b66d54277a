"""How long answers take while a document of 500 pages is read: python -m benchmarks.latency

Doctors ask the real bot, on the journeys' server, so many questions a second: while a coordinator's PDF is read and
encoded, from its arrival to its card, and before and after that, while the bot has nothing else to do. Prints the p95s
of both, and their ratio. The library holds the
samples; the converted model is taken from YIDAO_DATA_DIR, where there is one.
"""

# ruff: noqa: INP001, T201 - a script among the question sets, whose output is what it prints

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from fpdf import FPDF

from knowledge.settings import Settings
from knowledge.store import open_stores
from knowledge.store.jobs import JobStatus
from tests.journeys.bot_process import BotProcess
from tests.journeys.people import Person
from tests.journeys.server import Server

QUESTIONS = Path(__file__).with_name("samples.jsonl")
SAMPLES = Path(__file__).parents[1] / "samples" / "guidelines"
COORDINATOR = 2001
#: So many that none of them is told to slow down.
DOCTORS = 60
#: About 2,000 characters, as pages of guidelines have.
LINES_A_PAGE = 14
#: Longer than any load of 500 pages takes on two slow cores.
LOADED_WITHIN_S = 1800.0


def made_pdf(pages: int) -> bytes:
    """The English samples' lines over and over, each with a number of its own: nothing is encoded twice."""
    texts = (path.read_text("utf-8") for path in sorted(SAMPLES.glob("*.en.md")))
    lines = cycle(
        [line for text in texts for line in text.splitlines() if len(line) > 60 and line[0] not in "|#"]
    )
    pdf = FPDF()
    pdf.set_title("A handbook of five hundred pages (2024)")
    for page in range(1, pages + 1):
        pdf.add_page()
        pdf.set_font("helvetica", "B", 16)
        pdf.cell(0, 10, f"{page} Chapter of case {page}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=8)
        for number in range(LINES_A_PAGE):
            words = next(lines).encode("latin-1", "ignore").decode("latin-1")[:220]
            pdf.multi_cell(0, 4, f"Case {page}.{number}: {words}", new_x="LMARGIN", new_y="NEXT")
            if pdf.get_y() > 270:
                break
    return bytes(pdf.output())


class Waiting:
    """Doctors who ask in turn, each question at its time, whether or not the one before was answered."""

    def __init__(self, server: Server, a_second: float) -> None:
        self._server = server
        self._pause = 1 / a_second
        self._doctors = cycle([Person(server, f"医生{number}") for number in range(DOCTORS)])
        asked = (json.loads(line)["question"] for line in QUESTIONS.read_text("utf-8").splitlines())
        self._questions = cycle(list(asked))

    async def meet(self) -> None:
        """Each doctor's first question is answered with a notice beside."""
        for _ in range(DOCTORS):
            await self._answered(next(self._doctors))

    async def while_it_lasts(self, lasts: Callable[[], bool]) -> list[float]:
        """Milliseconds from each question's arrival at the server to the first message that answers it."""
        asked: list[asyncio.Task[float]] = []
        began = time.monotonic()
        while lasts():
            asked.append(asyncio.create_task(self._answered(next(self._doctors))))
            # By the clock: a slow machine is not to ask fewer.
            await asyncio.sleep(max(0.0, began + len(asked) * self._pause - time.monotonic()))
        return list(await asyncio.gather(*asked))

    async def _answered(self, doctor: Person) -> float:
        before = len(doctor.chat.messages)
        began = time.perf_counter()
        doctor.writes(next(self._questions))
        await self._server.until("an answer", lambda: len(doctor.chat.messages) > before, within=60)
        return 1000 * (time.perf_counter() - began)


def p95(took: list[float]) -> float:
    return sorted(took)[math.ceil(0.95 * len(took)) - 1]


def shown(what: str, took: list[float]) -> str:
    return (
        f"{what:28} {len(took):5} questions, p50 {statistics.median(took):6.0f} ms, p95 {p95(took):6.0f} ms"
    )


def for_seconds(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


async def measured(options: argparse.Namespace, bot: BotProcess, server: Server) -> list[str]:
    pdf = made_pdf(options.pages)
    doctors = Waiting(server, options.a_second)
    await doctors.meet()
    idle = await doctors.while_it_lasts(for_seconds(options.seconds))

    stores = open_stores(f"sqlite:///{bot.data_dir / 'yidao.sqlite3'}")
    coordinator = Person(server, "刘老师", "zh-hans", COORDINATOR)
    began = time.monotonic()
    coordinator.sends_file("handbook.pdf", pdf)
    await coordinator.reads("handbook.pdf")
    (job,) = stores.jobs.open()

    def lasts() -> bool:
        found = stores.jobs.get(job.id)
        is_unread = found is not None and found.status in {
            JobStatus.ARRIVING,
            JobStatus.WAITING,
            JobStatus.READING,
        }
        return is_unread and time.monotonic() - began < LOADED_WITHIN_S

    meanwhile = await doctors.while_it_lasts(lasts)
    took, after = time.monotonic() - began, stores.jobs.get(job.id)
    stores.database.close()
    # Both sides of it: what else the machine did may have changed meanwhile.
    idle += await doctors.while_it_lasts(for_seconds(options.seconds))
    if after is None or after.status is not JobStatus.READY:
        raise SystemExit(f"the document was not read: {after}")
    return [
        shown("nothing else to do", idle),
        shown(f"{options.pages} pages in {took:.0f} s", meanwhile),
        f"p95 while loading / p95 idle: {p95(meanwhile) / p95(idle):.2f} (at most 1.5)",
    ]


async def run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="yidao-latency-") as name:
        folder, models = Path(name), Settings().cache_dir.resolve() / "models"
        (folder / "data" / "cache").mkdir(parents=True)
        if models.is_dir():
            (folder / "data" / "cache" / "models").symlink_to(models)
        server = Server()
        await server.start()
        settings = {
            "YIDAO_COORDINATOR_IDS": str(COORDINATOR),
            "YIDAO_EMBEDDING_MODEL": "multilingual-e5-small",
        }
        bot = BotProcess(server, folder, **settings)
        samples = [sys.executable, "-m", "indexer", "samples"]
        await asyncio.to_thread(
            subprocess.run,
            samples,
            cwd=folder,
            env=bot._environment,  # noqa: SLF001 - the samples go into the same library
            check=True,
            stdout=sys.stderr,
        )
        await bot.start()
        try:
            for line in await measured(options, bot, server):
                print(line)
        finally:
            await bot.stop()
            await server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument(
        "--seconds", type=float, default=60, help="how long nothing else is done, before and again after"
    )
    parser.add_argument("--a-second", type=float, default=2, help="questions")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
