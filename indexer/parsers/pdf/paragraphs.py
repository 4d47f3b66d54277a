"""Lines of a page joined to paragraphs; a paragraph broken over a page stays two blocks with a page each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from indexer.parsers.pdf.lines import Line
from indexer.shown import join_lines

_ITEM = re.compile(
    r"^(?:[•●▪◆◇■□►➢✓○⊙–·]\s*|-\s+|[（(][\d０-９一二三四五六七八九十a-zA-Zivx]{1,4}[）)]|[\d０-９]{1,2}[.．、)）](?![\d０-９])|[①-⑳]|[a-z][.)]\s"
    r"|【|注[：:]|推荐意见|表\s?\d|图\s?\d|Table\s\d|Fig)"
)
_SENTENCE_END = re.compile(r"[。！？!?：:；;.]['\"”’）)\]］]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Lines of one column, from top to bottom, and the edges of that column in PDF points."""

    lines: tuple[Line, ...]
    left: float
    right: float


def flows(lines: Sequence[Line]) -> list[Flow]:
    """The lines parted wherever reading goes up again or moves aside."""
    parts: list[list[Line]] = []
    for line in lines:
        if parts and _goes_on_below(parts[-1][-1], line):
            parts[-1].append(line)
        else:
            parts.append([line])
    return [_flow(part, lines) for part in parts]


def _flow(part: Sequence[Line], page: Sequence[Line]) -> Flow:
    """The edges come from all lines of the page that begin where these do: few lines may all be short."""
    starts = sorted(line.x0 for line in part)
    left = starts[len(starts) // 4]
    ends = sorted(line.x1 for line in page if abs(line.x0 - left) < 3 * line.size)
    return Flow(lines=tuple(part), left=left, right=ends[int(0.9 * (len(ends) - 1))])


def _goes_on_below(before: Line, line: Line) -> bool:
    beside = min(before.x1, line.x1) - max(before.x0, line.x0)
    return line.baseline < before.baseline and beside > 0.3 * min(before.x1 - before.x0, line.x1 - line.x0)


def starts_paragraph(before: Line, line: Line, flow: Flow) -> bool:
    """Whether a line begins a paragraph, as told by its mark, its print, its indent and the line before it."""
    if abs(before.size - line.size) > 0.12 * max(before.size, line.size):
        return True
    if _ITEM.match(line.text):
        return True
    size = line.size or 10.0
    if abs(line.x0 - before.x0) > 4 * size and flow.right - before.x1 > 5 * size:
        return True
    if before.baseline - line.baseline > 2.1 * _leading(flow):
        return True
    if _is_indented(line, flow) and not _is_indented(before, flow) and not _ITEM.match(before.text):
        return True
    return flow.right - before.x1 > 2.5 * size and bool(_SENTENCE_END.search(before.text))


def _is_indented(line: Line, flow: Flow) -> bool:
    """Set in by a character or more, and by less than a centred line; lines below a list mark hang by as much."""
    return 1.2 * line.size < line.x0 - flow.left < 6 * line.size


def _leading(flow: Flow) -> float:
    gaps = sorted(
        before.baseline - after.baseline for before, after in zip(flow.lines, flow.lines[1:], strict=False)
    )
    return gaps[len(gaps) // 3] if gaps else 1e9


def joined(lines: Sequence[Line], one_word: Callable[[str, str], bool]) -> str:
    """The lines as one text. A hyphen at a line end goes only where the document knows the word without it."""
    text = ""
    for line in lines:
        before = re.search(r"([A-Za-z]+)-$", text)
        after = re.match(r"[a-z]+", line.text)
        if before and after:
            parted = before.group(1).lower(), after.group(0).lower()
            text = (text[:-1] if one_word(*parted) else text) + line.text
        else:
            text = join_lines(text, line.text)
    return text
