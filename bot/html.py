"""Telegram HTML made from blocks, so that a limit never cuts inside markup, a sentence or a dose.

A `Quote` is made of units (sentences, table rows) that are shown whole or not at all. What is too long loses, in this
order: units at the end of folded quotes, whole sections, units at the end of open quotes; each loss leaves a mark on a
line of its own, outside what is quoted.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

#: Telegram's limit for a message, counted after entities are parsed. The HTML itself is held to it, which is stricter.
MESSAGE_UNITS = 4096
MARK = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Plain text in one style; it is escaped when rendered."""

    text: str
    bold: bool = False
    italic: bool = False


#: A sentence or a row: its parts differ in style only.
Unit = tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line, or a few, that belongs to the frame: a heading, a citation, a notice."""

    parts: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Quoted text. Its units together are the text, letter for letter; only whole units are ever left out."""

    units: tuple[Unit, ...]
    #: Shown as its first lines, until tapped.
    folded: bool = False
    #: How many units at the end did not fit.
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Blocks that make sense together only, such as a quotation with its citation; a blank line before it."""

    blocks: tuple[Line | Quote, ...]


Block = Line | Quote | Section


def line(*parts: str | Text) -> Line:
    return Line(parts=tuple(Text(text=part) if isinstance(part, str) else part for part in parts))


def bold(text: str) -> Text:
    return Text(text=text, bold=True)


def italic(text: str) -> Text:
    return Text(text=text, italic=True)


def quote(text: str, *, folded: bool = False) -> Quote:
    """A quote that is shown whole or not at all."""
    return Quote(units=((Text(text=text),),), folded=folded)


def page(blocks: Iterable[Block], limit: int = MESSAGE_UNITS) -> str:
    """The blocks as HTML that fits one message."""
    return render(fit(tuple(blocks), limit))


# ---------------------------------------------------------------------------------------------- rendering


def render(blocks: Sequence[Block]) -> str:
    return "".join(_joined(blocks)).strip()


def _joined(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Section):
            yield "\n"
            yield from _joined(block.blocks)
        elif shown := _render_block(block):
            yield shown
            yield "\n"


def _render_block(block: Line | Quote) -> str:
    if isinstance(block, Line):
        return _render_parts(block.parts)
    tag = "blockquote expandable" if block.folded else "blockquote"
    inside = _render_parts(chain.from_iterable(block.units)).strip()
    mark = f"<i>{MARK}</i>" if block.dropped else ""
    if not inside and (block.folded or not mark):
        return ""
    return f"<{tag}>" + "\n".join(filter(None, (inside, mark))) + "</blockquote>"


def _render_parts(parts: Iterable[Text]) -> str:
    return "".join(_render_text(part) for part in _merged(parts))


def _merged(parts: Iterable[Text]) -> Iterator[Text]:
    """Neighbours of one style as one, for Telegram takes at most 100 entities a message."""
    waiting: Text | None = None
    for part in parts:
        if waiting is None:
            waiting = part
        elif (waiting.bold, waiting.italic) == (part.bold, part.italic):
            waiting = replace(waiting, text=waiting.text + part.text)
        else:
            yield waiting
            waiting = part
    if waiting is not None:
        yield waiting


def _render_text(part: Text) -> str:
    """White space stays outside of tags: Telegram trims it there, and offsets would shift."""
    inner = part.text.strip()
    if not inner:
        return part.text
    before, _, after = part.text.partition(inner)
    shown = html.escape(inner, quote=False).encode("utf-8", "replace").decode()
    shown = f"<i>{shown}</i>" if part.italic else shown
    shown = f"<b>{shown}</b>" if part.bold else shown
    return before + shown + after


# ------------------------------------------------------------------------------------------------ fitting


def fit(blocks: tuple[Block, ...], limit: int = MESSAGE_UNITS) -> tuple[Block, ...]:
    """The blocks, less what does not fit; every step shortens, so it ends."""
    while units(render(blocks)) > limit:
        blocks = (
            _shorten_quote(blocks, folded=True)
            or _drop_section(blocks)
            or _shorten_quote(blocks, folded=False)
            or _shorten_line(blocks, limit)
        )
    return blocks


def units(text: str) -> int:
    """The length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _shorten_quote(blocks: tuple[Block, ...], *, folded: bool) -> tuple[Block, ...] | None:
    """One unit less in the last quote of this kind that has any; None where there is none."""
    for at in range(len(blocks) - 1, -1, -1):
        block = blocks[at]
        if isinstance(block, Section):
            inner = _shorten_quote(block.blocks, folded=folded)
            # Only lines and quotes come back from lines and quotes.
            shorter: Block | None = replace(block, blocks=inner) if inner else None  # type: ignore[arg-type]
        else:
            shorter = _less_one(block, folded=folded)
        if shorter is not None:
            return (*blocks[:at], shorter, *blocks[at + 1 :])
    return None


def _less_one(block: Line | Quote, *, folded: bool) -> Quote | None:
    if isinstance(block, Line) or block.folded is not folded or not block.units:
        return None
    kept = block.units[:-1]
    return replace(block, units=kept, dropped=block.dropped + 1)


def _drop_section(blocks: tuple[Block, ...]) -> tuple[Block, ...] | None:
    """Without the last section, as long as one stays."""
    places = [at for at, block in enumerate(blocks) if isinstance(block, Section)]
    if len(places) < 2:
        return None
    at = places[-1]
    return (*blocks[:at], *blocks[at + 1 :])


def _shorten_line(blocks: tuple[Block, ...], limit: int) -> tuple[Block, ...]:
    """The last resort, for a frame that is itself too long: the longest line is cut at a letter, with the mark."""
    flat: list[Block] = []
    for block in blocks:
        flat.extend(block.blocks if isinstance(block, Section) else (block,))
    lines = [at for at, block in enumerate(flat) if isinstance(block, Line) and block.parts]
    if not lines:
        return ()
    longest = max(lines, key=lambda at: units(_render_block(flat[at])))  # type: ignore[arg-type]  # flat: no sections
    flat[longest] = _halved(flat[longest], limit)  # type: ignore[arg-type]  # a line by the choice above
    return tuple(flat)


def _halved(long: Line, limit: int) -> Line:
    text = "".join(part.text for part in long.parts).removesuffix(MARK)
    kept = text[: min(len(text) // 2, limit)].rstrip()
    return Line(parts=(Text(text=kept + MARK),) if kept else ())
