"""What the terminal shows, and the chat and the messenger that show it there."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePath

from rich.console import Console

from bot.console.rendering import choices_text, terminal_text
from bot.conversation import Attachment, Blocked, Button, Failed, Found, InDoubt, Message, Postponed, Sent
from bot.numbering import Numbering

#: The one person at the terminal; Telegram gives nobody this id.
CONSOLE_ID = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    button: Button
    message_id: int


class Screen:
    """Prints messages, and remembers the numbered choices of the newest that had any."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._ids = count(1)
        self._choices: list[Choice] = []
        #: The prompt that waits for input; what long work shows meanwhile goes before it.
        self._prompt = ""

    def show(self, message: Message, message_id: int | None = None) -> int:
        """The id of the message, which may be that of one that is shown anew."""
        id_ = message_id if message_id is not None else next(self._ids)
        if self._prompt:
            self._console.print()
        # What is piped is for a program or a file, which breaks lines itself.
        self._console.print(terminal_text(message.html), soft_wrap=True)
        if message.attachment is not None:
            self._console.print(_place(message.attachment), style="dim", markup=False, soft_wrap=True)
        buttons = [button for row in message.buttons for button in row]
        if buttons:
            self._choices = [Choice(button=button, message_id=id_) for button in buttons]
            self._console.print(choices_text(buttons), soft_wrap=True)
        self._console.print()
        if self._prompt:
            self.prompt(self._prompt)
        return id_

    def note(self, text: str) -> None:
        if text:
            self._console.print(text, style="dim", markup=False, highlight=False, soft_wrap=True)

    def prompt(self, text: str) -> None:
        """Asks for input, until `prompted` says that there is some."""
        self._prompt = text
        self._console.print(text, end="", style="bold", markup=False, highlight=False, soft_wrap=True)

    def prompted(self) -> None:
        self._prompt = ""

    def choice(self, number: int) -> Choice | None:
        return self._choices[number - 1] if 0 < number <= len(self._choices) else None


class ConsoleChat:
    """Fulfils bot.conversation.Chat. `file` is what the person sent with this input, if they did."""

    def __init__(self, screen: Screen, file: Path | None = None) -> None:
        self._screen = screen
        self._file = file

    async def send(self, message: Message) -> int:
        return self._screen.show(message)

    async def edit(self, message_id: int, message: Message) -> None:
        self._screen.show(message, message_id)

    async def delete(self, message_id: int) -> None:
        """What was printed stays."""

    async def acknowledge(self, text: str = "") -> None:
        self._screen.note(text)

    async def download(self, folder: Path) -> Path:
        if self._file is None:
            raise ValueError("no file was sent")
        return await asyncio.to_thread(_copy, self._file, folder)

    def typing(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()


class ConsoleMessenger:
    """Fulfils bot.conversation.Messenger for the one person who is there."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        #: No call is ever lost here, so that there is nothing to be known.
        self._numbering = Numbering()

    @property
    def numbering(self) -> Numbering:
        return self._numbering

    async def look(self, chat_id: int, message_id: int) -> Found:
        return Found.UNCLEAR

    async def recognize(self, chat_id: int, message_id: int, message: Message) -> Found:
        return Found.UNCLEAR

    def reaches(self, chat_id: int) -> bool:
        return chat_id == CONSOLE_ID

    async def send(self, chat_id: int, message: Message) -> Sent | Blocked | Failed:
        if chat_id != CONSOLE_ID:
            return Failed(reason="this conversation is held in a terminal")
        return Sent(message_id=self._screen.show(message))

    async def send_once(
        self, chat_id: int, message: Message
    ) -> Sent | Blocked | Failed | InDoubt | Postponed:
        return await self.send(chat_id, message)

    async def delete(self, chat_id: int, message_id: int) -> bool:
        return False

    async def edit(self, chat_id: int, message_id: int, message: Message) -> bool:
        if chat_id == CONSOLE_ID:
            self._screen.show(message, message_id)
        return chat_id == CONSOLE_ID


def _place(attachment: Attachment) -> str:
    """Where a terminal's user finds what a message carries."""
    if isinstance(attachment.content, Path):
        return str(attachment.content)
    if isinstance(attachment.content, str):
        return attachment.name
    path = Path(tempfile.mkdtemp(prefix="yidao-")) / PurePath(attachment.name).name
    path.write_bytes(attachment.content)
    return str(path)


def _copy(file: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{secrets.token_hex(16)}{file.suffix.lower()}"
    return Path(shutil.copyfile(file, target))
