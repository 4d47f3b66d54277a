"""Kills the bot, the reader and whoever they set to work, at random moments of loading: python -m benchmarks.kills

A coordinator sends guidelines and new editions of them to the real bot, on the journeys' server, and approves them,
discards them, or leaves them waiting; others are loaded from the shell. Each round ends one process as a power cut
would (`kill -9`). What is down is started again, and what was promised is looked for: every edition that was approved
is current until a newer one is, whole, and answers; nothing answers, or is current, that nobody approved; a document
has one current edition; every file that was sent is loaded, waits with its card in the chat, was discarded, or was
reported. Answers are looked for in the library, made anew, of all documents, and asked of the bot itself of those of
the round and a few more. The same seed makes the same choices; what the machine does at that moment differs.
"""

# ruff: noqa: INP001, S311, T201 - a script among the question sets, whose output is what it prints

from __future__ import annotations

import argparse
import asyncio
import os
import random
import select as select_module
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from knowledge.answering import open_answerer
from knowledge.domain import Answer, EditionStatus
from knowledge.engines import open_encoder
from knowledge.settings import Settings
from knowledge.store import Stores, open_stores
from knowledge.store.jobs import JobStatus, jobs
from knowledge.store.library import EditionRecord
from tests.journeys.bot_process import BotProcess
from tests.journeys.documents import LOADED
from tests.journeys.people import Person, buttons_of
from tests.journeys.server import Server

COORDINATOR = 2001
#: So many rounds in one library, then a new one.
ROUNDS_A_LIBRARY = 20
SECTIONS = 6
SETTLED_WITHIN_S = 180.0
#: The shares of files that nobody decides about, and that are discarded.
LEAVES, DISCARDS = 0.2, 0.15
#: So long a victim is waited for that does not run yet.
PATIENCE_S = 2.0
#: What each process was started with, behind Python's own name.
MODULES = {
    "bot": ["-m", "bot", "run"],
    "answerer": ["-m", "bot.answerer"],
    "worker": ["-m", "indexer", "worker"],
    "shell": ["-m", "indexer", "load"],
    "child": ["-m", "indexer.child"],
}
#: Names of no disease, far from each other in every pair of characters.
FIRST, SECOND = "青岚赤霄玄圭素霓苍梧丹溪紫珩绛霞碧涛墨翎", "鹤鸣麟趾鸾翔龟寿蝉蜕雁行鹿鸣鱼跃燕语莺歌"
DRUGS = "甲唑洛尔 乙嗪普利 丙酞沙坦 丁脲格列 戊胺他汀 己啶替尼 庚肽鲁肽 辛醚拉唑".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """One edition of a made-up document; its dose is in every section and in no other edition."""

    disease: str
    year: int
    dose: int

    @property
    def title(self) -> str:
        return f"{self.disease}防治手册（{self.year}）"

    @property
    def file_name(self) -> str:
        return f"{self.title}.md"

    @property
    def question(self) -> str:
        return f"{self.disease}的首选药物是什么？"

    @property
    def mark(self) -> str:
        return f"每次 {self.dose} mg"

    @property
    def text(self) -> str:
        first = (
            f"{self.disease}的首选药物是{DRUGS[self.dose % len(DRUGS)]}，{self.mark}，每日一次，餐后服用。"
        )
        more = (
            f"## {n}、第 {n} 次随访\n\n{self.disease}患者第 {n} 次随访时复查血常规，剂量仍为{self.mark}；"
            f"第 {n} 次随访后记录不良反应。"
            for n in range(1, SECTIONS)
        )
        return f"# {self.title}\n\n## 用药\n\n{first}\n\n" + "\n\n".join(more)


@dataclass(slots=True)
class Tally:
    #: By victim, and by what was going on.
    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: What was sent or loaded from the shell, and what came of it.
    files: Counter[str] = field(default_factory=Counter)
    #: Asked of the bot.
    questions: int = 0
    violations: list[str] = field(default_factory=list)


