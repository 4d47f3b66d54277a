"""Whom an announcement goes to, narrowed down tap by tap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.announcing import audience as audiences
from bot.announcing import audience_view, noting
from bot.announcing.audience import AudienceOf, Reach
from bot.announcing.pressing import Deed, DeedHandler, Forged
from bot.announcing.view import Action
from bot.callback_data import number_of
from knowledge.audience import EVERYONE, Audience
from knowledge.store import Stores
from knowledge.store.announcements import Announcement


class Choosing:
    def __init__(self, *, stores: Stores, clock: Callable[[], datetime], audience: AudienceOf | None) -> None:
        """audience: as for `Drafting`."""
        self._stores = stores
        self._clock = clock
        self._audience = audience

    def deeds(self) -> Mapping[Action, DeedHandler]:
        return {
            Action.AUDIENCE: self.choose_audience,
            Action.SPECIALTIES: self.choose_specialties,
            Action.SPECIALTY: self.toggle_specialty,
            Action.REGIONS: self.choose_regions,
            Action.REGION: self.toggle_region,
            Action.LANGUAGE: self.toggle_language,
            Action.ROLE: self.toggle_role,
            Action.JOINED: self.set_joined,
            Action.EVERYONE: self.set_everyone,
        }

    async def choose_audience(self, deed: Deed) -> None:
        await self._show_audience(deed, deed.announcement)

    async def choose_specialties(self, deed: Deed) -> None:
        await self._show_specialties(deed, deed.announcement, number_of(deed.value) or 0)

    async def choose_regions(self, deed: Deed) -> None:
        reach = await self.reach(deed.announcement)
        await deed.show(audience_view.regions(deed.announcement, reach, deed.words))

    async def toggle_specialty(self, deed: Deed) -> None:
        chosen = audiences.with_specialty(audiences.from_json(deed.announcement.audience), deed.value)
        if changed := await self._narrowed(deed, chosen):
            await self._show_specialties(deed, changed, audience_view.page_of(deed.value))

    async def toggle_region(self, deed: Deed) -> None:
        chosen = audiences.with_region(audiences.from_json(deed.announcement.audience), deed.value)
        if changed := await self._narrowed(deed, chosen):
            await deed.show(audience_view.regions(changed, await self.reach(changed), deed.words))

    async def toggle_language(self, deed: Deed) -> None:
        await self._narrow(
            deed, audiences.with_language(audiences.from_json(deed.announcement.audience), deed.value)
        )

    async def toggle_role(self, deed: Deed) -> None:
        await self._narrow(
            deed, audiences.with_role(audiences.from_json(deed.announcement.audience), deed.value)
        )

    async def set_joined(self, deed: Deed) -> None:
        """The same number again takes it back."""
        days = number_of(deed.value)
        chosen = audiences.from_json(deed.announcement.audience)
        if days not in audience_view.JOINED_WITHIN:
            raise Forged
        since = (self._clock() - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
        same = chosen.joined_since is not None and chosen.joined_since.date() == since.date()
        await self._narrow(deed, replace(chosen, joined_since=None if same else since))

    async def set_everyone(self, deed: Deed) -> None:
        await self._narrow(deed, EVERYONE)

    async def _narrow(self, deed: Deed, chosen: Audience | None) -> None:
        if changed := await self._narrowed(deed, chosen):
            await self._show_audience(deed, changed)

    async def _narrowed(self, deed: Deed, chosen: Audience | None) -> Announcement | None:
        if chosen is None:
            raise Forged
        return await noting.edited(self._stores, deed, audience=audiences.to_json(chosen))

    async def _show_audience(self, deed: Deed, announcement: Announcement) -> None:
        reach = await self.reach(announcement)
        await deed.show(audience_view.audience(announcement, reach, deed.words))

    async def _show_specialties(self, deed: Deed, announcement: Announcement, page: int) -> None:
        reach = await self.reach(announcement)
        await deed.show(audience_view.specialties(announcement, reach, page, deed.words))

    async def reach(self, announcement: Announcement) -> Reach:
        """How many it goes to at this moment."""
        if self._audience is not None:
            return Reach(audience=len(self._audience(announcement)), muted=0)
        chosen = audiences.from_json(announcement.audience)
        return await asyncio.to_thread(audiences.reach, self._stores.people, chosen, announcement.kind)
