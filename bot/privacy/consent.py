"""Nobody's question is kept or answered before they agreed to what is done with it; then it is answered at once.

Nothing of the question is kept meanwhile either: the notice hangs on it, and the button brings it back from Telegram.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from bot.conversation import Chat, Handler, HungOn, Incoming, Message, Pressed, Said
from bot.people.refusals import Refusal, Refusals
from bot.privacy import view
from bot.writing import InThread
from knowledge.domain import Consent as Mode
from knowledge.domain import Language
from knowledge.store.people import PeopleStore
from knowledge.store.privacy import PrivacyStore

#: A new one whenever the notice changes its sense, so that everybody is asked again; a test holds its words.
VERSION = "3"

#: The notice is not shown in full again for so long, to so many people.
_JUST_S = 600.0
_MOST_SHOWN = 5000


class Consent:
    """days: for how long questions are kept, as the notice says it; 0: until they are erased."""

    def __init__(
        self,
        people: PeopleStore,
        store: PrivacyStore,
        *,
        mode: Mode = Mode.ASK,
        days: int = 0,
        writing: InThread = asyncio.to_thread,
        refusals: Refusals | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """refusals: where to write down a button that was never made for who pressed it."""
        self._people = people
        self._store = store
        self._mode = mode
        self._days = days
        self._writing = writing
        self._refusals = refusals
        self._clock = clock
        #: By person and chat: when the notice was shown. Only for manners; forgotten at the end.
        self._shown: OrderedDict[tuple[int, int], float] = OrderedDict()

    @property
    def days(self) -> int:
        return self._days

    @property
    def is_asked(self) -> bool:
        """By a button, and not only by telling."""
        return self._mode is Mode.ASK

    async def is_given(self, incoming: Incoming) -> bool:
        """In a terminal nobody else is concerned: whoever sits there runs it, and nothing goes abroad."""
        if self._mode is Mode.NOTICE or incoming.update_id is None:
            return True
        return await asyncio.to_thread(self._store.agreed_to, incoming.speaker.id) == VERSION

    async def ask(self, incoming: Incoming, chat: Chat) -> None:
        """Shows the notice, under the question if there is one, so that it need not be written again.

        To who asks on without having agreed, it was shown a moment ago: a line with its button is enough.
        """
        has_question = isinstance(incoming.content, Said)
        shown = self._notice(incoming.speaker.language, has_question=has_question)
        if has_question and self._was_just_shown(incoming):
            shown = view.still_to_agree(incoming.speaker.language, version=VERSION)
        await chat.send(replace(shown, hangs=has_question))

    def _was_just_shown(self, incoming: Incoming) -> bool:
        key, at = (incoming.speaker.id, incoming.chat_id), self._clock()
        shown_at = self._shown.pop(key, -_JUST_S)
        self._shown[key] = at if at - shown_at >= _JUST_S else shown_at
        while len(self._shown) > _MOST_SHOWN:
            self._shown.popitem(last=False)
        return at - shown_at < _JUST_S

    def before(self, question: Handler) -> Handler:
        """The handler of questions, and of buttons that ask one, for those who agreed; the others are asked."""

        async def asked_first(incoming: Incoming, chat: Chat) -> None:
            if await self.is_given(incoming):
                await question(incoming, chat)
                return
            if isinstance(incoming.content, Pressed):
                await chat.acknowledge()
            await self.ask(incoming, chat)

        return asked_first

    async def press(self, incoming: Incoming, chat: Chat, *, question: Handler, welcome: Handler) -> None:
        """One of the notice's buttons. question: takes what waited for the consent; welcome: if nothing did."""
        pressed = incoming.content
        if not isinstance(pressed, Pressed):
            return
        hung_on, language = pressed.hung_on, incoming.speaker.language
        if incoming.is_group and hung_on is not None and hung_on.said_by != incoming.speaker.id:
            await self._refuse(incoming, chat, view.not_yours(language))
            return
        match pressed.data.split(":"):
            case [_, "agree", version] if version == VERSION:
                await self._agree(incoming, chat, pressed, question, welcome)
            case [_, "later"]:
                await chat.acknowledge(view.later(language))
            case [_, "speak", ("zh" | "en") as code]:
                await self._speak(incoming, chat, pressed, Language(code))
            case [_, "agree", *_]:
                # An older notice: what it said does not hold any more.
                await chat.acknowledge()
                await self._show(incoming, chat, pressed, language)
            case _:
                await self._refuse(incoming, chat, view.gone(language))

    async def _refuse(self, incoming: Incoming, chat: Chat, said: str) -> None:
        if self._refusals is not None:
            await self._refusals.note(incoming, Refusal.CALLBACK)
        await chat.acknowledge(said)

    async def _agree(
        self, incoming: Incoming, chat: Chat, pressed: Pressed, question: Handler, welcome: Handler
    ) -> None:
        if pressed.hung_on is not None and await self._is_answered(incoming, pressed.hung_on):
            await chat.acknowledge()
            return
        # Whoever asks is answered at once; the others join in the welcome, which asks what they do and where.
        joins = pressed.hung_on is not None and not incoming.is_group
        joined = await self._writing(self._store.agree, incoming.speaker.id, VERSION, joins=joins)
        await chat.acknowledge()
        await chat.edit(pressed.message_id, view.agreed(incoming.speaker.language))
        if pressed.hung_on is None:
            await welcome(incoming, chat)
        else:
            await question(_asked(incoming, pressed.hung_on), chat)
            if joined:
                await chat.send(view.tell_us(incoming.speaker.language))

    async def _is_answered(self, incoming: Incoming, asked: HungOn) -> bool:
        """The button was pressed twice, or a kill fell between the answer and the note that the press is done."""
        return await asyncio.to_thread(self._store.was_answered, incoming.chat_id, asked.message_id)

    async def _speak(self, incoming: Incoming, chat: Chat, pressed: Pressed, language: Language) -> None:
        await self._writing(self._people.set_language, incoming.speaker.id, language)
        await chat.acknowledge()
        await self._show(incoming, chat, pressed, language)

    async def _show(self, incoming: Incoming, chat: Chat, pressed: Pressed, language: Language) -> None:
        shown = self._notice(language, has_question=pressed.hung_on is not None)
        await chat.edit(pressed.message_id, shown)

    def _notice(self, language: Language, *, has_question: bool) -> Message:
        return view.notice(language, version=VERSION, days=self._days, has_question=has_question)


def _asked(incoming: Incoming, asked: HungOn) -> Incoming:
    """The question as if it came now; known by the press that brought it, should that be delivered again."""
    return replace(incoming, content=Said(text=asked.text), message_id=asked.message_id)
