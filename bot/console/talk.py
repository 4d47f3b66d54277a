"""One conversation in a terminal, from the first prompt to the end of input."""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.console.screen import CONSOLE_ID, ConsoleChat, Screen
from bot.conversation import Commanded, Content, FileSent, Incoming, Pressed, Said, Speaker
from bot.courtesy.view import plain_error
from bot.people.roles import allows
from bot.router import Router
from bot.texts import texts
from knowledge import privacy
from knowledge.domain import Language, Role
from knowledge.errors import KnowledgeError
from knowledge.store.people import PeopleStore
from knowledge.text import safe_text

log = logging.getLogger(__name__)

_QUIT = frozenset({"quit", "exit", "q"})


class Talk:
    def __init__(
        self,
        *,
        router: Router,
        people: PeopleStore,
        screen: Screen,
        role: Role,
        language: Language,
        is_typed: bool,
        settled: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """is_typed: somebody sits there; else the input is shown too, so that the output can be read by itself, and
        the next line waits for what the last one set going: each of `settled` returns when its work is done.
        """
        self._router = router
        self._people = people
        self._screen = screen
        self._role = role
        self._language = language
        self._is_typed = is_typed
        self._settled = settled

    async def run(
        self,
        inputs: AsyncIterator[str],
        background: Sequence[tuple[str, Callable[[], Awaitable[None]]]] = (),
    ) -> None:
        await asyncio.to_thread(self._arrive)
        tasks = [asyncio.ensure_future(work()) for _, work in background]
        try:
            await self._listen(inputs)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _arrive(self) -> None:
        """The language of the terminal holds for this conversation, whatever the last one ended with."""
        self._people.meet(CONSOLE_ID, "", self._language)
        self._people.set_language(CONSOLE_ID, self._language)

    async def _listen(self, inputs: AsyncIterator[str]) -> None:
        self._prompt(await self._speaker())
        async for line in inputs:
            self._screen.prompted()
            speaker = await self._speaker()
            if not self._is_typed and line.strip():
                self._screen.note(
                    texts(speaker.language).get("console.prompt") + safe_text(privacy.mask(line))
                )
            if line.strip().removeprefix("/").casefold() in _QUIT and line.strip().startswith("/"):
                return
            if line.strip():
                await self._take(line.strip(), speaker)
                await self._settle()
            self._prompt(await self._speaker())

    async def _settle(self) -> None:
        if not self._is_typed:
            await asyncio.gather(*(settled() for settled in self._settled))

    def _prompt(self, speaker: Speaker) -> None:
        if self._is_typed:
            self._screen.prompt(texts(speaker.language).get("console.prompt"))

    async def _speaker(self) -> Speaker:
        person = await asyncio.to_thread(self._people.meet, CONSOLE_ID, "", self._language)
        return Speaker(
            id=CONSOLE_ID,
            name="",
            language=person.language,
            role=self._role,
            recommendations=person.recommendations,
        )

    async def _take(self, line: str, speaker: Speaker) -> None:
        file = _file(line) if allows(speaker.role, Role.COORDINATOR) else None
        if file is None and _looks_like_a_path(line):
            self._screen.note(texts(speaker.language).get("console.no_file", path=line))
            return
        content = self._content(line, file)
        if content is None:
            return
        incoming = Incoming(speaker=speaker, content=content, chat_id=CONSOLE_ID)
        try:
            await self._router.handle(incoming, ConsoleChat(self._screen, file))
        except KnowledgeError as error:
            # Whoever sits at the terminal can mend it.
            self._screen.note(str(error))
        except Exception:
            log.exception("action=console.failed")
            self._screen.show(plain_error(speaker.language))

    def _content(self, line: str, file: Path | None) -> Content | None:
        """None when there is nothing left to do: an address was asked for and shown."""
        if file is not None:
            return FileSent(name=file.name, size=file.stat().st_size)
        if line.isascii() and line.isdigit() and (choice := self._screen.choice(int(line))):
            if choice.button.data is not None:
                return Pressed(data=choice.button.data, message_id=choice.message_id)
            self._screen.note(choice.button.url or "")
            return None
        if line.startswith("/"):
            name, _, argument = line[1:].partition(" ")
            return Commanded(name=name.casefold(), argument=argument.strip())
        return Said(text=privacy.mask(line))


def _file(line: str) -> Path | None:
    """The file that a line names: typed, quoted, or as terminals write a file that was dragged into them."""
    if line.startswith("file://"):
        line = unquote(urlsplit(line).path)
    for name in (line, *_unquoted(line)):
        path = Path(name).expanduser()
        try:
            if path.is_file():
                return path
        except (OSError, ValueError):
            continue
    return None


def _looks_like_a_path(line: str) -> bool:
    """Rather than a command, which has neither a second slash nor an ending."""
    first = line.split(maxsplit=1)[0]
    return line.startswith("file://") or (first.startswith("/") and ("/" in first[1:] or "." in first))


def _unquoted(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError:
        return []
    return words if len(words) == 1 else []


def language_of_locale() -> Language:
    locale = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return Language.ZH if locale.casefold().startswith("zh") else Language.EN


def is_typed() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
