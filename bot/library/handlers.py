"""A file is sent; later the card that shows what was read is tapped."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.conversation import Chat, FileSent, Handler, Incoming, Pressed
from bot.library import view
from bot.library.deciding import Choice, decide
from bot.library.upload import TELEGRAM_DOWNLOAD_BYTES, refusal_of
from bot.library.watcher import LoadWatcher
from bot.people.roles import allows, only
from bot.router import Feature
from bot.texts import texts
from knowledge.domain import Role
from knowledge.store import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What a button of a card says."""

    choice: Choice
    job_id: int


def press_of(data: str) -> Press | None:
    """Reads "load:yes:12"; None for what no card of ours says."""
    _, _, rest = data.partition(":")
    choice, _, number = rest.partition(":")
    if choice not in set(Choice) or not (number.isascii() and number.isdigit()):
        return None
    return Press(choice=Choice(choice), job_id=int(number))


class Library(Feature):
    """`watcher.run()` goes on beside it."""

    def __init__(
        self,
        *,
        stores: Stores,
        uploads_dir: Path,
        watcher: LoadWatcher,
        upload_limit: int = TELEGRAM_DOWNLOAD_BYTES,
    ) -> None:
        self._stores = stores
        self._uploads_dir = uploads_dir
        self._watcher = watcher
        self._limit = upload_limit
        #: Cards, by chat and message, that show their decision: a second tap has nothing to change there.
        self._decided: set[tuple[int, int]] = set()

    def callbacks(self) -> Mapping[str, Handler]:
        return {view.CALLBACK: self.press}

    def document(self) -> Handler | None:
        return only(Role.COORDINATOR, self.receive)

    async def receive(self, incoming: Incoming, chat: Chat) -> None:
        file = incoming.content
        if not isinstance(file, FileSent):
            return
        reason = refusal_of(file, limit=self._limit, is_group=incoming.is_group)
        if reason is not None:
            words = texts(incoming.speaker.language)
            await chat.send(view.upload_refused(reason, file.name, self._limit, words))
        else:
            await self._take(incoming, file, chat)

    async def _take(self, incoming: Incoming, file: FileSent, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        received = view.received(file.name, words)
        message_id = await chat.send(received)
        path = await chat.download(self._uploads_dir)
        job = await asyncio.to_thread(
            self._stores.jobs.add,
            path=str(path),
            file_name=file.name,
            sent_by=incoming.speaker.id,
            chat_id=incoming.chat_id,
            update_id=incoming.update_id,
        )
        if job.message_id is not None:
            # A kill came after the file was queued, and this is the update's second time.
            await chat.edit(message_id, view.taken_already(file.name, words))
            return
        await asyncio.to_thread(self._stores.jobs.show_in, job.id, message_id)
        self._watcher.follow(job.id, received)

    async def press(self, incoming: Incoming, chat: Chat) -> None:
        """The role is asked for again: a keyboard stays for ever, a role does not."""
        pressed, words = incoming.content, texts(incoming.speaker.language)
        press = press_of(pressed.data) if isinstance(pressed, Pressed) else None
        if not isinstance(pressed, Pressed) or press is None:
            await chat.acknowledge(words.get("button.gone"))
        elif not allows(incoming.speaker.role, Role.COORDINATOR):
            await chat.acknowledge(words.get("library.not_yours"))
        elif (incoming.chat_id, pressed.message_id) in self._decided:
            await chat.acknowledge(words.get("library.decided_before"))
        else:
            await self._decide(incoming, press, pressed.message_id, chat)

    async def _decide(self, incoming: Incoming, press: Press, message_id: int, chat: Chat) -> None:
        who = f"telegram:{incoming.speaker.id}"
        result = await asyncio.to_thread(decide, self._stores, press.job_id, press.choice, who)
        self._decided.add((incoming.chat_id, message_id))
        await chat.acknowledge()
        await chat.edit(message_id, view.decided(result, texts(incoming.speaker.language)))
