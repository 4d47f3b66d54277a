"""/announce, the text that follows it, and the two buttons under the preview."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.announcing import view
from bot.announcing.sender import AnnouncementSender
from bot.announcing.view import LONGEST_TEXT, Choice
from bot.conversation import Chat, Handler, Incoming, Pressed, Said
from bot.dialogue import Dialogues
from bot.html import units as length_of
from bot.people.roles import only
from bot.router import Feature
from bot.texts import Texts, texts
from knowledge.domain import Role
from knowledge.store import Stores
from knowledge.store.announcements import Announcement, DeliveryReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What a button says."""

    choice: Choice
    announcement_id: int


def press_of(data: str) -> Press | None:
    """Reads "announce:send:12"; None for what no button of ours says."""
    _, _, rest = data.partition(":")
    choice, _, number = rest.partition(":")
    if choice not in set(Choice) or not (number.isascii() and number.isdigit()):
        return None
    return Press(choice=Choice(choice), announcement_id=int(number))


class Announcing(Feature):
    """`sender.run()` goes on beside it."""

    def __init__(
        self,
        *,
        stores: Stores,
        sender: AnnouncementSender,
        dialogues: Dialogues,
        audience: Callable[[], Sequence[int]] | None = None,
    ) -> None:
        """audience: the recipients' chat ids; by default everyone who started the bot and has not blocked it."""
        self._stores = stores
        self._sender = sender
        self._dialogues = dialogues
        self._audience = audience or stores.people.reachable

    def commands(self) -> Mapping[str, Handler]:
        return {"announce": only(Role.ADMINISTRATOR, self.begin)}

    def callbacks(self) -> Mapping[str, Handler]:
        return {view.CALLBACK: self.press}

    def takes_text(self, incoming: Incoming) -> Handler | None:
        if incoming.is_group or incoming.speaker.role is not Role.ADMINISTRATOR:
            return None
        return self.take_text if self._dialogues.awaited(incoming, view.TEXT_TOPIC) else None

    async def begin(self, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        if incoming.is_group:
            await chat.send(view.plain("announce.private_only", words))
            return
        begin = self._stores.announcements.begin
        announcement = await asyncio.to_thread(begin, incoming.speaker.id, incoming.chat_id)
        await self._dialogues.open(incoming, view.TEXT_TOPIC, {"announcement": announcement.id})
        await chat.send(view.ask_text(announcement.id, words))

    # ------------------------------------------------------------------------------------- the text
    async def take_text(self, incoming: Incoming, chat: Chat) -> None:
        dialogue = self._dialogues.awaited(incoming, view.TEXT_TOPIC)
        if dialogue is None or not isinstance(incoming.content, Said):
            return
        announcement = await asyncio.to_thread(self._stores.announcements.get, dialogue.state["announcement"])
        if announcement is None:
            return
        text, words = incoming.content.text.strip(), texts(incoming.speaker.language)
        if not text:
            await chat.send(view.plain("announce.too_short", words))
        elif length_of(text) > LONGEST_TEXT:
            await chat.send(view.too_long(text, words))
        else:
            await self._preview(announcement, text, chat, words)
            await self._dialogues.close(incoming)

    async def _preview(self, announcement: Announcement, text: str, chat: Chat, words: Texts) -> None:
        """The text is stored last: a kill in between leaves it awaited, and the preview comes again."""
        audience = len(await asyncio.to_thread(self._audience))
        store = self._stores.announcements
        if not audience:
            await asyncio.to_thread(store.discard, announcement.id)
            await chat.send(view.plain("announce.nobody", words))
            return
        await chat.send(view.announcement(text))
        await chat.send(view.confirm(announcement.id, text, audience, words))
        await asyncio.to_thread(store.write_text, announcement.id, text)

    # ---------------------------------------------------------------------------------- the buttons
    async def press(self, incoming: Incoming, chat: Chat) -> None:
        """The role is asked for again: a keyboard stays for ever, a role does not."""
        pressed, words = incoming.content, texts(incoming.speaker.language)
        press = press_of(pressed.data) if isinstance(pressed, Pressed) else None
        if not isinstance(pressed, Pressed) or press is None:
            await chat.acknowledge(words.get("button.gone"))
            return
        announcement = await asyncio.to_thread(self._stores.announcements.get, press.announcement_id)
        if not _may_decide(incoming, announcement):
            await chat.acknowledge(words.get("announce.not_yours"))
        elif press.choice is Choice.SEND:
            await self._confirm(incoming, press.announcement_id, pressed.message_id, chat)
        else:
            await self._discard(press.announcement_id, pressed.message_id, chat, words)

    async def _confirm(self, incoming: Incoming, announcement_id: int, message_id: int, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        queued = await asyncio.to_thread(self._queue, incoming.speaker.id, announcement_id, message_id)
        if queued is None:
            await chat.acknowledge(words.get("announce.settled"))
            return
        await chat.acknowledge()
        await chat.edit(message_id, view.progress(queued, words))
        self._sender.wake()

    def _queue(self, confirmed_by: int, announcement_id: int, message_id: int) -> DeliveryReport | None:
        """One row a recipient before the first message leaves; None when it was confirmed or discarded before."""
        recipients = self._audience()
        if not self._stores.announcements.confirm(announcement_id, recipients, message_id):
            return None
        who, subject = f"telegram:{confirmed_by}", f"announcement:{announcement_id}"
        self._stores.audit.note(who, "announcement.send", subject, {"audience": len(recipients)})
        return DeliveryReport(queued=len(recipients))

    async def _discard(self, announcement_id: int, message_id: int, chat: Chat, words: Texts) -> None:
        if await asyncio.to_thread(self._stores.announcements.discard, announcement_id):
            await chat.acknowledge()
            await chat.edit(message_id, view.plain("announce.cancelled", words))
        else:
            await chat.acknowledge(words.get("announce.settled"))


def _may_decide(incoming: Incoming, announcement: Announcement | None) -> bool:
    """Only its author, and only while an administrator."""
    is_author = announcement is not None and announcement.made_by == incoming.speaker.id
    return is_author and incoming.speaker.role is Role.ADMINISTRATOR
