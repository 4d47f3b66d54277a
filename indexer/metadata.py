"""What a document is: from its own metadata, its first lines, its file name, and the sidecar beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer.parsed import Block, BlockKind, Metadata, Parsed
from indexer.shown import cjk_count, is_cjk, letter_count, one_line
from indexer.sidecar import sidecar
from indexer.specialties import specialties_of
from knowledge.text import search_text

_EARLIEST, _LATEST = 1950, 2100
_JUNK_TITLE = re.compile(
    r"^(?:microsoft word\b|untitled|word document|无标题|未命名|document\d*$|doc\d*$|slide \d|powerpoint|title$|\d+$"
    r"|.*\.(?:docx?|indd|pdf|qxd|pptx?|wps|fbd|s72)$)",
    re.IGNORECASE,
)
_EDITION_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)\s*(?:年|版|edition|年版)?", re.IGNORECASE)
_ARCHIVE_PREFIX = re.compile(
    r"^(?:ChinaXiv-\d{6}\.\d+V\d+|arXiv-?\d{4}\.\d+(?:v\d+)?|PMC\d+|\d{13,})[_\s-]+", re.IGNORECASE
)


_LONGEST_FIRST_LINE = 50


def described(parsed: Parsed, path: Path) -> Metadata:
    """The metadata of a document: sidecar first, then the file itself, then its name. Raises InvalidSidecar."""
    own = _own(parsed)
    named = from_name(path.stem)
    title = best_title(own.title, headline(parsed), named.title)
    guessed = Metadata(
        title=title,
        year=_first(
            _year_in(title or ""), named.year, _year_in(own.title or ""), text_year(parsed.blocks), own.year
        )
        or _archive_year(path.stem),
        publisher=own.publisher or publisher_of(parsed.blocks),
        language=language_of(parsed.blocks),
        specialties=specialties_of(title or ""),
        source=own.source,
    )
    return sidecar(path).over(guessed)


def _first(*years: int | None) -> int | None:
    return next((year for year in years if year), None)


def _archive_year(stem: str) -> int | None:
    """The year in which a preprint archive took the paper in: the last resort."""
    found = re.match(r"ChinaXiv-((?:19|20)\d{2})\d{2}\.", stem)
    return int(found.group(1)) if found else None


def _own(parsed: Parsed) -> Metadata:
    title = usable_title(parsed.metadata.title)
    site = parsed.metadata.publisher
    if title and site:
        title = re.sub(rf"\s*[-–|]\s*{re.escape(site)}$", "", title)
    return replace(parsed.metadata, title=title)


def usable_title(title: str | None) -> str | None:
    """A title that says something; None for what programs write by themselves."""
    text = one_line(title or "")
    if letter_count(text) < 4 or _JUNK_TITLE.match(text) or "\ufffd" in text:
        return None
    return text


def headline(parsed: Parsed) -> str | None:
    """The first heading of the first page, or of a file without pages; None where there is none that says enough."""
    first = next((block for block in parsed.blocks[:20] if block.kind is BlockKind.HEADING), None)
    if first is None and parsed.pages is None and parsed.blocks:
        # Plain text has no headings; a short first line without a full stop is one.
        opening = parsed.blocks[0]
        first = (
            opening if len(opening.text) < _LONGEST_FIRST_LINE and opening.text[-1:] not in "。.！!" else None
        )
    return usable_title(first.text) if first and first.page in (None, 1) and len(first.text) < 150 else None


def best_title(own: str | None, head: str | None, name: str | None) -> str | None:
    """The title by which a document is cited, of what the file, its first heading and its name say.

    A heading that holds the name is the name in full. Names given by people say more than titles given by
    programs; names given by machines ("doc_20240101", "3f2a9c") are no titles.
    """
    if head and name and _reduced(name) in _reduced(head):
        return head
    if own and name and _reduced(own) in _reduced(name):
        return name
    if name and not _is_machine_name(name):
        return own if own and _reduced(name) in _reduced(own) else _fuller(own, name)
    return own or head or name


def _fuller(own: str | None, name: str) -> str:
    return own if own and letter_count(own) >= 0.5 * letter_count(name) else name


def _is_machine_name(name: str) -> bool:
    # A single word of plain letters ("amoxi", "gout-en") names a file, not a guideline.
    is_slug = name.isascii() and " " not in name
    return (
        is_slug
        or letter_count(name) < 4
        or bool(
            re.fullmatch(
                r"(?:scan|doc|document|file|img|download|guideline)?[\W_\da-f-]*", name, re.IGNORECASE
            )
        )
    )


def _reduced(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def without_title(parsed: Parsed, title: str | None) -> Parsed:
    """The document without its own title as a heading: it stands in the metadata, not in each section path."""
    wanted = _reduced(title or "")
    kept = tuple(
        block for index, block in enumerate(parsed.blocks) if not (wanted and _is_title(block, index, wanted))
    )
    return replace(parsed, blocks=kept)


def _is_title(block: Block, index: int, wanted: str) -> bool:
    own = _reduced(block.text)
    early = block.page <= 3 if block.page is not None else index < 6
    return block.kind is BlockKind.HEADING and early and len(own) >= 4 and (own in wanted or wanted in own)


def from_name(stem: str) -> Metadata:
    """Title and year from a file's name: "ChinaXiv-…V1_中国艾滋病诊疗指南_2018版" → 中国艾滋病诊疗指南（2018版）."""
    bare = _ARCHIVE_PREFIX.sub("", unicodedata.normalize("NFC", stem))
    chinese = cjk_count(bare) > 0
    year = _year_in(bare)
    if chinese:
        bare = re.sub(r"_((?:19|20)\d{2}年?版?|[^_]{1,4}版)(?=_|$)", r"（\1）", bare)
    title = one_line(bare.replace("_", " "))
    return Metadata(title=title if letter_count(title) >= 2 else None, year=year)


