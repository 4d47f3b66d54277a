"""/stats: a picture with its numbers, and the way to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.charts import Charts, NotDrawn
from bot.conversation import Chat, Commanded, Handler, Incoming, Message, Pressed
from bot.people.refusals import Refusal, Refusals
from bot.people.roles import only
from bot.router import Feature
from bot.stats import view
from bot.stats.usage import PERIODS, Usage, gather, period_of
from bot.stats.view import Topic
from bot.texts import Texts, texts
from knowledge.domain import Role
from knowledge.store.database import now
from knowledge.store.usage import UsageStore

_DEFAULT_DAYS = 30


def press_of(data: str) -> tuple[Topic, int] | None:
    """Reads "stats:people:30"; None for what no button of ours says."""
    _, _, rest = data.partition(":")
    topic, _, days = rest.partition(":")
    if topic not in set(Topic) or days not in {str(each) for each in PERIODS}:
        return None
    return Topic(topic), int(days)


class Stats(Feature):
    def __init__(
        self,
        usage: UsageStore,
        charts: Charts,
        refusals: Refusals,
        *,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._usage = usage
        self._charts = charts
        self._refusals = refusals
        self._clock = clock

    def commands(self) -> Mapping[str, Handler]:
        return {"stats": only(Role.ADMINISTRATOR, self.show)}

    def callbacks(self) -> Mapping[str, Handler]:
        return {view.CALLBACK: only(Role.ADMINISTRATOR, self.press)}

    async def show(self, incoming: Incoming, chat: Chat) -> None:
        """`/stats 90`: of so many days, of those that can be had. In a group doctors would read it too."""
        if incoming.is_group:
            await chat.send(view.private_only(texts(incoming.speaker.language)))
            return
        argument = incoming.content.argument if isinstance(incoming.content, Commanded) else ""
        days = int(argument) if argument in {str(each) for each in PERIODS} else _DEFAULT_DAYS
        await self._send(Topic.QUESTIONS, days, incoming, chat)

    async def press(self, incoming: Incoming, chat: Chat) -> None:
        """A picture cannot take another's place in a message, so each comes in one of its own."""
        pressed = incoming.content
        asked = press_of(pressed.data) if isinstance(pressed, Pressed) and not incoming.is_group else None
        if asked is None:
            await self._refusals.note(incoming, Refusal.CALLBACK)
            await chat.acknowledge(texts(incoming.speaker.language).get("button.gone"))
            return
        await chat.acknowledge()
        await self._send(*asked, incoming, chat)

    async def _send(self, topic: Topic, days: int, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        async with chat.typing():
            period = period_of(days, self._clock())
            usage = await asyncio.to_thread(gather, self._usage, period, words.language)
            message = await self._drawn(usage, topic, words)
        await chat.send(message)

    async def _drawn(self, usage: Usage, topic: Topic, words: Texts) -> Message:
        try:
            drawn = await self._charts.png(view.picture(usage, topic, words))
        except NotDrawn:
            drawn = None
        return view.shown(usage, topic, drawn, words)
