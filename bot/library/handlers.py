"""Files that are sent, /library and /drafts, the buttons of both, and what is typed to answer them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.conversation import Chat, Commanded, FileRefused, FileSent, Handler, Incoming, Message, Pressed, Said
from bot.dialogue import Dialogues
from bot.html import line
from bot.library import data, view
from bot.library.browsing import Browsing
from bot.library.courses.reviewing import CourseReviewing
from bot.library.data import Forged
from bot.library.editing import Editing
from bot.library.reviewing import Reviewing
from bot.library.shelf import Filter
from bot.library.turns import Outcome, Turn
from bot.library.upload import TELEGRAM_DOWNLOAD_BYTES, kind_of, refusal_of
from bot.library.watcher import LoadWatcher
from bot.people.refusals import Refusal, Refusals
from bot.people.roles import allows, only
from bot.router import Feature
from bot.texts import Texts, texts
from knowledge.domain import Role
from knowledge.errors import NotFound
from knowledge.store import Stores
from knowledge.store.jobs import Job, JobStatus
from knowledge.store.library import Fact

#: The dialogue in which a name, a year or words to search for are typed.
TOPIC = "library"


class Library(Feature):
    """`watcher.run()` goes on beside it."""

    def __init__(
        self,
        *,
        stores: Stores,
        uploads_dir: Path,
        watcher: LoadWatcher,
        dialogues: Dialogues,
        refusals: Refusals,
        upload_limit: int = TELEGRAM_DOWNLOAD_BYTES,
    ) -> None:
        self._stores = stores
        self._refusals = refusals
        self._uploads_dir = uploads_dir
        self._watcher = watcher
        self._dialogues = dialogues
        self._limit = upload_limit
        self._browsing = Browsing(stores)
        self._reviewing = Reviewing(stores)
        self._editing = Editing(stores)
        parts = (self._browsing, self._reviewing, self._editing, CourseReviewing(stores))
        self._deeds = {action: deed for part in parts for action, deed in part.deeds().items()}

    def commands(self) -> Mapping[str, Handler]:
        return {
            "library": only(Role.COORDINATOR, self.show_library),
            "drafts": only(Role.COORDINATOR, self.show_drafts),
        }

    def callbacks(self) -> Mapping[str, Handler]:
        return {data.CALLBACK: self.press, data.OLD_CALLBACK: self.press_old}

    def document(self) -> Handler | None:
        return only(Role.COORDINATOR, self.receive)

    def takes_text(self, incoming: Incoming) -> Handler | None:
        if not allows(incoming.speaker.role, Role.COORDINATOR) or not isinstance(incoming.content, Said):
            return None
        return self.take_text if self._dialogues.awaited(incoming, TOPIC) else None

    # ------------------------------------------------------------------------------------------- files
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
        """The job is stored first: an update that comes again after a kill goes on where this one was cut off."""
        job = await asyncio.to_thread(
            self._stores.jobs.announce,
            file_name=file.name,
            sent_by=incoming.speaker.id,
            chat_id=incoming.chat_id,
            update_id=incoming.update_id,
            kind=kind_of(file.name),
        )
        received = view.received(job, texts(incoming.speaker.language))
        if job.message_id is None:
            message_id = await chat.send(received)
            await asyncio.to_thread(self._stores.jobs.show_in, job.id, message_id)
        if job.status is JobStatus.ARRIVING:
            await self._fetch(job, chat)
        self._watcher.follow(job.id, received)

    async def _fetch(self, job: Job, chat: Chat) -> None:
        try:
            path = await chat.download(self._uploads_dir)
        except FileRefused:
            await asyncio.to_thread(self._stores.jobs.refuse, job.id, "not_received", {})
        else:
            await asyncio.to_thread(self._stores.jobs.arrived, job.id, str(path))

    # ---------------------------------------------------------------------------------------- commands
    async def show_library(self, incoming: Incoming, chat: Chat) -> None:
        argument = incoming.content.argument.strip() if isinstance(incoming.content, Commanded) else ""
        words = texts(incoming.speaker.language)
        if argument:
            await self._show(incoming, chat, lambda: self._browsing.hits(argument, 0, words))
        else:
            await self._show(incoming, chat, lambda: self._browsing.shelf(Filter(), 0, words))

    async def show_drafts(self, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        await self._show(incoming, chat, lambda: self._browsing.drafts(words))

    async def _show(self, incoming: Incoming, chat: Chat, make: Callable[[], Message]) -> None:
        if incoming.is_group:
            words = texts(incoming.speaker.language)
            await chat.send(view.message(line(words.get("library.private_only"))))
            return
        await self._stop_asking(incoming)
        await chat.send(await asyncio.to_thread(make))

    # ----------------------------------------------------------------------------------------- buttons
    async def press(self, incoming: Incoming, chat: Chat) -> None:
        """The role is asked for again: a keyboard stays for ever, a role does not."""
        words = texts(incoming.speaker.language)
        if not await self._may(incoming, chat):
            return
        try:
            turn = self._turn(incoming, words)
            outcome = await asyncio.to_thread(self._done, turn)
        except Forged:
            await self._refusals.note(incoming, Refusal.CALLBACK)
            await chat.acknowledge(words.get("button.gone"))
            return
        await self._await_or_not(incoming, outcome)
        await chat.acknowledge(outcome.note)
        if outcome.message is not None:
            await chat.edit(turn.message_id, outcome.message)
        if outcome.follow is not None:
            await self._follow(outcome.follow, chat, words)

    async def _may(self, incoming: Incoming, chat: Chat) -> bool:
        """Whether they are a coordinator at this moment; others are told, and it is written down."""
        if allows(incoming.speaker.role, Role.COORDINATOR):
            return True
        await self._refusals.note(incoming, Refusal.ROLE, needed=Role.COORDINATOR.value)
        await chat.acknowledge(texts(incoming.speaker.language).get("library.not_yours"))
        return False

    def _turn(self, incoming: Incoming, words: Texts) -> Turn:
        """Raises Forged."""
        pressed = incoming.content
        if not isinstance(pressed, Pressed):
            raise Forged
        return Turn(
            press=data.press_of(pressed.data),
            by=incoming.speaker.id,
            chat_id=incoming.chat_id,
            message_id=pressed.message_id,
            words=words,
        )

    def _done(self, turn: Turn) -> Outcome:
        try:
            return self._deeds[turn.press.action](turn)
        except NotFound:
            # It went away between two looks at it.
            return Outcome(message=view.message(line(turn.words.get("library.nothing_to_decide"))))

    async def press_old(self, incoming: Incoming, chat: Chat) -> None:
        """A card of an earlier version becomes one of this version; nothing is decided by it."""
        words, pressed = texts(incoming.speaker.language), incoming.content
        if not await self._may(incoming, chat):
            return
        job_id = data.old_job(pressed.data) if isinstance(pressed, Pressed) else None
        job = await asyncio.to_thread(self._stores.jobs.get, job_id) if job_id is not None else None
        if not isinstance(pressed, Pressed) or job is None or job.edition_id is None:
            await chat.acknowledge(words.get("button.gone"))
        else:
            await chat.acknowledge()
            card = await asyncio.to_thread(self._reviewing.card, job.edition_id, words)
            await chat.edit(pressed.message_id, card)

    async def _follow(self, job: Job, chat: Chat, words: Texts) -> None:
        received = view.received(job, words)
        message_id = await chat.send(received)
        await asyncio.to_thread(self._stores.jobs.show_in, job.id, message_id)
        self._watcher.follow(job.id, received)

    # ----------------------------------------------------------------------------------- what is typed
    async def take_text(self, incoming: Incoming, chat: Chat) -> None:
        dialogue = self._dialogues.awaited(incoming, TOPIC)
        if dialogue is None or not isinstance(incoming.content, Said):
            return
        state, words = dialogue.state, texts(incoming.speaker.language)
        who = f"telegram:{incoming.speaker.id}"
        message, is_done = await asyncio.to_thread(self._taken, state, incoming.content.text, who, words)
        # A title that was corrected is encoded anew.
        self._watcher.wake()
        message_id = await chat.send(message)
        if is_done:
            await self._dialogues.close(incoming)
        else:
            await self._dialogues.open(incoming, TOPIC, {**state, "message": message_id})
        # Its answer stands below; two of them would both have buttons.
        await chat.delete(state["message"])

    def _taken(self, state: Mapping[str, Any], text: str, who: str, words: Texts) -> tuple[Message, bool]:
        """What is shown, and whether that ends the dialogue."""
        match state["asks"]:
            case "search":
                return self._browsing.hits(text, 0, words), True
            case "document":
                return self._reviewing.others(state["edition"], text, words), True
            case fact:
                return self._editing.take(state["edition"], Fact(fact), text, who=who, words=words)

    async def _await_or_not(self, incoming: Incoming, outcome: Outcome) -> None:
        if outcome.asks is not None:
            await self._dialogues.open(incoming, TOPIC, outcome.asks)
        else:
            await self._stop_asking(incoming)

    async def _stop_asking(self, incoming: Incoming) -> None:
        """Whoever presses on has given up typing: what they write next is a question again."""
        if self._dialogues.awaited(incoming, TOPIC):
            await self._dialogues.close(incoming)
