"""/privacy, /mydata and /forget, and the buttons of the notice."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial

from bot.callback_data import number_of
from bot.conversation import Chat, Handler, Incoming, Message, Pressed
from bot.dialogue import Dialogues
from bot.people.refusals import Refusal, Refusals
from bot.people.roles import Roles
from bot.privacy import view
from bot.privacy.consent import Consent
from bot.router import Feature
from knowledge.domain import Role
from knowledge.store.people import LastAdministrator
from knowledge.store.privacy import PrivacyStore

log = logging.getLogger(__name__)

#: A button that erases everything is good for so long; later it could be one of another day, pressed by mistake.
_DECIDED_WITHIN_S = 600
_MOST_DIGITS = 12


class Privacy(Feature):
    def __init__(
        self,
        store: PrivacyStore,
        consent: Consent,
        *,
        question: Handler,
        welcome: Handler,
        backup_days: int = 0,
        dialogues: Dialogues | None = None,
        roles: Roles | None = None,
        refusals: Refusals | None = None,
        by_invitation: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """question: takes what waited for the consent; welcome: shown to who agreed and asked nothing yet.

        roles: what the settings say, which erasing does not take away. by_invitation: that is how people join.
        """
        self._store = store
        self._consent = consent
        self._question = question
        self._welcome = welcome
        self._backup_days = backup_days
        self._dialogues = dialogues
        self._roles = roles or Roles()
        self._refusals = refusals
        self._by_invitation = by_invitation
        self._clock = clock

    def commands(self) -> Mapping[str, Handler]:
        return {"privacy": self.show, "mydata": self.my_data, "forget": self.ask_to_forget}

    def callbacks(self) -> Mapping[str, Handler]:
        return {"consent": self.consent, "mydata": self.my_data, "forget": self.forget}

    async def consent(self, incoming: Incoming, chat: Chat) -> None:
        await self._consent.press(incoming, chat, question=self._question, welcome=self._welcome)

    async def show(self, incoming: Incoming, chat: Chat) -> None:
        if incoming.is_group:
            await chat.send(view.in_private(incoming.speaker.language))
            return
        count = await asyncio.to_thread(self._store.questions_of, incoming.speaker.id)
        shown = view.kept(
            incoming.speaker.language,
            days=self._consent.days,
            backup_days=self._backup_days,
            questions=count,
        )
        await chat.send(shown)

    async def my_data(self, incoming: Incoming, chat: Chat) -> None:
        await _heard(incoming, chat)
        language = incoming.speaker.language
        if incoming.is_group:
            await chat.send(view.in_private(language))
            return
        async with chat.typing():
            kept = await asyncio.to_thread(self._store.kept_of, incoming.speaker.id)
            shown = await asyncio.to_thread(view.mine, language, kept)
            await chat.send(shown)

    async def ask_to_forget(self, incoming: Incoming, chat: Chat) -> None:
        language = incoming.speaker.language
        if incoming.is_group:
            await chat.send(view.in_private(language))
            return
        until = int(self._clock()) + _DECIDED_WITHIN_S
        shown = view.forget(
            language,
            until=until,
            backup_days=self._backup_days,
            loses=self._lost(incoming),
            needs_link=self._needs_link(incoming),
        )
        await chat.send(shown)

    def _lost(self, incoming: Incoming) -> Role | None:
        """The role that they lose with their data: not one that the settings, or the terminal, give them again."""
        role, kept = incoming.speaker.role, self._roles.of(incoming.speaker.id)
        return None if incoming.update_id is None or kept.includes(role) else role

    def _needs_link(self, incoming: Incoming) -> bool:
        """Their invitation goes with their data; a terminal, and whom the settings name, need none."""
        is_named = self._roles.of(incoming.speaker.id) is not Role.DOCTOR
        return self._by_invitation and incoming.update_id is not None and not is_named

    async def forget(self, incoming: Incoming, chat: Chat) -> None:
        """Only ever whoever presses, whatever the button says."""
        language = incoming.speaker.language
        match incoming.content.data.split(":") if isinstance(incoming.content, Pressed) else []:
            case [_, "ask"]:
                await chat.acknowledge()
                await self.ask_to_forget(incoming, chat)
            case [_, "no"]:
                await chat.acknowledge()
                await _instead(incoming, chat, view.stays(language))
            case [_, "yes", text] if self._is_in_time(text) and not incoming.is_group:
                await chat.acknowledge()
                await self._forget(incoming, chat)
            case [_, "yes", text] if _moment(text) is not None:
                await chat.acknowledge(view.too_late(language))
            case _:
                if self._refusals is not None:
                    await self._refusals.note(incoming, Refusal.CALLBACK)
                await chat.acknowledge(view.too_late(language))

    async def _forget(self, incoming: Incoming, chat: Chat) -> None:
        language = incoming.speaker.language
        if self._dialogues is not None:
            # Of what it awaited, memory keeps nothing either.
            await self._dialogues.close(incoming)
        forget = partial(self._store.forget, incoming.speaker.id, always=self._roles.administrators)
        erased = await asyncio.to_thread(forget)
        if isinstance(erased, LastAdministrator):
            await _instead(incoming, chat, view.last_administrator(language))
            return
        # Without an id: whom it was about is not to be found in a log either.
        log.info("action=privacy.forgotten questions=%d", erased.questions)
        needs_link = self._needs_link(incoming)
        shown = view.forgotten(language, backup_days=self._backup_days, needs_link=needs_link)
        await _instead(incoming, chat, shown)

    def _is_in_time(self, text: str) -> bool:
        until = _moment(text)
        return until is not None and 0 <= until - self._clock() <= _DECIDED_WITHIN_S


def _moment(text: str) -> int | None:
    """A second of the clock, as a button carries it."""
    return number_of(text, most_digits=_MOST_DIGITS)


async def _heard(incoming: Incoming, chat: Chat) -> None:
    if isinstance(incoming.content, Pressed):
        await chat.acknowledge()


async def _instead(incoming: Incoming, chat: Chat, message: Message) -> None:
    """In the place of the message with the buttons, which are not to be pressed again."""
    if isinstance(incoming.content, Pressed):
        await chat.edit(incoming.content.message_id, message)