class World:
    """A library, the bot on it, and the coordinator; `truth` is what was sent, by title."""

    def __init__(
        self, folder: Path, server: Server, encoder: str, chance: random.Random, tally: Tally
    ) -> None:
        settings = {"YIDAO_COORDINATOR_IDS": str(COORDINATOR), "YIDAO_EMBEDDING_MODEL": encoder}
        self.bot = BotProcess(server, folder, **settings)
        self.environment = self.bot._environment  # noqa: SLF001 - the shell is to find the same library
        self.folder, self.chance, self.tally = folder, chance, tally
        self.coordinator = Person(server, "刘老师", "zh-hans", COORDINATOR)
        self.stores: Stores = open_stores(f"sqlite:///{self.bot.data_dir / 'yidao.sqlite3'}")
        self.encoder = open_encoder(encoder, Settings(data_dir=self.bot.data_dir).cache_dir)
        self.sent: dict[str, Guideline] = {}
        #: How many files of this name were sent in chat.
        self.uploads: Counter[str] = Counter()
        #: By title: what somebody wanted to be loaded, and what surely was: as the chat, the library or the shell said.
        self.wanted: set[str] = set()
        self.approved: set[str] = set()
        #: What nobody decided about.
        self.left: set[str] = set()
        self.killed = ""
        #: What the coordinator is doing.
        self._doing = ""
        self._doses = iter(range(11, 9999, 7))
        self._names = iter(
            chance.sample([a + b + "综合征" for a in FIRST for b in SECOND], len(FIRST) * len(SECOND))
        )

    # ------------------------------------------------------------------------------------------ acts
    def make(self) -> Guideline:
        known = list(self.sent.values())
        if known and self.chance.random() < 0.5:
            disease = self.chance.choice(known).disease
            newest = max(guideline.year for guideline in known if guideline.disease == disease)
            made = Guideline(disease=disease, year=newest + 1, dose=next(self._doses))
        else:
            made = Guideline(disease=next(self._names), year=2020, dose=next(self._doses))
        self.sent[made.title] = made
        return made

    async def by_chat(self) -> None:
        """Sends some files, and decides about each card as it comes."""
        made = [self.make() for _ in range(self.chance.choice((1, 1, 2, 3)))]
        for guideline in made:
            self.uploads[guideline.file_name] += 1
            self.coordinator.sends_file(guideline.file_name, guideline.text.encode())
        self.tally.files["sent in chat"] += len(made)
        for guideline in made:
            self._doing = "reading"
            choice = self.chance.random()
            if not await self._card_of(guideline):
                self.tally.files["refused in chat"] += 1
            elif choice < LEAVES:
                self.left.add(guideline.title)
                self.tally.files["left waiting"] += 1
            elif choice < LEAVES + DISCARDS:
                self._doing = "discarding"
                await self._decided(guideline, "放弃")
            else:
                self._doing = "approving"
                self.wanted.add(guideline.title)
                await self._decided(guideline, "收录")
        self._doing = "idle"

    async def by_shell(self) -> None:
        path = self.folder / (made := self.make()).file_name
        path.write_text(made.text, "utf-8")
        self.wanted.add(made.title)
        self.tally.files["loaded from the shell"] += 1
        self._doing = "loading"
        loader = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "indexer", "load", str(path),
            cwd=self.folder, env=self.environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        if await loader.wait() == 0:
            self.approved.add(made.title)
        self._doing = "idle"

    def press(self, guideline: Guideline, label: str, before: str = "") -> str:
        """What the newest such button says; pressed if that is not what was pressed before."""
        for message in reversed(self.coordinator.chat.messages.values()):
            if guideline.title in message["text"]:
                for button in buttons_of(message):
                    if button["text"].startswith(label):
                        data = button["callback_data"]
                        if data != before:
                            self.coordinator.server.press(self.coordinator.user, message, data)
                        return data
        return before

    async def _card_of(self, guideline: Guideline) -> bool:
        """Whether there is one; False where it was reported that the file could not be read."""

        def told() -> str | None:
            texts = [m for m in self.coordinator.chat.messages.values() if guideline.title in m["text"]]
            if any("收录" in button["text"] for m in texts for button in buttons_of(m)):
                return "card"
            rows = [job for job in self._all_jobs() if job.file_name == guideline.file_name]
            return "refused" if rows and rows[-1].status == JobStatus.REFUSED and rows[-1].told_at else None

        found = await self.coordinator.server.until(f"card of {guideline.title}", told, SETTLED_WITHIN_S)
        return found == "card"

    async def _decided(self, guideline: Guideline, label: str) -> None:
        """Presses, and again where the card says something else by now: another draft was approved meanwhile."""
        pressed = ""

        def decided() -> str:
            nonlocal pressed
            said = [
                m["text"] for m in self.coordinator.chat.messages.values() if guideline.title in m["text"]
            ]
            if any("医生现在可以查到" in text for text in said):
                return "approved, as the chat says"
            # A kill may have fallen between the decision and what the card was to say of it.
            jobs_of_it = [job for job in self._all_jobs() if job.file_name == guideline.file_name]
            if jobs_of_it and jobs_of_it[-1].status in {JobStatus.APPROVED, JobStatus.DISCARDED}:
                return f"{jobs_of_it[-1].status}, as the library says"
            pressed = self.press(guideline, label, pressed)
            return ""

        what = f"decision on {guideline.title}"
        found = await self.coordinator.server.until(what, decided, SETTLED_WITHIN_S)
        self.tally.files[found.partition(",")[0]] += 1
        if found.startswith("approved"):
            self.approved.add(guideline.title)

    # ------------------------------------------------------------------------------------------ kills
    def processes(self) -> dict[str, int]:
        """Who is at work on this library, by what they are: a worker's child is "child"."""
        found = {}
        for pid in _descendants(os.getpid()):
            words = [word for word in _command(pid) if word != "-P"]
            for name, module in MODULES.items():
                if words[1 : 1 + len(module)] == module:
                    found[name] = pid
        return found

    def moment(self) -> str:
        """What is going on: what the coordinator does, and how far the newest file is."""
        newest = select(jobs.c.status).order_by(jobs.c.id.desc()).limit(1)
        with self.stores.database.read() as connection:
            status = connection.execute(newest).scalar_one_or_none()
        return f"{self._doing or 'sending'}, newest upload {status or 'not there'}"

    async def kill_one(self, victim: str, after: float) -> None:
        await asyncio.sleep(after)
        running = self.processes()
        # A child lives for half a second; with another wait it is caught at a random moment of that.
        patience = time.monotonic() + PATIENCE_S
        while victim not in running and time.monotonic() < patience:
            await asyncio.sleep(0.002)
            running = self.processes()
        name = victim if victim in running else self.chance.choice(sorted(running))
        self.tally.kills[name, self.moment()] += 1
        dying = os.pidfd_open(running[name])
        os.kill(running[name], signal.SIGKILL)
        self.killed = name
        # It takes a moment to die, and must not be taken for alive meanwhile.
        await asyncio.to_thread(_wait_for, dying)

    async def story(self, victim: str) -> None:
        self._doing = ""
        await (self.by_shell() if victim == "shell" else self.by_chat())

    async def revive(self) -> None:
        if "bot" not in self.processes():
            await self.bot.kill()
            await self.bot.start()

    # ------------------------------------------------------------------------------------------ promises
    async def settle(self) -> None:
        """Until everything that was sent is told of, and nothing is at work."""
        end = time.monotonic() + SETTLED_WITHIN_S
        while time.monotonic() < end:
            if await asyncio.to_thread(self._is_settled):
                return
            await asyncio.sleep(0.1)
        self.tally.violations.append(f"not settled within {SETTLED_WITHIN_S:.0f} s: {self._open_jobs()}")

    def _is_settled(self) -> bool:
        taken = {job.file_name for job in self._all_jobs()}
        return not self._open_jobs() and self.uploads.keys() <= taken

    def _open_jobs(self) -> list[str]:
        return [f"{job.file_name} {job.status}" for job in self.stores.jobs.open()]

    def _all_jobs(self) -> list[Any]:
        with self.stores.database.read() as connection:
            return list(connection.execute(select(jobs)).all())

    def check(self) -> Iterator[str]:
        """What was promised and does not hold."""
        editions = {
            e.title: e
            for e in self.stores.library.list_editions(tuple(EditionStatus))
            if e.title in self.sent
        }
        current = {title for title, edition in editions.items() if edition.status is EditionStatus.CURRENT}
        yield from self._wrong_jobs()
        yield from self._not_whole(editions)
        yield from self._wrongly_current(current)
        yield from self._not_waiting(editions)
        yield from self._wrong_answers(current)

    def _not_whole(self, editions: dict[str, EditionRecord]) -> Iterator[str]:
        for title, edition in editions.items():
            held = " ".join(p.text for p in self.stores.passages.of_edition(edition.id))
            if held.count(self.sent[title].mark) != SECTIONS:
                yield f"{title} is half there: {held.count(self.sent[title].mark)} of {SECTIONS}"

    def _wrongly_current(self, current: set[str]) -> Iterator[str]:
        """At most one edition of each document, that somebody approved; and what was approved, until a newer one is."""
        for disease, count in Counter(self.sent[title].disease for title in current).items():
            if count > 1:
                yield f"{disease} has {count} current editions"
        for title in self.approved - current:
            later = [t for t in current if self.sent[t].disease == self.sent[title].disease]
            if not any(self.sent[t].year > self.sent[title].year for t in later):
                yield f"{title} was approved and is not current"
        for title in current - self.wanted:
            yield f"{title} is current, and nobody approved it"

    def _not_waiting(self, editions: dict[str, EditionRecord]) -> Iterator[str]:
        for title in self.left:
            if title not in editions or editions[title].status is not EditionStatus.DRAFT:
                yield f"{title} was left waiting, and waits no more"
            if not self._has_card(title):
                yield f"{title} waits, and no card of it stands in the chat"

    def _has_card(self, title: str) -> bool:
        shown = (m for m in self.coordinator.chat.messages.values() if title in m["text"])
        return any(button["text"].startswith("收录") for m in shown for button in buttons_of(m))

    def _wrong_jobs(self) -> Iterator[str]:
        """Each upload is known once, and loaded, waits with a draft, was discarded, or was refused and that told."""
        counts = Counter(job.file_name for job in self._all_jobs())
        for name, count in self.uploads.items():
            if counts[name] != count:
                yield f"{name}: sent {count} times, {counts[name]} jobs"
        known = {e.id: e.status for e in self.stores.library.list_editions(tuple(EditionStatus))}
        for job in self._all_jobs():
            status = known.get(job.edition_id)
            is_right = {
                JobStatus.READY: status is EditionStatus.DRAFT,
                JobStatus.APPROVED: status not in (None, EditionStatus.DRAFT),
                JobStatus.DISCARDED: True,
                JobStatus.REFUSED: job.told_at is not None,
            }
            if not is_right.get(JobStatus(job.status), False):
                yield f"{job.file_name} is {job.status}, and its edition {status}"

    async def asked_of_the_bot(self) -> list[str]:
        """What the bot itself answers wrongly, asked in the chat about what was sent last and some others."""
        editions = self.stores.library.list_editions((EditionStatus.CURRENT,))
        current = {edition.title for edition in editions}
        diseases = list(dict.fromkeys(guideline.disease for guideline in reversed(self.sent.values())))
        asked = diseases[:3] + self.chance.sample(diseases[3:], min(2, len(diseases[3:])))
        doctor, wrong = Person(self.coordinator.server, "王医生"), []
        await doctor.joins("请不要发送")
        for disease in asked:
            about = [guideline for guideline in self.sent.values() if guideline.disease == disease]
            doctor.writes(about[0].question)
            text = (await doctor.reads("", within=60))["text"]
            self.tally.questions += 1
            is_answer = "不是答案" not in text
            for guideline in about:
                answers, should = is_answer and guideline.mark in text, guideline.title in current
                if answers != should:
                    wrong.append(
                        f"the bot {_does(answers)} from {guideline.title}, which {_is(should)} current"
                    )
        return wrong

    def _wrong_answers(self, current: set[str]) -> Iterator[str]:
        cache = Path(tempfile.mkdtemp(dir=self.folder))
        answerer = open_answerer(self.stores, self.encoder, cache)
        for disease in {guideline.disease for guideline in self.sent.values()}:
            editions = [guideline for guideline in self.sent.values() if guideline.disease == disease]
            reply = answerer.answer(editions[0].question)
            shown = " ".join(q.passage.text for q in reply.quotations) if isinstance(reply, Answer) else ""
            for guideline in editions:
                answers, should = guideline.mark in shown, guideline.title in current
                if answers != should:
                    yield f"{guideline.title} {_does(answers)}, and {_is(should)} current"
        shutil.rmtree(cache)