def _year_in(text: str) -> int | None:
    years = [int(match.group(1)) for match in _EDITION_YEAR.finditer(text)]
    return next((year for year in years if _EARLIEST <= year <= _LATEST), None)


def text_year(blocks: Sequence[Block]) -> int | None:
    """The year that the first page prints as its own: of publication, copyright or the journal's issue."""
    head = "\n".join(block.text for block in blocks[:60])
    found = re.search(
        r"(?:©|\(c\)|copyright)\D{0,40}((?:19|20)\d{2})|((?:19|20)\d{2})\s?年\s?\d{1,2}\s?月第",
        head,
        re.IGNORECASE,
    )
    return int(found.group(1) or found.group(2)) if found else None


_COPYRIGHT = re.compile(r"©\s*((?:[A-Z][\w&.,'’-]*\s?|of |and |for |the ){1,8}?)\s*(?:19|20)\d{2}")
_BODY = re.compile(
    r"^(?![\d.*])\S{0,30}(?:学会|協會|协会|委员会|办公室|分会|学组|卫生部|卫健委|卫生健康委员会|医院|醫院|中心)$"
)


def publisher_of(blocks: Sequence[Block]) -> str | None:
    """Who the first pages name as holder of the copyright, or as the body that speaks."""
    copyright_line = next(filter(None, (_COPYRIGHT.search(block.text) for block in blocks[:60])), None)
    if copyright_line:
        return copyright_line.group(1).strip(" ,.")
    return next((block.text for block in blocks[:8] if _BODY.match(block.text)), None)


#: In Traditional text four characters of ten have another simplified form; in simplified text hardly one of fifty.
_TRADITIONAL_SHARE = 0.1
#: In characters: no language shows only later.
_ENOUGH_TEXT = 50_000


def language_of(blocks: Sequence[Block]) -> str:
    """The language that most of the text is written in: "zh", "zh-TW" or "en"."""
    text = "".join(block.text for block in blocks)[:_ENOUGH_TEXT]
    chinese = cjk_count(text)
    if chinese < 0.1 * max(1, letter_count(text)):
        return "en"
    simplified = search_text(text)
    traditional = sum(one != other and is_cjk(one) for one, other in zip(text, simplified, strict=True))
    return "zh-TW" if traditional > _TRADITIONAL_SHARE * chinese else "zh"
