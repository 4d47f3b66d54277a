"""The buttons under an announcement: what the course is about, and no more of this kind."""

from __future__ import annotations

import asyncio

from bot.announcing import view
from bot.announcing.proposal import details
from bot.announcing.view import Wish
from bot.callback_data import number_of
from bot.conversation import Button, Chat, Incoming, Message, Pressed
from bot.html import Block, Section, bold, line, page
from bot.people.refusals import Refusal, Refusals
from bot.texts import Texts, texts
from knowledge.domain import Course, Role
from knowledge.store import Stores
from knowledge.store.announcements import Announcement
from knowledge.web_address import is_web_address


def wish_of(data: str) -> tuple[Wish, int] | None:
    """Reads "news:see:12"; None for what no button of ours says."""
    _, _, rest = data.partition(":")
    wish, _, number = rest.partition(":")
    id_ = number_of(number)
    return (Wish(wish), id_) if wish in set(Wish) and id_ is not None else None


class Wishes:
    """Of recipients, and of administrators, who see the same message as a preview."""

    def __init__(self, stores: Stores, refusals: Refusals) -> None:
        self._stores = stores
        self._refusals = refusals

    async def press(self, incoming: Incoming, chat: Chat) -> None:
        pressed, words = incoming.content, texts(incoming.speaker.language)
        wish = wish_of(pressed.data) if isinstance(pressed, Pressed) else None
        if not isinstance(pressed, Pressed) or wish is None:
            await self._refuse(incoming, chat)
            return
        announcement = await asyncio.to_thread(self._stores.announcements.get, wish[1])
        is_theirs = announcement is not None and await self._counted(
            announcement, incoming, pressed, opens=wish[0] is Wish.SEE
        )
        if announcement is None or not (is_theirs or incoming.speaker.role is Role.ADMINISTRATOR):
            await self._refuse(incoming, chat)
        elif wish[0] is Wish.SEE:
            await self._see(announcement, chat, words)
        elif is_theirs:
            await self._mute(announcement, incoming, pressed, chat, is_muted=wish[0] is Wish.MUTE)
        else:
            await chat.acknowledge(words.get("announce.news.preview"))

    async def _refuse(self, incoming: Incoming, chat: Chat) -> None:
        await self._refusals.note(incoming, Refusal.CALLBACK)
        await chat.acknowledge(texts(incoming.speaker.language).get("button.gone"))

    async def _counted(
        self, announcement: Announcement, incoming: Incoming, pressed: Pressed, *, opens: bool
    ) -> bool:
        """Whether it was sent to them; then it is noted that they wanted to know more of it."""
        press = self._stores.deliveries.press
        who, message_id = incoming.speaker.id, pressed.message_id
        return await asyncio.to_thread(press, announcement.id, who, message_id, opens=opens)

    async def _see(self, announcement: Announcement, chat: Chat, words: Texts) -> None:
        course_id = announcement.course_id or 0
        course = await asyncio.to_thread(self._stores.courses.get, course_id)
        if course is None:
            await chat.acknowledge(words.get("announce.news.no_course"))
            return
        await chat.acknowledge()
        await chat.send(course_card(course, words))

    async def _mute(
        self, announcement: Announcement, incoming: Incoming, pressed: Pressed, chat: Chat, *, is_muted: bool
    ) -> None:
        """Theirs alone, and undone with the button that takes this one's place."""
        words = texts(incoming.speaker.language)
        set_muted = self._stores.people.set_muted
        await asyncio.to_thread(set_muted, incoming.speaker.id, announcement.kind, muted=is_muted)
        done = "announce.news.muted" if is_muted else "announce.news.unmuted"
        await chat.acknowledge(words.get(done))
        shown = view.posting(announcement, incoming.speaker.language, is_muted=is_muted)
        await chat.edit(pressed.message_id, shown)


def course_card(course: Course, words: Texts) -> Message:
    title, facts, summary = details(course, words)
    blocks: list[Block] = [line(bold(title)), line(facts)]
    if summary:
        blocks.append(Section(blocks=(line(summary),)))
    if not is_web_address(course.url):
        return Message(html=page(blocks))
    open_ = Button(text=words.get("announce.news.open"), url=course.url)
    return Message(html=page(blocks), buttons=((open_,),))
