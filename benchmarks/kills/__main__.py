"""Kills the bot, the reader and whoever they set to work, at random moments of loading: python -m benchmarks.kills

A coordinator sends guidelines, new editions of them and course lists to the real bot, on the journeys' server, and
approves them, discards them, or leaves them waiting; others are loaded from the shell. Each round ends one process as
a power cut would (`kill -9`). What is down is started again, and what was promised is looked for: every edition that
was approved is current until a newer one is, whole, and answers; nothing answers, or is current, that nobody
approved; a document has one current edition, a course list is in the catalogue with all its courses or none; every
file that was sent is loaded, waits with its card in the chat, was discarded, or was reported. Answers are looked for
in the library, made anew, of all documents, and asked of the bot itself of those of the round and a few more. The
same seed makes the same choices; what the machine does at that moment differs.
"""

# ruff: noqa: S311 - the same choices for the same seed are wanted

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.kills.promises import asked_of_the_bot, broken
from benchmarks.kills.world import Tally, World
from knowledge.settings import Settings
from tests.journeys.documents import LOADED
from tests.journeys.server import Server

#: So many rounds in one library, then a new one.
ROUNDS_A_LIBRARY = 20


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
    victim = world.chance.choice(("bot", "bot", "worker", "child", "child for lists", "shell"))
    story = asyncio.create_task(world.story(victim))
    await world.kill_one(victim, world.chance.uniform(0, options.within))
    await world.revive()
    try:
        await story
    except AssertionError as error:
        world.tally.violations.append(f"round {number} ({world.killed} killed): {str(error).splitlines()[0]}")
    await world.settle()
    found = list(await asyncio.to_thread(lambda: list(broken(world))))
    try:
        found += await asked_of_the_bot(world)
    except AssertionError as error:
        found.append(f"the bot did not answer: {str(error).splitlines()[0]}")
    world.tally.violations += [f"round {number} ({world.killed} killed): {line}" for line in found]
    print(
        f"round {number}, {world.killed} killed: {'; '.join(found) or 'all holds'}",
        file=sys.stderr,
        flush=True,
    )


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
