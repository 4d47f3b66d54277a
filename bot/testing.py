"""Fakes that tests share: a chat and a messenger that keep what they are told, and fail when asked to."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.conversation import (
    Blocked,
    Content,
    Failed,
    Found,
    Incoming,
    InDoubt,
    Message,
    Postponed,
    Sent,
    Speaker,
    Unreached,
)
from bot.numbering import Numbering
from knowledge.domain import Language, Role

Outcome = Sent | Blocked | Failed | InDoubt | Postponed


def incoming(
    content: Content,
    *,
    role: Role = Role.DOCTOR,
    language: Language = Language.ZH,
    speaker_id: int = 1001,
    is_group: bool = False,
    update_id: int | None = None,
    message_id: int | None = None,
    chat_id: int | None = None,
) -> Incoming:
    """An update from one person, in their private chat unless another one is named."""
    speaker = Speaker(id=speaker_id, name="王医生", language=language, role=role)
    return Incoming(
        speaker=speaker,
        content=content,
        chat_id=speaker_id if chat_id is None else chat_id,
        is_group=is_group,
        update_id=update_id,
        message_id=message_id,
    )


@dataclass(slots=True)
class FakeChat:
    """Fulfils bot.conversation.Chat."""

    #: The file that `download` stores.
    file: bytes = b""
    sent: list[Message] = field(default_factory=list)
    edits: list[tuple[int, Message]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)

    async def send(self, message: Message) -> int:
        self.sent.append(message)
        return len(self.sent)

    async def edit(self, message_id: int, message: Message) -> None:
        self.edits.append((message_id, message))

    async def delete(self, message_id: int) -> None:
        self.deleted.append(message_id)

    async def acknowledge(self, text: str = "") -> None:
        self.notes.append(text)

    async def download(self, folder: Path) -> Path:
        return _stored(folder / f"upload-{len(self.sent)}", self.file)

    def typing(self) -> AbstractAsyncContextManager[None]:
        return self._typing()

    @asynccontextmanager
    async def _typing(self) -> AsyncIterator[None]:
        yield


def _stored(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


class FakeMessenger:
    """Fulfils bot.conversation.Messenger. `outcomes` are what the next bulk sends come to; then all succeed."""

    def __init__(
        self, outcomes: Iterable[Outcome] = (), *, terminal: bool = False, arrives: Iterable[int] = ()
    ) -> None:
        """arrives: in whose chats a message stands though its outcome is InDoubt."""
        self._terminal = terminal
        self.outcomes = deque(outcomes)
        self.arrives = set(arrives)
        self.sent: list[tuple[int, Message]] = []
        self.bulk: list[tuple[int, Message]] = []
        self.edits: list[tuple[int, int, Message]] = []
        self.deleted: list[tuple[int, int]] = []
        #: What stands in the chats, by chat and id; None is somebody else's.
        self.standing: dict[tuple[int, int], Message | None] = {}
        #: What it was asked about, in order.
        self.looked_at: list[tuple[int, int]] = []
        self.recognized: list[tuple[int, int]] = []
        #: What the next looks come to; then they find what stands there.
        self.looks: deque[Found | Blocked | Postponed] = deque()
        self._numbering = Numbering()
        #: Above those that tests name themselves.
        self.last_id = 1000

    @property
    def numbering(self) -> Numbering:
        return self._numbering

    def reaches(self, chat_id: int) -> bool:
        return (chat_id == 0) is self._terminal

    def next_id(self, chat_id: int) -> int:
        """Of the message that comes now, to whatever chat."""
        self.last_id += 1
        return self.last_id

    def arrived(self, chat_id: int, message: Message | None) -> int:
        """Something came to stand in a chat; None: somebody wrote it."""
        message_id = self.next_id(chat_id)
        self.standing[chat_id, message_id] = message
        return message_id

    async def send(self, chat_id: int, message: Message) -> Sent | Blocked | Failed | Unreached:
        self.sent.append((chat_id, message))
        return self._sent(chat_id, message)

    async def send_once(self, chat_id: int, message: Message) -> Outcome:
        self.bulk.append((chat_id, message))
        outcome = self.outcomes.popleft() if self.outcomes else None
        if isinstance(outcome, InDoubt) and chat_id in self.arrives:
            self.arrived(chat_id, message)
        return self._sent(chat_id, message, is_bulk=True) if outcome is None else outcome

    def _sent(self, chat_id: int, message: Message, *, is_bulk: bool = False) -> Sent:
        before = self._numbering.before()
        message_id = self.arrived(chat_id, message)
        self._numbering.given(chat_id, message_id, before, is_bulk=is_bulk)
        return Sent(message_id=message_id)

    async def delete(self, chat_id: int, message_id: int) -> bool:
        self.deleted.append((chat_id, message_id))
        return True

    async def edit(self, chat_id: int, message_id: int, message: Message) -> bool:
        self.edits.append((chat_id, message_id, message))
        return True

    async def look(self, chat_id: int, message_id: int) -> Found | Blocked | Postponed:
        self.looked_at.append((chat_id, message_id))
        if self.looks:
            return self.looks.popleft()
        return Found.SOMETHING if (chat_id, message_id) in self.standing else Found.NOTHING

    async def recognize(self, chat_id: int, message_id: int, message: Message) -> Found | Blocked | Postponed:
        self.recognized.append((chat_id, message_id))
        there = self.standing.get((chat_id, message_id))
        if there is None:
            return Found.ANOTHERS if (chat_id, message_id) in self.standing else Found.NOTHING
        if there.buttons == message.buttons:
            return Found.THIS
        self.standing[chat_id, message_id] = message
        return Found.UNCLEAR
