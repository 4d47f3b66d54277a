"""/start, /help, /language and /id, and who gets no further than the door."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.conversation import Chat, Commanded, Handler, Incoming, Pressed, Standing
from bot.people import settings_view, view
from bot.people.choices import JOINING, Screen, Show
from bot.people.refusals import Refusal, Refusals
from bot.people.roles import menu_of
from bot.privacy.consent import VERSION, Consent
from bot.router import Feature
from bot.texts import texts
from knowledge.domain import Language
from knowledge.store import Stores
from knowledge.store.invitations import Joined, NothingToGain, NotValid, Redeemed

#: What somebody may do who has not joined where joining is by invitation: come in, and learn what it is about.
_AT_THE_DOOR = frozenset({"start", "language", "id", "privacy", "mydata", "forget"})


class People(Feature):
    def __init__(self, stores: Stores, refusals: Refusals, consent: Consent | None = None) -> None:
        """consent: asked for before anybody joins; None where the notice is enough."""
        self._stores = stores
        self._people = stores.people
        self._refusals = refusals
        self._consent = consent

    def commands(self) -> Mapping[str, Handler]:
        return {
            "start": self.start,
            "help": self.help,
            "language": self.language,
            "id": self.own_id,
        }

    def callbacks(self) -> Mapping[str, Handler]:
        return {"language": self.choose_language}

    # ------------------------------------------------------------------------------------------ the door
    def stops(self, incoming: Incoming) -> Handler | None:
        match incoming.speaker.standing, incoming.content:
            case Standing.BARRED, _:
                return self.turn_away
            case Standing.STRANGER, Commanded(name=name) if name in _AT_THE_DOOR:
                return None
            case Standing.STRANGER, Pressed(data=data) if data.partition(":")[0] in _AT_THE_DOOR:
                return None
            case Standing.STRANGER, _:
                return self.explain
        return None

    async def turn_away(self, incoming: Incoming, chat: Chat) -> None:
        """One line, and in a group, which need not read it, none."""
        if isinstance(incoming.content, Pressed):
            await chat.acknowledge(view.barred_note(incoming.speaker.language))
        elif not incoming.is_group:
            await chat.send(view.barred(incoming.speaker.language))

    async def explain(self, incoming: Incoming, chat: Chat) -> None:
        """How somebody joins who is not in."""
        if isinstance(incoming.content, Pressed):
            await chat.acknowledge(texts(incoming.speaker.language).get("button.gone"))
        else:
            await chat.send(view.by_invitation(incoming.speaker))

    # ----------------------------------------------------------------------------------------- joining
    async def start(self, incoming: Incoming, chat: Chat) -> None:
        if not await self._is_let_in(incoming, chat):
            return
        if self._consent is not None and not await self._consent.is_given(incoming):
            await self._consent.ask(incoming, chat)
            return
        await self.welcome(incoming, chat)

    async def welcome(self, incoming: Incoming, chat: Chat) -> None:
        """With what is kept, where they agree to it by asking on."""
        is_asked = self._consent is not None and self._consent.is_asked
        await chat.send(view.start(incoming.speaker.language, with_notice=not is_asked))
        await self.after_consent(incoming, chat)

    async def after_consent(self, incoming: Incoming, chat: Chat) -> None:
        """Whoever agreed to what is kept has joined, and is asked, the first time, what they do and where.

        Not in a terminal, which no announcement could reach, and not in a group.
        """
        if incoming.update_id is None or incoming.is_group:
            return
        person = await asyncio.to_thread(self._people.get, incoming.speaker.id)
        if person is not None and person.started_at is None:
            # Before it is noted: after a kill in between they are asked twice rather than never.
            await chat.send(settings_view.screen(person, Show(screen=Screen.LANGUAGE), JOINING))
        await asyncio.to_thread(self._people.start, incoming.speaker.id, VERSION)

    async def _is_let_in(self, incoming: Incoming, chat: Chat) -> bool:
        """Takes the code of an invitation, where /start came with one; whether they are in."""
        is_stranger = incoming.speaker.standing is Standing.STRANGER
        code = incoming.content.argument if isinstance(incoming.content, Commanded) else ""
        if code and not incoming.is_group and incoming.update_id is not None:
            match await asyncio.to_thread(self._redeem, incoming.speaker.id, code):
                case Joined() as joined:
                    await chat.send(view.invited(joined, incoming.speaker.language))
                    return True
                case NothingToGain():
                    return not is_stranger
                case NotValid() as refused:
                    subject = f"invitation:{refused.invitation.id}" if refused.invitation else "invitation"
                    reason = refused.status or "forged"
                    await self._refusals.note(incoming, Refusal.INVITATION, subject, reason=reason)
                    await chat.send(view.invitation_refused(refused, incoming.speaker))
                    return not is_stranger
        elif is_stranger:
            await chat.send(view.by_invitation(incoming.speaker))
        return not is_stranger

    def _redeem(self, telegram_id: int, code: str) -> Redeemed:
        with self._stores.database.together():
            redeemed = self._stores.invitations.redeem(code, telegram_id)
            if isinstance(redeemed, Joined):
                details = {"before": redeemed.before.value, "after": redeemed.role.value}
                subject = f"invitation:{redeemed.invitation.id}"
                self._stores.audit.note(f"telegram:{telegram_id}", "invitation.use", subject, details)
            return redeemed

    # ------------------------------------------------------------------------------------------ the rest
    async def help(self, incoming: Incoming, chat: Chat) -> None:
        await chat.send(view.help_for(incoming.speaker, menu_of(incoming.speaker.role)))

    async def language(self, incoming: Incoming, chat: Chat) -> None:
        argument = incoming.content.argument if isinstance(incoming.content, Commanded) else ""
        chosen = _language(argument)
        if chosen is None:
            await chat.send(view.language_choice(incoming.speaker.language))
        else:
            await self._set(incoming, chosen)
            await chat.send(view.language_set(chosen))

    async def choose_language(self, incoming: Incoming, chat: Chat) -> None:
        pressed = incoming.content
        chosen = _language(pressed.data.partition(":")[2]) if isinstance(pressed, Pressed) else None
        if chosen is None:
            await self._refusals.note(incoming, Refusal.CALLBACK)
            await chat.acknowledge(texts(incoming.speaker.language).get("button.gone"))
            return
        await self._set(incoming, chosen)
        await chat.acknowledge()
        await chat.send(view.language_set(chosen))

    async def own_id(self, incoming: Incoming, chat: Chat) -> None:
        await chat.send(view.own_id(incoming.speaker))

    async def _set(self, incoming: Incoming, language: Language) -> None:
        await asyncio.to_thread(self._people.set_language, incoming.speaker.id, language)


def _language(name: str) -> Language | None:
    name = name.strip().casefold()
    if name in {"zh", "中文", "chinese", "cn", "zh-cn"}:
        return Language.ZH
    return Language.EN if name in {"en", "english", "英文", "英语"} else None
