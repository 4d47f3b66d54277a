"""A pressed button of the staff's, read strictly: what stands in its data may have been made by anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.announcing.view import Action
from bot.callback_data import number_of
from bot.conversation import Chat, Incoming, Message, Pressed
from bot.texts import Texts, texts
from knowledge.store.announcements import Announcement


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    action: Action
    #: Of the announcement; of a course or a page for the few actions that have none.
    number: int
    #: What follows it: "cardiology" of "announce:spec:12:cardiology".
    value: str = ""


def press_of(data: str) -> Press | None:
    """None for what no button of ours says."""
    parts = data.split(":")
    if not 3 <= len(parts) <= 4 or parts[1] not in set(Action):
        return None
    number = number_of(parts[2])
    if number is None:
        return None
    return Press(action=Action(parts[1]), number=number, value=parts[3] if len(parts) == 4 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What an administrator wants done with an announcement that there is."""

    incoming: Incoming
    chat: Chat
    announcement: Announcement
    value: str

    @property
    def words(self) -> Texts:
        return texts(self.incoming.speaker.language)

    @property
    def who(self) -> str:
        return f"telegram:{self.incoming.speaker.id}"

    @property
    def subject(self) -> str:
        return f"announcement:{self.announcement.id}"

    @property
    def message_id(self) -> int:
        """The message that holds the button."""
        pressed = self.incoming.content
        return pressed.message_id if isinstance(pressed, Pressed) else 0

    async def show(self, message: Message) -> None:
        """In the place of the message that holds the button."""
        await self.chat.acknowledge()
        await self.chat.edit(self.message_id, message)


class Forged(Exception):  # it is no fault of ours
    """A button of this kind was never shown with this value."""


DeedHandler = Callable[[Deed], Awaitable[None]]
