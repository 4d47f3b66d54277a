"""An announcement before it is confirmed: what it says, to whom, when; previewed, confirmed or dropped.

Everything is in the database from the first tap on, so that a draft outlives restarts, and can be gone on with by
another administrator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Unpack

from bot.announcing import draft_view, finding, noting, view
from bot.announcing.audience import AudienceOf
from bot.announcing.choosing import Choosing
from bot.announcing.moment import ZONES, Unreadable, known_zone, offered, read_moment, still_ahead
from bot.announcing.pressing import Deed, DeedHandler, Forged, Press
from bot.announcing.proposal import proposed
from bot.announcing.sender import AnnouncementSender
from bot.announcing.view import Action
from bot.callback_data import number_of
from bot.conversation import Chat, Incoming, Message, PictureSent, Said
from bot.dialogue import Dialogues
from bot.html import units
from bot.texts import Texts, texts
from knowledge.domain import AnnouncementKind, Language
from knowledge.quiet_hours import DEFAULT_ZONE
from knowledge.store import Stores
from knowledge.store.announcement_tables import AnnouncementStatus
from knowledge.store.announcements import UNCONFIRMED, Announcement, Edits
from knowledge.store.database import now

#: What is waited for, as a topic of bot.dialogue; of a text there is one a language.
TEXT_TOPICS = {"announce-zh": Language.ZH, "announce-en": Language.EN}
PICTURE_TOPIC = "announce-picture"
TIME_TOPIC = "announce-time"
COURSE_TOPIC = "announce-course"
#: Among so many drafts one is looked for that says the same already.
_LATEST = 20


class Drafting:
    def __init__(
        self,
        *,
        stores: Stores,
        sender: AnnouncementSender,
        dialogues: Dialogues,
        clock: Callable[[], datetime] = now,
        audience: AudienceOf | None = None,
    ) -> None:
        """audience: who is in it whatever was chosen, as in a terminal; by default the people of the database."""
        self._stores = stores
        self._sender = sender
        self._dialogues = dialogues
        self._clock = clock
        self._choosing = Choosing(stores=stores, clock=clock, audience=audience)

    def deeds(self) -> Mapping[Action, DeedHandler]:
        return {
            Action.DRAFT: self.show,
            Action.TEXT: self.ask_text,
            Action.PICTURE: self.ask_picture,
            Action.NO_PICTURE: self.drop_picture,
            Action.TIME: self.choose_time,
            Action.AT: self.set_time,
            Action.ZONE: self.set_zone,
            Action.TYPE_TIME: self.ask_time,
            Action.PREVIEW: self.preview,
            Action.SEND: self.confirm,
            Action.ASK_DISCARD: self.ask_discard,
            Action.DISCARD: self.discard,
            **self._choosing.deeds(),
        }

    # ---------------------------------------------------------------------------------------- beginning
    async def begin(self, incoming: Incoming, chat: Chat) -> None:
        drafts = await asyncio.to_thread(self._stores.announcements.count, (AnnouncementStatus.DRAFT,))
        await chat.send(draft_view.begin(drafts, texts(incoming.speaker.language)))

    async def begin_with(self, incoming: Incoming, text: str, chat: Chat) -> None:
        """`/announce TEXT`: the text is the message, in the language of who writes."""
        words = texts(incoming.speaker.language)
        if units(text) > view.LONGEST_TEXT:
            await chat.send(draft_view.too_long(text, view.LONGEST_TEXT, words))
            return
        edits = _text_edit(incoming.speaker.language, text)
        announcement = await asyncio.to_thread(self._begin, incoming, AnnouncementKind.NOTICE, None, edits)
        await chat.send(await self._draft(announcement, words))

    async def begin_notice(self, incoming: Incoming, chat: Chat, _: Press) -> None:
        """The text is asked for at once, in the language of who writes."""
        language, words = incoming.speaker.language, texts(incoming.speaker.language)
        announcement = await asyncio.to_thread(self._begin, incoming, AnnouncementKind.NOTICE, None, {})
        topic = next(name for name, each in TEXT_TOPICS.items() if each is language)
        await self._dialogues.open(incoming, topic, {"announcement": announcement.id})
        await chat.acknowledge()
        await chat.send(draft_view.ask_text(announcement, language, words))

    async def begin_course(self, incoming: Incoming, chat: Chat, _: Press) -> None:
        words = texts(incoming.speaker.language)
        courses = await asyncio.to_thread(self._stores.courses.current)
        await chat.acknowledge()
        if not courses:
            await chat.send(draft_view.no_courses(words))
            return
        await self._dialogues.open(incoming, COURSE_TOPIC, {})
        newest = await asyncio.to_thread(finding.find, courses, "")
        await chat.send(draft_view.courses(newest, "", words))

    async def find_course(self, incoming: Incoming, chat: Chat) -> None:
        """The dialogue stays open: another word may find it."""
        typed = incoming.content.text.strip() if isinstance(incoming.content, Said) else ""
        courses = await asyncio.to_thread(self._stores.courses.current)
        found = await asyncio.to_thread(finding.find, courses, typed)
        await chat.send(draft_view.courses(found, typed[:40], texts(incoming.speaker.language)))

    async def take_course(self, incoming: Incoming, chat: Chat, press: Press) -> None:
        """A draft of this course, its text proposed in both languages."""
        words = texts(incoming.speaker.language)
        course = await asyncio.to_thread(self._stores.courses.get, press.number)
        if course is None:
            await chat.acknowledge(words.get("announce.courses.gone"))
            return
        await self._dialogues.close(incoming)
        edits: Edits = {
            "text_zh": proposed(course, Language.ZH),
            "text_en": proposed(course, Language.EN),
        }
        announcement = await asyncio.to_thread(
            self._begin, incoming, AnnouncementKind.COURSE, course.id, edits
        )
        await chat.acknowledge()
        await chat.send(await self._draft(announcement, words))

    def _begin(
        self, incoming: Incoming, kind: AnnouncementKind, course_id: int | None, edits: Edits
    ) -> Announcement:
        """An update may come twice, and a button be pressed twice: the same draft is gone on with."""
        speaker = incoming.speaker
        wanted = (kind, course_id, edits.get("text_zh", ""), edits.get("text_en", ""))
        for each in self._stores.announcements.listed(UNCONFIRMED, most=_LATEST):
            same = (each.kind, each.course_id, each.text_zh, each.text_en) == wanted
            if same and each.made_by == speaker.id and each.picture is None:
                return each
        person = self._stores.people.get(speaker.id)
        zone = (person.time_zone if person else None) or DEFAULT_ZONE
        full: Edits = {"kind": kind, "course_id": course_id, "zone": zone, **edits}
        with self._stores.database.together():
            begun = self._stores.announcements.begin(speaker.id, incoming.chat_id, **full)
            details = {"kind": kind.value, "course": course_id}
            self._stores.audit.note(_who(incoming), "announcement.begin", f"announcement:{begun.id}", details)
        return begun

    # --------------------------------------------------------------------------------------- what it says
    async def show(self, deed: Deed) -> None:
        await self._dialogues.close(deed.incoming)
        await deed.show(await self._draft(deed.announcement, deed.words))

    async def ask_text(self, deed: Deed) -> None:
        topic = f"announce-{deed.value}"
        if topic not in TEXT_TOPICS:
            raise Forged
        await self._ask(deed, topic, draft_view.ask_text(deed.announcement, TEXT_TOPICS[topic], deed.words))

    async def ask_picture(self, deed: Deed) -> None:
        if draft_view.longest_text(deed.announcement) > view.LONGEST_CAPTION:
            await deed.show(draft_view.too_long_for_picture(deed.announcement, deed.words))
        else:
            await self._ask(deed, PICTURE_TOPIC, draft_view.ask_picture(deed.announcement, deed.words))

    async def drop_picture(self, deed: Deed) -> None:
        await self._change(deed, picture=None)

    async def take_text(
        self, incoming: Incoming, chat: Chat, language: Language, announcement: Announcement
    ) -> None:
        """A text, or a picture with its text below."""
        content, words = incoming.content, texts(incoming.speaker.language)
        edits: Edits = {}
        text = content.text.strip() if isinstance(content, Said) else ""
        if isinstance(content, PictureSent):
            text = content.caption.strip()
            edits["picture"] = content.file_id
        limit = view.LONGEST_CAPTION if edits or announcement.picture else view.LONGEST_TEXT
        if not text and not edits:
            await self._dialogues.renew(incoming)
            await chat.send(view.plain("announce.too_short", words))
        elif units(text) > limit:
            await self._dialogues.renew(incoming)
            await chat.send(draft_view.too_long(text, limit, words))
        else:
            edits |= _text_edit(language, text) if text else {}
            await self._take_fitting(incoming, chat, announcement, **edits)

    async def take_picture(self, incoming: Incoming, chat: Chat, announcement: Announcement) -> None:
        if isinstance(incoming.content, PictureSent):
            await self._take_fitting(incoming, chat, announcement, picture=incoming.content.file_id)
        else:
            await chat.send(draft_view.ask_picture(announcement, texts(incoming.speaker.language)))

    async def _take_fitting(
        self, incoming: Incoming, chat: Chat, announcement: Announcement, **edits: Unpack[Edits]
    ) -> None:
        """Below a picture both texts are shorter, also the one that was written before it came."""
        result = replace(announcement, **edits)
        if draft_view.is_too_long_for_picture(result):
            await self._dialogues.renew(incoming)
            await chat.send(draft_view.too_long_for_picture(result, texts(incoming.speaker.language)))
        else:
            await self._take(incoming, chat, announcement, **edits)

    # ------------------------------------------------------------------------------------------ when
    async def choose_time(self, deed: Deed) -> None:
        await self._dialogues.close(deed.incoming)
        await deed.show(self._times(deed.announcement, deed.words))

    async def set_time(self, deed: Deed) -> None:
        """A tapped time is checked like a typed one: the keyboard may be a day old."""
        at = number_of(deed.value)
        if at is None or at > 2**40:
            raise Forged
        if at == 0:
            await self._change(deed, send_at=None)
        else:
            zone = deed.announcement.zone or DEFAULT_ZONE
            found = still_ahead(datetime.fromtimestamp(at, UTC), zone, self._clock())
            if isinstance(found, Unreadable):
                await deed.chat.acknowledge(deed.words.get(f"announce.time.{found}"))
            else:
                await self._change(deed, send_at=found.at)

    async def set_zone(self, deed: Deed) -> None:
        """The clock time stays what it was, in the other zone: 12:30 there."""
        place = number_of(deed.value)
        if place is None or place >= len(ZONES):
            raise Forged
        if changed := await noting.edited(self._stores, deed, zone=ZONES[place], send_at=None):
            await deed.show(self._times(changed, deed.words))

    async def ask_time(self, deed: Deed) -> None:
        await self._ask(deed, TIME_TOPIC, view.plain("announce.type_time", deed.words))

    async def take_time(self, incoming: Incoming, chat: Chat, announcement: Announcement) -> None:
        words = texts(incoming.speaker.language)
        typed = incoming.content.text if isinstance(incoming.content, Said) else ""
        zone = announcement.zone or DEFAULT_ZONE
        if (named := known_zone(typed.strip())) is not None:
            await self._take(incoming, chat, announcement, zone=named, send_at=None)
            return
        found = read_moment(typed[:100], zone, self._clock())
        if isinstance(found, Unreadable):
            await chat.send(draft_view.unreadable_time(found, words))
        else:
            await self._take(incoming, chat, announcement, send_at=found.at, zone=found.zone)

    def _times(self, announcement: Announcement, words: Texts) -> Message:
        zone = announcement.zone or DEFAULT_ZONE
        return draft_view.times(announcement, zone, offered(zone, self._clock()), words)

    # ------------------------------------------------------------------------------ preview, confirmation
    async def preview(self, deed: Deed) -> None:
        """The very messages that go out, in each language that has its own text; then the question."""
        announcement, reach = deed.announcement, await self._choosing.reach(deed.announcement)
        if not reach.people or not (announcement.text_zh or announcement.text_en):
            await deed.show(await self._draft(announcement, deed.words))
            return
        await deed.chat.acknowledge()
        both = announcement.text_zh and announcement.text_en
        languages = tuple(Language) if both else (deed.words.language,)
        for language in languages:
            await deed.chat.send(view.posting(announcement, language))
        await deed.chat.send(draft_view.confirm(announcement, reach, deed.words))

    async def confirm(self, deed: Deed) -> None:
        """Only what was previewed; whatever was changed since has to be seen first."""
        announcement = deed.announcement
        if announcement.status is not AnnouncementStatus.DRAFT:
            await deed.chat.acknowledge(deed.words.get("announce.settled"))
        elif deed.value != draft_view.seal(announcement):
            await deed.chat.acknowledge(deed.words.get("announce.changed_since"))
        elif announcement.send_at is None:
            await self._start(deed)
        elif announcement.send_at <= self._clock():
            await deed.chat.acknowledge(deed.words.get("announce.time.past"))
        else:
            await self._schedule(deed, announcement.send_at)

    async def _start(self, deed: Deed) -> None:
        if not await self._sender.start(deed.announcement, message_id=deed.message_id, who=deed.who):
            await self._refuse(deed)
            return
        report = await asyncio.to_thread(self._stores.deliveries.report, deed.announcement.id)
        begun = await asyncio.to_thread(self._stores.announcements.get, deed.announcement.id)
        await deed.show(view.progress(begun or deed.announcement, report, deed.words))

    async def _schedule(self, deed: Deed, send_at: datetime) -> None:
        zone = deed.announcement.zone or DEFAULT_ZONE
        schedule = partial(self._stores.announcements.schedule, deed.announcement, send_at, zone)
        details = {**noting.confirmed(deed.announcement), "at": send_at.isoformat(), "zone": zone}
        if not await self._carry_out(deed, "announcement.schedule", schedule, details):
            await self._refuse(deed)
            return
        self._sender.wake()
        await deed.show(draft_view.scheduled(deed.announcement, deed.words))

    async def _refuse(self, deed: Deed) -> None:
        """Somebody was faster: with a change, or with the confirmation."""
        current = await asyncio.to_thread(self._stores.announcements.get, deed.announcement.id)
        is_draft = current is not None and current.status is AnnouncementStatus.DRAFT
        key = "announce.changed_since" if is_draft else "announce.settled"
        await deed.chat.acknowledge(deed.words.get(key))

    async def ask_discard(self, deed: Deed) -> None:
        await deed.show(draft_view.ask_discard(deed.announcement, deed.words))

    async def discard(self, deed: Deed) -> None:
        await self._dialogues.close(deed.incoming)
        discard = partial(self._stores.announcements.discard, deed.announcement.id)
        if await self._carry_out(deed, "announcement.discard", discard):
            await deed.show(view.plain("announce.discarded", deed.words, id=deed.announcement.id))
        else:
            await deed.chat.acknowledge(deed.words.get("announce.settled"))

    # ------------------------------------------------------------------------------------------- parts
    async def _ask(self, deed: Deed, topic: str, asked: Message) -> None:
        if deed.announcement.status not in UNCONFIRMED:
            await deed.chat.acknowledge(deed.words.get("announce.settled"))
            return
        await self._dialogues.open(deed.incoming, topic, {"announcement": deed.announcement.id})
        await deed.chat.acknowledge()
        await deed.chat.send(asked)

    async def _take(
        self, incoming: Incoming, chat: Chat, announcement: Announcement, **edits: Unpack[Edits]
    ) -> None:
        """What was typed is kept before the dialogue is closed: after a kill it is asked for again, not lost."""
        words = texts(incoming.speaker.language)
        changed = await asyncio.to_thread(noting.edit, self._stores, _who(incoming), announcement.id, edits)
        if changed is not None:
            await chat.send(await self._draft(changed, words))
        else:
            await chat.send(view.plain("announce.settled", words))
        await self._dialogues.close(incoming)

    async def _change(self, deed: Deed, **edits: Unpack[Edits]) -> None:
        if changed := await noting.edited(self._stores, deed, **edits):
            await deed.show(await self._draft(changed, deed.words))

    async def _draft(self, announcement: Announcement, words: Texts) -> Message:
        course_id = announcement.course_id
        course = (
            await asyncio.to_thread(self._stores.courses.get, course_id) if course_id is not None else None
        )
        return draft_view.draft(announcement, course, await self._choosing.reach(announcement), words)

    async def _carry_out(
        self,
        deed: Deed,
        action: str,
        change: Callable[[], bool],
        details: Mapping[str, Any] | None = None,
    ) -> bool:
        return await asyncio.to_thread(noting.carry_out, self._stores, deed, action, change, details)


def _who(incoming: Incoming) -> str:
    return f"telegram:{incoming.speaker.id}"


def _text_edit(language: Language, text: str) -> Edits:
    return {"text_zh": text} if language is Language.ZH else {"text_en": text}
