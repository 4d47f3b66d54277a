"""Pages of lines and tables to blocks in reading order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from indexer.numbering import rank_of, title_of
from indexer.parsed import Block, BlockKind
from indexer.parsers.pdf.headings import (
    CAPTION,
    Body,
    Style,
    body_of,
    is_heading,
    levels,
    stands_out,
    style_of,
)
from indexer.parsers.pdf.lines import Line
from indexer.parsers.pdf.paragraphs import Flow, flows, joined, starts_paragraph
from indexer.parsers.pdf.tables import Table
from indexer.shown import join_lines
from knowledge.domain import QualityMark

#: A title of more lines than this is a paragraph in large print.
_MOST_HEADING_LINES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page without its running heads."""

    number: int
    lines: tuple[Line, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines that make one block."""

    lines: tuple[Line, ...]
    heading: bool


def assembled(pages: Sequence[Page], outline: Mapping[str, int]) -> list[Block]:
    """The blocks of all pages."""
    every = [line for page in pages for line in page.lines]
    body = body_of(every, outline)
    one_word = _vocabulary(every)
    grouped = [(page, _page_groups(page, body)) for page in pages]
    depth = levels(
        [style_of(group.lines[0]) for _, groups in grouped for group in groups if group.heading], body
    )
    return [block for page, groups in grouped for block in _page_blocks(page, groups, depth, one_word)]


def _vocabulary(lines: Sequence[Line]) -> Callable[[str, str], bool]:
    """Whether the document writes two parts as one word more often than with a hyphen, in the middle of lines."""
    words: Counter[str] = Counter()
    for line in lines:
        words.update(word.lower() for word in re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)*", line.text))
    return lambda before, after: words[before + after] > words[f"{before}-{after}"]


def _page_blocks(
    page: Page, groups: Sequence[Group], depth: Mapping[Style, int], one_word: Callable[[str, str], bool]
) -> list[Block]:
    blocks: list[Block] = []
    for item in _with_tables(groups, page.tables):
        if isinstance(item, Table):
            blocks.append(Block(kind=BlockKind.TABLE, text=item.text, page=page.number))
        else:
            level = depth.get(style_of(item.lines[0]), 1) if item.heading else 0
            kind = BlockKind.HEADING if item.heading else BlockKind.PARAGRAPH
            blocks.append(
                Block(
                    kind=kind,
                    text=_text(item, one_word),
                    level=level,
                    page=page.number,
                    marks=_marks(item.lines),
                )
            )
    return blocks


def _text(group: Group, one_word: Callable[[str, str], bool]) -> str:
    if group.heading and _is_bare_number(group.lines[:1]):
        return f"{group.lines[0].text} {joined(group.lines[1:], one_word)}".strip()
    return joined(group.lines, one_word)


def _marks(lines: Sequence[Line]) -> frozenset[QualityMark]:
    formula = {QualityMark.FORMULA} if any(line.formula for line in lines) else set()
    recognised = {QualityMark.OCR} if any(line.recognised for line in lines) else set()
    private = {QualityMark.PRIVATE_USE} if any(line.private for line in lines) else set()
    return frozenset(formula | recognised | private)


def _page_groups(page: Page, body: Body) -> list[Group]:
    return _titled(_rejoined([group for flow in flows(page.lines) for group in _flow_groups(flow, body)]))


def _titled(groups: Sequence[Group]) -> list[Group]:
    """A chapter's number joined with the title that stands below it."""
    result: list[Group] = []
    for group in groups:
        last = result[-1] if result else None
        if (
            last
            and last.heading
            and group.heading
            and _is_bare_number(last.lines)
            and rank_of(group.lines[0].text) is None
        ):
            result[-1] = Group(lines=(*last.lines, *group.lines), heading=True)
        else:
            result.append(group)
    return result


def _is_bare_number(lines: Sequence[Line]) -> bool:
    return len(lines) == 1 and rank_of(lines[0].text) is not None and not title_of(lines[0].text)


def _flow_groups(flow: Flow, body: Body) -> list[Group]:
    groups: list[Group] = []
    rest = list(flow.lines)
    while rest:
        run, is_title = _run_at(rest, flow, body)
        rest = rest[len(run) :]
        if is_title:
            groups.append(Group(lines=tuple(run), heading=True))
        else:
            for line in run:
                _append(groups, line, flow)
    return groups


def _append(groups: list[Group], line: Line, flow: Flow) -> None:
    """Puts a line of text into the paragraph before it, or into one of its own."""
    last = groups[-1] if groups else None
    if last and not last.heading and not starts_paragraph(last.lines[-1], line, flow):
        groups[-1] = Group(lines=(*last.lines, line), heading=False)
    else:
        groups.append(Group(lines=(line,), heading=False))


def _run_at(lines: Sequence[Line], flow: Flow, body: Body) -> tuple[list[Line], bool]:
    """The lines that are a heading together, or else are none together, and which it is."""
    first = lines[0]
    run = [first]
    for line in lines[1 : _MOST_HEADING_LINES + 1]:
        if not _same_heading(run[-1], line, flow, body):
            break
        run.append(line)
    if len(run) > _MOST_HEADING_LINES:
        return run, False
    text = ""
    for line in run:
        text = join_lines(text, line.text)
    fills = flow.right - run[-1].x1 < 1.5 * first.size and len(flow.lines) > 2
    run_in = len(lines) > len(run) and _is_run_in(lines[len(run)])
    return run, not run_in and is_heading(text, first, body, fills=fills)


def _is_run_in(following: Line) -> bool:
    """Text that goes on in small letters: the bold line before it was the start of a sentence."""
    return following.text[:1].islower()


def _same_heading(before: Line, line: Line, flow: Flow, body: Body) -> bool:
    """A heading goes on in lines of its print, close below, unless a number begins another."""
    large = line.size > 1.3 * body.size
    alike = abs(before.size - line.size) < 0.05 * line.size and (large or before.bold == line.bold)
    close = 0 < before.baseline - line.baseline < 1.7 * line.size
    if not (alike and close) or rank_of(line.text) is not None:
        return False
    return stands_out(line, body) or flow.right - before.x1 < 3 * before.size


def _rejoined(groups: Sequence[Group]) -> list[Group]:
    """Paragraphs that a column break cut in the middle of a sentence."""
    result: list[Group] = []
    for group in groups:
        last = result[-1] if result else None
        if last and not last.heading and not group.heading and _runs_over(last.lines[-1], group.lines[0]):
            result[-1] = Group(lines=(*last.lines, *group.lines), heading=False)
        else:
            result.append(group)
    return result


def _runs_over(before: Line, line: Line) -> bool:
    """A column ends in mid-sentence and the next begins higher up, in the same print."""
    if CAPTION.match(line.text) or CAPTION.match(before.text):
        return False
    unfinished = not re.search(r"[。！？.!?：:；;]['\"”’）)\]］]*$", before.text)
    return unfinished and line.baseline > before.baseline and abs(before.size - line.size) < 0.06 * line.size


def _with_tables(groups: Sequence[Group], tables: Sequence[Table]) -> list[Group | Table]:
    """Each table behind the text that stands right above it: its caption, as a rule."""
    result: list[Group | Table] = list(groups)
    for table in sorted(tables, key=lambda each: each.box[3]):
        result.insert(_place(result, table), table)
    return result


def _place(items: Sequence[Group | Table], table: Table) -> int:
    above = [
        (item.lines[-1].baseline, index)
        for index, item in enumerate(items)
        if isinstance(item, Group) and _is_above(item.lines[-1], table)
    ]
    return min(above)[1] + 1 if above else 0


def _is_above(line: Line, table: Table) -> bool:
    x0, bottom, x1, top = table.box
    return line.baseline > max((top + bottom) / 2, top - 6) and min(line.x1, x1) > max(line.x0, x0)
