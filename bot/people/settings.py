"""/settings, and what somebody is asked on joining."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.conversation import Chat, Handler, Incoming, Pressed, Said
from bot.dialogue import Dialogues
from bot.people import choices, settings_view
from bot.people.choices import (
    JOINING,
    SETTINGS,
    Choice,
    Screen,
    SetLanguage,
    SetMuted,
    SetNotes,
    SetQuiet,
    SetRecommendations,
    SetRegion,
    SetSpecialty,
    SetZone,
    Show,
    Type,
)
from bot.people.refusals import Refusal, Refusals
from bot.router import Feature
from bot.texts import texts
from knowledge.domain import Person
from knowledge.store.people import PeopleStore

_TOPICS = {Screen.QUIET: "settings-quiet", Screen.ZONE: "settings-zone"}


class PersonalSettings(Feature):
    """Whoever presses changes their own settings, whosever message it is."""

    def __init__(self, people: PeopleStore, dialogues: Dialogues, refusals: Refusals) -> None:
        self._people = people
        self._dialogues = dialogues
        self._refusals = refusals

    def commands(self) -> Mapping[str, Handler]:
        return {"settings": self.show}

    def callbacks(self) -> Mapping[str, Handler]:
        return {SETTINGS: self.press, JOINING: self.press}

    def takes_text(self, incoming: Incoming) -> Handler | None:
        is_awaited = isinstance(incoming.content, Said) and self._awaited(incoming)
        return self.take_text if is_awaited else None

    async def show(self, incoming: Incoming, chat: Chat) -> None:
        if incoming.is_group:
            await chat.send(settings_view.private_only(texts(incoming.speaker.language)))
        elif person := await asyncio.to_thread(self._people.get, incoming.speaker.id):
            await chat.send(settings_view.main(person))

    async def press(self, incoming: Incoming, chat: Chat) -> None:
        pressed, words = incoming.content, texts(incoming.speaker.language)
        if not isinstance(pressed, Pressed):
            return
        choice = None if incoming.is_group else choices.choice_of(pressed.data)
        if choice is None:
            await self._refusals.note(incoming, Refusal.CALLBACK)
            await chat.acknowledge(words.get("button.gone"))
            return
        flow = pressed.data.partition(":")[0]
        if isinstance(choice, Type):
            await self._dialogues.open(incoming, _TOPICS[choice.screen], {})
            await chat.acknowledge()
            await chat.edit(pressed.message_id, settings_view.ask_to_type(choice.screen, words))
            return
        if self._awaited(incoming) is not None:
            await self._dialogues.close(incoming)
        person = await asyncio.to_thread(apply, self._people, incoming.speaker.id, choice)
        await chat.acknowledge()
        if person is not None:
            await chat.edit(pressed.message_id, settings_view.screen(person, after(choice, flow), flow))

    async def take_text(self, incoming: Incoming, chat: Chat) -> None:
        """What they typed instead of pressing; what is not understood is asked for again."""
        which, said = self._awaited(incoming), incoming.content
        if which is None or not isinstance(said, Said):
            return
        choice = _typed(which, said.text)
        if choice is None:
            await chat.send(settings_view.not_understood(which, texts(incoming.speaker.language)))
            return
        person = await asyncio.to_thread(apply, self._people, incoming.speaker.id, choice)
        if person is not None:
            await chat.send(settings_view.main(person))
        await self._dialogues.close(incoming)

    def _awaited(self, incoming: Incoming) -> Screen | None:
        if incoming.is_group:
            return None
        return next(
            (each for each, topic in _TOPICS.items() if self._dialogues.awaited(incoming, topic)), None
        )


def apply(people: PeopleStore, telegram_id: int, choice: Choice) -> Person | None:
    """Carries a choice out; the person as they are then."""
    match choice:
        case SetLanguage(language=language):
            people.set_language(telegram_id, language)
        case SetSpecialty(id=id_, chosen=chosen):
            people.set_specialty(telegram_id, id_, chosen=chosen)
        case SetRegion(id=region):
            people.set_region(telegram_id, region)
        case SetMuted(kind=kind, muted=muted):
            people.set_muted(telegram_id, kind, muted=muted)
        case SetQuiet(start=start, end=end):
            people.set_quiet_hours(telegram_id, start, end)
        case SetZone(name=name):
            people.set_time_zone(telegram_id, name)
        case SetNotes(wanted=wanted):
            people.set_notes(telegram_id, wanted=wanted)
        case SetRecommendations(wanted=wanted):
            people.set_recommendations(telegram_id, wanted=wanted)
        case Show() | Type():
            pass
    return people.get(telegram_id)


def after(choice: Choice, flow: str) -> Show:
    """What is shown next. Of several, more may be chosen; else joining goes on, and settings show all again."""
    is_joining = flow == JOINING
    match choice:
        case Show():
            return choice
        case SetSpecialty(id=id_):
            return Show(screen=Screen.SPECIALTIES, page=settings_view.page_of(id_))
        case SetMuted():
            return Show(screen=Screen.MUTED)
        case SetLanguage() if is_joining:
            return Show(screen=Screen.SPECIALTIES)
        case _:
            return Show(screen=Screen.DONE if is_joining else Screen.MAIN)


def _typed(which: Screen, text: str) -> Choice | None:
    if which is Screen.QUIET:
        return choices.hours_in(text)
    name = choices.zone_in(text)
    return SetZone(name=name) if name else None
