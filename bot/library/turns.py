"""One press of a library button: what it needs to know, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.conversation import Message
from bot.library.data import Press
from bot.texts import Texts
from knowledge.store.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    press: Press
    #: Who pressed, by Telegram's id.
    by: int
    chat_id: int
    #: The message that holds the button.
    message_id: int
    words: Texts

    @property
    def who(self) -> str:
        """As the audit log and the library name them."""
        return f"telegram:{self.by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is shown in the place of the message that held the button."""

    message: Message | None = None
    #: Passes by over the chat.
    note: str = ""
    #: What the next text of this person answers; None: nothing is asked any more.
    asks: Mapping[str, Any] | None = None
    #: A file that is to be read.
    follow: Job | None = None


Deed = Callable[[Turn], Outcome]
