"""/gaps for coordinators, and what a doctor says about hearing of an answer later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bot.callback_data import number_of
from bot.conversation import Chat, Handler, Incoming, Message, Pressed
from bot.gaps import view
from bot.people.roles import only
from bot.router import Feature
from bot.texts import Texts, texts
from knowledge.domain import Role
from knowledge.store import Stores
from knowledge.store.gaps import Gap, GapStatus

_DECISIONS = {"dismiss": GapStatus.DISMISSED, "reopen": GapStatus.OPEN}
_PATIENCE_S = 2.0


class Gaps(Feature):
    """Fulfils bot.asking.handlers.Unanswered, too."""

    def __init__(
        self,
        stores: Stores,
        *,
        gather: Callable[[], None],
        gathered: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """gather: called when there may be a question to gather; returns at once. gathered: returns once it is."""
        self._stores = stores
        self._gather = gather
        self._gathered = gathered

    def commands(self) -> Mapping[str, Handler]:
        return {"gaps": only(Role.COORDINATOR, self.list)}

    def callbacks(self) -> Mapping[str, Handler]:
        return {view.CALLBACK: only(Role.COORDINATOR, self.press), view.UNTELL: self.untell}

    # ------------------------------------------------------------------------------------------- for coordinators
    async def list(self, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        if incoming.is_group:
            await chat.send(view.privately(words))
            return
        if self._gathered is not None:
            # After a burst, or an update with a backlog, the list is shown as far as it is.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._gathered(), _PATIENCE_S)
        await chat.send(await asyncio.to_thread(self._page, 0, words))

    async def press(self, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        found = await asyncio.to_thread(self._pressed, incoming, words)
        if found is None or not isinstance(incoming.content, Pressed):
            await chat.acknowledge(words.get("button.gone"))
            return
        message, note = found
        await chat.acknowledge(note)
        await chat.edit(incoming.content.message_id, message)

    def _pressed(self, incoming: Incoming, words: Texts) -> tuple[Message, str] | None:
        """What is shown instead, and a passing note; None for data that no button has, or a gap that is gone."""
        deed, numbers = _parsed(incoming)
        match deed, numbers:
            case "page", (at,):
                return self._page(at, words), ""
            case "card" | "load" | "dismiss" | "reopen", (gap_id, at):
                gap = self._stores.gaps.get(gap_id)
                return None if gap is None else self._done(deed, gap, at, incoming, words)
        return None

    def _done(self, deed: str, gap: Gap, at: int, incoming: Incoming, words: Texts) -> tuple[Message, str]:
        if deed == "load":
            return view.how_to_load(gap, at, words), ""
        if deed == "card":
            return view.card(gap, at, words), ""
        status, who = _DECISIONS[deed], f"telegram:{incoming.speaker.id}"
        with self._stores.database.together():
            if self._stores.gaps.decide(gap.id, status, who):
                self._stores.audit.note(who, f"gap.{deed}", f"gap:{gap.id}")
        if deed == "dismiss":
            return self._page(at, words), words.get("gaps.dismissed")
        return view.card(self._stores.gaps.get(gap.id) or gap, at, words), ""

    def _page(self, at: int, words: Texts) -> Message:
        """The page, or the last one where there are fewer by now."""
        found = self._stores.gaps.page(offset=at * view.PAGE, limit=view.PAGE)
        if not found.gaps and found.total:
            at = (found.total - 1) // view.PAGE
            found = self._stores.gaps.page(offset=at * view.PAGE, limit=view.PAGE)
        return view.listing(found, at, words)

    # -------------------------------------------------------------------------------------------------- for askers
    async def will_tell(self, incoming: Incoming) -> bool:
        """In a group, or where they want no notes, the asker is promised none."""
        if incoming.is_group:
            return False
        person = await asyncio.to_thread(self._stores.people.get, incoming.speaker.id)
        return person is not None and person.notes

    def noted(self) -> None:
        self._gather()

    async def untell(self, incoming: Incoming, chat: Chat) -> None:
        """They do not want to hear of this question."""
        _, numbers = _parsed(incoming, deeds=False)
        words = texts(incoming.speaker.language)
        is_theirs = len(numbers) == 1 and await asyncio.to_thread(
            self._stores.notes.decline, numbers[0], incoming.speaker.id
        )
        await chat.acknowledge(words.get("gaps.untold" if is_theirs else "button.gone"))


def _parsed(incoming: Incoming, *, deeds: bool = True) -> tuple[str, tuple[int, ...]]:
    """The deed and the numbers in a button's data, which whoever presses may have made up."""
    data = incoming.content.data if isinstance(incoming.content, Pressed) else ""
    _, *parts = data.split(":")
    deed, numbers = (parts[0], parts[1:]) if deeds and parts else ("", parts)
    found = tuple(number for part in numbers if (number := number_of(part)) is not None)
    return (deed, found) if len(found) == len(numbers) else ("", ())
