"""Announcements that are confirmed: listed, paused, stopped, corrected, recalled, reported on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bot.announcing import card_view, draft_view, noting, report_view, sheet, view
from bot.announcing.drafting import Drafting
from bot.announcing.pressing import Deed, DeedHandler, Forged, Press
from bot.announcing.sender import AnnouncementSender
from bot.announcing.view import Action
from bot.charts import Charts, NotDrawn
from bot.conversation import Attachment, AttachmentKind, Chat, Incoming, Message, Pressed, Said
from bot.dialogue import Dialogues
from bot.html import units
from bot.texts import texts
from knowledge.domain import Language
from knowledge.store import Stores
from knowledge.store.announcement_tables import AnnouncementStatus
from knowledge.store.announcements import BEGUN, UNCONFIRMED, Announcement
from knowledge.store.delivery_report import DeliveryReport

#: Waits for the corrected text, and keeps it until it is confirmed.
CORRECTION_TOPIC = "announce-correction"


class Steering:
    def __init__(
        self,
        *,
        stores: Stores,
        sender: AnnouncementSender,
        dialogues: Dialogues,
        drafting: Drafting,
        charts: Charts,
    ) -> None:
        self._stores = stores
        self._sender = sender
        self._dialogues = dialogues
        self._drafting = drafting
        self._charts = charts

    def deeds(self) -> Mapping[Action, DeedHandler]:
        store = self._stores.announcements
        return {
            Action.CARD: self.show,
            Action.PAUSE: self._moving("announcement.pause", store.pause),
            Action.RESUME: self._moving("announcement.resume", store.resume),
            Action.ASK_STOP: self._asking(Action.STOP),
            Action.STOP: self._moving("announcement.stop", store.stop),
            Action.UNSCHEDULE: self._moving("announcement.unschedule", store.unschedule),
            Action.SEND_NOW: self.send_now,
            Action.CORRECT: self.ask_correction,
            Action.APPLY: self.correct,
            Action.ASK_RECALL: self._asking(Action.RECALL),
            Action.RECALL: self._moving("announcement.recall", store.recall),
            Action.ASK_DOUBTFUL: self._asking(Action.DOUBTFUL),
            Action.DOUBTFUL: self._moving("announcement.send_to_doubtful", store.send_to_doubtful),
            Action.REPORT: self.report,
            Action.CHART: self.chart,
            Action.SHEET: self.sheet,
        }

    # ------------------------------------------------------------------------------------------- the list
    async def list_all(self, incoming: Incoming, chat: Chat) -> None:
        await chat.send(await self._listed(incoming, 0))

    async def turn(self, incoming: Incoming, chat: Chat, press: Press) -> None:
        await chat.acknowledge()
        shown = await self._listed(incoming, min(press.number, 10_000))
        if isinstance(incoming.content, Pressed):
            await chat.edit(incoming.content.message_id, shown)

    async def _listed(self, incoming: Incoming, page: int) -> Message:
        store = self._stores.announcements
        counts = {
            name: await asyncio.to_thread(store.count, group) for name, group in card_view.GROUPS.items()
        }
        last = max(0, -(-sum(counts.values()) // card_view.A_PAGE) - 1)
        page = min(page, last)
        found = await asyncio.to_thread(
            store.listed, card_view.LISTED, most=card_view.A_PAGE, skip=page * card_view.A_PAGE
        )
        return card_view.listed(found, counts, page, texts(incoming.speaker.language))

    # ------------------------------------------------------------------------------------------- a card
    async def show(self, deed: Deed) -> None:
        await self._dialogues.close(deed.incoming)
        if deed.announcement.status in UNCONFIRMED:
            await self._drafting.show(deed)
            return
        await deed.chat.acknowledge()
        await self._show_card(deed)

    async def _show_card(self, deed: Deed) -> None:
        announcement, report = await asyncio.to_thread(self._state, deed.announcement.id)
        if announcement.status in UNCONFIRMED:
            await self._drafting.show(_of(deed, announcement))
        else:
            await deed.chat.edit(deed.message_id, card_view.card(announcement, report, deed.words))

    def _state(self, announcement_id: int) -> tuple[Announcement, DeliveryReport]:
        found = self._stores.announcements.get(announcement_id)
        if found is None:
            raise LookupError(f"announcement {announcement_id} is gone")
        return found, self._stores.deliveries.report(announcement_id)

    def _moving(self, action: str, move: Callable[[int], bool]) -> DeedHandler:
        """A change of state: carried out, noted, and shown as it is then."""

        async def moved(deed: Deed) -> None:
            change = partial(move, deed.announcement.id)
            if not await asyncio.to_thread(noting.carry_out, self._stores, deed, action, change):
                await deed.chat.acknowledge(deed.words.get("announce.settled"))
                return
            self._sender.wake()
            await deed.chat.acknowledge()
            await self._show_card(deed)

        return moved

    def _asking(self, action: Action) -> DeedHandler:
        async def asked(deed: Deed) -> None:
            announcement, report = await asyncio.to_thread(self._state, deed.announcement.id)
            await deed.chat.acknowledge()
            await deed.chat.send(card_view.ask(action, announcement, report, deed.words))

        return asked

    async def send_now(self, deed: Deed) -> None:
        """One whose time went by, and nothing else: everything else is previewed first."""
        is_missed = deed.announcement.status is AnnouncementStatus.MISSED
        if not is_missed or not await self._sender.start(
            deed.announcement, message_id=deed.message_id, who=deed.who
        ):
            await deed.chat.acknowledge(deed.words.get("announce.settled"))
            return
        await deed.chat.acknowledge()
        await self._show_card(deed)

    # ------------------------------------------------------------------------------------- correcting
    async def ask_correction(self, deed: Deed) -> None:
        if deed.value not in set(Language):
            raise Forged
        if deed.announcement.status not in BEGUN:
            await deed.chat.acknowledge(deed.words.get("announce.settled"))
            return
        state = {"announcement": deed.announcement.id, "language": deed.value}
        await self._dialogues.open(deed.incoming, CORRECTION_TOPIC, state)
        await deed.chat.acknowledge()
        await deed.chat.send(card_view.ask_correction(deed.announcement, Language(deed.value), deed.words))

    async def take_correction(
        self, incoming: Incoming, chat: Chat, announcement: Announcement, state: Mapping[str, Any]
    ) -> None:
        """It is shown as it will be; nobody gets it before it is confirmed."""
        words, language = texts(incoming.speaker.language), Language(state["language"])
        text = incoming.content.text.strip() if isinstance(incoming.content, Said) else ""
        limit = draft_view.limit_of(announcement)
        if not text:
            await self._dialogues.renew(incoming)
            await chat.send(view.plain("announce.too_short", words))
        elif units(text) > limit:
            await self._dialogues.renew(incoming)
            await chat.send(draft_view.too_long(text, limit, words))
        else:
            await self._dialogues.open(incoming, CORRECTION_TOPIC, {**state, "text": text})
            report = await asyncio.to_thread(self._stores.deliveries.report, announcement.id)
            await chat.send(view.posting(_corrected(announcement, language, text), language))
            await chat.send(card_view.confirm_correction(announcement, report, words))

    async def correct(self, deed: Deed) -> None:
        dialogue = self._dialogues.awaited(deed.incoming, CORRECTION_TOPIC)
        state = dialogue.state if dialogue else {}
        if state.get("announcement") != deed.announcement.id or "text" not in state:
            await deed.chat.acknowledge(deed.words.get("announce.correction_gone"))
            return
        done = await asyncio.to_thread(self._correct, deed, Language(state["language"]), state["text"])
        await self._dialogues.close(deed.incoming)
        if not done:
            await deed.chat.acknowledge(deed.words.get("announce.settled"))
            return
        self._sender.wake()
        await deed.chat.acknowledge()
        await self._show_card(deed)

    def _correct(self, deed: Deed, language: Language, text: str) -> bool:
        with self._stores.database.together():
            found, _ = self._state(deed.announcement.id)
            new = _corrected(found, language, text)
            correct = partial(
                self._stores.announcements.correct, new.id, text_zh=new.text_zh, text_en=new.text_en
            )
            details = {"language": language.value, "before": found.text_in(language), "after": text}
            return noting.carry_out(self._stores, deed, "announcement.correct", correct, details)

    # ----------------------------------------------------------------------------------------- reports
    async def report(self, deed: Deed) -> None:
        announcement, report = await asyncio.to_thread(self._state, deed.announcement.id)
        await deed.chat.acknowledge()
        await deed.chat.send(view.final(announcement, report, deed.words))

    async def chart(self, deed: Deed) -> None:
        announcement, report = await asyncio.to_thread(self._state, deed.announcement.id)
        await deed.chat.acknowledge()
        caption = view.counts(report, deed.words)
        async with deed.chat.typing():
            try:
                drawn = await self._charts.png(report_view.picture(announcement, report, deed.words))
            except NotDrawn:
                await deed.chat.send(view.plain("announce.not_drawn", deed.words))
                return
        name = f"announcement-{announcement.id}.png"
        await deed.chat.send(report_view.with_picture(caption, drawn, name))

    async def sheet(self, deed: Deed) -> None:
        """Without names, and with Telegram ids only where somebody may have to be written to by hand."""
        await deed.chat.acknowledge()
        async with deed.chat.typing():
            announcement, report = await asyncio.to_thread(self._state, deed.announcement.id)
            rows = await asyncio.to_thread(self._stores.deliveries.of, announcement.id)
            made = await asyncio.to_thread(sheet.workbook, announcement, report, rows, deed.words)
        carried = Attachment(
            kind=AttachmentKind.FILE, name=f"announcement-{announcement.id}.xlsx", content=made
        )
        await deed.chat.send(report_view.with_file(carried, deed.words))
        note, details = self._stores.audit.note, {"rows": len(rows)}
        await asyncio.to_thread(note, deed.who, "announcement.export", deed.subject, details)


def _corrected(announcement: Announcement, language: Language, text: str) -> Announcement:
    if language is Language.ZH:
        return replace(announcement, text_zh=text)
    return replace(announcement, text_en=text)


def _of(deed: Deed, announcement: Announcement) -> Deed:
    return replace(deed, announcement=announcement)
