"""A library with its bot and its coordinator, who sends, decides, and sees processes killed."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.kills import processes
from benchmarks.kills.guidelines import DISEASES, CourseList, Guideline
from knowledge.engines import open_encoder
from knowledge.settings import Settings
from knowledge.store import Stores, open_stores
from knowledge.store.jobs import JobStatus, jobs
from tests.journeys.bot_process import BotProcess
from tests.journeys.people import Person, buttons_of
from tests.journeys.server import Server

COORDINATOR = 2001
SETTLED_WITHIN_S = 180.0
#: So long a victim is waited for that does not run yet.
PATIENCE_S = 2.0
#: The shares of files that nobody decides about, and that are discarded.
LEAVES, DISCARDS = 0.2, 0.15
#: Of the times something is sent, the share of course lists.
LISTS = 0.2
#: What the chat says of what was loaded.
LOADED_WORDS = ("医生现在可以查到", "已添加：")


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
    """A library, the bot on it, and the coordinator; `sent` is what was sent, by title, `lists` by the file's name."""

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
        self.lists: dict[str, CourseList] = {}
        #: How many files of this name were sent in chat.
        self.uploads: Counter[str] = Counter()
        #: By title, or a list's file: what somebody wanted to be loaded, and what surely was, as was said.
        self.wanted: set[str] = set()
        self.approved: set[str] = set()
        #: What nobody decided about.
        self.left: set[str] = set()
        self.killed = ""
        #: What the coordinator is doing.
        self._doing = ""
        self._doses = iter(range(11, 9999, 7))
        self._names = iter(chance.sample(DISEASES, len(DISEASES)))
        self._numbers = iter(range(1, 999))

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
            await self._handled(guideline.title, guideline.file_name, "收录")
        self._doing = "idle"

    async def by_list(self) -> None:
        """Sends a list of courses, and decides about its card."""
        made = CourseList(number=next(self._numbers))
        self.lists[made.file_name] = made
        self.uploads[made.file_name] += 1
        self.tally.files["lists sent in chat"] += 1
        self.coordinator.sends_file(made.file_name, made.text.encode())
        await self._handled(made.file_name, made.file_name, "添加")
        self._doing = "idle"

    async def _handled(self, name: str, file_name: str, label: str) -> None:
        """What comes of a file: refused, left as it is, discarded, or loaded. name: what its card is known by."""
        self._doing = "reading"
        choice = self.chance.random()
        if not await self._card_of(name, file_name, label):
            self.tally.files["refused in chat"] += 1
        elif choice < LEAVES:
            self.left.add(name)
            self.tally.files["left waiting"] += 1
        elif choice < LEAVES + DISCARDS:
            self._doing = "discarding"
            await self._decided(name, file_name, "放弃")
        else:
            self._doing = "approving"
            self.wanted.add(name)
            await self._decided(name, file_name, label)

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

    def messages_of(self, name: str) -> list[dict[str, Any]]:
        """The bot's messages to the coordinator that name a file or a document, the newest last."""
        return [m for m in self.coordinator.chat.messages.values() if name in m["text"]]

    def has_button(self, name: str, label: str) -> bool:
        buttons = (button for message in self.messages_of(name) for button in buttons_of(message))
        return any(button["text"].startswith(label) for button in buttons)

    def _press(self, name: str, label: str, before: str) -> str:
        """What the newest such button says; pressed if that is not what was pressed before."""
        for message in reversed(self.messages_of(name)):
            for button in buttons_of(message):
                if button["text"].startswith(label):
                    data = button["callback_data"]
                    if data != before:
                        self.coordinator.server.press(self.coordinator.user, message, data)
                    return data
        return before

    async def _card_of(self, name: str, file_name: str, label: str) -> bool:
        """Whether there is one; False where it was reported that the file could not be read."""

        def told() -> str | None:
            if self.has_button(name, label):
                return "card"
            job = self._job_of(file_name)
            return "refused" if job and job.status == JobStatus.REFUSED and job.told_at else None

        found = await self.coordinator.server.until(f"card of {name}", told, SETTLED_WITHIN_S)
        return found == "card"

    async def _decided(self, name: str, file_name: str, label: str) -> None:
        """Presses, and again where the card says something else by now: another draft was approved meanwhile."""
        pressed = ""

        def decided() -> str:
            nonlocal pressed
            if any(words in m["text"] for m in self.messages_of(name) for words in LOADED_WORDS):
                return "approved, as the chat says"
            # A kill may have fallen between the decision and what the card was to say of it.
            job = self._job_of(file_name)
            if job and job.status in {JobStatus.APPROVED, JobStatus.DISCARDED}:
                return f"{job.status}, as the library says"
            pressed = self._press(name, label, pressed)
            return ""

        found = await self.coordinator.server.until(f"decision on {name}", decided, SETTLED_WITHIN_S)
        self.tally.files[found.partition(",")[0]] += 1
        if found.startswith("approved"):
            self.approved.add(name)

    def jobs(self) -> list[Any]:
        with self.stores.database.read() as connection:
            return list(connection.execute(select(jobs).order_by(jobs.c.id)).all())

    def _job_of(self, file_name: str) -> Any | None:
        return next((job for job in reversed(self.jobs()) if job.file_name == file_name), None)

    # ------------------------------------------------------------------------------------------ kills
    def moment(self) -> str:
        """What is going on: what the coordinator does, and how far the newest file is."""
        newest = next(reversed(self.jobs()), None)
        return f"{self._doing or 'sending'}, newest upload {newest.status if newest else 'not there'}"

    async def kill_one(self, victim: str, after: float) -> None:
        await asyncio.sleep(after)
        found = processes.running()
        # A child lives for half a second; with another wait it is caught at a random moment of that.
        patience = time.monotonic() + PATIENCE_S
        while victim not in found and time.monotonic() < patience:
            await asyncio.sleep(0.002)
            found = processes.running()
        self.killed = victim if victim in found else self.chance.choice(sorted(found))
        self.tally.kills[self.killed, self.moment()] += 1
        await asyncio.to_thread(processes.kill, found[self.killed])

    async def story(self, victim: str) -> None:
        self._doing = ""
        if victim == "shell":
            await self.by_shell()
        elif victim == "child for lists" or self.chance.random() < LISTS:
            await self.by_list()
        else:
            await self.by_chat()

    async def revive(self) -> None:
        if "bot" not in processes.running():
            await self.bot.kill()
            await self.bot.start()

    async def settle(self) -> None:
        """Until everything that was sent is told of, and nothing is at work."""
        end = time.monotonic() + SETTLED_WITHIN_S
        while time.monotonic() < end:
            if await asyncio.to_thread(self._is_settled):
                return
            await asyncio.sleep(0.1)
        self.tally.violations.append(f"not settled within {SETTLED_WITHIN_S:.0f} s: {self._open_jobs()}")

    def _is_settled(self) -> bool:
        return not self._open_jobs() and self.uploads.keys() <= {job.file_name for job in self.jobs()}

    def _open_jobs(self) -> list[str]:
        return [f"{job.file_name} {job.status}" for job in self.stores.jobs.open()]
