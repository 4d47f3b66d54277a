"""What the buttons under an answer lead to: the cited page as a picture, a passage among its neighbours, the file.

Nothing is taken from the button but numbers: whether a passage still answers, and how much of its document may be
shown, is looked up when it is pressed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Protocol

from bot.asking import pictures_view as view
from bot.asking import places
from bot.asking.drawing_process import Drawn, NotDrawn, PageWanted
from bot.asking.picture_cache import PictureCache, PictureName
from bot.conversation import Chat, Handler, Incoming, Pressed
from bot.router import Feature
from bot.texts import Texts, texts
from knowledge.domain import EditionStatus, Sharing
from knowledge.store.sources import Source, SourceStore

#: What Telegram lets a bot send.
_LARGEST_FILE = 50_000_000
#: A passage that stands on more pages than this is one of no button of ours.
_MOST_PAGES = 20


class Unavailable(StrEnum):
    """Why what a button promised is not shown; each has its text "place.<value>"."""

    GONE = "gone"
    REPLACED = "replaced"
    #: Its pages are what they were, but its text may not be.
    READ_ANEW = "read_anew"
    WITHDRAWN = "withdrawn"
    NOT_SHARED = "not_shared"
    NOT_WHOLE = "not_whole"
    NO_FILE = "no_file"
    TOO_LARGE = "too_large"
    NOT_DRAWN = "not_drawn"


_TOLD_IN_PASSING = (Unavailable.GONE, Unavailable.NOT_SHARED, Unavailable.NOT_WHOLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    reason: Unavailable
    #: What it is about; None where the button names nothing that there is.
    source: Source | None = None


class Drawing(Protocol):
    """What draws a page beside the event loop: bot.asking.drawing_process has it."""

    async def draw(self, wanted: PageWanted) -> Drawn | NotDrawn: ...


class Pictures(Feature):
    def __init__(
        self,
        sources: SourceStore,
        *,
        files_dir: Path,
        cache: PictureCache,
        drawing: Drawing,
        recognised_dir: Path | None = None,
    ) -> None:
        """recognised_dir: where the indexer keeps what it recognised on pages that are pictures."""
        self._sources = sources
        self._recognised = str(recognised_dir.resolve()) if recognised_dir else ""
        self._files_dir = files_dir
        self._cache = cache
        self._drawing = drawing

    def callbacks(self) -> Mapping[str, Handler]:
        return {
            places.PAGE: self.show_page,
            places.CONTEXT: self.show_context,
            places.FILE: self.send_file,
            places.MORE: self.offer_files,
        }

    async def show_page(self, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        named = places.page_in(_data(incoming))
        found = await self._allowed(named[0] if named else (), Sharing.PAGE_PICTURE)
        if isinstance(found, _Refusal):
            await _refuse(found, words, chat)
            return
        page, pages = named[1] if named else 0, pages_of(found)
        if page not in pages:
            await _refuse(_Refusal(reason=Unavailable.GONE), words, chat)
            return
        await chat.acknowledge()
        async with chat.typing():
            drawn = await self._picture(found, page, pages)
        if isinstance(drawn, _Refusal):
            await _refuse(drawn, words, chat)
        else:
            await chat.send(view.page_picture(found, page, pages, drawn, words))

    async def show_context(self, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        found = await self._allowed(places.passages_in(_data(incoming))[:1], Sharing.PAGE_PICTURE)
        if not isinstance(found, _Refusal) and found[0].was_read_anew:
            found = _Refusal(reason=Unavailable.READ_ANEW, source=found[0])
        if isinstance(found, _Refusal):
            await _refuse(found, words, chat)
            return
        before, after = await asyncio.to_thread(self._sources.beside, found[0])
        await chat.acknowledge()
        await chat.send(view.context(found[0], before, after, words))

    async def send_file(self, incoming: Incoming, chat: Chat) -> None:
        words = texts(incoming.speaker.language)
        found = await self._allowed(places.passages_in(_data(incoming))[:1], Sharing.FILE)
        if not isinstance(found, _Refusal):
            path = kept_file(self._files_dir, found[0])
            size = await asyncio.to_thread(_size, path)
            if size is not None and size <= _LARGEST_FILE:
                await chat.acknowledge()
                await chat.send(view.whole_file(found[0], path, words))
                return
            reason = Unavailable.NO_FILE if size is None else Unavailable.TOO_LARGE
            found = _Refusal(reason=reason, source=found[0])
        await _refuse(found, words, chat)

    async def offer_files(self, incoming: Incoming, chat: Chat) -> None:
        """What does not go into the few buttons under an answer: the documents that may be sent whole."""
        words = texts(incoming.speaker.language)
        looked_up = [
            await self._allowed((number,), Sharing.FILE) for number in places.passages_in(_data(incoming))
        ]
        whole = {found[0].edition_id: found[0] for found in looked_up if not isinstance(found, _Refusal)}
        if whole:
            await chat.acknowledge()
            await chat.send(view.files(list(whole.values()), words))
            return
        refusals = [found for found in looked_up if isinstance(found, _Refusal)]
        await _refuse(refusals[0] if refusals else _Refusal(reason=Unavailable.GONE), words, chat)

    async def _allowed(self, passage_ids: Sequence[int], wanted: Sharing) -> tuple[Source, ...] | _Refusal:
        """What the passages of one edition stand in, at least one, where so much of it may be shown at this moment."""
        looked_up = [await asyncio.to_thread(self._sources.of, passage_id) for passage_id in passage_ids]
        found = tuple(source for source in looked_up if source is not None)
        if not found or len(found) < len(passage_ids) or len({source.edition_id for source in found}) > 1:
            return _Refusal(reason=Unavailable.GONE)
        reason = unavailable(found[0], wanted)
        return found if reason is None else _Refusal(reason=reason, source=found[0])

    async def _picture(self, sources: Sequence[Source], page: int, pages: range) -> view.Picture | _Refusal:
        """What nothing is marked on is not kept: it may be another time."""
        source = sources[0]
        passages = tuple(each.text for each in sources)
        place = {"page": page, "page_first": pages[0], "page_last": pages[-1]}
        name = PictureName(file_hash=source.file_hash, texts=passages, **place)
        if (kept := await asyncio.to_thread(self._cache.get, name)) is not None:
            return view.Picture(content=kept, is_marked=True)
        path = kept_file(self._files_dir, source)
        if await asyncio.to_thread(_size, path) is None:
            return _Refusal(reason=Unavailable.NO_FILE, source=source)
        drawn = await self._drawing.draw(
            PageWanted(path=str(path.resolve()), texts=passages, recognised=self._recognised, **place)
        )
        if isinstance(drawn, NotDrawn):
            return _Refusal(reason=Unavailable.NOT_DRAWN, source=source)
        if not drawn.is_marked:
            return view.Picture(content=drawn.jpeg, is_marked=False)
        put = await asyncio.to_thread(self._cache.put, name, drawn.jpeg)
        return view.Picture(content=put or drawn.jpeg, is_marked=True)


def unavailable(source: Source, wanted: Sharing) -> Unavailable | None:
    """Why a document's page, or the whole of it, is not shown as things stand; None where it is."""
    if source.status is EditionStatus.REPLACED:
        return Unavailable.REPLACED
    if source.status is EditionStatus.WITHDRAWN:
        return Unavailable.WITHDRAWN
    if source.status is not EditionStatus.CURRENT:
        # No answer ever cited a draft.
        return Unavailable.GONE
    if source.sharing is Sharing.EXCERPT:
        return Unavailable.NOT_SHARED
    is_too_much = wanted is Sharing.FILE and source.sharing is not Sharing.FILE
    return Unavailable.NOT_WHOLE if is_too_much else None


def kept_file(files_dir: Path, source: Source) -> Path:
    """Where a loaded document's file is kept."""
    suffix = PurePath(source.file_name).suffix.lower()
    return files_dir / source.file_hash[:2] / f"{source.file_hash}{suffix}"


def pages_of(sources: Sequence[Source]) -> range:
    """The pages that the passages stand on; none where their format has none."""
    firsts = [source.page_first for source in sources if source.page_first is not None]
    lasts = [source.page_last for source in sources if source.page_last is not None]
    if not firsts:
        return range(0)
    first, last = min(firsts), max([*firsts, *lasts])
    return range(first, min(last, first + _MOST_PAGES - 1) + 1)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _data(incoming: Incoming) -> str:
    return incoming.content.data if isinstance(incoming.content, Pressed) else ""


async def _refuse(refusal: _Refusal, words: Texts, chat: Chat) -> None:
    """What nobody could have known of is told in a message of its own; the rest in passing."""
    key = f"place.{refusal.reason.value}"
    if refusal.source is None or refusal.reason in _TOLD_IN_PASSING:
        await chat.acknowledge(words.get(key))
    else:
        await chat.acknowledge()
        await chat.send(view.refused(key, refusal.source, words))