def _does(answers: bool) -> str:  # noqa: FBT001 - a word for it
    return "answers" if answers else "does not answer"


def _is(current: bool) -> str:  # noqa: FBT001 - likewise
    return "is" if current else "is not"


async def one_library(
    options: argparse.Namespace, rounds: range, chance: random.Random, tally: Tally
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="yidao-kills-"))
    server = Server()
    await server.start()
    encoder = "multilingual-e5-small" if options.real else "fake"
    (folder / "data" / "cache").mkdir(parents=True)
    if options.real:
        (folder / "data" / "cache" / "models").symlink_to(Settings().cache_dir.resolve() / "models")
    world = World(folder, server, encoder, chance, tally)
    documents = folder / "documents"
    documents.mkdir()
    for name, text in LOADED.items():
        (documents / name).write_text(text, "utf-8")
    first = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "indexer", "load", str(documents), cwd=folder, env=world.environment,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    if await first.wait():
        raise SystemExit("the first library could not be loaded")
    await world.bot.start()
    try:
        for number in rounds:
            await one_round(number, options, world)
    finally:
        await world.bot.kill()
        await server.stop()
        world.stores.database.close()
    shutil.rmtree(folder, ignore_errors=True)


async def one_round(number: int, options: argparse.Namespace, world: World) -> None:
    victim = world.chance.choice(("bot", "bot", "worker", "child", "shell"))
    story = asyncio.create_task(world.story(victim))
    await world.kill_one(victim, world.chance.uniform(0, options.within))
    await world.revive()
    try:
        await story
    except AssertionError as error:
        world.tally.violations.append(f"round {number} ({world.killed} killed): {str(error).splitlines()[0]}")
    await world.settle()
    found = list(await asyncio.to_thread(lambda: list(world.check())))
    try:
        found += await world.asked_of_the_bot()
    except AssertionError as error:
        found.append(f"the bot did not answer: {str(error).splitlines()[0]}")
    world.tally.violations += [f"round {number} ({world.killed} killed): {line}" for line in found]
    print(
        f"round {number}, {world.killed} killed: {'; '.join(found) or 'all holds'}",
        file=sys.stderr,
        flush=True,
    )


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _descendants(child)


