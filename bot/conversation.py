"""What features know of a conversation, whether it is held on Telegram or in a terminal.

A handler is a coroutine `handle(incoming, chat)`: it reads what came in, makes one call and shows one view.
A view turns a result into `Message`s and knows neither Telegram nor a terminal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bot.numbering import Numbering
from knowledge.domain import Language, Role

#: Telegram takes at most this many bytes in a button's data.
CALLBACK_BYTES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One tap: either it sends `data` back to the bot, or it opens `url`."""

    text: str
    #: "feature:action:argument", such as "rate:12:up"; checked again when pressed, for old keyboards stay for ever.
    data: str | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        if (self.data is None) == (self.url is None):
            raise ValueError("a button either sends data or opens a URL")
        if self.data is not None and not 0 < len(self.data.encode()) <= CALLBACK_BYTES:
            raise ValueError(f"button data must be 1 to {CALLBACK_BYTES} bytes")


class AttachmentKind(StrEnum):
    PICTURE = "picture"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture or a file that a message carries."""

    kind: AttachmentKind
    #: What it is called where it is saved, with its ending.
    name: str
    #: Where it is, what it is, or by which id Telegram knows it already.
    content: Path | bytes | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is shown: Telegram HTML that fits one message, and rows of buttons under it.

    With an attachment the HTML is its caption, 1,024 units at most; such a message cannot become one without, nor the
    reverse, by editing.
    """

    html: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    attachment: Attachment | None = None
    #: Hangs on the message that it answers in a private chat too; in a group every message does.
    hangs: bool = False


class Standing(StrEnum):
    MEMBER = "member"
    #: Where joining is by invitation, somebody who has not joined.
    STRANGER = "stranger"
    #: Shut out by the staff.
    BARRED = "barred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who speaks, as this update finds them."""

    id: int
    name: str
    language: Language
    role: Role
    standing: Standing = Standing.MEMBER
    #: The role whose commands Telegram's menu shows them; None: everyone's.
    menu: Role | None = None
    #: Whether they want courses under their answers.
    recommendations: bool = True


class OtherKind(StrEnum):
    """What may be sent and is not a question."""

    STICKER = "sticker"
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    EDITED = "edited"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text that is no command: a question."""

    text: str
    #: The message that it replies to, whoever wrote that.
    reply_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanded:
    #: Without its slash and without @botname, lower case.
    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HungOn:
    """The message that another one replies to, as the chat still has it."""

    text: str
    message_id: int
    said_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    data: str
    #: The message that holds the button.
    message_id: int
    #: What that message replies to; None where it replies to nothing, or to what was deleted.
    hung_on: HungOn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSent:
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSent:
    """A photo; a dialogue may want it."""

    #: By which Telegram knows it, for sending it again.
    file_id: str
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingElse:
    kind: OtherKind


Content = Said | Commanded | Pressed | FileSent | PictureSent | SomethingElse


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One update, claimed, masked and made safe."""

    speaker: Speaker
    content: Content
    chat_id: int
    is_group: bool = False
    #: What the update is known by, should it be delivered again; None in a terminal.
    update_id: int | None = None
    #: The message that says it; None in a terminal, and for a button.
    message_id: int | None = None


class FileRefused(Exception):  # it is no fault of ours
    """A file that was sent cannot be had, now or ever: whoever sent it has to send it again."""


class Chat(Protocol):
    """The chat that an update came from."""

    async def send(self, message: Message) -> int:
        """Shows a message; gives its id."""
        ...

    async def edit(self, message_id: int, message: Message) -> None:
        """Shows a message in the place of an earlier one; that it says the same already is no error."""
        ...

    async def delete(self, message_id: int) -> None:
        """Takes one of the bot's messages away; that it is gone already is no error."""
        ...

    async def acknowledge(self, text: str = "") -> None:
        """Answers a pressed button with a short passing note, so that it stops spinning."""
        ...

    async def download(self, folder: Path) -> Path:
        """Stores the file of this update under a safe name of its own in the folder. Raises FileRefused."""
        ...

    def typing(self) -> AbstractAsyncContextManager[None]:
        """Shows that an answer is being made, from one second on, for as long as the block lasts."""
        ...


# ------------------------------------------------------------------------- writing outside of an update


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """The recipient has blocked the bot or is gone; trying again is pointless."""

    #: Their account is no more.
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Refused for another reason, and surely not carried out."""

    #: In English, for the log and the report; never the message's text.
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Telegram could not be reached for many minutes: to be tried again later. It may stand in the chat already."""

    #: In English, for the log.
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """The reply was lost: the message may stand in the chat or not."""

    #: In English, for the log.
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """Surely not carried out: Telegram asks to wait (429), or could not be reached at all."""

    seconds: float
    #: What kept it from Telegram, in English, for the log; None where Telegram asks to wait.
    fault: str | None = None


class Found(StrEnum):
    """What stands in a chat under an id."""

    NOTHING = "nothing"
    #: A message; of what kind is not told.
    SOMETHING = "something"
    #: The bot's, with just the buttons that were asked for.
    THIS = "this"
    #: Somebody else wrote it.
    ANOTHERS = "another's"
    #: Telegram says what it was not expected to say.
    UNCLEAR = "unclear"


class Messenger(Protocol):
    """Writes to chats of itself: what came of long work, announcements. Never raises for what Telegram refuses."""

    def reaches(self, chat_id: int) -> bool:
        """Whether the chat is one of its own: what began in a terminal is not Telegram's to report, nor the reverse."""
        ...

    async def send(self, chat_id: int, message: Message) -> Sent | Blocked | Failed | Unreached:
        """At least once: tried again after network faults and 429 until it is sure to stand there, or Unreached."""
        ...

    async def send_once(
        self, chat_id: int, message: Message
    ) -> Sent | Blocked | Failed | InDoubt | Postponed:
        """At most once: one call, never repeated. Bulk: leaves Telegram's allowance to answers first."""
        ...

    async def delete(self, chat_id: int, message_id: int) -> bool:
        """Whether the message is gone now; Telegram lets a bot delete what is younger than 48 hours."""
        ...

    async def edit(self, chat_id: int, message_id: int, message: Message) -> bool:
        """False when that message is no longer there to be edited; that it says the same already is no error."""
        ...

    @property
    def numbering(self) -> Numbering:
        """What is known of the ids of its messages."""
        ...

    async def look(self, chat_id: int, message_id: int) -> Found | Blocked | Postponed:
        """Whether any message has this id in the chat; changes nothing. One call, bulk like `send_once`."""
        ...

    async def recognize(self, chat_id: int, message_id: int, message: Message) -> Found | Blocked | Postponed:
        """Whether the message with this id, of which `look` found that it is there, is the bot's with these buttons.

        Another one of the bot's would have these buttons from then on: only where there can be none. One call, bulk.
        """
        ...


Handler = Callable[[Incoming, Chat], Awaitable[None]]

#: Gives a handler that does something else first where that is needed: bot.privacy.consent.Consent.before is one.
Before = Callable[[Handler], Handler]


def at_once(handler: Handler) -> Handler:
    """A `Before` that needs nothing first."""
    return handler
