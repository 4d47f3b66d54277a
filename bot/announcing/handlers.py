"""/announce and /announcements, their buttons and the texts that they wait for, and the buttons under what was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.announcing import view
from bot.announcing.audience import AudienceOf
from bot.announcing.drafting import COURSE_TOPIC, PICTURE_TOPIC, TEXT_TOPICS, TIME_TOPIC, Drafting
from bot.announcing.pressing import Deed, Forged, Press, press_of
from bot.announcing.sender import AnnouncementSender
from bot.announcing.steering import CORRECTION_TOPIC, Steering
from bot.announcing.view import Action
from bot.announcing.wishes import Wishes
from bot.charts import Charts
from bot.conversation import Chat, Commanded, Handler, Incoming, Pressed
from bot.dialogue import Dialogues
from bot.people.refusals import Refusal, Refusals
from bot.people.roles import Only, only
from bot.router import Feature
from bot.texts import texts
from knowledge.domain import Role
from knowledge.store import Stores
from knowledge.store.announcements import UNCONFIRMED, Announcement

#: What is waited for belongs to an announcement, but for the search for a course.
_TOPICS = (*TEXT_TOPICS, PICTURE_TOPIC, TIME_TOPIC, CORRECTION_TOPIC, COURSE_TOPIC)

#: Of the draft's buttons, those that say themselves what became of it; a scheduled one can still be dropped.
_ALSO_CONFIRMED = {Action.SEND, Action.ASK_DISCARD, Action.DISCARD}


@dataclass(frozen=True, slots=True, kw_only=True)
class _OrNoMore(Only):
    """As `only`; who is refused is not waited for any more."""

    dialogues: Dialogues

    async def __call__(self, incoming: Incoming, chat: Chat) -> None:
        await Only.__call__(self, incoming, chat)
        if not self.admits(incoming.speaker):
            await self.dialogues.close(incoming)


class Announcing(Feature):
    """`sender.run()` goes on beside it."""

    def __init__(
        self,
        *,
        stores: Stores,
        sender: AnnouncementSender,
        dialogues: Dialogues,
        charts: Charts,
        refusals: Refusals,
        audience: AudienceOf | None = None,
    ) -> None:
        """audience: who is in it whatever was chosen, as in a terminal; by default the people of the database."""
        self._stores = stores
        self._dialogues = dialogues
        self._refusals = refusals
        self._drafting = Drafting(stores=stores, sender=sender, dialogues=dialogues, audience=audience)
        self._steering = Steering(
            stores=stores, sender=sender, dialogues=dialogues, drafting=self._drafting, charts=charts
        )
        self._wishes = Wishes(stores, refusals)
        self._deeds = {**self._drafting.deeds(), **self._steering.deeds()}
        dialogues.leave_unmasked((*TEXT_TOPICS, PICTURE_TOPIC, CORRECTION_TOPIC))
        self._of_drafts = self._drafting.deeds().keys() - _ALSO_CONFIRMED
        self._without_announcement = {
            Action.NEW_COURSE: self._drafting.begin_course,
            Action.NEW_NOTICE: self._drafting.begin_notice,
            Action.TAKE: self._drafting.take_course,
            Action.LIST: self._steering.turn,
        }

    def commands(self) -> Mapping[str, Handler]:
        return {
            "announce": only(Role.ADMINISTRATOR, self.begin),
            "announcements": only(Role.ADMINISTRATOR, self.list_all),
        }

    def callbacks(self) -> Mapping[str, Handler]:
        return {
            view.CALLBACK: only(Role.ADMINISTRATOR, self.press),
            view.RECIPIENT_CALLBACK: self._wishes.press,
        }

    def takes_text(self, incoming: Incoming) -> Handler | None:
        """Who is no administrator any more is refused rather than asked: what they wrote may stand there unmasked.

        Once: what they write next is a question again, and masked.
        """
        if incoming.is_group or not any(self._dialogues.awaited(incoming, topic) for topic in _TOPICS):
            return None
        return _OrNoMore(needed=Role.ADMINISTRATOR, handler=self.take, dialogues=self._dialogues)

    async def begin(self, incoming: Incoming, chat: Chat) -> None:
        text = incoming.content.argument.strip() if isinstance(incoming.content, Commanded) else ""
        await self._stop_waiting(incoming)
        if incoming.is_group:
            await chat.send(view.plain("announce.private_only", texts(incoming.speaker.language)))
        elif text:
            await self._drafting.begin_with(incoming, text, chat)
        else:
            await self._drafting.begin(incoming, chat)

    async def list_all(self, incoming: Incoming, chat: Chat) -> None:
        if incoming.is_group:
            await chat.send(view.plain("announce.private_only", texts(incoming.speaker.language)))
        else:
            await self._stop_waiting(incoming)
            await self._steering.list_all(incoming, chat)

    async def _stop_waiting(self, incoming: Incoming) -> None:
        """Who goes elsewhere is not looking for a course any more."""
        if any(self._dialogues.awaited(incoming, topic) for topic in _TOPICS):
            await self._dialogues.close(incoming)

    # ---------------------------------------------------------------------------------- what is typed
    async def take(self, incoming: Incoming, chat: Chat) -> None:
        topic = next((each for each in _TOPICS if self._dialogues.awaited(incoming, each)), None)
        dialogue = self._dialogues.awaited(incoming, topic) if topic else None
        if topic == COURSE_TOPIC:
            await self._drafting.find_course(incoming, chat)
        elif topic is not None and dialogue is not None:
            announcement = await self._announcement(dialogue.state.get("announcement"))
            if announcement is not None:
                await self._take(topic, announcement, dialogue.state, incoming, chat)

    async def _take(
        self,
        topic: str,
        announcement: Announcement,
        state: Mapping[str, object],
        incoming: Incoming,
        chat: Chat,
    ) -> None:
        if topic in TEXT_TOPICS:
            await self._drafting.take_text(incoming, chat, TEXT_TOPICS[topic], announcement)
        elif topic == PICTURE_TOPIC:
            await self._drafting.take_picture(incoming, chat, announcement)
        elif topic == TIME_TOPIC:
            await self._drafting.take_time(incoming, chat, announcement)
        else:
            await self._steering.take_correction(incoming, chat, announcement, state)

    # ---------------------------------------------------------------------------------- the buttons
    async def press(self, incoming: Incoming, chat: Chat) -> None:
        """Whoever is an administrator at this moment may act, be it the maker or another one."""
        pressed = incoming.content
        press = press_of(pressed.data) if isinstance(pressed, Pressed) else None
        if press is None or incoming.is_group:
            await self._refuse(incoming, chat)
        elif press.action in self._without_announcement:
            await self._without_announcement[press.action](incoming, chat, press)
        else:
            await self._do(press, incoming, chat)

    async def _do(self, press: Press, incoming: Incoming, chat: Chat) -> None:
        announcement = await self._announcement(press.number)
        if announcement is None:
            # None is ever deleted, so no button of ours named it.
            await self._refuse(incoming, chat)
            return
        if press.action in self._of_drafts and announcement.status not in UNCONFIRMED:
            await chat.acknowledge(texts(incoming.speaker.language).get("announce.settled"))
            return
        deed = Deed(incoming=incoming, chat=chat, announcement=announcement, value=press.value)
        try:
            await self._deeds[press.action](deed)
        except Forged:
            await self._refuse(incoming, chat)

    async def _refuse(self, incoming: Incoming, chat: Chat) -> None:
        await self._refusals.note(incoming, Refusal.CALLBACK)
        await chat.acknowledge(texts(incoming.speaker.language).get("button.gone"))

    async def _announcement(self, number: object) -> Announcement | None:
        if not isinstance(number, int):
            return None
        return await asyncio.to_thread(self._stores.announcements.get, number)
