"""What is shown where a button leads: a page, a passage among its neighbours, a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from bot.asking.citation import SEPARATOR, shortened
from bot.asking.places import file_data, page_data
from bot.asking.sentences import unit_spans
from bot.conversation import Attachment, AttachmentKind, Button, Message
from bot.html import Block, Quote, Section, Text, line, page
from bot.texts import Texts
from knowledge.domain import PassageKind, Sharing
from knowledge.store.sources import Neighbour, Source

#: Telegram's limit for the words under a picture.
_CAPTION_UNITS = 1024
_LONGEST_TITLE = 100
#: About as much as a button shows on a phone.
_LONGEST_LABEL = 40
#: Of a file's name; its ending comes behind it.
_LONGEST_NAME = 80
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    #: A file where it is kept, else the picture itself.
    content: Path | bytes
    is_marked: bool


def page_picture(
    sources: Sequence[Source], number: int, pages: range, picture: Picture, words: Texts
) -> Message:
    """The page, with the way to the passages' other pages and to the file where that may be sent."""
    source = sources[0]
    where = SEPARATOR.join((_title(source, words), words.get("citation.page", page=number)))
    caption: list[Block] = [line(where)]
    if not picture.is_marked:
        caption.append(line(words.get("place.not_marked")))
    ids = [each.passage_id for each in sources]
    aside = [
        Button(text=words.get(f"place.{key}", page=other), data=page_data(ids, other))
        for key, other in (("back", number - 1), ("onward", number + 1))
        if other in pages
    ]
    rows = (tuple(aside), (_file_button(source, words.get("place.file")),) if _is_free(source) else ())
    name = f"{_file_name(source)} p{number}.jpg"
    return Message(
        html=page(caption, _CAPTION_UNITS),
        buttons=tuple(row for row in rows if row),
        attachment=Attachment(kind=AttachmentKind.PICTURE, name=name, content=picture.content),
    )


def context(source: Source, before: Neighbour | None, after: Neighbour | None, words: Texts) -> Message:
    """The passage open, what stands before and behind it folded."""
    blocks: list[Block] = [line(_title(source, words))]
    if before is not None:
        blocks.append(
            Section(blocks=(line(words.get("place.before")), _quote(before.text, before.kind, folded=True)))
        )
    blocks.append(Section(blocks=(line(words.get("place.cited")), _quote(source.text, source.kind))))
    if after is not None:
        blocks.append(
            Section(blocks=(line(words.get("place.after")), _quote(after.text, after.kind, folded=True)))
        )
    rows = ((_file_button(source, words.get("place.file")),),) if _is_free(source) else ()
    return Message(html=page(blocks), buttons=rows)


def whole_file(source: Source, path: Path, words: Texts) -> Message:
    name = _file_name(source) + PurePath(source.file_name).suffix.lower()
    return Message(
        html=page([line(_title(source, words))], _CAPTION_UNITS),
        attachment=Attachment(kind=AttachmentKind.FILE, name=name, content=path),
    )


def files(sources: Sequence[Source], words: Texts) -> Message:
    return Message(
        html=page([line(words.get("place.files"))]),
        buttons=tuple((_file_button(source, shortened(source.title, _LONGEST_LABEL)),) for source in sources),
    )


def refused(key: str, source: Source, words: Texts) -> Message:
    return Message(html=page([line(words.get(key, title=_title(source, words)))]))


def _is_free(source: Source) -> bool:
    return source.sharing is Sharing.FILE


def _file_button(source: Source, label: str) -> Button:
    return Button(text=label, data=file_data(source.passage_id))


def _title(source: Source, words: Texts) -> str:
    shown = words.get("citation.title", title=shortened(source.title, _LONGEST_TITLE))
    if source.year is None or str(source.year) in source.title:
        return shown
    return shown + words.get("citation.year", year=source.year)


def _file_name(source: Source) -> str:
    """As people name files: by the document's title, less what no system takes in a name."""
    return _NOT_IN_NAMES.sub(" ", source.title).strip(" .")[:_LONGEST_NAME].strip() or "guideline"


def _quote(text: str, kind: PassageKind, *, folded: bool = False) -> Quote:
    units = tuple((Text(text=text[span.start : span.end]),) for span in unit_spans(text, kind))
    return Quote(units=units, folded=folded)