def _wait_for(process: int) -> None:
    """Until the process of this descriptor has ended."""
    select_module.select([process], [], [])
    os.close(process)


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=180)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--real", action="store_true", help="the default encoder, from the data folder's cache"
    )
    parser.add_argument("--within", type=float, default=None, help="seconds within which the kill falls")
    options = parser.parse_args()
    options.within = options.within or (8.0 if options.real else 4.0)
    chance, tally, began = random.Random(options.seed), Tally(), time.monotonic()
    for start in range(0, options.rounds, ROUNDS_A_LIBRARY):
        rounds = range(start, min(start + ROUNDS_A_LIBRARY, options.rounds))
        asyncio.run(one_library(options, rounds, chance, tally))
    report(tally, options.seed, time.monotonic() - began)
    sys.exit(bool(tally.violations))


def report(tally: Tally, seed: int, seconds: float) -> None:
    by_victim: Counter[str] = Counter()
    for (victim, _), count in tally.kills.items():
        by_victim[victim] += count
    print(f"{by_victim.total()} kills in {seconds:.0f} s, seed {seed}")
    for victim, kills in by_victim.most_common():
        print(f"  {victim}: {kills}")
        for (name, moment), count in tally.kills.most_common():
            if name == victim:
                print(f"    {count:4}  {moment}")
    print("files: " + ", ".join(f"{count} {what}" for what, count in tally.files.items()))
    print(f"questions asked of the bot after the kills: {tally.questions}")
    print(f"violations: {len(tally.violations)}")
    for line in tally.violations:
        print(f"  {line}")


if __name__ == "__main__":
    main()
