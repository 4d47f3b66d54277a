"""How a coordinator uses the library's messages."""

from __future__ import annotations

from bot.conversation import Commanded, Message, Pressed, Said
from bot.library.handlers import Library
from bot.testing import FakeChat, incoming
from knowledge.domain import Role
from tests.journeys.markup import plain_text


class Hand:
    """A coordinator: opens a list, presses the buttons of the message that stands there, types."""

    def __init__(self, library: Library, role: Role = Role.COORDINATOR, speaker_id: int = 1001) -> None:
        self.library = library
        self.chat = FakeChat()
        self._role = role
        self._id = speaker_id
        self.shown: Message | None = None

    @property
    def text(self) -> str:
        assert self.shown is not None
        return plain_text(self.shown.html)

    @property
    def choices(self) -> list[str]:
        """What the buttons say."""
        assert self.shown is not None
        return [button.text for row in self.shown.buttons for button in row]

    async def command(self, name: str, argument: str = "", **more) -> None:
        handler = self.library.commands()[name]
        await handler(self._from(Commanded(name=name, argument=argument), **more), self.chat)
        self.shown = self.chat.sent[-1]

    async def press(self, label: str) -> None:
        """The button whose text begins like this."""
        assert self.shown is not None
        buttons = [button for row in self.shown.buttons for button in row]
        found = next((button for button in buttons if button.text.startswith(label)), None)
        assert found is not None, [button.text for button in buttons]
        await self.send_data(found.data or "")

    async def send_data(self, data: str) -> None:
        before = len(self.chat.edits)
        handler = self.library.callbacks()[data.partition(":")[0]]
        await handler(self._from(Pressed(data=data, message_id=5)), self.chat)
        if len(self.chat.edits) > before:
            assert self.chat.edits[-1][0] == 5
            self.shown = self.chat.edits[-1][1]

    async def types(self, text: str) -> bool:
        """Whether the library takes the text; else it would be a question."""
        said = self._from(Said(text=text))
        handler = self.library.takes_text(said)
        if handler is None:
            return False
        await handler(said, self.chat)
        self.shown = self.chat.sent[-1]
        return True

    def _from(self, content, **more):
        return incoming(content, role=self._role, speaker_id=self._id, **more)
